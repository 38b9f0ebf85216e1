"""Which lots pay for a course, in which order, and what an earmark or a condition keeps out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ilactl.rules.lot_order import buys
from ilactl.rules.shares import share_of, split_within, take_in_turn
from tests.spending.paper import Paper
from tests.spending.pieces import codes, course_row, person_record, scheme_of

RULES = """
[facts]
listed = { kind = "course", type = "bool" }
[[contribution]]
id = "a"
class = "a"
unit = "EUR"
from = ["funder", "employer"]
[[contribution]]
id = "b"
class = "b"
unit = "EUR"
from = ["funder", "employer"]
[[contribution]]
id = "other"
class = "c"
unit = "EUR"
from = ["funder"]
[[contribution]]
id = "leave"
class = "leave"
unit = "hour"
from = ["funder"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["a", "b"]
ORDER
[[ending]]
id = "standard"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "0"
"""


def paper_of(order: str = "", **registers: object) -> Paper:
    return Paper(scheme_of(RULES.replace("ORDER", order)), **registers)  # type: ignore[arg-type]


def drawn(paper: Paper, **asked: str) -> list[str]:
    return [part.lot for part in paper.offer(**asked).parts]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["E3", "E1", "E4", "E5", "E2"]),
        ('order = ["class", "age"]', ["E1", "E3", "E4", "E5", "E2"]),
        ('order = ["expiry"]', ["E2", "E3", "E1", "E4", "E5"]),
        ('order = ["restriction", "expiry"]', ["E2", "E4", "E3", "E1", "E5"]),
        ('order = ["restriction", "class"]', ["E4", "E2", "E1", "E3", "E5"]),
        ('order = ["age"]', ["E1", "E2", "E3", "E4", "E5"]),
    ],
)
def test_lots_are_drawn_by_the_rules_keys_and_then_by_age(order: str, expected: list[str]) -> None:
    """E1 is of class a and ends late, E2 of b and soon, E3 of a and soon, E4 earmarked, E5 free."""
    paper = paper_of(order)
    paper.lot("10.00", "a", on="2026-01-01", expires_on="2027-12-31")
    paper.lot("10.00", "b", on="2026-01-02", expires_on="2026-10-31", earmark="field:07")
    paper.lot("10.00", "a", on="2026-01-03", expires_on="2026-12-31")
    paper.lot("10.00", "a", on="2026-01-04", earmark="kind:training")
    paper.lot("10.00", "a", on="2026-01-05")
    assert drawn(paper) == expected


def test_a_lot_of_another_class_unit_or_time_or_for_something_else_never_pays() -> None:
    paper = paper_of()
    paper.lot("10.00", "c", on="2026-01-01")
    paper.lot("100", "leave", on="2026-01-01", unit="hour")
    paper.lot("10.00", "a", on="2026-01-01", expires_on="2026-08-31")
    paper.lot("10.00", "a", on="2026-01-01", usable_from="2026-09-02")
    paper.lot("10.00", "a", on="2026-01-01", earmark="course:C2")
    paper.lot("10.00", "a", on="2026-01-01", earmark="enrolment:N4")
    offer = paper.offer(on="2026-09-01")
    assert (offer.parts, offer.wallet) == ((), 0)
    assert len(offer.passed) == 5, "the wallet of hours is no wallet of euros (case 26)"
    assert offer.usable_after == 3000, "what is in time may be spent on something else"


@pytest.mark.parametrize(
    ("earmark", "pays"),
    [
        ("", True),
        ("kind:training", True),
        ("kind:exam", False),
        ("course:C1", True),
        ("course:C11", False),
        ("field:07", True),
        ("field:0715", True),
        ("field:06", False),
        ("enrolment:N1", False),
    ],
)
def test_earmarks(earmark: str, pays: bool) -> None:
    assert buys(earmark, course_row(field="0715")) is pays
    assert buys("field:07", course_row(field="")) is False


ONLY = 'only = [{ classes = ["b"], when = "listed" }]'


def test_a_class_bound_by_a_condition_pays_only_where_it_holds() -> None:
    courses = [
        course_row("C1", facts={"listed": "true"}),
        course_row("C2", facts={"listed": "false"}),
        course_row("C3"),
    ]
    paper = paper_of('order = ["restriction"]\n' + ONLY, courses=courses)
    paper.lot("10.00", "a", on="2026-01-01")
    assert codes(paper.offer("C3")) == [], "what cannot be told of a class matters where there is a lot of it"
    paper.lot("20.00", "b", on="2026-01-02")
    assert drawn(paper, course="C1") == ["E2", "E1"], "the restricted lot comes first"
    assert drawn(paper, course="C2") == ["E1"]
    unknown = paper.offer("C3")
    assert [one.reason for one in unknown.objections] == [
        "whether b may pay cannot be decided, unknown: listed"
    ]


def test_what_is_reserved_pays_no_second_time() -> None:
    paper = paper_of(courses=[course_row("C1", "60.00"), course_row("C2", "60.00")])
    paper.lot("100.00", "a", on="2026-01-01")
    paper.enrol("N1", course="C1")
    offer = paper.offer("C2")
    assert (offer.wallet, offer.from_wallet, offer.own) == (4000, 4000, 2000)


def test_usable_amounts_by_class_are_names_of_the_rule() -> None:
    paper = paper_of('from_wallet = "LEAST(net, 2 * LEAST(usable.a, usable.b))"')
    paper.lot("100.00", "a", on="2026-01-01")
    paper.lot("30.00", "b", on="2026-01-01")
    paper.lot("500.00", "b", on="2026-01-01", earmark="course:C2")
    assert paper.offer().from_wallet == 6000


def test_lots_booked_for_an_alias_are_drawn_under_that_id() -> None:
    paper = paper_of(persons=[person_record("P1")._replace(ids=("P1", "P2"))])
    paper.lot("10.00", "a", on="2026-01-01", person="P2")
    rows = paper.offer().entries("N1", 2)
    assert [(row.kind, row.person) for row in rows] == [("reserve", "P2")]


def test_a_share_is_rounded_once_on_the_whole() -> None:
    third = Fraction(1, 3)
    assert share_of([(third, 100), (third, 100), (third, 100)], "up") == 100
    assert share_of([(third, 100)], "down") == 33
    assert share_of([(Fraction(1, 2), 1), (Fraction(1, 4), 2)], "half_up") == 1


def test_a_split_gives_nobody_more_than_the_limit() -> None:
    assert split_within(100, [1, 1, 1], [50, 20, 50]) == [40, 20, 40]
    assert split_within(100, [0, 1, 1], [50, 60, 10]) == [30, 60, 10], (
        "what turns away goes where there is room"
    )
    assert split_within(0, [], []) == []
    assert take_in_turn(70, [50, 0, 30]) == [50, 0, 20]
    with pytest.raises(ValueError, match="does not fit"):
        split_within(101, [1], [100])


VERSIONS = """
[[contribution]]
id = "a"
class = "a"
unit = "EUR"
from = ["funder"]
[[contribution]]
id = "b"
class = "b"
unit = "EUR"
from = ["funder"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["b", "a"]
valid_until = "2025-12-04"
[[spend]]
id = "training"
unit = "EUR"
classes = ["a", "b"]
valid_from = "2025-12-04"
[[ending]]
id = "standard"
valid_until = "2026-01-01"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "0"
[[ending]]
id = "standard"
valid_from = "2026-01-01"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "1"
"""


def test_case_18_the_order_changes_by_law_from_one_day_on() -> None:
    paper = Paper(scheme_of(VERSIONS))
    paper.lot("10.00", "a", on="2024-01-01")
    paper.lot("10.00", "b", on="2024-01-02")
    assert drawn(paper, on="2025-12-03") == ["E2", "E1"]
    after = paper.offer(on="2025-12-04")
    assert ([part.lot for part in after.parts], after.rule) == (["E1", "E2"], "training@2025-12-04")


def test_an_enrolment_ends_by_the_table_of_the_day_one_enrolled() -> None:
    paper = Paper(scheme_of(VERSIONS), courses=[course_row("C1", "5.00"), course_row("C2", "5.00")])
    paper.lot("10.00", "a", on="2024-01-01")
    paper.enrol("N1", course="C1", on="2025-12-31")
    paper.enrol("N2", course="C2", on="2026-01-01")
    dues = [paper.step("cancelled", "2026-02-01", name, by="holder").due for name in ("N1", "N2")]
    assert dues == [0, 500]
