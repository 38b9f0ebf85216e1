"""Chooses how a top-up is planned: person by person for few, by the batch engine for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ENTITLEMENTS, PERSONS
from ilactl.ledger.holders import FEW
from ilactl.rules.by_person import plan_by_person
from ilactl.rules.model import Scheme
from ilactl.rules.plan import Plan, Request

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["make_plan"]

_SMALL = 1_500_000
"""Bytes of entitlements.csv and persons.csv up to which reading them beats importing an engine."""


def make_plan(
    snapshot: Snapshot, scheme: Scheme, request: Request, tell: Callable[[str], None] = lambda _: None
) -> Plan:
    """The plan by whichever maker is quicker for the ledger's size; both give the same.

    `tell` hears what is being done: for whoever waits.
    """
    tell("deciding who gets what")
    size = sum(snapshot.head.sizes.get(table.file, 0) for table in (ENTITLEMENTS, PERSONS))
    few = request.persons is not None and len(request.persons) <= FEW
    if few or size <= _SMALL:
        return plan_by_person(snapshot, scheme, request)
    from ilactl.rules.batch import plan_by_batch

    return plan_by_batch(snapshot, scheme, request, tell)
