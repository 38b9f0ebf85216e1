"""What a document says, in a few words: for whoever asks whether to believe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilactl.credentials.structure import listed
from ilactl.printable import printable

if TYPE_CHECKING:
    from ilactl.credentials.verifying import Verdict

__all__ = ["summary_of"]

_LONGEST = 120


def summary_of(document: dict[str, Any], found: Verdict) -> dict[str, str]:
    """Title, holder, issuer and days as the document has them; "" where it has none. A stranger's words."""
    subject = document.get("credentialSubject")
    subject = subject if isinstance(subject, dict) else {}
    achievement = subject.get("achievement")
    achievement = achievement if isinstance(achievement, dict) else {}
    body = subject.get("source")
    return {
        "title": _text(achievement.get("name") or document.get("name")),
        "holder": _holder(subject),
        "issuer": _text(found.issuer_name),
        "awarding body": _text(body.get("name")) if isinstance(body, dict) else "",
        "issued": _text(document.get("validFrom"))[:10],
        "valid until": _text(document.get("validUntil"))[:10],
        "grade": _grade(subject),
        "identifier": _text(document.get("id")),
    }


def _holder(subject: dict[str, Any]) -> str:
    for one in listed(subject.get("identifier")):
        if isinstance(one, dict) and one.get("identityType") == "name" and one.get("hashed") is False:
            return _text(one.get("identityHash"))
    return _text(subject.get("id"))


def _grade(subject: dict[str, Any]) -> str:
    results = [one for one in listed(subject.get("result")) if isinstance(one, dict)]
    return ", ".join(_text(one.get("value")) for one in results if one.get("value"))[:_LONGEST]


def _text(value: Any) -> str:
    """A text that can be shown; anything else is left out."""
    if not isinstance(value, str):
        return ""
    return printable(value if len(value) <= _LONGEST else value[:_LONGEST] + " …")
