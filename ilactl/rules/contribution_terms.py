"""What a contributor may tie a contribution to, and until when it may be used."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ilactl.dates import parse_date
from ilactl.findings import Finding, Kind
from ilactl.ledger.registers import person_record

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.contribution_requests import ContributionRequest
    from ilactl.rules.model import ContributionRule

__all__ = ["EARMARK", "USE_BY", "terms_asked"]

EARMARK = Kind(
    "CONTRIBUTION-EARMARK",
    "a contribution is tied to something its rule does not let it be tied to",
    "leave the earmark out, or let the rule allow it with earmarks",
)
USE_BY = Kind(
    "CONTRIBUTION-USE-BY",
    "a contribution has a last day its rule does not allow, or none where the rule needs one",
    "correct the day, or the rule's use_by",
)

Terms = tuple[date | None, date | None]
"""The first and the last day of use."""


def terms_asked(
    snapshot: Snapshot, request: ContributionRequest, person: str, rule: ContributionRule, on: date
) -> Terms | Finding:
    """When a contribution of that day may be used; a finding where what is asked for cannot be."""
    kind = request.earmark.partition(":")[0]
    if request.earmark not in ("", "any") and kind not in rule.earmarks:
        allowed = ", ".join(rule.earmarks) or "nothing"
        return request.find(
            EARMARK, "earmark", f"{rule.id} lets a contribution be tied to {allowed}, not {kind}"
        )
    use_by = parse_date(request.use_by) if request.use_by else None
    if fault := _use_by_fault(request.use_by, use_by, rule, on):
        return request.find(USE_BY, "use_by", fault)
    born = person_record(snapshot, person).birth_date if rule.terms.of_birth else None
    if rule.terms.of_birth and born is None:
        return request.find(USE_BY, "person", f"{rule.id} ends at an age, and {person} has no birth date")
    ends = [day for day in (use_by, rule.terms.expires_on(on, born)) if day]
    return rule.terms.usable_from(on), min(ends, default=None)


def _use_by_fault(text: str, use_by: date | None, rule: ContributionRule, on: date) -> str:
    if text and rule.use_by == "no":
        return f"{rule.id} does not let the contributor set a last day"
    if not text:
        return f"{rule.id} needs the last day to use it" if rule.use_by == "required" else ""
    if use_by is None:
        return f"use_by {text!r} is not a day, written YYYY-MM-DD"
    return f"use_by {use_by} lies before {on}" if use_by < on else ""
