"""Undo in ledgers of every kind of entry: nothing falls below zero, and undo then redo is where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append, Change, open_writer
from ilactl.ledger.entries import Entry, all_entries, row_of
from ilactl.ledger.scan import format_row
from ilactl.rules.undo import plan_undo
from tests.rules.books import ACTOR, NOW, Book
from tests.rules.test_parity import FAST, quick
from tests.undo.support import book_undo
from tests.wallets.book import STEP
from tests.wallets.book import Book as Made

ON = date(2030, 1, 1)


@contextmanager
def ledger() -> Iterator[Book]:
    folder = Path(mkdtemp(dir=FAST if FAST.is_dir() else None))
    try:
        yield Book.make(folder, {})
    finally:
        rmtree(folder)


def commit(book: Book, entries: Iterable[Entry]) -> int:
    with open_writer(book.root, actor=ACTOR, now=lambda: NOW) as writer:
        units = writer.snapshot.manifest.units
        lines = [format_row(row_of(entry, units)) for entry in entries]
        append = Append(ENTITLEMENTS.file, "".join(lines).encode(), rows=len(lines))
        return writer.commit(Change("test", (append,), entries=len(lines))).seq


def standing(entries: Iterable[Entry]) -> dict[tuple[str, str, str], int]:
    """Every account of every lot, without those that hold nothing; fails where one falls below zero."""
    accounts: Counter[tuple[str, str, str]] = Counter()
    for entry in entries:
        lot = entry.lot or entry.entry
        for account, sign in ((entry.source, -1), (entry.target, 1)):
            held = account.startswith("held:")
            accounts[lot, account, entry.enrolment if held else ""] += sign * entry.amount
        left = accounts[lot, entry.source, entry.enrolment if entry.source.startswith("held:") else ""]
        assert left >= 0 or not entry.source.startswith(("wallet:", "held:")), entry
    return {key: amount for key, amount in accounts.items() if amount}


def made(steps: list[tuple[str, int, int]]) -> list[Entry]:
    """Possible entries, in file order."""
    book = Made()
    for step in steps:
        book.step(*step)
    return [entry._replace(person=entry.person or "P1") for entry in book.entries]


@quick(60)
@given(
    steps=st.lists(STEP, min_size=4, max_size=24), cuts=st.sets(st.integers(1, 23)), pick=st.integers(0, 50)
)
def test_undo_then_redo_is_where_it_was(steps: list[tuple[str, int, int]], cuts: set[int], pick: int) -> None:
    entries = made(steps)
    if not entries:
        return
    marks = [0, *sorted(cut for cut in cuts if cut < len(entries)), len(entries)]
    parts = [entries[a:b] for a, b in pairwise(marks)]
    with ledger() as book:
        seqs = [commit(book, part) for part in parts]
        before = standing(all_entries(book.snapshot()))
        chosen = pick % len(parts)
        plan = plan_undo(book.snapshot(), seqs[chosen], ON)
        undone = book_undo(book, plan)
        after = standing(all_entries(book.snapshot()))
        kept = {entry.entry for stay in plan.stays for entry in stay.entries}
        assert len(plan.rows) + len(kept) == len(parts[chosen])
        if chosen == len(parts) - 1 and not any(entry.kind == "amend" for entry in parts[chosen]):
            assert not plan.stays, "nothing came later"
            assert after == standing(entry for part in parts[:-1] for entry in part)
        assert plan_undo(book.snapshot(), seqs[chosen], ON).rows == ()
        if undone:
            redo = plan_undo(book.snapshot(), undone, ON)
            assert not redo.stays
            book_undo(book, redo)
            assert standing(all_entries(book.snapshot())) == before
            again = plan_undo(book.snapshot(), seqs[chosen], ON)
            assert again.same_as(plan)
            book_undo(book, again)
            assert standing(all_entries(book.snapshot())) == after


def grant(number: int, **cells: object) -> Entry:
    entry = Entry(
        f"E{number}", date(2026, 1, 1), "P1", "grant", "", 500_00, "EUR", "fund:state", "wallet:own",
        rule="base", period="2026",
    )  # fmt: skip
    return entry._replace(**cells)  # type: ignore[arg-type]


def moved(number: int, kind: str, source: str, target: str, amount: int, **cells: object) -> Entry:
    entry = Entry(f"E{number}", date(2026, 1, 2), "P1", kind, "E1", amount, "EUR", source, target)
    return entry._replace(**cells)  # type: ignore[arg-type]


def reasons(book: Book, seq: int) -> list[tuple[str, str]]:
    """Which later entries keep a commit's entries in place, and why."""
    plan = plan_undo(book.snapshot(), seq, ON)
    return [(entry.entry, why) for stay in plan.stays for entry, why in stay.because]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], []),
        ([moved(2, "reserve", "wallet:own", "held:own", 1)], [("E2", "draws on lot E1")]),
        ([moved(2, "expire", "wallet:own", "expired", 500_00)], [("E2", "draws on lot E1")]),
        (
            [
                moved(2, "reserve", "wallet:own", "held:own", 5),
                moved(3, "release", "held:own", "wallet:own", 5),
            ],
            [],
        ),
        (
            [
                moved(
                    2,
                    "correct",
                    "wallet:own",
                    "fund:state",
                    100_00,
                    rule="base",
                    period="2026",
                    due=400_00,
                    of="E1",
                )
            ],
            [("E2", "refers to E1")],
        ),
        ([grant(2, source="fund:esf", rule="match", of="E1", amount=1)], [("E2", "refers to E1")]),
        ([moved(2, "amend", "", "", 0, earmark="any")], []),
    ],
)
def test_later_entries_that_need_a_grant_keep_it(later: list[Entry], expected: list[tuple[str, str]]) -> None:
    with ledger() as book:
        seq = commit(book, [grant(1)])
        if later:
            commit(book, later)
        assert reasons(book, seq) == expected


def test_entries_that_belong_together_stay_together() -> None:
    """A conversion is two rows: where the new lot is drawn on, the old one does not come back alone."""
    hours = grant(1, unit="hour", amount=150)
    out = moved(2, "convert", "wallet:own", "conversion", 150, unit="hour")
    into = grant(3, kind="convert", source="conversion", amount=2250_00, of="E1")
    with ledger() as book:
        commit(book, [hours])
        seq = commit(book, [out, into._replace(of="E2")])
        assert len(plan_undo(book.snapshot(), seq, ON).rows) == 2
        commit(book, [moved(4, "reserve", "wallet:own", "held:own", 1, lot="E3", enrolment="N1")])
        plan = plan_undo(book.snapshot(), seq, ON)
        assert plan.rows == ()
        assert [entry.entry for stay in plan.stays for entry in stay.entries] == ["E2", "E3"]


def test_a_debt_that_was_recovered_since_keeps_the_correction() -> None:
    """Event 10 of the kernel: a spent grant became a debt, netted against the next grant."""
    with ledger() as book:
        commit(book, [grant(1), moved(2, "reserve", "wallet:own", "held:own", 500_00, enrolment="N1")])
        owed = moved(3, "correct", "owed", "fund:state", 500_00, rule="base", period="2026", due=0, of="E1")
        seq = commit(book, [owed])
        [row] = plan_undo(book.snapshot(), seq, ON).rows
        assert (row.source, row.target, row.due) == ("fund:state", "owed", 0), "its key is left alone"
        commit(book, [grant(4, period="2027"), moved(5, "recover", "wallet:own", "owed", 500_00, lot="E4")])
        assert reasons(book, seq) == [("E5", "moves what P1 owes")]


def test_whoever_is_one_person_with_another_is_not_granted_twice_by_an_undo_of_an_undo() -> None:
    with ledger() as book:
        book.person("P1")
        book.person("P2")
        seq = commit(book, [grant(1)])
        undone = book_undo(book, plan_undo(book.snapshot(), seq, ON))
        commit(book, [grant(3, person="P2", booked_on=ON)])
        assert reasons(book, undone) == []
        book.state("2026-01-01", "P2", same_as="P1")
        assert reasons(book, undone) == [("E3", "grants again what E2 took back")]
