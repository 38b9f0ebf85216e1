"""The two gaits are one: person by person by the interpreter, and everybody at once in SQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ilactl.ledger.entries import all_entries
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.registers import person_ids
from ilactl.rules.load import read_rules
from ilactl.rules.model import Scheme
from ilactl.rules.plan import Request, plan_by_person, scales_of
from tests.rules.books import MANIFEST, Book, parse_rows, plan_both, rows_of
from tests.rules.worlds import RUN_DAYS, worlds

FOLDER = Path(__file__).parent / "schemes"
SCHEMES = ("tiers", "months", "once")
FAST = Path("/dev/shm")


def quick(examples: int) -> settings:
    phases = [phase for phase in Phase if phase is not Phase.explain]
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=phases
    )


@cache
def texts_of(name: str) -> dict[str, str]:
    return {f"{part}.toml": (FOLDER / f"{part}.toml").read_text("utf-8") for part in ("facts", name)}


@cache
def scheme_of(name: str) -> Scheme:
    """The scheme, read once: rule files are the same in every example."""
    texts = {f"rules/{file}": text.encode() for file, text in texts_of(name).items()}
    scheme, findings = read_rules(texts, load_manifest(MANIFEST.encode()))
    assert scheme is not None
    assert not [finding for finding in findings if not finding.warning]
    return scheme


@contextmanager
def book_of(name: str, rows: dict[str, str]) -> Iterator[Book]:
    """A ledger for one example, in memory where there is a place for it."""
    folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))
    try:
        yield Book.make(folder, texts_of(name), **rows)
    finally:
        shutil.rmtree(folder)


@quick(60)
@given(rows=worlds(), name=st.sampled_from(SCHEMES), on=RUN_DAYS)
def test_one_person_and_the_batch_agree_to_the_byte(rows: dict[str, str], name: str, on: date) -> None:
    scheme = scheme_of(name)
    with book_of(name, rows) as book:
        snapshot = book.snapshot()
        _, everybody = plan_both(snapshot, scheme, Request(on), book.scratch)
        alone = []
        for person in person_ids(snapshot):
            plan = plan_by_person(snapshot, scheme, Request(on, persons=(person,)))
            alone += parse_rows(rows_of(plan, on, scales_of(snapshot), book.scratch))
        for found in (alone, together := parse_rows(everybody)):
            for found_row in found:
                found_row["entry"] = ""
        key = [(r["person"], r["rule"], r["period"]) for r in together]
        assert sorted(key) == sorted(set(key)), "one entry for each key"
        assert sorted(alone, key=str) == sorted(together, key=str)


@quick(25)
@given(rows=worlds(), name=st.sampled_from(SCHEMES), on=RUN_DAYS, data=st.data())
def test_named_rules_and_periods_agree_too(
    rows: dict[str, str], name: str, on: date, data: st.DataObject
) -> None:
    scheme = scheme_of(name)
    ids = sorted({grant.id for grant in scheme.grants})
    rules = tuple(data.draw(st.lists(st.sampled_from(ids), unique=True, min_size=1)))
    monthly = name == "months"
    periods = (
        ("2025-01", "2025-03", "2025-02") if monthly else ("2023", "2024") if name == "tiers" else ("ever",)
    )
    asked = {"rules": rules} if data.draw(st.booleans()) else {"periods": periods}
    on = max(on, date(2025, 10, 1))
    with book_of(name, rows) as book:
        plan_both(book.snapshot(), scheme, Request(on, **asked), book.scratch)


@quick(20)
@given(rows=worlds(), name=st.sampled_from(SCHEMES), on=RUN_DAYS)
def test_a_plan_shown_is_booked_and_a_second_run_changes_no_byte(
    rows: dict[str, str], name: str, on: date
) -> None:
    with book_of(name, rows) as book:
        before = book.entitlements()
        _, shown = book.plan(on.isoformat())
        booked = book.topup(on.isoformat())
        assert [{**r, "entry": ""} for r in booked] == [{**r, "entry": ""} for r in shown]
        assert book.entitlements() == [*before, *booked]
        files = book.files()
        assert book.topup(on.isoformat()) == []
        assert book.files() == files
        _check_balances(book)


def _check_balances(book: Book) -> None:
    """Every wallet is the sum of its entries, and no cap or credit made one go below zero."""
    sums: dict[tuple[str, str], int] = {}
    for entry in all_entries(book.snapshot()):
        for account, sign in ((entry.source, -1), (entry.target, 1)):
            if account.startswith(("wallet:", "held:")):
                key = (entry.person, account)
                sums[key] = sums.get(key, 0) + sign * entry.amount
    assert all(total >= 0 for total in sums.values())
