"""The text of a version that booked something, as a rule file of its own: for rules/used/."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from ilactl.rules.model import (
    Amend,
    Budget,
    Cap,
    Closing,
    ContributionRule,
    Convert,
    FactSpec,
    Grant,
    Rule,
    Scheme,
)
from ilactl.rules.spending_model import Ending, Spend
from ilactl.rules.used import facts_read, values_read
from ilactl.rules.values import show_value

__all__ = ["kept_text"]

_TABLES: dict[type, str] = {
    Grant: "grant",
    ContributionRule: "contribution",
    Amend: "amend",
    Convert: "convert",
    Closing: "closing",
    Spend: "spend",
    Ending: "ending",
    Cap: "cap",
    Budget: "budget",
}


def kept_text(rule: Rule, scheme: Scheme, digest: str) -> str:
    """The version as it stood, with the facts, values, caps and classes it needs to be read alone."""
    values, facts = values_read(rule, scheme), facts_read(rule, scheme)
    lines = [
        f"# {rule.version} as it stood when it first booked something. Kept by ilactl; do not edit.",
        "[used]",
        f'version = "{rule.version}"',
        f'digest = "{digest}"',
        *_toml_values("values", values),
        *_classes(scheme, rule),
    ]
    if facts:
        lines += ["", "[facts]", *(_fact_line(fact) for fact in facts)]
    if values:
        lines += ["", "[values]"]
        for name, steps in values.items():
            pairs = ", ".join(f'{{ from = "{day}", value = "{value}" }}' for day, value in steps.items())
            lines.append(f"{name} = [{pairs}]")
    if isinstance(rule, Grant):
        for cap in rule.caps:
            lines += ["", _own_text(scheme, scheme.caps[cap])]
        if rule.budget:
            lines += ["", _own_text(scheme, scheme.budgets[rule.budget])]
    return "\n".join([*lines, "", _own_text(scheme, rule)]) + "\n"


def _classes(scheme: Scheme, rule: Rule) -> list[str]:
    """Classes that other rules open, and that this one's caps, sums and lots may speak of."""
    pairs = [f"{name} = {_toml_value(unit)}" for name, unit in sorted(scheme.class_units.items())]
    return (
        [f"classes = {{ {', '.join(pairs)} }}"] if len(pairs) > 1 or isinstance(rule, Spend | Ending) else []
    )


def _own_text(scheme: Scheme, rule: Rule | Cap | Budget) -> str:
    """The table as its file has it; written anew where its lines alone do not say the same.

    A rule may stand in an inline list, or hold a long string whose lines look like headers.
    """
    table = _TABLES[type(rule)]
    written = tomllib.loads(scheme.files[rule.source.file])[table]
    first = None if isinstance(rule, Cap | Budget) else rule.valid_from
    day = first.isoformat() if first else None
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
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml_value(one)}' for key, one in value.items())} }}"
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
