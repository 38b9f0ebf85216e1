"""What a shell offers for courses, their runs and enrolments."""

from __future__ import annotations

from ilactl.commands.parameters import COURSE, ENROLMENT, RUN, SPEND_RULE, Ids
from tests.enrolment.conftest import Agency


def offered(kind: Ids, agency: Agency, beginning: str) -> list[str]:
    return sorted(
        value
        for source in kind.sources
        for value, _ in source(agency.root, beginning)
        if value.startswith(beginning)
    )


def test_courses_runs_behind_the_slash_enrolments_and_spend_rules(agency: Agency) -> None:
    number = agency.enrol()
    assert offered(COURSE, agency, "C") == ["C1", "C2", "C3"]
    assert offered(RUN, agency, "C1/") == ["C1/R1", "C1/R2", "C1/R3"]
    assert offered(RUN, agency, "C2/") == []
    assert offered(ENROLMENT, agency, "N") == [number]
    assert offered(SPEND_RULE, agency, "t") == ["training"]
