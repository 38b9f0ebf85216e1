"""Who is paid: whether a payee can be paid on a day, and why not.

A provider is paid on the account in the register, and only where somebody else than who put it in
confirmed it. Account holders and employers who paid before are paid by the agency's own means, so
nothing is asked of the register for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.payment_accounts import PaymentAccounts

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "EMPLOYER",
    "HOLDER",
    "PROVIDER",
    "RETURNED",
    "Standing",
    "organisation_in",
    "reference_of",
    "standing_of",
]

PROVIDER, EMPLOYER, HOLDER = "provider:", "employer:", "own"
"""How the accounts of payees begin, or are called."""

RETURNED = "settle returned"
"""The command of a commit that takes back payments which came back."""


class Standing(NamedTuple):
    """A payee on a day: its name, the account it is paid on, and why it is not paid; empty where it is."""

    name: str = ""
    iban: str = ""
    held_back: str = ""


def organisation_in(account: str) -> str:
    """The organisation that an account of a payee names; empty for the holder's own."""
    return account.partition(":")[2]


def reference_of(seq: int | None, payee: str, enrolment: str) -> str:
    """A payment's reference: S12-O3 to a provider, S12E-O7 to an employer, S12H-N44 to an account holder.

    Empty before the commit is made whose number stands in it.
    """
    if seq is None:
        return ""
    if payee == HOLDER:
        return f"S{seq}H-{enrolment}"
    return f"S{seq}{'E' if payee.startswith(EMPLOYER) else ''}-{organisation_in(payee)}"


def standing_of(snapshot: Snapshot, day: date) -> Callable[[str], Standing]:
    """Tells of each payee, by its account, how it stands on the day."""
    accounts = PaymentAccounts(snapshot)

    @cache
    def ask(payee: str) -> Standing:
        found = accounts.on(organisation_in(payee), day) if payee != HOLDER else None
        if found and found.row.suspended:
            return Standing(found.row.name, held_back=f"it is suspended: {found.row.suspended}")
        if not payee.startswith(PROVIDER):
            return Standing(found.row.name if found else "")
        if found is None:
            return Standing(held_back="it is not in the register of organisations on this day")
        name, row = found.row.name, found.row
        if not row.iban:
            return Standing(name, held_back="the register has no account (IBAN) of it")
        if not row.iban_confirmed or row.iban_confirmed != row.iban:
            return Standing(name, held_back="its account is not confirmed")
        if not found.holds:
            return Standing(name, held_back="its account was confirmed by whoever put it in")
        return Standing(name, row.iban)

    return ask
