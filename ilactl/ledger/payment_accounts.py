"""On which account an organisation is paid, who put it in, and whether somebody else confirmed it.

Nobody can have money sent to an account of their own choosing alone: an account counts as confirmed
where the commit that recorded the confirmation was made by another user of the system than the
commit that put the account in. A row carries its account over from the row it changes, so whoever
only changed a telephone number put no account in. Rows taken in by hand were put in by who adopted them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.organisations import OrganisationRow, organisation_of
from ilactl.ledger.record import Record

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["CONFIRM", "PaymentAccount", "PaymentAccounts"]

CONFIRM = "organisation confirm"
"""The command that confirms: its rows say so even where they repeat a confirmation that does not count."""


class PaymentAccount(NamedTuple):
    """An organisation on a day: its row, the commit that put its account in, the one that confirmed it.

    Each commit is None where there was none.
    """

    row: OrganisationRow
    put_in: Record | None = None
    confirmed: Record | None = None

    @property
    def iban(self) -> str:
        """The account; empty where there is none."""
        return self.row.iban

    @property
    def holds(self) -> bool:
        """Whether somebody else than who put the account in confirmed it."""
        return bool(self.iban and self.put_in and self.confirmed and self.confirmed.user != self.put_in.user)


class PaymentAccounts:
    """Looks up accounts in one snapshot; which commit recorded a row is looked for once a commit."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Nothing is read before it is asked for."""
        self._snapshot = snapshot
        self._ranges: list[tuple[int, int, Record]] = []

    def on(self, organisation: str, day: date) -> PaymentAccount | None:
        """The account by the row that holds on the day; None where no row does."""
        return next(iter(self.from_day(organisation, day)), None)

    def from_day(self, organisation: str, day: date) -> list[PaymentAccount]:
        """The account by the row that holds on the day, and by each that will hold later, in their order."""
        held: dict[date, PaymentAccount] = {}
        found = rows_of(self._snapshot, ORGANISATIONS, "organisation", organisation)
        for one in map(organisation_of, usable_rows(*found, ORGANISATIONS)):
            before = max((first for first in held if first <= one.valid_from), default=None)
            held[one.valid_from] = self._account(one, held[before] if before else None)
        now = max((first for first in held if first <= day), default=None)
        return [held[first] for first in sorted(held) if now is not None and first >= now]

    def _account(self, row: OrganisationRow, base: PaymentAccount | None) -> PaymentAccount:
        """What a row says, seen beside the one that it changes."""
        if not row.iban:
            return PaymentAccount(row)
        carried = base is not None and base.iban == row.iban
        put_in = (base.put_in if base and carried else None) or self._commit(row)
        if row.iban_confirmed != row.iban:
            return PaymentAccount(row, put_in)
        before = base.confirmed if base and carried else None
        if before is None:
            return PaymentAccount(row, put_in, self._commit(row))
        if before.user == put_in.user and (commit := self._commit(row)).command == CONFIRM:
            before = commit
        return PaymentAccount(row, put_in, before)

    def _commit(self, row: OrganisationRow) -> Record:
        for start, end, record in self._ranges:
            if start <= row.offset < end:
                return record
        record = self._snapshot.commit_of(ORGANISATIONS.file, row.offset)
        self._ranges += [
            (act.base, act.base + act.size, record)
            for act in record.files
            if act.path == ORGANISATIONS.file and act.base <= row.offset < act.base + act.size
        ]
        return record
