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

from ilactl.ledger.columns import IDENTITIES, PERSONS
from ilactl.ledger.entries import all_entries
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.registers import person_ids
from ilactl.rules.by_person import plan_by_person
from ilactl.rules.load import read_rules
from ilactl.rules.model import Scheme
from ilactl.rules.plan import Request, scales_of
from tests import thorough
from tests.rules.books import MANIFEST, Book, Row, parse_rows, plan_both, rows_of
from tests.rules.worlds import RUN_DAYS, worlds

FOLDER = Path(__file__).parent / "schemes"
SCHEMES = ("tiers", "months", "once", "lots")
FAST = Path("/dev/shm")


def quick(examples: int) -> settings:
    """The same worlds in every run, so that `make test` says the same twice; more `examples` find more."""
    phases = [phase for phase in Phase if phase not in (Phase.explain, Phase.reuse)]
    health = list(HealthCheck)
    return settings(
        max_examples=thorough.examples(examples),
        deadline=None,
        suppress_health_check=health,
        phases=phases,
        derandomize=not thorough.LONG,
        database=None,
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


def unnumbered(rows: list[Row]) -> list[Row]:
    """Rows without their numbers; what names a row of the same plan says which kind of row it is."""
    names = {r["entry"]: f"{r['kind']} {r['rule']} {r['period']}" for r in rows}
    return [
        {**r, "entry": "", "lot": names.get(r["lot"], r["lot"]), "of": names.get(r["of"], r["of"])}
        for r in rows
    ]


@quick(45)
@given(rows=worlds(), name=st.sampled_from(SCHEMES), on=RUN_DAYS)
def test_one_person_and_the_batch_agree_to_the_byte(rows: dict[str, str], name: str, on: date) -> None:
    scheme = scheme_of(name)
    with book_of(name, rows) as book:
        snapshot = book.snapshot()
        _, everybody = plan_both(snapshot, scheme, Request(on), book.scratch)
        alone = []
        for person in person_ids(snapshot):
            plan = plan_by_person(snapshot, scheme, Request(on, persons=(person,)))
            alone += unnumbered(parse_rows(rows_of(plan, on, scales_of(snapshot), book.scratch)))
        together = unnumbered(parse_rows(everybody))
        key = [(r["person"], r["rule"], r["period"]) for r in together if r["kind"] == "grant"]
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
        ("2025-01", "2025-03", "2025-02")
        if monthly
        else ("2023", "2024")
        if name == "tiers"
        else ("2023", "2025-03", "2025-03-15")
        if name == "lots"
        else ("ever",)
    )
    asked = {"rules": rules} if data.draw(st.booleans()) else {"periods": periods}
    on = max(on, date(2025, 10, 1))
    with book_of(name, rows) as book:
        plan_both(book.snapshot(), scheme, Request(on, **asked), book.scratch)


@quick(18)
@given(rows=worlds(), name=st.sampled_from((*SCHEMES, "rest")), on=RUN_DAYS)
def test_a_plan_shown_is_booked_and_a_second_run_changes_no_byte(
    rows: dict[str, str], name: str, on: date
) -> None:
    with book_of(name, rows) as book:
        before = book.entitlements()
        _, shown = book.plan(on.isoformat())
        booked = book.topup(on.isoformat())
        assert unnumbered(booked) == unnumbered(shown)
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


def test_a_scheme_whose_only_state_is_sensitive(tmp_path: Path) -> None:
    rules = """\
[facts]
disabled = { kind = "state", type = "bool", sensitive = true, default = "false" }
[[grant]]
id = "more"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01 next"
when = "ever.disabled"
amount = "5.00"
"""
    book = Book.make(tmp_path, {"scheme.toml": rules})
    for person, facts in (("P1", "disabled=true"), ("P2", ""), ("P3", "disabled=maybe")):
        book.person(person)
        cells = {"person": person, "valid_from": "2026-03-01", "facts": facts, "salt": "0" * 16}
        book.append(IDENTITIES, [cells])
    plan, rows = book.plan("2027-01-01")
    assert [row["person"] for row in rows] == ["P1"]
    assert plan.totals[0].undecided_examples[0].person == "P3"


def test_an_alias_has_the_plan_of_the_person_it_stands_for(tmp_path: Path) -> None:
    book = Book.make(tmp_path, texts_of("once"))
    for person in ("P1", "P2"):
        book.person(person, born="1980-01-01", caring="false")
    book.topup("2025-12-01")
    book.state("2025-12-01", "P2", same_as="P1", caring="false")
    for day in ("2025-12-01", "2026-12-01"):
        _, rows = book.plan(day)
        on, snapshot, scheme = date.fromisoformat(day), book.snapshot(), book.scheme()
        for named in (("P2",), ("P1",), ("P2", "P1")):
            plan = plan_by_person(snapshot, scheme, Request(on, persons=named))
            assert parse_rows(rows_of(plan, on, scales_of(snapshot), tmp_path)) == rows


def test_a_bad_cell_is_unknown_and_never_the_default(tmp_path: Path) -> None:
    """Data that a hand has spoiled must not be paid out as if nothing were recorded."""
    rules = """\
[facts]
reference = { kind = "state", type = "decimal(6,2)", default = "100.00" }
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "reference"
"""
    book = Book.make(tmp_path, {"scheme.toml": rules})
    for n, text in enumerate(["", "1e2", "100.005", "50.5", "50.500", "-1", "100000", "٥", " 5"]):
        book.person(f"P{n}", **({"reference": text.strip()} if text else {}))
    plan, rows = book.plan("2026-01-01")
    assert [(row["person"], row["amount"]) for row in rows] == [
        ("P0", "100.00"),
        ("P3", "50.50"),
        ("P4", "50.50"),
        ("P8", "5.00"),
    ]
    assert plan.totals[0].undecided == 5


def test_a_run_for_one_person_does_not_call_a_period_missed_that_others_were_granted(tmp_path: Path) -> None:
    rules = """\
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "5.00"
valid_from = "2024-01-01"
"""
    book = Book.make(tmp_path, {"scheme.toml": rules})
    book.person("P1")
    for year in (2024, 2025):
        assert len(book.topup(f"{year}-01-01")) == 1
    book.person("P2")
    asked = Request(date(2026, 1, 1), persons=("P2",))
    assert plan_by_person(book.snapshot(), book.scheme(), asked).missed == []


def test_of_many_undecided_both_gaits_tell_the_facts_that_decided(tmp_path: Path) -> None:
    """Facts that a rule reads and that nobody missed are not blamed, however many are undecided."""
    rules = """\
[[grant]]
id = "more"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
when = "COALESCE(isced_level, 9) > 2 AND labour_status = 'employed'"
amount = "5.00 * work_share"
round = "up"
"""
    book = Book.make(tmp_path, {"scheme.toml": rules})
    cells = [
        {
            "person": f"P{n:03}",
            "valid_from": "2025-01-01",
            "isced_level": "1" if n % 7 == 0 else "",
            "labour_status": "employed" if n % 3 == 0 else "",
        }
        for n in range(300)
    ]
    book.append(PERSONS, cells)
    plan, rows = book.plan("2026-01-01")
    assert (rows, plan.totals[0].undecided) == ([], 257)
    assert dict(plan.totals[0].missing) == {"labour_status": 172, "work_share": 85}
