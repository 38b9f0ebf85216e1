"""The ledger as a double-entry journal: a transaction for each entry, a posting for each of its accounts.

Every row moves one amount of one unit from one account to another, so each transaction balances in
its unit, and the accounts of a unit add up to nothing. What a format looks like is told in
`journal_hledger.py` and `journal_beancount.py`; here the rows are read, tested and led to whom they
count for, as `balance` does it. Names of people are not in it, ids are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ilactl.errors import BadInput
from ilactl.findings import Finding, count_text
from ilactl.ledger.check_entries import ACCOUNTS
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import amount_findings
from ilactl.ledger.registers import other_ids
from ilactl.ledger.scan import Row, iter_table, place_of
from ilactl.money import parse_amount
from ilactl.reports.journal_beancount import Beancount
from ilactl.reports.journal_hledger import Hledger

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["FORMATS", "About", "Moved", "journal"]

_AT_ONCE = 2000

_OWN = ("lot", "due", "usable_from", "expires_on", "earmark", "enrolment", "of", "ref")
"""What stands beside a transaction besides kind, rule, period and commit; what is empty is left out."""


class About(NamedTuple):
    """What a journal's head tells: the state it was made of, and the decimals of each unit."""

    commit: int
    at: str
    until: date | None
    scales: Mapping[str, int]

    @property
    def origin(self) -> str:
        """Where the journal comes from, for its first line."""
        booked = f", entries booked up to {self.until}" if self.until else ""
        return f"ilactl: the ledger as of commit {self.commit} ({self.at}){booked}"


class Moved(NamedTuple):
    """How much of which unit went from one account to another; an amendment has no accounts."""

    amount: str
    unit: str
    source: str
    target: str

    @property
    def less(self) -> str:
        """The amount as it leaves the source; nothing has no sign."""
        return f"-{self.amount}" if self.amount.strip("0.") else self.amount


class Style(Protocol):
    """A format's writer. It may remember what it wrote."""

    def __init__(self, about: About) -> None: ...

    def head(self) -> str:
        """What stands before the first transaction."""

    def tags(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Names and values as they stand beside a transaction."""

    def transaction(self, day: str, entry: str, person: str, what: str, tags: str, moved: Moved) -> str:
        """A transaction, and what must stand before it."""


FORMATS: Mapping[str, type[Style]] = {"hledger": Hledger, "beancount": Beancount}
"""Every format by its name."""


def journal(snapshot: Snapshot, format_name: str, until: date | None = None) -> Iterator[str]:
    """The journal in pieces; entries booked up to `until`, all where it is None.

    Every row is tested before the first piece comes: raises BadInput with all findings where one is bad.
    """
    _test(snapshot)
    aliases = other_ids(snapshot)
    scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
    style = FORMATS[format_name](About(snapshot.head.seq, snapshot.record.at, until, scales))
    yield style.head()
    texts = _transactions(snapshot, style, aliases, until.isoformat() if until else "9999-12-31")
    while some := list(islice(texts, _AT_ONCE)):
        yield "".join(some)


def _test(snapshot: Snapshot) -> None:
    """Hold every cell against its grammar, so that none can say more in a journal than what it is."""
    view, units = snapshot.view(ENTITLEMENTS.file), snapshot.manifest.units
    findings: list[Finding] = []

    @lru_cache(maxsize=4096)
    def fits(unit: str, amount: str, due: str) -> bool:
        """Whether the amounts have their unit's decimals; many rows say the same."""
        if (known := units.get(unit)) is None or (due and parse_amount(due, known.scale) is None):
            return False
        minor = parse_amount(amount, known.scale)
        return minor is not None and minor >= 0

    for row in iter_table(view, ENTITLEMENTS, findings, keys=False):
        cells = row.cells
        amount, source, target = cells[5], cells[7], cells[8]
        if not fits(cells[6], amount, cells[15]):
            findings.extend(amount_findings(view, ENTITLEMENTS, row, units))
        elif not (source and target) and (source or target or amount.strip("0.")):
            findings.append(_one_sided(snapshot, row))
    if findings:
        raise BadInput(findings=findings, what=ENTITLEMENTS.file, count=count_text(findings))


def _one_sided(snapshot: Snapshot, row: Row) -> Finding:
    place = place_of(snapshot.view(ENTITLEMENTS.file), ENTITLEMENTS.file, row.offset, "from")
    return ACCOUNTS.at(place, f"entry {row.cells[0]} does not move its amount from one account to another")


def _transactions(snapshot: Snapshot, style: Style, aliases: Mapping[str, str], until: str) -> Iterator[str]:
    """Every entry in file order."""
    own_cells = itemgetter(*map(ENTITLEMENTS.index, _OWN))
    nothing = ("",) * len(_OWN)
    ends = _commits(snapshot)
    behind, commit = -1, ""
    known: dict[tuple[str, str, str], tuple[str, str]] = {}
    for offset, cells in iter_table(snapshot.view(ENTITLEMENTS.file), ENTITLEMENTS, [], tested=True):
        while offset >= behind:
            behind, commit = ends.pop()
            known.clear()
        if cells[1] > until:
            continue
        entry, day, booked_for, kind, _, amount, unit, source, target = cells[:9]
        rule, period = cells[13:15]
        alike = known.get((kind, rule, period))
        if alike is None:
            what = " ".join(filter(None, (kind, rule.partition("@")[0], period)))
            pairs = (("kind", kind), ("rule", rule), ("period", period), ("commit", commit))
            alike = what, style.tags(pair for pair in pairs if pair[1])
            known[kind, rule, period] = alike
        what, tags = alike
        if (own := own_cells(cells)) != nothing:
            tags += style.tags([pair for pair in zip(_OWN, own, strict=True) if pair[1]])
        person = aliases.get(booked_for, booked_for)
        if person != booked_for:
            tags += style.tags([("booked_for", booked_for)])
        yield style.transaction(day, entry, person, what, tags, Moved(amount, unit, source, target))


def _commits(snapshot: Snapshot) -> list[tuple[int, str]]:
    """The byte behind the entries of each commit and its number, the first commit last.

    An adoption answers for all that stands behind its base; what others put there is its own now.
    """
    starts: list[tuple[int, int]] = []
    for record in snapshot.records():
        for act in record.files:
            if act.path == ENTITLEMENTS.file:
                while starts and starts[-1][0] >= act.base:
                    starts.pop()
                starts.append((act.base, record.seq))
    ends = [start for start, _ in starts[1:]] + [len(snapshot.view(ENTITLEMENTS.file))]
    return [(end, str(seq)) for end, (_, seq) in zip(ends, starts, strict=True)][::-1]
