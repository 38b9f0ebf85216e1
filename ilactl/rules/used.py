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
from ilactl.rules.expressions import digest
from ilactl.rules.grants import names_of_grant
from ilactl.rules.kinds import USED_RULE_CHANGED
from ilactl.rules.model import Cap, ContributionRule, FactSpec, Grant, Scheme
from ilactl.rules.names import BUILT_IN
from ilactl.rules.values import show_value

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.ruletext import RuleText

__all__ = ["kept_digest", "rule_digest", "used_appends", "used_faults", "used_file"]

_FOLDER = "rules/used/"
_GONE = "put the rule back into a file of rules/; to end it, give it a valid_until"


def used_file(version: str) -> str:
    """Where a version's text is kept."""
    return f"{_FOLDER}{version}.toml"


def rule_digest(rule: Grant | ContributionRule, scheme: Scheme) -> str:
    """The digest of what a version means."""
    if isinstance(rule, ContributionRule):
        terms: dict[str, Any] = {"class": rule.class_, "unit": rule.unit, "from": sorted(rule.kinds)}
    else:
        terms = _grant_terms(rule, scheme)
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
        "caps": [[c.id, sorted(c.over), c.measure, c.counts_reserved, digest(c.limit.node)] for c in caps],
        "facts": [_fact_terms(fact) for fact in _facts_read(grant, scheme)],
    }


def _fact_terms(fact: FactSpec) -> list[str]:
    kind = fact.type
    return [fact.name, fact.kind, kind.text, show_value(kind.low), show_value(fact.default), *kind.words]


def _facts_read(grant: Grant, scheme: Scheme) -> list[FactSpec]:
    names = {
        name.rpartition(".")[2] for name in names_of_grant(grant, scheme) if not name.startswith("value.")
    }
    return [fact for name, fact in sorted(scheme.facts.items()) if name in names and name not in BUILT_IN]


def _values_read(rule: Grant | ContributionRule, scheme: Scheme) -> dict[str, dict[str, str]]:
    if isinstance(rule, ContributionRule):
        return {}
    names = sorted(name[6:] for name in names_of_grant(rule, scheme) if name.startswith("value."))
    return {name: {d.isoformat(): show_value(v) for d, v in scheme.values[name].steps} for name in names}


def kept_digest(text: bytes) -> str:
    """The digest that a kept text was written with."""
    return str(tomllib.loads(text.decode()).get("used", {}).get("digest", ""))


def used_appends(snapshot: Snapshot, scheme: Scheme, versions: Iterable[str]) -> tuple[Append, ...]:
    """The texts to keep beside a booking: of the versions that book for the first time."""
    rules = {rule.version: rule for rule in scheme.rules}
    new = [v for v in sorted(set(versions)) if used_file(v) not in snapshot.head.sizes]
    return tuple(
        Append(used_file(version), text.encode())
        for version in new
        for text in [_used_text(rules[version], scheme)]
    )


def _used_text(rule: Grant | ContributionRule, scheme: Scheme) -> str:
    """A rule file of its own: the version as it stood, with the facts, values and caps it reads."""
    values = _values_read(rule, scheme)
    lines = [
        f"# {rule.version} as it stood when it first booked something. Kept by ilactl; do not edit.",
        "[used]",
        f'version = "{rule.version}"',
        f'digest = "{rule_digest(rule, scheme)}"',
        *_toml_values("values", values),
    ]
    if isinstance(rule, Grant):
        facts = _facts_read(rule, scheme)
        if facts:
            lines += ["", "[facts]", *(_fact_line(fact) for fact in facts)]
        if values:
            lines += ["", "[values]"]
            for name, steps in values.items():
                pairs = ", ".join(f'{{ from = "{day}", value = "{value}" }}' for day, value in steps.items())
                lines.append(f"{name} = [{pairs}]")
        for cap in rule.caps:
            lines += ["", _own_text(scheme, "cap", scheme.caps[cap])]
    lines += ["", _own_text(scheme, "grant" if isinstance(rule, Grant) else "contribution", rule)]
    return "\n".join(lines) + "\n"


def _own_text(scheme: Scheme, table: str, rule: Grant | ContributionRule | Cap) -> str:
    """The table as its file has it; written anew where its lines alone do not say the same.

    A rule may stand in an inline list, or hold a long string whose lines look like headers.
    """
    written = tomllib.loads(scheme.files[rule.source.file])[table]
    day = None if isinstance(rule, Cap) or rule.valid_from is None else rule.valid_from.isoformat()
    raw = next(raw for raw in written if (raw["id"], raw.get("valid_from")) == (rule.id, day))
    try:
        alike = tomllib.loads(rule.source.text) == {table: [raw]}
    except tomllib.TOMLDecodeError:
        alike = False
    return rule.source.text if alike else "\n".join(_toml_table(table, raw))


def _toml_table(table: str, raw: Mapping[str, Any]) -> list[str]:
    nested = {
        key: value for key, value in raw.items() if isinstance(value, list) and any(map(_is_table, value))
    }
    lines = [f"[[{table}]]"]
    lines += [f"{key} = {_toml_value(value)}" for key, value in raw.items() if key not in nested]
    return lines + [
        line for key, rows in nested.items() for one in rows for line in _toml_table(f"{table}.{key}", one)
    ]


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _toml_value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    # JSON's strings, numbers and booleans are TOML's, but for the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_values(key: str, values: Mapping[str, Mapping[str, str]]) -> list[str]:
    if not values:
        return []
    tables = [
        f"{name} = {{ " + ", ".join(f'{day} = "{value}"' for day, value in steps.items()) + " }"
        for name, steps in values.items()
    ]
    return [f"{key} = {{ {', '.join(tables)} }}"]


def _fact_line(fact: FactSpec) -> str:
    parts = [f'kind = "{fact.kind}"', f'type = "{fact.type.text}"']
    if fact.default is not None:
        parts.append(f"default = {_toml_value(show_value(fact.default))}")
    if fact.type.low:
        parts.append(f'min = "{show_value(fact.type.low)}"')
    if fact.type.words:
        parts.append(f"values = {_toml_value(list(fact.type.words))}")
    if fact.sensitive:
        parts.append("sensitive = true")
    return f"{fact.name} = {{ {', '.join(parts)} }}"


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


def _change(rule: Grant | ContributionRule, scheme: Scheme, kept: Mapping[str, Any]) -> str:
    if rule_digest(rule, scheme) != kept.get("digest"):
        return "has booked entries and was changed since"
    for name, steps in kept.get("values", {}).items():
        now = {d.isoformat(): show_value(v) for d, v in scheme.values[name].steps}
        if any(now.get(day) != value for day, value in steps.items()):
            return f"has booked entries with value.{name}, which was changed since"
        if steps and any(day < max(steps) and day not in steps for day in now):
            return f"has booked entries with value.{name}, which got a new value in the past"
    return ""
