"""rules/used/: the text of every version that ever booked something, and the test that it stays.

A version's digest is of its checked trees and terms and of the facts and caps it reads, so a
title, a comment or a `valid_until` added later is no change. Dated values it read must stand as
they were; new ones may only come after them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ilactl.findings import Finding, Place
from ilactl.ledger.commit import Append
from ilactl.rules.expressions import digest, names_in
from ilactl.rules.kept import new_versions, used_file
from ilactl.rules.kinds import USED_RULE_CHANGED
from ilactl.rules.model import (
    EVER_WINDOW,
    Amend,
    Cap,
    Closing,
    ContributionRule,
    Convert,
    FactSpec,
    Grant,
    Rule,
    Scheme,
)
from ilactl.rules.names import BUILT_IN
from ilactl.rules.spending_model import Ending, Spend
from ilactl.rules.spending_names import USABLE
from ilactl.rules.spending_uses import ending_terms, names_of_spending, spend_terms
from ilactl.rules.terms import NO_TERMS, LotTerms
from ilactl.rules.uses import names_of_grant
from ilactl.rules.values import show_value

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.ruletext import RuleText

__all__ = [
    "facts_read",
    "kept_digest",
    "names_of_rule",
    "rule_digest",
    "used_appends",
    "used_faults",
    "values_read",
]

_GONE = "put the rule back into a file of rules/; to end it, give it a valid_until"


def rule_digest(rule: Rule, scheme: Scheme) -> str:
    """The digest of what a version means. What a rule does not say is not in it."""
    if isinstance(rule, ContributionRule):
        terms: dict[str, Any] = {"class": rule.class_, "unit": rule.unit, "from": sorted(rule.kinds)}
        terms |= {"earmarks": sorted(rule.earmarks)} if rule.earmarks else {}
        terms |= {"use_by": rule.use_by} if rule.use_by != "no" else {}
        terms |= _lot_terms(rule.terms)
    elif isinstance(rule, Grant):
        terms = _grant_terms(rule, scheme)
    elif isinstance(rule, Spend | Ending):
        terms = spend_terms(rule) if isinstance(rule, Spend) else ending_terms(rule)
        terms |= {"facts": [_fact_terms(fact) for fact in facts_read(rule, scheme)]}
    else:
        terms = _chosen_terms(rule, scheme)
    text = json.dumps({"id": rule.id, "valid_from": str(rule.valid_from), **terms}, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _grant_terms(grant: Grant, scheme: Scheme) -> dict[str, Any]:
    caps = [scheme.caps[cap] for cap in grant.caps]
    return {
        "class": grant.class_,
        "fund": grant.fund,
        "unit": grant.unit,
        "every": grant.every,
        "due": grant.due,
        "facts_on": grant.facts_on,
        "round": grant.round,
        "when": digest(grant.when.node),
        "tiers": [[digest(tier.when.node), digest(tier.amount.node)] for tier in grant.tiers],
        "caps": [
            [c.id, sorted(c.over), c.measure, c.counts_reserved, digest(c.limit.node), *_window_terms(c)]
            for c in caps
        ],
        "facts": [_fact_terms(fact) for fact in facts_read(grant, scheme)],
        **({"starts": grant.starts} if grant.starts else {}),
        **({"true_up": True} if grant.true_up else {}),
        **({"matches": sorted(grant.matches)} if grant.matches else {}),
        **({"at": grant.at} if grant.every == "enrolment" else {}),
        **({"budget": grant.budget} if grant.budget else {}),
        **_lot_terms(grant.terms),
    }


def _window_terms(cap: Cap) -> list[str]:
    window = cap.window
    return [] if window == EVER_WINDOW else [repr(window)]


def _lot_terms(terms: LotTerms) -> dict[str, Any]:
    return {} if terms == NO_TERMS else {"terms": terms.spoken}


def _chosen_terms(rule: Amend | Convert | Closing, scheme: Scheme) -> dict[str, Any]:
    terms: dict[str, Any] = {
        "classes": sorted(rule.classes),
        "rules": sorted(rule.rules),
        "when": digest(rule.when.node),
        "facts": [_fact_terms(fact) for fact in facts_read(rule, scheme)],
    }
    if isinstance(rule, Closing):
        return {**terms, "due": rule.due, "unused": rule.unused}
    terms |= {"on": rule.on.isoformat(), **_lot_terms(rule.terms)}
    if isinstance(rule, Amend):
        return {**terms, "revive": rule.revive}
    assert rule.rate is not None
    return {
        **terms,
        "rate": digest(rule.rate.node),
        "class": rule.class_,
        "unit": rule.unit,
        "round": rule.round,
    }


def _fact_terms(fact: FactSpec) -> list[str]:
    kind = fact.type
    return [fact.name, fact.kind, kind.text, show_value(kind.low), show_value(fact.default), *kind.words]


def names_of_rule(rule: Rule, scheme: Scheme) -> set[str]:
    """Every name that a rule's expressions use, and those of its caps."""
    if isinstance(rule, ContributionRule):
        return set()
    if isinstance(rule, Grant):
        return names_of_grant(rule, scheme)
    if isinstance(rule, Spend | Ending):
        return names_of_spending(rule)
    parts = [rule.when, *([rule.rate] if isinstance(rule, Convert) and rule.rate else [])]
    return {name for part in parts for name in names_in(part.node)}


def facts_read(rule: Rule, scheme: Scheme) -> list[FactSpec]:
    """The declared facts that a rule reads, of persons and of courses."""
    names = {name.rpartition(".")[2] for name in names_of_rule(rule, scheme) if not _apart(name)}
    if isinstance(rule, Grant) and rule.budget:
        names.add(scheme.budgets[rule.budget].by)
    declared = sorted({**scheme.facts, **scheme.course_facts}.items())
    return [fact for name, fact in declared if name in names and name not in BUILT_IN]


def _apart(name: str) -> bool:
    return name.startswith(("value.", "lot.", f"{USABLE}."))


def values_read(rule: Rule, scheme: Scheme) -> dict[str, dict[str, str]]:
    """The dated values that a rule reads, each with its steps."""
    names = sorted(name[6:] for name in names_of_rule(rule, scheme) if name.startswith("value."))
    return {name: {d.isoformat(): show_value(v) for d, v in scheme.values[name].steps} for name in names}


def kept_digest(text: bytes) -> str:
    """The digest that a kept text was written with."""
    return str(tomllib.loads(text.decode()).get("used", {}).get("digest", ""))


def used_appends(snapshot: Snapshot, scheme: Scheme, versions: Iterable[str]) -> tuple[Append, ...]:
    """The texts to keep beside a booking: of the versions that book for the first time."""
    from ilactl.rules.kept_text import kept_text

    rules = {rule.version: rule for rule in scheme.rules}
    return tuple(
        Append(used_file(version), text.encode())
        for version in new_versions(snapshot, versions)
        for text in [kept_text(rules[version], scheme, rule_digest(rules[version], scheme))]
    )


def used_faults(scheme: Scheme, used: Mapping[str, bytes], files: Iterable[RuleText]) -> list[Finding]:
    """A finding for every version that booked something and no longer means the same."""
    rules, by_file = {rule.version: rule for rule in scheme.rules}, {file.file: file for file in files}
    findings = []
    for file, data in used.items():
        kept = tomllib.loads(data.decode()).get("used", {})
        version = kept.get("version", "")
        rule, changed = rules.get(version), ""
        if rule is None:
            # Another first day would make the past another version's; a lost file would end it unsaid.
            others = [other for other in scheme.rules if other.id == version.partition("@")[0]]
            if not others:
                message = f"{version} has booked entries and is gone from the rule files"
                findings.append(USED_RULE_CHANGED.at(Place(file), message, _GONE))
                continue
            rule, changed = others[0], "has booked entries and is gone, while its rule has other versions"
        changed = changed or _change(rule, scheme, kept)
        if changed and rule.source.file in by_file:
            place = by_file[rule.source.file].place(rule.source.line, 1)
            findings.append(
                USED_RULE_CHANGED.at(
                    Place(place.path, place.line, 1, place.text),
                    f"{version} {changed}; {file} has the text it booked with",
                )
            )
    return findings


def _change(rule: Rule, scheme: Scheme, kept: Mapping[str, Any]) -> str:
    if rule_digest(rule, scheme) != kept.get("digest"):
        return "has booked entries and was changed since"
    for name, steps in kept.get("values", {}).items():
        now = {d.isoformat(): show_value(v) for d, v in scheme.values[name].steps}
        if any(now.get(day) != value for day, value in steps.items()):
            return f"has booked entries with value.{name}, which was changed since"
        if steps and any(day < max(steps) and day not in steps for day in now):
            return f"has booked entries with value.{name}, which got a new value in the past"
    return ""
