"""Remittance lists: what each payee is paid by one settlement, enrolment by enrolment, and by which fund.

A list is made of the rows that the settlement booked, of the enrolments as they stood then, and of
the accounts that its commit names: made again years later it has the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.scan import format_row
from ilactl.money import format_amount
from ilactl.reports.remittance_facts import about_enrolments, funders_of
from ilactl.rules.payees import HOLDER, reference_of

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.record import FileHead
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["COLUMNS", "Line", "Remittance", "remittance_csv", "remittances", "sums_by_fund"]

COLUMNS = (
    "reference",
    "value_date",
    "payee",
    "name",
    "iban",
    "enrolment",
    "course",
    "run",
    "person",
    "invoice",
    "amount",
    "unit",
    "fund",
)
"""The columns of a list, in order: a contract with whoever reads the files."""


class Line(NamedTuple):
    """What one fund pays of one enrolment. `amount` is in the unit's smallest part."""

    reference: str
    enrolment: str
    course: str
    run: str
    person: str
    invoice: str
    amount: int
    unit: str
    fund: str


class Remittance(NamedTuple):
    """One payee's list: its account in the books, its name and IBAN, the day, its lines."""

    payee: str
    name: str
    iban: str
    value_date: date
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """What the list is called, and its file: the payment's reference but for account holders."""
        first = self.lines[0].reference
        return first.partition("-")[0] if self.payee == HOLDER else first

    def totals(self) -> dict[str, int]:
        """What the payee gets, by unit."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.unit] = sums.get(line.unit, 0) + line.amount
        return sums


def remittances(
    snapshot: Snapshot,
    entries: Sequence[Entry],
    payees: Mapping[str, Sequence[str]],
    *,
    on: date,
    seq: int | None,
    then: FileHead | None = None,
) -> list[Remittance]:
    """The lists of the entries that a settlement booked, or would book, payee by payee.

    `payees` gives each payee's name and IBAN; `then` is enrolments.csv as the commit left it.
    """
    about = about_enrolments(snapshot, dict.fromkeys(e.enrolment for e in entries), then)
    funders = funders_of(snapshot, dict.fromkeys(e.lot for e in entries))
    found: dict[str, dict[tuple[str, str, str, str], int]] = {}
    for entry in entries:
        sums = found.setdefault(entry.target, {})
        key = entry.enrolment, entry.unit, funders[entry.lot], entry.ref
        sums[key] = sums.get(key, 0) + entry.amount
    lists = []
    for payee, sums in found.items():
        name, iban = payees.get(payee, ("", ""))
        lines = [
            Line(reference_of(seq, payee, one), one, *about[one], invoice, amount, unit, fund)
            for (one, unit, fund, invoice), amount in sums.items()
        ]
        lists.append(Remittance(payee, name, iban, on, tuple(lines)))
    return lists


def sums_by_fund(lists: Iterable[Remittance]) -> dict[tuple[str, str], int]:
    """What each fund pays in each unit."""
    sums: dict[tuple[str, str], int] = {}
    for one in lists:
        for line in one.lines:
            sums[line.fund, line.unit] = sums.get((line.fund, line.unit), 0) + line.amount
    return dict(sorted(sums.items()))


def remittance_csv(one: Remittance, scales: Mapping[str, int]) -> bytes:
    """The list as CSV: one line for each enrolment and fund."""
    text = [",".join(COLUMNS) + "\n"]
    day = one.value_date.isoformat()
    for line in one.lines:
        cells = (
            line.reference,
            day,
            one.payee,
            one.name,
            one.iban,
            line.enrolment,
            line.course,
            line.run,
            line.person,
            line.invoice,
            format_amount(line.amount, scales[line.unit]),
            line.unit,
            line.fund,
        )
        text.append(format_row(cells))
    return "".join(text).encode()
