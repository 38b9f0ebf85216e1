"""ledger.toml: the format, the agency, its units, funds and guards.

Every key is declared once in `KEYS`; reading, the offer of the nearest name, and the manual
come from that table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ilactl.dates import parse_date
from ilactl.errors import BadManifest, NewerFormat
from ilactl.findings import Finding, Kind, Place, count_text
from ilactl.ledger.grammar import Column, Grammar, fault_of
from ilactl.ledger.toml import line_text, read_toml
from ilactl.money import parse_decimal
from ilactl.nearest import did_you_mean, nearest

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["FORMAT", "KEYS", "Fund", "Guards", "Key", "Manifest", "Unit", "load_manifest"]

FORMAT = 1
"""The newest format this ilactl reads and writes."""

MAX_SCALE = 6

KEY = Kind("MANIFEST-KEY", "ledger.toml holds a key that does not exist", "correct or remove the key")
VALUE = Kind("MANIFEST-VALUE", "a value of ledger.toml is not what its key wants", "correct the value")
MISSING = Kind("MANIFEST-MISSING", "ledger.toml lacks a key that it needs", "add the key")


class Unit(NamedTuple):
    """What an amount counts: `scale` is the number of decimals."""

    scale: int
    title: str


class Fund(NamedTuple):
    """Who pays: the account `fund:NAME`."""

    title: str


class Guards(NamedTuple):
    """Limits of one batch that no `--yes` passes: persons, and the sum of any one unit."""

    max_persons: int | None = None
    max_total: Fraction | None = None
    first_full_enrolments: int = 10


class Manifest(NamedTuple):
    """ledger.toml as checked."""

    format: int
    agency: str
    prefix: str
    country: str
    zone: str
    units: Mapping[str, Unit]
    funds: Mapping[str, Fund]
    guards: Guards
    closed_until: date | None
    shared: bool
    retention_years: int = 5
    credentials_url: str = ""


class Key(NamedTuple):
    """One key: its path (`*` is a name of the user's), what it wants, its default, its meaning."""

    path: tuple[str, ...]
    wants: str
    meaning: str
    required: bool = False
    default: Any = None
    names: Grammar | None = None

    @property
    def name(self) -> str:
        """The key as one writes it: `units.*.scale`."""
        return ".".join(self.path)


RETENTION_YEARS = 5
"""What holds where ledger.toml does not say: what the European funds ask for."""

FIRST_FULL_ENROLMENTS = 10
"""Whoever sells accounts that are not theirs empties many at once; a course of a village does not."""

KEYS = (
    Key(("format",), "format", "the ledger's format", required=True),
    Key(("agency", "name"), "text", "the agency's name", required=True),
    Key(("agency", "prefix"), "prefix", "what generated ids start with, such as LT", required=True),
    Key(("country",), "country", "the country, two capital letters", required=True),
    Key(("zone",), "zone", "the time zone that says which day it is, such as Europe/Vilnius", required=True),
    Key(("units", "*", "scale"), "scale", "the unit's decimals, 0 to 6", required=True, names=Grammar.UNIT),
    Key(("units", "*", "title"), "text", "the unit's name in words", default="", names=Grammar.UNIT),
    Key(("funds", "*", "title"), "text", "the fund's name in words", default="", names=Grammar.NAME),
    Key(("guards", "max_persons"), "count", "the most persons one batch may book for"),
    Key(("guards", "max_total"), "quoted", "the largest sum of one unit that a batch may book"),
    Key(
        ("guards", "first_full_enrolments"),
        "count",
        "how many persons may spend a whole wallet by their first enrolment ever, at one provider on one "
        "day, before 'ilactl check' warns",
        default=FIRST_FULL_ENROLMENTS,
    ),
    Key(
        ("retention", "years"),
        "years",
        "how many years after 31 December of the year of a person's last entry from or to an outside "
        "account nobody may erase who the person is; 0: at once",
        default=RETENTION_YEARS,
    ),
    Key(
        ("credentials", "url"),
        "address",
        "the folder on the web where the status lists of micro-credentials are published; "
        "once credentials name it, it has to stay",
        default="",
    ),
    Key(("closed_until",), "day", "nothing can be booked on or before this day"),
    Key(("shared",), "boolean", "whether the files belong to a group", default=False),
)
"""Every key of ledger.toml."""

_PREFIX = re.compile(r"[A-Z0-9][A-Z0-9-]{0,14}", re.ASCII)
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)


def _grammar(grammar: Grammar) -> Callable[[Any], str | None]:
    column = Column("it", grammar, "", required=True)

    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return "it is not a text in quotes"
        found = fault_of(column, value)
        return found and found.replace(f"it {value!r} is", "it is", 1)

    return fault


def _zone(value: Any) -> str | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if isinstance(value, str) and _ZONE.fullmatch(value):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        else:
            return None
    return "it is not a time zone of this machine, such as Europe/Vilnius"


def _whole(low: int, high: int, what: str) -> Callable[[Any], str | None]:
    def fault(value: Any) -> str | None:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if good else f"it is not {what}"

    return fault


def _quoted(value: Any) -> str | None:
    if not isinstance(value, str):
        return 'it is not in quotes: money is written as a text, such as "125.50"'
    number = parse_decimal(value)
    return None if number is not None and number >= 0 else 'it is not a plain amount such as "125.50"'


def _day(value: Any) -> str | None:
    good = parse_date(value) if isinstance(value, str) else type(value) is date
    return None if good else "it is not a day, YYYY-MM-DD"


_FAULTS: dict[str, Callable[[Any], str | None]] = {
    "format": _whole(1, 10**9, f"the number {FORMAT}, the format that this ilactl writes"),
    "text": _grammar(Grammar.TEXT),
    "address": _grammar(Grammar.URI),
    "country": _grammar(Grammar.COUNTRY),
    "prefix": lambda v: (
        None
        if isinstance(v, str) and _PREFIX.fullmatch(v)
        else "it is not made of capital letters and digits, at most 15"
    ),
    "zone": _zone,
    "scale": _whole(0, MAX_SCALE, f"a whole number from 0 to {MAX_SCALE}"),
    "years": _whole(0, 100, "a whole number of years from 0 to 100"),
    "count": _whole(0, 10**12, "a whole number, 0 or above"),
    "quoted": _quoted,
    "day": _day,
    "boolean": lambda v: None if isinstance(v, bool) else "it is neither true nor false",
}


class _Reader:
    """Collects values by path and findings with their place."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.findings: list[Finding] = []
        self.told: set[tuple[str, ...]] = set()
        """Keys and tables of which a finding speaks already: misspelled or no table is not missing, too."""

    def place(self, keys: tuple[str, ...], *, value: bool = False) -> Place:
        from ilactl.ledger.locate import locate, locate_value

        line, column = (locate_value if value else locate)(self.text, keys)
        return Place(self.path, line, column, line_text(self.text, line))

    def known(self, node: Mapping[str, Any], at: tuple[str, ...]) -> None:
        """Walk the document: unknown keys, wrong tables, wrong values."""
        for name, value in node.items():
            here = (*at, name)
            keys = [key for key in KEYS if _matches(key.path, here)]
            if not keys:
                offered = {
                    key.path[len(at)] for key in KEYS if _matches(key.path, at) and len(key.path) > len(at)
                }
                self.told.add((*at, nearest(name, offered) or ""))
                self.findings.append(
                    KEY.at(
                        self.place(here),
                        f"{'.'.join(here)} is not a key of ledger.toml",
                        did_you_mean(name, offered),
                    )
                )
                continue
            if keys[0].path[len(at)] == "*" and keys[0].names:
                fault = fault_of(Column(at[-1], keys[0].names, "", required=True), name)
                if fault:
                    self.findings.append(VALUE.at(self.place(here), fault))
            leaf = next((key for key in keys if len(key.path) == len(here)), None)
            if leaf is None:
                if isinstance(value, dict):
                    self.known(value, here)
                else:
                    self.told.add(here)
                    self.findings.append(VALUE.at(self.place(here), f"{'.'.join(here)} is not a table"))
            else:
                fault = _FAULTS[leaf.wants](value)
                if fault:
                    place = self.place(here, value=True)
                    self.findings.append(VALUE.at(place, f"{'.'.join(here)}: {fault}"))

    def needed(self, document: Mapping[str, Any]) -> None:
        """Keys that are missing."""
        for key in KEYS:
            if not key.required:
                continue
            for here in _expand(document, key.path):
                told = any(here[:length] in self.told for length in range(1, len(here) + 1))
                if _get(document, here) is None and not told:
                    message = f"{'.'.join(here)} is missing: {key.meaning}"
                    self.findings.append(MISSING.at(self.place(here[:-1]), message))
        if not document.get("units") and ("units",) not in self.told:
            self.findings.append(
                MISSING.at(self.place(()), "no unit is declared", "add [units.EUR] with scale = 2")
            )


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether the path is the pattern or a table on its way."""
    return len(path) <= len(pattern) and all(p in ("*", k) for p, k in zip(pattern, path, strict=False))


def _expand(document: Mapping[str, Any], pattern: tuple[str, ...]) -> list[tuple[str, ...]]:
    if "*" not in pattern:
        return [pattern]
    at = pattern.index("*")
    table = _get(document, pattern[:at])
    return [(*pattern[:at], name, *pattern[at + 1 :]) for name in table] if isinstance(table, dict) else []


def _get(document: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    node: Any = document
    for name in path:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


@lru_cache(maxsize=4)
def load_manifest(text: bytes, path: str = "ledger.toml") -> Manifest:
    """The manifest from the bytes of ledger.toml; of the same bytes, which a writer asks for twice, at once.

    Raises NewerFormat where a newer ilactl wrote it, BadManifest with all findings otherwise.
    """
    document, source, findings = read_toml(text, path)
    if document is None:
        raise BadManifest(findings=findings, count=count_text(findings))
    found = document.get("format")
    if isinstance(found, int) and not isinstance(found, bool) and found > FORMAT:
        raise NewerFormat(path=path, found=found, known=FORMAT)
    reader = _Reader(source, path)
    reader.known(document, ())
    reader.needed(document)
    findings += reader.findings
    if findings:
        raise BadManifest(findings=findings, count=count_text(findings))
    guards = document.get("guards", {})
    closed = document.get("closed_until")
    return Manifest(
        format=document["format"],
        agency=document["agency"]["name"],
        prefix=document["agency"]["prefix"],
        country=document["country"],
        zone=document["zone"],
        units={
            name: Unit(unit["scale"], unit.get("title") or name) for name, unit in document["units"].items()
        },
        funds={name: Fund(fund.get("title") or name) for name, fund in document.get("funds", {}).items()},
        guards=Guards(
            guards.get("max_persons"),
            parse_decimal(guards.get("max_total", "")),
            guards.get("first_full_enrolments", FIRST_FULL_ENROLMENTS),
        ),
        closed_until=parse_date(closed) if isinstance(closed, str) else closed,
        shared=document.get("shared", False),
        retention_years=document.get("retention", {}).get("years", RETENTION_YEARS),
        credentials_url=document.get("credentials", {}).get("url", ""),
    )
