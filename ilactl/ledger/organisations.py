"""The register of organisations read: employers, employment services, training providers, funders."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import parse_date
from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.scan import Row, read_table

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["OrganisationRow", "organisation", "organisation_rows"]


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
    label_from: date | None
    label_until: date | None
    offset: int
    cells: tuple[str, ...]


def _organisation(row: Row) -> OrganisationRow:
    organisation, valid_from, kinds, name, country, register_no, contact, label, first, last = row.cells
    day = parse_date(valid_from)
    assert day is not None, "the scanner lets no other text through"
    return OrganisationRow(
        organisation,
        day,
        tuple(kinds.split(" ")),
        name,
        country,
        register_no,
        contact,
        label,
        parse_date(first),
        parse_date(last),
        row.offset,
        row.cells,
    )


def organisation(snapshot: Snapshot, organisation_id: str, on: date | None = None) -> OrganisationRow | None:
    """The organisation's row that holds on the day, or its newest; None where there is none."""
    held: OrganisationRow | None = None
    for row in usable_rows(*rows_of(snapshot, ORGANISATIONS, "organisation", organisation_id), ORGANISATIONS):
        one = _organisation(row)
        if (on is None or one.valid_from <= on) and (held is None or one.valid_from >= held.valid_from):
            held = one
    return held


def organisation_rows(snapshot: Snapshot) -> list[OrganisationRow]:
    """Every row of organisations.csv in file order. Raises BadInput where a row is bad."""
    rows, findings = read_table(snapshot.view(ORGANISATIONS.file), ORGANISATIONS)
    return [_organisation(row) for row in usable_rows(rows, findings, ORGANISATIONS)]
