"""The journal as hledger and Ledger read it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilactl.reports.journal import About, Moved

__all__ = ["Hledger", "hledger_account", "hledger_unit"]

_TYPES = (
    ("wallet", "Asset"),
    ("held", "Asset"),
    ("owed", "Liability"),
    ("fund", "Revenue"),
    ("employer", "Revenue"),
    ("service", "Revenue"),
    ("own", "Revenue"),
    ("provider", "Expense"),
    ("pool", "Expense"),
    ("expired", "Expense"),
    ("conversion", "Equity"),
    ("agency", "Equity"),
)
"""Every account at the top, with the type by which hledger makes its statements."""

_ACTIVE = re.compile(r"[%,\[\]]")
"""What would end a tag (a comma), or set a date (brackets): written as in a web address."""

_TIMES = ("s", "m", "h")
"""Ledger takes these for seconds, minutes and hours, and converts them."""


def hledger_account(account: str, person: str) -> str:
    """`wallet:P1:own` of `wallet:own`: what is a person's stands below the person."""
    kind, colon, name = account.partition(":")
    if kind in ("wallet", "held", "own", "owed"):
        return f"{kind}:{person}{colon}{name}"
    return account


def hledger_unit(unit: str) -> str:
    """A currency as it is, any other unit in quotes, so that no word or sign in it means anything."""
    if unit.isupper():
        return unit
    return f'"{unit}."' if unit in _TIMES else f'"{unit}"'


class Hledger:
    """Writes a journal for hledger 1.25 and later, and for Ledger 3."""

    def __init__(self, about: About) -> None:
        """What the head tells is in `about`."""
        self._about = about
        self._units = {unit: hledger_unit(unit) for unit in about.scales}

    def head(self) -> str:
        """Where it comes from, units with their decimals, accounts with their types."""
        about = self._about
        lines = [f"; {about.origin}", ""]
        for unit, scale in about.scales.items():
            lines.append(f"commodity {self._units[unit]}")
            if scale:
                lines.append(f"    format 1000.{'0' * scale} {self._units[unit]}")
        for account, kind in _TYPES:
            lines += [f"account {account}", f"    ; type: {kind}"]
        return "\n".join([*lines, "", ""])

    def tags(self, pairs: Iterable[tuple[str, str]]) -> str:
        """One comment a line: hledger and Ledger both read the first word as a tag's name."""
        return "".join([f"    ; {name}: {_ACTIVE.sub(_escaped, value)}\n" for name, value in pairs])

    def transaction(self, day: str, entry: str, person: str, what: str, tags: str, moved: Moved) -> str:
        """A transaction: the entry's id is its code, the person its payee."""
        amount, unit, source, target = moved
        if not target:
            return f"{day} * ({entry}) {person} | {what}\n{tags}\n"
        symbol = self._units[unit]
        out, into = hledger_account(source, person), hledger_account(target, person)
        return (
            f"{day} * ({entry}) {person} | {what}\n{tags}"
            f"    {out}  {moved.less} {symbol}\n    {into}  {amount} {symbol}\n\n"
        )


def _escaped(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"
