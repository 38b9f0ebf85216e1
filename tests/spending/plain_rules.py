"""Plain rules that many tests of spending need: two classes, one rule, an ending that pays all or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from ilactl.ledger.registers import StateRow
from tests.spending.paper import Paper
from tests.spending.pieces import day, person_record, scheme_of

CLASSES = """
[[contribution]]
id = "rights"
class = "own"
unit = "EUR"
from = ["funder"]
[[contribution]]
id = "top_up"
class = "employer"
unit = "EUR"
from = ["employer"]
"""
SPEND = """
[[spend]]
id = "training"
unit = "EUR"
classes = ["employer", "own"]
"""
FULL = """
[[ending]]
id = "standard"
[[ending.row]]
on = "completed"
provider = "1"
[[ending.row]]
on = "cancelled"
provider = "0"
"""


def paper_of(*texts: str, own: str = "5000.00", **registers: Any) -> Paper:
    paper = Paper(scheme_of(CLASSES, *texts), **registers)
    if own:
        paper.lot(own, "own", "fund:cdc", "2020-01-01", rule="rights")
    return paper


def with_states(born: date | None, *states: tuple[str, dict[str, str]]) -> Any:
    """A person whose facts change: first day and declared facts of each state."""
    record = person_record(born=born)
    rows = [
        StateRow(day(since), {"person": "P1", **facts}, facts, -1, "persons.csv") for since, facts in states
    ]
    return record._replace(states=tuple(rows))
