"""A top-up for persons named, few or many, reads the ledger its own way and plans what the whole would."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ilactl.errors import NotFound
from ilactl.ledger.registers import person_ids
from ilactl.ledger.snapshot import Snapshot
from ilactl.rules.batch import plan_by_batch
from ilactl.rules.by_person import plan_by_person
from ilactl.rules.load import load_scheme
from ilactl.rules.plan import Plan, Request

ON = date(2027, 1, 1)


def figures(plan: Plan) -> list[tuple[int, ...]]:
    return [(t.persons, t.credited, t.due, t.cut, t.taken, t.undecided) for t in plan.totals]


@pytest.mark.parametrize("number", [1, 16, 17, 120])
def test_however_many_are_named_both_makers_plan_the_same(sample_ledger: Path, number: int) -> None:
    snapshot = Snapshot.open(sample_ledger)
    scheme, ids = load_scheme(snapshot), person_ids(snapshot)
    named = tuple(ids[:: len(ids) // number][:number])
    alone = [figures(plan_by_person(snapshot, scheme, Request(ON, persons=(one,)))) for one in named]
    added = [tuple(map(sum, zip(*parts, strict=True))) for parts in zip(*alone, strict=True)]
    by_person = plan_by_person(snapshot, scheme, Request(ON, persons=named))
    by_batch = plan_by_batch(snapshot, scheme, Request(ON, persons=named))
    assert figures(by_person) == figures(by_batch) == added
    assert by_person.missed == by_batch.missed == []


def test_a_name_among_many_that_is_nobodys_is_told(sample_ledger: Path) -> None:
    snapshot = Snapshot.open(sample_ledger)
    scheme = load_scheme(snapshot)
    request = Request(ON, persons=(*person_ids(snapshot)[:20], "NOBODY"))
    for make in (plan_by_person, plan_by_batch):
        with pytest.raises(NotFound) as caught:
            make(snapshot, scheme, request)
        assert "NOBODY" in caught.value.text
