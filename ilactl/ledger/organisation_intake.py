"""Imports and changes of organisations: what is special about their rows, which is the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.grammar import fault_of
from ilactl.ledger.iban import compact_iban, iban_fault
from ilactl.ledger.register_intake import RegisterPlanner, read_register
from ilactl.ledger.register_plan import Problem

if TYPE_CHECKING:
    from ilactl.ledger.intake import Intake
    from ilactl.ledger.upload import Upload

__all__ = ["OrganisationPlanner", "read_organisations"]

_LASTING = ("suspended", "iban")
"""What holds until it is changed again, also where a row that is to hold later was recorded before."""


class OrganisationPlanner(RegisterPlanner):
    """Plans rows of organisations.csv. A changed account is confirmed no more."""

    table = ORGANISATIONS
    own_form = ("iban", "iban_confirmed")

    def completed(self, key: str, day: str, given: Mapping[str, str]) -> dict[str, str]:
        """The account without the spaces that people write into it."""
        cells = {name: compact_iban(text) if name in self.own_form else text for name, text in given.items()}
        if "iban" in cells and cells["iban"] != self.held(key, day).get("iban", ""):
            cells["iban_confirmed"] = ""
        return cells

    def problems(self, key: str, day: str, given: Mapping[str, str]) -> list[Problem]:
        """All that speaks against the request at once: one part of the row turns on no other."""
        held = self.held(key, day)
        cells = {**held, **given}
        found = self.twice(key, day)
        for column in ("kinds", "name"):
            if not cells.get(column):
                remedy = self.book.too_early(key, day)
                found.append(Problem(column, f"organisation {key} has no {column}", remedy))
        found += self.order_fault(cells, "label_from", "label_until")
        return [*found, *_account_problems(held, cells)]

    def take(self, key: str, day: str, given: Mapping[str, str]) -> str:
        """Plan the request: `new`, `known` or `changed`.

        A row that is to hold later carried its suspension and its account over when it was recorded: where
        these change, they change there as well, or the old ones would come back by themselves.
        """
        before = self.held(key, day)
        outcome = super().take(key, day, given)
        for later in self.book.days_after(key, day):
            then = self.held(key, later)
            lasting = {n: given[n] for n in _LASTING if n in given and then[n] == before.get(n, "")}
            cells = self.completed(key, later, lasting)
            self._rows.take(key, later, {self.table.index(name): text for name, text in cells.items()})
        return outcome


def _account_problems(held: Mapping[str, str], cells: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the account of a row: its number, or a confirmation that nobody gave."""
    iban = compact_iban(cells.get("iban", ""))
    changed = iban and iban != held.get("iban", "")
    fault = changed and (iban_fault(iban) or fault_of(ORGANISATIONS.column("iban"), iban))
    if fault:
        remedy = "copy it again from the organisation's own letter or invoice"
        return [Problem("iban", f"iban {iban}: {fault}", remedy)]
    confirmed = compact_iban(cells.get("iban_confirmed", ""))
    if confirmed and confirmed != held.get("iban_confirmed", ""):
        remedy = "leave it empty; 'ilactl organisation confirm ORG --iban' is how somebody else confirms it"
        return [Problem("iban_confirmed", "an account cannot be confirmed along with other changes", remedy)]
    return []


def read_organisations(upload: Upload) -> Intake:
    """Read an import of organisations."""
    return read_register(upload, ORGANISATIONS, own_form=OrganisationPlanner.own_form)
