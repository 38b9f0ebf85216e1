"""What others add to a wallet: contributions of employers, employment services, funds, the holder.

Pure: requests and a snapshot in, entries to book and findings out. A contribution's key is what it
means: who gives, under which reference, for whom. Booked once, it is done already; asked for with
another amount, it is refused. `commands/contribution.py` shows the plan and commits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from ilactl.errors import Closed, DateGoesBack, IlactlError
from ilactl.findings import Finding, Kind
from ilactl.ledger.entries import Entry, entries_of, entries_with
from ilactl.ledger.holders import FEW, existing
from ilactl.money import MAX_DIGITS, format_amount, parse_amount, parse_decimal
from ilactl.rules.contribution_requests import ContributionRequest
from ilactl.rules.contribution_terms import terms_asked
from ilactl.rules.givers import Giver, choose_rule

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.givers import Rules
    from ilactl.rules.model import ContributionRule

__all__ = [
    "AMOUNT",
    "DIFFERS",
    "NO_RULE",
    "TWICE",
    "UNKNOWN_PERSON",
    "ContributionPlan",
    "Difference",
    "amount_fault",
    "booked_contributions",
    "plan_contributions",
    "refuse_day",
    "reversed_amounts",
]

AMOUNT = Kind(
    "CONTRIBUTION-AMOUNT",
    "a contribution's amount is not above zero, or has more decimals than its unit",
    "write a plain amount above zero with at most the unit's decimals; nothing is ever rounded",
)
UNKNOWN_PERSON = Kind(
    "CONTRIBUTION-PERSON",
    "a contribution is for a person who does not exist",
    "correct the id, or add the person",
)
TWICE = Kind(
    "CONTRIBUTION-TWICE",
    "an import names the same person and reference twice",
    "keep one row, or give the other payment a reference of its own",
)
DIFFERS = Kind(
    "CONTRIBUTION-DIFFERS",
    "a contribution is booked already, with another amount",
    "give another reference if it is another payment; a wrong entry is corrected, never booked over",
)


NO_RULE = Kind(
    "CONTRIBUTION-RULE",
    "no contribution rule takes this unit of this giver",
    "correct the unit, or the scheme",
)


class Difference(Struct, frozen=True):
    """A request that asks for something else than what is booked under the same meaning."""

    request: ContributionRequest
    entry: str
    booked: str
    asked: str


class ContributionPlan(Struct):
    """What would be booked, in the requests' order; what is booked already; what is wrong.

    Entries are numbered from the snapshot's next: under the lock these are their numbers.
    """

    entries: list[Entry] = field(default_factory=list)
    known: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    differing: list[Difference] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)

    def same_as(self, other: ContributionPlan) -> bool:
        """Whether both would book the same; the entries' numbers may differ."""
        return [entry._replace(entry="") for entry in self.entries] == [
            entry._replace(entry="") for entry in other.entries
        ]

    def totals(self) -> dict[str, int]:
        """The sum of what would be booked, by unit."""
        sums: dict[str, int] = {}
        for entry in self.entries:
            sums[entry.unit] = sums.get(entry.unit, 0) + entry.amount
        return sums


def amount_fault(text: str, unit: str, scale: int) -> tuple[int, str]:
    """The amount in the unit's smallest part, and why it cannot be booked ("" where it can).

    `800` and `800.5` stand for 800.00 and 800.50; a decimal too many is refused, a zero included.
    """
    whole, _, decimals = text.partition(".")
    canonical = f"{whole}.{decimals.ljust(scale, '0')}" if scale else text
    minor = parse_amount(canonical, scale)
    if minor is not None and minor > 0 and not text.endswith("."):
        return minor, ""
    value = parse_decimal(text)
    if value is None:
        return 0, f"amount {text!r} is not a plain number such as 800 or 125.50"
    if value <= 0:
        return 0, f"amount {text} is not above zero"
    if len(decimals) > scale:
        return 0, f"amount {text} has {len(decimals)} decimals, {unit} has {scale}"
    return 0, f"amount {text} has more than {MAX_DIGITS} digits before the point"


def plan_contributions(
    snapshot: Snapshot,
    rules: Rules,
    giver: Giver,
    requests: Sequence[ContributionRequest],
    on: date,
    *,
    rule: str = "",
) -> ContributionPlan:
    """Plan all requests: rows to book, rows that are booked, and every finding.

    `rule` names the contribution rule where several fit. Raises Refused, NotFound or UsageError
    where no rule can be chosen but for a cell of an import, DateGoesBack and Closed for the day.
    """
    refuse_day(snapshot, on)
    plan = ContributionPlan()
    families = existing(snapshot, [request.person for request in requests])
    booked = booked_contributions(snapshot, giver, families)
    chosen = _chosen(rules, giver, requests, on, rule, plan.findings)
    units = snapshot.manifest.units
    seen: dict[tuple[str, str], ContributionRequest] = {}
    for request in requests:
        person = families.get(request.person, ("",))[0]
        if not person:
            plan.missing.append(request.person)
            plan.findings.append(
                request.find(UNKNOWN_PERSON, "person", f"person {request.person} is not in persons.csv")
            )
        key = (person or request.person, request.ref)
        if key in seen:
            message = f"{request.ref} for {request.who} stands on line {seen[key].place.line} already"
            plan.findings.append(request.find(TWICE, "ref", message))
            continue
        seen[key] = request
        under = chosen.get(request.unit)
        if under is None:
            continue
        amount, fault = amount_fault(request.amount, under.rule.unit, units[under.rule.unit].scale)
        if fault:
            plan.findings.append(request.find(AMOUNT, "amount", fault))
        elif person:
            number = snapshot.head.next_entry + len(plan.entries)
            entry = _entry(request, person, amount, under, on, number)
            there = booked.get(key)
            terms = terms_asked(snapshot, request, person, under.rule, there.booked_on if there else on)
            if isinstance(terms, Finding):
                plan.findings.append(terms)
            else:
                usable_from, expires_on = terms
                entry = entry._replace(usable_from=usable_from, expires_on=expires_on)
                _place(plan, snapshot, request, entry, there)
    plan.versions = {entry.rule for entry in plan.entries}
    return plan


class _Under(NamedTuple):
    rule: ContributionRule
    source: str
    target: str


def _chosen(
    rules: Rules,
    giver: Giver,
    requests: Sequence[ContributionRequest],
    on: date,
    rule: str,
    findings: list[Finding],
) -> dict[str, _Under]:
    """The rule for each unit asked for; a unit that an import names wrongly is a finding."""
    chosen: dict[str, _Under] = {}
    faults: dict[str, IlactlError] = {}
    for request in requests:
        unit = request.unit
        if unit not in chosen and unit not in faults:
            try:
                one = choose_rule(rules, giver, on, rule=rule, unit=unit)
                chosen[unit] = _Under(one, giver.account(one), f"wallet:{one.class_}")
            except IlactlError as error:
                if not unit or "unit" not in request.columns:
                    raise
                faults[unit] = error
        if unit in faults:
            findings.append(request.find(NO_RULE, "unit", faults[unit].text, faults[unit].advice))
    return chosen


def _entry(
    request: ContributionRequest, person: str, amount: int, under: _Under, on: date, number: int
) -> Entry:
    return Entry(
        entry=f"E{number}",
        booked_on=on,
        person=person,
        kind="contribute",
        lot="",
        amount=amount,
        unit=under.rule.unit,
        source=under.source,
        target=under.target,
        earmark="" if request.earmark == "any" else request.earmark,
        rule=under.rule.version,
        ref=request.ref,
    )


def _place(
    plan: ContributionPlan,
    snapshot: Snapshot,
    request: ContributionRequest,
    entry: Entry,
    there: Entry | None,
) -> None:
    """Book it, or count it as known, or find that something else is booked under its meaning."""
    if there is None:
        plan.entries.append(entry)
    elif _same(there, entry, request):
        plan.known.append(there)
    elif (there.amount, there.unit) == (entry.amount, entry.unit):
        shown, asked = (_terms_of(e) for e in (there, entry))
        plan.differing.append(Difference(request, there.entry, shown, asked))
        message = f"{request.ref} for {request.who} is booked as entry {there.entry} {shown}, not {asked}"
        plan.findings.append(request.find(DIFFERS, "ref", message))
    else:
        units = snapshot.manifest.units
        shown, asked = (f"{format_amount(e.amount, units[e.unit].scale)} {e.unit}" for e in (there, entry))
        plan.differing.append(Difference(request, there.entry, shown, asked))
        message = (
            f"{request.ref} for {request.who} is booked as entry {there.entry} with {shown}, not {asked}"
        )
        plan.findings.append(request.find(DIFFERS, "amount", message))


def _same(there: Entry, entry: Entry, request: ContributionRequest) -> bool:
    """Whether a booked contribution is the one asked for; an end is compared where one is asked for."""
    ends_alike = not request.use_by or there.expires_on == entry.expires_on
    return (there.amount, there.unit, there.earmark) == (
        entry.amount,
        entry.unit,
        entry.earmark,
    ) and ends_alike


def _terms_of(entry: Entry) -> str:
    mark = f"for {entry.earmark}" if entry.earmark else "without an earmark"
    return f"{mark}, to be used by {entry.expires_on}" if entry.expires_on else mark


def refuse_day(snapshot: Snapshot, on: date) -> None:
    """Raise what a commit on that day would raise, so that a dry run tells it too."""
    through, closed = snapshot.head.booked_through, snapshot.manifest.closed_until
    if through is not None and on < through:
        raise DateGoesBack(on=on, booked_through=through)
    if closed is not None and on <= closed:
        raise Closed(on=on, closed_until=closed)


def booked_contributions(
    snapshot: Snapshot, giver: Giver, families: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], Entry]:
    """The giver's contributions that stand, by person and reference; what was reversed stands no more.

    `families` holds the ids of each person asked for, the one that stands for them first.
    """
    stands_for = {one: ids[0] for ids in families.values() for one in ids}
    accounts = set(giver.accounts.values())
    if len(families) <= FEW:
        persons = sorted(set(stands_for.values()))
        found = [entry for person in persons for entry in entries_of(snapshot, person)]
    else:
        found = [
            e
            for account in sorted(accounts)
            for end in ("from", "to")
            for e in entries_with(snapshot, end, account)
        ]
    given = {e.entry: e for e in found if e.kind == "contribute" and not e.lot and e.source in accounts}
    back = reversed_amounts(found)
    standing = (entry for name, entry in given.items() if back.get(name, 0) < entry.amount)
    return {(stands_for.get(entry.person, entry.person), entry.ref): entry for entry in standing}


def reversed_amounts(entries: Iterable[Entry]) -> dict[str, int]:
    """How much of an entry was taken back by corrections that name it, or that name one another."""
    corrections = {entry.entry: entry for entry in entries if entry.kind == "correct" and entry.of}
    back: dict[str, int] = {}
    for entry in corrections.values():
        first, seen = entry.of, {entry.entry}
        while first in corrections and first not in seen:
            seen.add(first)
            first = corrections[first].of
        if entry.source.startswith("wallet:"):
            back[first] = back.get(first, 0) + entry.amount
        elif entry.target.startswith("wallet:"):
            back[first] = back.get(first, 0) - entry.amount
    return back
