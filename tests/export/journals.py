"""Journals read by other programs, and by hand what they must come to."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from beancount import loader
from beancount.core.data import Open, Transaction

from tests.conftest import TODAY, call_in_process

Sums = dict[tuple[str, str], Decimal]
"""Amounts by account and unit, all that are not nothing."""


def export(ledger: Path, format_name: str, *options: str) -> str:
    """What `ilactl export` prints."""
    args = ("export", "--format", format_name, "--ledger", ledger, *options)
    return call_in_process(args, None, None, None, TODAY).ok().out


def by_hand(ledger: Path, aliases: Mapping[str, str] | None = None, until: str = "9") -> Sums:
    """Every account's sum from the bare rows; what is a person's stands below who they are."""
    sums: Counter[tuple[str, str]] = Counter()
    with (ledger / "entitlements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            person = (aliases or {}).get(row["person"], row["person"])
            for end, sign in (("from", -1), ("to", 1)):
                if row[end] and row["booked_on"] <= until:
                    parts = row[end].split(":")
                    if parts[0] in ("wallet", "held", "own", "owed"):
                        parts.insert(1, person)
                    sums[":".join(parts), row["unit"]] += sign * Decimal(row["amount"])
    return {key: amount for key, amount in sums.items() if amount}


def aliases_of(ledger: Path) -> dict[str, str]:
    """Who stands for whom by the newest rows of persons.csv; no test here has an alias of an alias."""
    newest = {}
    for line in (ledger / "persons.csv").read_text("utf-8").splitlines()[1:]:
        cells = line.split(",")
        newest[cells[0]] = cells[-2]
    return {person: other for person, other in newest.items() if other}


def loaded(text: str) -> list[object]:
    """The directives of a Beancount file that loads without an error."""
    entries, errors, _ = loader.load_string(text, dedent=False)
    assert errors == [], errors
    return list(entries)


def transactions(text: str) -> list[Transaction]:
    """Those that are transactions, in file order."""
    found = [entry for entry in loaded(text) if isinstance(entry, Transaction)]
    return sorted(found, key=lambda one: int(one.meta["lineno"]))


_OURS = {
    "Assets:Wallet": "wallet",
    "Assets:Held": "held",
    "Liabilities:Owed": "owed",
    "Income:Fund": "fund",
    "Income:Employer": "employer",
    "Income:Service": "service",
    "Income:Own": "own",
    "Expenses:Provider": "provider",
    "Expenses:Pool": "pool",
    "Expenses:Expired": "expired",
    "Equity:Conversion": "conversion",
    "Equity:Agency": "agency",
}


def ours(account: str) -> str:
    """A Beancount account by the name it has in the ledger, the person below its kind."""
    parts = account.split(":")
    kind = _OURS[":".join(parts[:2])]
    rest = parts[2:]
    if kind in ("wallet", "held", "fund"):
        name = rest[-1]
        rest[-1] = name[0].lower() + name[1:].replace("-", "_")
    return ":".join([kind, *rest])


def by_beancount(text: str) -> Sums:
    """Every account's sum as Beancount has it; its units by the names that the file tells."""
    units = {entry.currency: entry.meta["unit"] for entry in loaded(text) if hasattr(entry, "currency")}
    sums: Counter[tuple[str, str]] = Counter()
    for one in transactions(text):
        for posting in one.postings:
            assert posting.units is not None
            sums[ours(posting.account), units[posting.units.currency]] += posting.units.number
    return {key: amount for key, amount in sums.items() if amount}


def opened(text: str) -> list[str]:
    """The accounts that a Beancount file opens."""
    return [entry.account for entry in loaded(text) if isinstance(entry, Open)]


def told(ledger: Path, by: str, *options: str) -> dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]]:
    """What `ilactl balance` says: balance, reserved and owed by a group and unit."""
    args = ("balance", "--by", by, "-O", "csv", "--ledger", ledger, *options)
    rows = csv.DictReader(call_in_process(args, None, None, None, TODAY).ok().out.splitlines())
    return {
        (row[by], row["unit"]): (Decimal(row["balance"]), Decimal(row["reserved"]), Decimal(row["owed"]))
        for row in rows
    }


def grouped(sums: Sums, part: int) -> dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]]:
    """The same from the accounts of a journal, by person (1) or class (2)."""
    found: dict[tuple[str, str], list[Decimal]] = {}
    for (account, unit), amount in sums.items():
        parts = account.split(":")
        if parts[0] in ("wallet", "held", "owed") and len(parts) > part:
            figures = found.setdefault((parts[part], unit), [Decimal(0)] * 3)
            figures[("wallet", "held", "owed").index(parts[0])] += -amount if parts[0] == "owed" else amount
    return {key: (free, held, owed) for key, (free, held, owed) in found.items()}
