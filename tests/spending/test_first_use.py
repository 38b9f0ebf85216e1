"""A lot whose end runs from its first use: what was undone is no use, and a later grace is not cut short."""

from __future__ import annotations

from datetime import date

from ilactl.ledger.wallets import wallet_of
from ilactl.rules.lots_by_law import begin_ends
from tests.spending.paper import Paper
from tests.spending.pieces import cents, scheme_of

RULES = """
[[contribution]]
id = "bonus"
class = "own"
unit = "EUR"
from = ["employer"]
expires = "30 days after first use"
[[spend]]
id = "courses"
unit = "EUR"
classes = ["own"]
[[ending]]
id = "standard"
grace = "20 days"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "0"
"""


def used() -> Paper:
    """A lot of 2000.00, of which 1000.00 was reserved on 1 June."""
    paper = Paper(scheme_of(RULES))
    paper.lot("2000.00", "own", "employer:O7", on="2026-05-01", rule="bonus")
    paper.enrol("N1", on="2026-06-01")
    return paper


def ends(paper: Paper, day: str) -> list[date | None]:
    """The ends that a run of that day would book."""
    rows = paper.booked.entries
    found = begin_ends(date.fromisoformat(day), wallet_of(rows).lots, rows, paper.scheme)
    return [row.expires_on for row in found]


def test_the_end_runs_from_the_first_use() -> None:
    paper = used()
    assert paper.offer(on="2026-07-01").from_wallet == cents("1000.00")
    assert paper.offer(on="2026-07-02").from_wallet == 0


def test_the_reservation_books_the_end_so_that_no_figure_waits_for_a_run() -> None:
    paper = used()
    [lot] = wallet_of(paper.booked.entries).lots
    assert (lot.usable_on(date(2026, 7, 1)), lot.usable_on(date(2026, 7, 2))) == (cents("1000.00"), 0)
    assert ends(paper, "2026-06-02") == []
    paper.step("cancelled", "2026-06-02", "N1")
    paper.enrol("N2", on="2026-06-20")
    assert [row.expires_on for row in paper.booked.entries if row.kind == "amend"] == [date(2026, 7, 1)]


def test_an_end_that_was_never_booked_is_booked_by_a_run() -> None:
    paper = used()
    rows = [row for row in paper.booked.entries if row.kind != "amend"]
    begun = begin_ends(date(2026, 6, 2), wallet_of(rows).lots, rows, paper.scheme)
    assert [row.expires_on for row in begun] == [date(2026, 7, 1)]


def test_an_undone_reservation_was_no_use() -> None:
    paper = used()
    [reserve] = [row for row in paper.booked.entries if row.kind == "reserve"]
    [end] = [row for row in paper.booked.entries if row.kind == "amend"]
    sides = {"source": reserve.target, "target": reserve.source}
    back = reserve._replace(entry="E9", kind="correct", of=reserve.entry, **sides)
    paper.add([back, end._replace(entry="E10", expires_on=None, never=True, of=end.entry)])
    assert ends(paper, "2026-07-02") == []
    assert paper.offer(course="C1", on="2026-07-02").from_wallet == cents("1000.00")


def test_the_grace_of_a_release_is_not_cut_short_by_the_end_it_lengthens() -> None:
    paper = used()
    paper.step("cancelled", "2026-07-10", "N1")
    assert ends(paper, "2026-07-11") == []
    assert paper.offer(on="2026-07-30").from_wallet == cents("1000.00")
    assert paper.offer(on="2026-07-31").from_wallet == 0
