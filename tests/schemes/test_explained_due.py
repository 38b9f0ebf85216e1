"""What `explain --due` says of schemes with a budget that runs out and a basket that fills again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.rules.books import Book
from tests.schemes import many


def decisions(invoke: Run, book: Book, person: str, on: str) -> list[dict[str, Any]]:
    out = invoke("explain", person, "--due", "--on", on, "-O", "json", "--ledger", book.root).ok().out
    return list(json.loads(out)["decisions"])


def verdicts(invoke: Run, book: Book, person: str, on: str) -> list[tuple[str, str, str]]:
    """Verdict, credited amount and reason of each rule."""
    return [(d["verdict"], d["credited"], d["reason"]) for d in decisions(invoke, book, person, on)]


def test_a_spent_budget_promises_nothing_to_who_comes_too_late(tmp_path: Path, invoke: Run) -> None:
    """The Netherlands' round: what a run refuses, its explanation must not call granted."""
    book = Book.make(tmp_path, {"scheme.toml": many.NETHERLANDS}, many.MANIFEST)
    for person, day in (("P1", "2022-02-03"), ("P2", "2022-02-01"), ("P3", "2022-02-02")):
        book.person(person, born="1980-01-01", applied_on=day)
    assert verdicts(invoke, book, "P1", "2022-03-01") == [("granted", "1000.00", "1000.00 EUR due")]
    assert [row["person"] for row in book.topup("2022-03-01")] == ["P2", "P3"]
    assert verdicts(invoke, book, "P1", "2022-03-01") == [("refused", "0.00", "the budget round is spent")]
    [refused] = decisions(invoke, book, "P1", "2022-03-01")
    assert (refused["due"], refused["facts"]["age"]) == ("1000.00", "42")


def test_a_basket_that_was_never_used_up_is_not_called_young(tmp_path: Path, invoke: Run) -> None:
    """Lithuania's basket of 2020 is older than five years in 2026: what is left of it bars a new one."""
    book = Book.make(tmp_path, {"scheme.toml": many.LITHUANIA}, many.MANIFEST)
    book.person(born="1980-01-01", labour_status="employed")
    book.topup("2020-01-10")
    reason = "what basket gave is not used up, or was less than 5 years ago"
    assert verdicts(invoke, book, "P1", "2026-01-01") == [("already granted", "0.00", reason)]
