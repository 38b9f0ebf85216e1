"""Other programs that read the export come to the balances that ilactl tells, to the cent."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.peers import PEERS, ilactl_balances, standings
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import row_of
from ilactl.reports.journal_beancount import beancount_unit
from ilactl.reports.journal_hledger import hledger_unit
from tests.conftest import TODAY, call_in_process
from tests.export.journals import Sums, aliases_of, by_beancount, by_hand, export, grouped, told
from tests.histories.test_random_histories import History
from tests.rules.books import MANIFEST, Book
from tests.wallets.book import COMMANDS, STEP, book_of

HISTORIES = (1, 7)
STEPS = 12


@pytest.fixture(scope="module", params=["sample", "book", *HISTORIES], ids=str)
def any_ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample after a top-up and an undo, a long book, ledgers after commands in any order."""
    folder = tmp_path_factory.mktemp("any")
    if request.param == "book":
        dice = random.Random(11)
        steps = [(dice.choice(COMMANDS), dice.randrange(31), dice.randrange(2001)) for _ in range(150)]
        return next(_made(steps, folder))
    if request.param != "sample":
        history = History(folder, request.param)
        for _ in range(STEPS):
            history.step()
        return history.root
    root = folder / "ledger"
    for words in (
        ("init", root, "--sample"),
        ("topup", "--on", "2027-01-01", "--yes", "--ledger", root),
        ("undo", "65", "--why", "test", "--yes", "--except-spent", "--on", "2027-01-02", "--ledger", root),
    ):
        call_in_process(words, None, None, None, TODAY)
    return root


def agree(ledger: Path, sums: Sums) -> None:
    """By person and by class the sums are the balances told, and each unit's come to nothing."""
    for part, by in ((1, "person"), (2, "class")):
        wanted, found = told(ledger, by), grouped(sums, part)
        assert {key for key, figures in wanted.items() if any(figures)} <= found.keys()
        for key, figures in found.items():
            assert wanted[key] == figures, key
    whole: Counter[str] = Counter()
    for (_, unit), amount in sums.items():
        whole[unit] += amount
    assert not any(whole.values())


def test_beancount_agrees_with_balance_and_with_the_bare_rows(any_ledger: Path) -> None:
    sums = by_beancount(export(any_ledger, "beancount"))
    assert sums == by_hand(any_ledger, aliases_of(any_ledger))
    agree(any_ledger, sums)


@pytest.mark.parametrize("name", ["hledger", "ledger"])
def test_a_program_that_is_installed_agrees_with_balance(any_ledger: Path, tmp_path: Path, name: str) -> None:
    peer = PEERS[name]
    if peer.found() is None:
        pytest.skip(f"{name} is not installed here")
    assert answer_of(name, any_ledger, tmp_path) == ilactl_balances(
        call_in_process(
            ("balance", "--by", "person", "-O", "csv", "--ledger", any_ledger), None, None, None, TODAY
        ).out
    )


def answer_of(name: str, ledger: Path, folder: Path) -> object:
    """What the program says is on wallets and reserved, by person and our units."""
    peer = PEERS[name]
    rename: Callable[[str], str] = beancount_unit if peer.format == "beancount" else hledger_unit
    journal = folder / "journal"
    journal.write_text(export(ledger, peer.format), "utf-8")
    done = subprocess.run(
        peer.command(journal), capture_output=True, text=True, timeout=120, check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)},
    )  # fmt: skip
    assert done.stderr == ""
    return standings(peer.read(done.stdout), {rename(unit).strip('"'): unit for unit in UNITS})


UNITS = ("EUR", "DAY", "day", "hour", "h", "s", "m", "and", "true", "null", "a_", "paid_leave", "session")
ODD = MANIFEST.replace("[units.hour]\nscale = 0\n", "") + "".join(
    f"[units.{unit}]\nscale = {index % 4}\n" for index, unit in enumerate(UNITS) if unit != "EUR"
)
HOSTILE = (
    'say "no" \\ and \\n; x',
    "a, date:2001-01-01, lot:E9",
    "paid [2001-01-01] [=2001/01/01] 50%",
    "; tag: value",
    "(x) {1 EUR} @@ 3 * ! #tag ^link",
    "end comment",
    "Sąskaita Nr. 5, Βασίλης",
    "two  spaces: EUR",
    "'; DROP",
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with units and references that mean something to other programs, and an alias."""
    book = Book.make(
        tmp_path_factory.mktemp("odd"), {}, ODD, persons="P1,2026-01-01,,,,,,,,\nP2,2026-01-01,,,,,,,P1,\n"
    )
    lot = random.Random(3)
    rows = []
    for index, unit in enumerate(UNITS * 2):
        scale = 2 if unit == "EUR" else index % len(UNITS) % 4
        minor = str(lot.randrange(1, 10**7)).rjust(scale + 1, "0")
        amount = f"{minor[:-scale]}.{minor[-scale:]}" if scale else minor
        cells = {"entry": f"E{index + 1}", "booked_on": "2026-01-01", "person": ("P1", "P2")[index % 3 == 0]}
        cells |= {
            "kind": "contribute",
            "amount": amount,
            "unit": unit,
            "from": "own",
            "to": "wallet:low_paid",
        }
        rows.append({**cells, "rule": "pay@2026-01-01", "ref": HOSTILE[index % len(HOSTILE)]})
    book.append(ENTITLEMENTS, rows)
    return book.root


@pytest.mark.parametrize("name", PEERS)
def test_units_and_references_that_mean_something_elsewhere_stay_what_they_are(
    odd: Path, tmp_path: Path, name: str
) -> None:
    if PEERS[name].found() is None:
        pytest.skip(f"{name} is not installed here")
    found = answer_of(name, odd, tmp_path)
    assert found == ilactl_balances(
        call_in_process(
            ("balance", "--by", "person", "-O", "csv", "--ledger", odd), None, None, None, TODAY
        ).out
    )


def test_no_two_units_and_no_two_accounts_become_one() -> None:
    letters = "ae_"
    names = {f"{a}{b}{c}" for a in "ae" for b in letters for c in letters}
    names |= {name + more for name in names for more in ("", "a", "_")} | {"true", "null", "h", "m"}
    names |= {f"{a}{b}{c}" for a in "AE" for b in "AE" for c in "AE"}
    for rename in (beancount_unit, hledger_unit):
        assert len({rename(name) for name in names}) == len(names)


def _made(steps: list[tuple[str, int, int]], folder: Path) -> Iterator[Path]:
    book = Book.make(
        folder, {}, persons="P1,2026-01-01,,,,,,,,\nP2,2026-01-01,,,,,,,,\nP3,2026-01-01,,,,,,,P1,\n"
    )
    entries = book_of(steps, ("P1", "P2", "P3")).entries
    if entries:
        units = book.snapshot().manifest.units
        names = ENTITLEMENTS.names
        book.append(ENTITLEMENTS, [dict(zip(names, row_of(entry, units), strict=True)) for entry in entries])
        yield book.root


@settings(
    max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(steps=st.lists(STEP, min_size=5, max_size=40))
def test_whatever_was_booked_beancount_agrees(steps: list[tuple[str, int, int]], tmp_path_factory) -> None:
    for ledger in _made(steps, tmp_path_factory.mktemp("random")):
        sums = by_beancount(export(ledger, "beancount"))
        assert sums == by_hand(ledger, {"P3": "P1"})
        agree(ledger, sums)
        assert all(isinstance(amount, Decimal) for amount in sums.values())
