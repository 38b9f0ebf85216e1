"""The journal as Beancount reads it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilactl.reports.journal import About, Moved

__all__ = ["Beancount", "beancount_account", "beancount_unit"]

_ROOTS = {
    "wallet": "Assets:Wallet",
    "held": "Assets:Held",
    "owed": "Liabilities:Owed",
    "fund": "Income:Fund",
    "employer": "Income:Employer",
    "service": "Income:Service",
    "own": "Income:Own",
    "provider": "Expenses:Provider",
    "pool": "Expenses:Pool",
    "expired": "Expenses:Expired",
    "conversion": "Equity:Conversion",
    "agency": "Equity:Agency",
}
"""The ledger's accounts below the five roots that Beancount knows."""

_FIRST_DAY = "1970-01-01"
_SHORTEST = 4
_WORDS = ("true", "false", "null")


def beancount_account(account: str, person: str) -> str:
    """`Assets:Wallet:P1:Low-paid` of `wallet:low_paid`. No two accounts become one."""
    root, personal, rest = _parts(account)
    return f"{root}:{person}{rest}" if personal else f"{root}{rest}"


@lru_cache(maxsize=4096)
def _parts(account: str) -> tuple[str, bool, str]:
    """What stands before the person, whether the account is a person's, and what stands behind.

    A name in small letters begins with a capital and has hyphens; an id is as it may be already.
    """
    kind, colon, name = account.partition(":")
    rest = f":{name[0].upper()}{name[1:].replace('_', '-')}" if colon else ""
    return _ROOTS[kind], kind in ("wallet", "held", "own", "owed"), rest


def beancount_unit(unit: str) -> str:
    """`HOUR` of `hour`; `.U` stands behind what would be a currency's code, a word or no symbol at all."""
    if unit.isupper():
        return unit
    plain = len(unit) >= _SHORTEST and not unit.endswith("_") and unit not in _WORDS
    return unit.upper() if plain else f"{unit.upper()}.U"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Beancount:
    """Writes a file for Beancount 3; an account is opened on the day of its first posting."""

    def __init__(self, about: About) -> None:
        """What the head tells is in `about`."""
        self._about = about
        self._units = {unit: beancount_unit(unit) for unit in about.scales}
        self._open: set[str] = set()

    def head(self) -> str:
        """Where it comes from, and units with the names they have in the ledger."""
        about = self._about
        lines = [f";; {about.origin}", ""]
        lines += [f'option "operating_currency" "{self._units[unit]}"' for unit in about.scales]
        for unit in about.scales:
            lines += [f"{_FIRST_DAY} commodity {self._units[unit]}", f'  unit: "{unit}"']
        return "\n".join([*lines, "", ""])

    def tags(self, pairs: Iterable[tuple[str, str]]) -> str:
        """One line of metadata for each, as text."""
        return "".join([f"  {name}: {_quoted(value)}\n" for name, value in pairs])

    def transaction(self, day: str, entry: str, person: str, what: str, tags: str, moved: Moved) -> str:
        """A transaction: the person is its payee, the entry's id stands below it first."""
        amount, unit, source, target = moved
        text = f'{day} * "{person}" "{what}"\n  entry: "{entry}"\n{tags}'
        if not target:
            return f"{text}\n"
        symbol = self._units[unit]
        out, into = beancount_account(source, person), beancount_account(target, person)
        opened = self._opened(out, day) + self._opened(into, day)
        return f"{opened}{text}  {out}  {moved.less} {symbol}\n  {into}  {amount} {symbol}\n\n"

    def _opened(self, account: str, day: str) -> str:
        if account in self._open:
            return ""
        self._open.add(account)
        return f"{day} open {account}\n"
