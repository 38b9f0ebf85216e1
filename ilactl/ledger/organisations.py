"""The register of organisations read: employers, employment services, training providers, funders.

`provider_on` says what a provider is on a day: labelled or not, suspended or not, and where it is paid.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import known_date, parse_date
from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.scan import Row, read_table

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "OrganisationRow",
    "Provider",
    "organisation",
    "organisation_of",
    "organisation_rows",
    "provider_of",
    "provider_on",
]


class OrganisationRow(NamedTuple):
    """One row of organisations.csv."""

    organisation: str
    valid_from: date
    kinds: tuple[str, ...]
    name: str
    country: str
    register_no: str
    contact: str
    quality_label: str
    label_issuer: str
    label_from: date | None
    label_until: date | None
    suspended: str
    iban: str
    iban_confirmed: str
    offset: int
    cells: tuple[str, ...]


class Provider(NamedTuple):
    """What an organisation is as a provider on a day: from its row that holds then.

    `known` is false where the register has no row for it on the day; `provides` says that its kinds
    name provider. `suspended` is why it may get nothing at the moment, empty where it may.
    """

    organisation: str
    known: bool = False
    provides: bool = False
    name: str = ""
    suspended: str = ""
    label: str = ""
    label_issuer: str = ""
    label_from: date | None = None
    label_until: date | None = None
    iban: str = ""
    iban_confirmed: str = ""

    def labelled_on(self, day: date) -> bool:
        """Whether a quality label is in force that day: missing bounds are open."""
        begun = self.label_from is None or self.label_from <= day
        return bool(self.label) and begun and (self.label_until is None or day <= self.label_until)


def organisation_of(row: Row) -> OrganisationRow:
    """A row that the scanner let through."""
    organisation, valid_from, kinds, name, country, register_no, contact, *rest = row.cells
    label, issuer, first, last, suspended, iban, confirmed = rest
    return OrganisationRow(
        organisation,
        known_date(valid_from),
        tuple(kinds.split(" ")),
        name,
        country,
        register_no,
        contact,
        label,
        issuer,
        parse_date(first),
        parse_date(last),
        suspended,
        iban,
        confirmed,
        row.offset,
        row.cells,
    )


def organisation(snapshot: Snapshot, organisation_id: str, on: date | None = None) -> OrganisationRow | None:
    """The organisation's row that holds on the day, or its newest; None where there is none."""
    held: OrganisationRow | None = None
    for row in usable_rows(*rows_of(snapshot, ORGANISATIONS, "organisation", organisation_id), ORGANISATIONS):
        one = organisation_of(row)
        if (on is None or one.valid_from <= on) and (held is None or one.valid_from >= held.valid_from):
            held = one
    return held


def provider_on(snapshot: Snapshot, organisation_id: str, day: date) -> Provider:
    """What the organisation is as a provider on the day; not `known` where no row holds then."""
    held = organisation(snapshot, organisation_id, day)
    return provider_of(held) if held else Provider(organisation_id)


def provider_of(held: OrganisationRow) -> Provider:
    """What the row says of the organisation as a provider."""
    return Provider(
        organisation=held.organisation,
        known=True,
        provides="provider" in held.kinds,
        name=held.name,
        suspended=held.suspended,
        label=held.quality_label,
        label_issuer=held.label_issuer,
        label_from=held.label_from,
        label_until=held.label_until,
        iban=held.iban,
        iban_confirmed=held.iban_confirmed,
    )


def organisation_rows(snapshot: Snapshot) -> list[OrganisationRow]:
    """Every row of organisations.csv in file order. Raises BadInput where a row is bad."""
    rows, findings = read_table(snapshot.view(ORGANISATIONS.file), ORGANISATIONS)
    return [organisation_of(row) for row in usable_rows(rows, findings, ORGANISATIONS)]
