"""What an entry means, in words its account holder understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ilactl.ledger.organisations import organisation

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["account_name", "words_of"]

_PLAIN = {
    "own": "yourself",
    "pool": "the common pool",
    "expired": "nobody",
    "conversion": "a conversion",
    "owed": "your debt",
}


def account_name(snapshot: Snapshot) -> Callable[[str], str]:
    """A function that names accounts: a fund's title, an organisation's name with its id, or plain words."""
    known: dict[str, str] = {}

    def name(account: str) -> str:
        if account not in known:
            known[account] = _name(snapshot, account)
        return known[account]

    return name


def _name(snapshot: Snapshot, account: str) -> str:
    kind, _, identifier = account.partition(":")
    if kind == "fund":
        fund = snapshot.manifest.funds.get(identifier)
        return fund.title if fund and fund.title else f"fund {identifier}"
    if kind == "agency":
        return f"agency {identifier}"
    if identifier and kind not in ("wallet", "held"):
        row = organisation(snapshot, identifier)
        return f"{row.name} ({identifier})" if row else identifier
    return _PLAIN.get(account, account)


def words_of(entry: Entry, name: Callable[[str], str]) -> str:
    """One sentence without amount and date. `name` names accounts."""
    text = _words(entry, name)
    return f"{text}, reference {entry.ref}" if entry.ref else text


def _words(entry: Entry, name: Callable[[str], str]) -> str:
    course = f" for enrolment {entry.enrolment}" if entry.enrolment else ""
    period = f" for {entry.period}" if entry.period and entry.period != "ever" else ""
    source, target = name(entry.source), name(entry.target)
    kind = entry.kind
    if kind == "grant":
        cut = ", cut by a ceiling" if entry.due is not None and entry.due > entry.amount else ""
        return f"Entitlement{period} from {source}{cut}"
    if kind == "contribute":
        return f"Paid in by {source}"
    if kind == "reserve":
        return f"Reserved{course}"
    if kind == "release":
        return f"No longer reserved{course}, back on the wallet"
    if kind == "settle":
        return f"Paid to {target}{course}"
    if kind == "forfeit":
        return f"Lost{course}: reserved and not given back"
    if kind == "return":
        return f"Given back to {target}{course}"
    if kind == "expire":
        return "Expired" if entry.target == "expired" else f"Its time is over: given back to {target}"
    if kind == "convert":
        return "Converted into another entitlement" if entry.lot else "Received from a conversion"
    if kind == "amend":
        return _amendment(entry)
    if kind == "transfer":
        return f"Transferred to {target}" if entry.lot else f"Transferred from {source}"
    if kind == "reclaim":
        return f"Claimed back from {source}{course}"
    if kind == "recover":
        return "Kept to pay off what you owe"
    return _correction(entry, source, target)


def _amendment(entry: Entry) -> str:
    terms = []
    if entry.usable_from:
        terms.append(f"usable from {entry.usable_from}")
    if entry.never:
        terms.append("usable without end")
    elif entry.expires_on:
        terms.append(f"usable until {entry.expires_on}")
    if entry.earmark:
        terms.append("usable for anything" if entry.earmark == "any" else f"only for {entry.earmark}")
    return f"New terms of entry {entry.lot}: {', '.join(terms) or 'as before'}"


def _correction(entry: Entry, source: str, target: str) -> str:
    about = f" of entry {entry.of}" if entry.of else ""
    if entry.source == "owed":
        return f"Correction{about}: you owe this to {target}"
    if entry.source.startswith("wallet:"):
        return f"Correction{about}: taken back to {target}"
    if entry.target.startswith("wallet:"):
        return f"Correction{about}: back on the wallet"
    return f"Correction{about}: from {source} to {target}"
