"""The status of a document: what a status list says of it, or that nobody has given one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ilactl.credentials.status_list import BadList, bit_of
from ilactl.credentials.structure import listed, time_of
from ilactl.credentials.verifying import Verdict, verify

if TYPE_CHECKING:
    from ilactl.credentials.trust import Trust

__all__ = ["MAX_AGE", "check_status"]

MAX_AGE = timedelta(days=92)
"""A list that is older says nothing about today."""

_PURPOSES = {"revocation": "revoked", "suspension": "suspended"}


def check_status(
    document: dict[str, Any], given: dict[str, Any] | None, trust: Trust, at: datetime, found: Verdict
) -> None:
    """Add to the verdict what there is to say of the status; `given` is the status list."""
    entry = document.get("credentialStatus")
    if entry is None:
        found.say("status", None, "it names no status list: nobody can revoke it")
        return
    if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
        kind = entry.get("type") if isinstance(entry, dict) else ""
        found.say("status", None, f"its status is of a kind that ilactl does not know: {str(kind)[:60]}")
        return
    size = entry.get("statusSize", 1)
    if type(size) is not int:
        found.say("status", False, "its statusSize is no whole number")
        return
    if size != 1:
        found.say("status", None, f"its status is of {size} bits, which ilactl does not read")
        return
    address, purpose = entry.get("statusListCredential"), entry.get("statusPurpose")
    place = str(entry.get("statusListIndex"))
    if not isinstance(address, str) or not place.isascii() or not place.isdigit() or len(place) > 12:
        found.say("status", False, "its credentialStatus names no place in a list")
        return
    if given is None:
        found.say(
            "status", None, f"whether it was revoked was not looked at: give {address[:120]} with --status"
        )
        return
    wrong = list(_list_faults(document, given, address, purpose, trust, at, found))
    for text in wrong:
        found.say("status", False, f"the status list cannot be believed: {text}")
    if wrong:
        return
    try:
        set_ = bit_of(given["credentialSubject"].get("encodedList"), int(place))
    except BadList as fault:
        found.say("status", False, f"the status list cannot be believed: {fault}")
        return
    what = _PURPOSES.get(str(purpose), str(purpose)[:40])
    made = time_of(given.get("validFrom"))
    when = f"by the list of {made:%Y-%m-%d}" if made else "by the list"
    found.say("status", not set_, f"it is {what}, {when}" if set_ else f"it is not {what}, {when}")


def _list_faults(
    document: dict[str, Any],
    given: dict[str, Any],
    address: str,
    purpose: Any,
    trust: Trust,
    at: datetime,
    found: Verdict,
) -> list[str]:
    wrong: list[str] = []
    subject = given.get("credentialSubject")
    if "BitstringStatusListCredential" not in listed(given.get("type")) or not isinstance(subject, dict):
        return ["it is no BitstringStatusListCredential"]
    if given.get("id") != address:
        wrong.append(f"it is {str(given.get('id'))[:100]}, not {address[:100]}")
    if purpose not in listed(subject.get("statusPurpose")):
        wrong.append(f"it is not about {str(purpose)[:40]}")
    verdict = verify(given, trust, at, badge=False)
    wrong += verdict.reasons
    if verdict.issuer != found.issuer:
        wrong.append(f"it is signed by {verdict.issuer[:80]}, not by the credential's issuer")
    elif (
        not verdict.reasons
        and found.public
        and verdict.public != found.public
        and trust.known(verdict.issuer, verdict.public) is None
    ):
        wrong.append("it is signed with a key that nobody here knows")
    made = time_of(given.get("validFrom"))
    if made is not None and at.astimezone(UTC) - made > MAX_AGE:
        wrong.append(f"it is stale: of {made:%Y-%m-%d}, older than {MAX_AGE.days} days")
    return wrong
