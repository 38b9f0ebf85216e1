"""Checks of organisations: what they are to the scheme, and the accounts they are paid on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ilactl.findings import Finding, Kind
from ilactl.ledger.check_registers import ORGANISATION
from ilactl.ledger.columns import COURSES, ORGANISATIONS

if TYPE_CHECKING:
    from ilactl.ledger.checking import Ground

__all__ = ["accounts_confirmed", "accounts_shared", "accounts_valid", "providers_known"]

IBAN = Kind(
    "CHECK-IBAN",
    "an account number is no IBAN",
    "ask the organisation for it and record it with 'ilactl organisation update'",
)
SELF = Kind(
    "CHECK-OWN-CONFIRMATION",
    "who put an account in also confirmed it",
    "have somebody else confirm it: 'ilactl organisation confirm ORGANISATION --iban'",
    warning=True,
)
SHARED = Kind(
    "CHECK-SHARED-ACCOUNT",
    "two providers are paid on one account",
    "ask both whose it is; whoever runs two firms may have one account",
    warning=True,
)


def providers_known(ground: Ground) -> Iterator[Finding]:
    """Every course's provider is in organisations.csv, as a provider."""
    index, kinds_at = COURSES.index("provider"), ORGANISATIONS.index("kinds")
    provides: set[str] = set()
    for row in ground.rows(ORGANISATIONS):
        if "provider" in row.cells[kinds_at].split(" "):
            provides.add(row.cells[0])
    for row in ground.rows(COURSES):
        name = row.cells[index]
        if name in provides:
            continue
        if name not in ground.organisations:
            fault = f"provider {name} is not in organisations.csv"
        elif ground.is_whole(ORGANISATIONS):
            fault = f"{name} is no provider: 'kinds' of no row of it says so"
        else:
            continue
        yield ORGANISATION.at(ground.place(COURSES.file, row.offset, "provider"), fault)


def accounts_valid(ground: Ground) -> Iterator[Finding]:
    """Every account that an organisation is paid on is an IBAN."""
    good: set[str] = set()
    for row in ground.rows(ORGANISATIONS):
        for column in ("iban", "iban_confirmed"):
            iban = row.cells[ORGANISATIONS.index(column)]
            if not iban or iban in good:
                continue
            from ilactl.ledger.iban import iban_fault

            if fault := iban_fault(iban):
                place = ground.place(ORGANISATIONS.file, row.offset, column)
                yield IBAN.at(place, f"{iban} is no IBAN: {fault}")
            else:
                good.add(iban)


def accounts_confirmed(ground: Ground) -> Iterator[Finding]:
    """Somebody else than who put an account in has confirmed it."""
    from ilactl.errors import IlactlError
    from ilactl.ledger.payment_accounts import PaymentAccounts

    iban_at, confirmed_at = ORGANISATIONS.index("iban"), ORGANISATIONS.index("iban_confirmed")
    confirmed = {
        row.cells[0]
        for row in ground.rows(ORGANISATIONS)
        if row.cells[iban_at] and row.cells[iban_at] == row.cells[confirmed_at]
    }
    accounts = PaymentAccounts(ground.snapshot)
    for name in sorted(confirmed):
        try:
            found = accounts.on(name, ground.on)
        except IlactlError:
            continue  # a broken log or row: others tell of it
        if found and found.confirmed and found.put_in and not found.holds:
            place = ground.place(ORGANISATIONS.file, found.row.offset, "iban_confirmed")
            message = f"who put the account of {name} in confirmed it: nothing is paid on it"
            yield SELF.at(place, message)


def accounts_shared(ground: Ground) -> Iterator[Finding]:
    """No two providers are paid on one account."""
    kinds_at, iban_at = ORGANISATIONS.index("kinds"), ORGANISATIONS.index("iban")
    newest: dict[str, tuple[str, str, int]] = {}
    for row in ground.rows(ORGANISATIONS):
        name, since = row.cells[0], row.cells[1]
        if since >= newest.get(name, ("",))[0]:
            iban = row.cells[iban_at] if "provider" in row.cells[kinds_at].split(" ") else ""
            newest[name] = (since, iban, row.offset)
    first: dict[str, str] = {}
    for name, (_, iban, offset) in sorted(newest.items(), key=lambda item: item[1][2]):
        if iban and first.setdefault(iban, name) != name:
            place = ground.place(ORGANISATIONS.file, offset, "iban")
            yield SHARED.at(place, f"{name} and {first[iban]} are paid on one account")
