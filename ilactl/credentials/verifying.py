"""A document verified: signature, issuer, dates, status, terms and shape, with every reason there is.

Nothing is fetched. What is not in the document comes from the caller: whom it trusts, a status list, the
time. A stranger's file can neither run for long nor grow: see `reading` and `canon`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from ilactl.credentials.dids import key_of_multikey
from ilactl.credentials.structure import faults, listed, time_of

if TYPE_CHECKING:
    from ilactl.credentials.trust import KnownKey, Trust

__all__ = ["TRUSTED", "UNKNOWN", "UNSOUND", "Check", "Verdict", "verify"]

TRUSTED = "genuine and trusted"
UNKNOWN = "genuine, but the issuer is unknown to you"
UNSOUND = "not valid"

_SKEW = timedelta(minutes=5)
_PROOF_TERMS = {
    "id",
    "type",
    "cryptosuite",
    "created",
    "expires",
    "verificationMethod",
    "proofPurpose",
    "proofValue",
    "nonce",
    "domain",
    "challenge",
}


class Check(Struct, frozen=True):
    """One thing that was looked at. `good` is None where it could not be."""

    name: str
    good: bool | None
    text: str


class Verdict(Struct):
    """What came out: the verdict, what was looked at, and what the document says of itself."""

    checks: list[Check] = field(default_factory=list)
    trusted: bool = False
    issuer: str = ""
    issuer_name: str = ""
    public: str = ""

    @property
    def reasons(self) -> list[str]:
        """Why it is not valid."""
        return [check.text for check in self.checks if check.good is False]

    @property
    def verdict(self) -> str:
        """One of the three."""
        if self.reasons:
            return UNSOUND
        return TRUSTED if self.trusted else UNKNOWN

    def say(self, name: str, good: bool | None, text: str) -> None:
        """Add what was looked at."""
        self.checks.append(Check(name, good, text))


def verify(document: dict[str, Any], trust: Trust, at: datetime, *, badge: bool = True) -> Verdict:
    """Everything but the status. `at` is the time to verify for. `badge` is false for a status list."""
    found = Verdict()
    wrong = faults(document, badge=badge)
    for text in wrong:
        found.say("shape", False, text)
    if not wrong:
        found.say("shape", True, f"it has what {'an Open Badge' if badge else 'a status list'} needs")
    found.issuer, found.issuer_name = issuer_of(document)
    proof = _the_proof(document, found)
    known: KnownKey | None = None
    if proof is not None:
        known = _signature(document, proof, found, trust, sound=not wrong)
    _dates(document, at, found)
    if known is not None:
        _key_dates(document, known, found)
    found.trusted = found.issuer in trust.dids and (known is not None or found.issuer.startswith("did:key:"))
    if found.issuer and not found.trusted:
        told = f"nobody here knows the issuer {found.issuer}: give --trust if you do"
        found.say("issuer", None, told)
    elif found.trusted:
        found.say("issuer", True, f"the issuer is one you trust: {found.issuer}")
    return found


def issuer_of(document: dict[str, Any]) -> tuple[str, str]:
    """The issuer's identifier and the name it gives itself."""
    issuer = document.get("issuer")
    if isinstance(issuer, dict):
        did, name = issuer.get("id"), issuer.get("name")
        return (did if isinstance(did, str) else ""), (name if isinstance(name, str) else "")
    return (issuer if isinstance(issuer, str) else ""), ""


def _the_proof(document: dict[str, Any], found: Verdict) -> dict[str, Any] | None:
    """The one proof that is of our kind; what speaks against it is told."""
    from ilactl.credentials.proof import SUITE

    proofs = listed(document.get("proof"))
    if len(proofs) != 1:
        text = "it has no proof: nobody signed it" if not proofs else f"it has {len(proofs)} proofs, not one"
        found.say("proof", False, text)
        return None
    proof = proofs[0]
    wrong = []
    if not isinstance(proof, dict):
        wrong.append("its proof is no object")
    else:
        if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
            kind = proof.get("cryptosuite") or proof.get("type")
            wrong.append(f"its proof is of a kind that ilactl does not know: {str(kind)[:60]}")
        if proof.get("proofPurpose") != "assertionMethod":
            wrong.append("its proof is not made for asserting (proofPurpose)")
        if not isinstance(proof.get("verificationMethod"), str):
            wrong.append("its proof names no key (verificationMethod)")
        wrong += [
            f"its proof's time ({name}) is no time with a zone"
            for name in ("created", "expires")
            if name in proof and time_of(proof[name]) is None
        ]
        wrong += [
            f"its proof has a term of no meaning, {name[:40]!r}" for name in proof if name not in _PROOF_TERMS
        ]
    for text in wrong:
        found.say("proof", False, text)
    return None if wrong else proof


def _signature(
    document: dict[str, Any], proof: dict[str, Any], found: Verdict, trust: Trust, *, sound: bool
) -> KnownKey | None:
    from ilactl.credentials.canon import NotCanonical
    from ilactl.credentials.proof import signed_by

    method: str = proof["verificationMethod"]
    did, _, fragment = method.partition("#")
    if did != found.issuer:
        found.say("issuer", False, f"signed by {did[:80]}, which is not its issuer {found.issuer[:80]}")
    multikey = trust.public_of(method) or fragment
    public = key_of_multikey(multikey)
    if did.startswith("did:key:") and did.removeprefix("did:key:") != multikey:
        public = None
    if public is None:
        told = f"the key {method[:120]} is no Ed25519 key that can be read"
        if not did.startswith("did:key:"):
            told = f"nobody here knows the key {method[:120]}: give the did.json of {did[:80]} with --trust"
        found.say("signature", False, told)
        return None
    found.public = multikey
    if not sound:
        found.say("signature", None, "its signature was not looked at, as its shape is wrong already")
        return None
    try:
        good = signed_by(document, proof, public)
    except NotCanonical as fault:
        for reason in fault.reasons:
            found.say("terms", False, reason)
        return None
    found.say("terms", True, "every term is defined by the contexts it names")
    text = (
        "the signature is of exactly this" if good else "the signature is not of this: something was changed"
    )
    found.say("signature", good, text)
    known = trust.known(did, multikey)
    if known is None and not did.startswith("did:key:"):
        if any(one.did == did for one in trust.keys):
            found.say("key", False, f"the key is none of those that {did[:80]} is known to have")
        else:
            found.say(
                "key", None, f"nobody here says whose key it is: give the did.json of {did[:80]} with --trust"
            )
    return known


def _dates(document: dict[str, Any], at: datetime, found: Verdict) -> None:
    first, last = time_of(document.get("validFrom")), time_of(document.get("validUntil"))
    now = at.astimezone(UTC)
    if first is not None and now + _SKEW < first:
        found.say("dates", False, f"it is not yet valid: from {first:%Y-%m-%d %H:%M} UTC on")
    elif last is not None and now > last:
        found.say("dates", False, f"it has expired: it was valid until {last:%Y-%m-%d %H:%M} UTC")
    elif first is not None:
        end = f"until {last:%Y-%m-%d}" if last else "without end"
        found.say("dates", True, f"valid from {first:%Y-%m-%d} {end}")
    for proof in listed(document.get("proof")):
        until = time_of(proof.get("expires")) if isinstance(proof, dict) else None
        if until is not None and now > until:
            found.say("dates", False, f"its proof has expired on {until:%Y-%m-%d}")


def _key_dates(document: dict[str, Any], known: KnownKey, found: Verdict) -> None:
    """When it was signed is the signer's own claim: a key in other hands claims what it likes."""
    first = time_of(document.get("validFrom"))
    day = first.date() if first else None
    if known.compromised_since is not None:
        found.say(
            "key",
            False,
            f"its key is compromised since {known.compromised_since}: whatever it signed may be forged",
        )
    elif day is not None and known.retired_on is not None and day > known.retired_on:
        found.say("key", False, f"its key was retired on {known.retired_on}, it says it is of {day}")
    elif day is not None and known.since is not None and day < known.since:
        found.say("key", None, f"its key signs since {known.since}, it says it is of {day}")
    else:
        found.say("key", True, "its key is one of the issuer's")
