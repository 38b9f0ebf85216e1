"""Faults of shape in a rule file: unknown and missing keys, numbers without quotes, values of the wrong kind.

Meaning is tested in `build.py`, once every file has the right shape.
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ilactl.findings import Kind
from ilactl.rules.kinds import BAD_RULE_VALUE, MISSING_KEY, UNKNOWN_KEY, UNQUOTED_NUMBER
from ilactl.rules.shapes import RuleFile, model_at

__all__ = ["Shape", "shape_faults"]

_WANTED = {
    "string_type": "a text in quotes",
    "list_type": "a list in square brackets",
    "int_type": "a whole number without quotes",
    "bool_type": "true or false, without quotes",
    "dict_type": "a table of keys and values",
    "model_type": "a table of keys and values",
}
"""What a key wants, by the kind of the fault."""

Path = tuple[str | int, ...]
Shape = tuple[Kind, Path, str, str]
"""A fault of shape: kind, key path, message, remedy ('' for the kind's own)."""


def shape_faults(raw: dict[str, Any]) -> list[Shape]:
    """Every fault of shape in a parsed rule file."""
    try:
        RuleFile.model_validate(raw)
    except ValidationError as error:
        return [_shape(fault, raw) for fault in error.errors(include_url=False)]
    return []


def _shape(fault: Any, raw: dict[str, Any]) -> Shape:
    path = tuple(part for part in fault["loc"] if part != "[key]")
    key = path[-1] if path else ""
    kind, given = fault["type"], fault.get("input")
    if kind == "extra_forbidden":
        near = get_close_matches(str(key), _keys_of(path[:-1]), 1)
        advice = f"write {near[0]}" if near else f"the keys here are {', '.join(_keys_of(path[:-1]))}"
        for inner, outer in (("tier", "grant"), ("row", "ending")):
            if inner in path and key in _keys_of((outer, 0)):
                advice = f"{key} belongs to the {outer}: write it above the first [[{outer}.{inner}]]"
        return UNKNOWN_KEY, path, f"{_spell(path)} is not a key of {_header(path[:-1])}", advice
    if kind == "missing":
        return MISSING_KEY, path[:-1], f"{_header(path[:-1])} has no {key}", f"add {key}: {_meaning(path)}"
    if kind == "string_type" and isinstance(given, (int, float)) and not isinstance(given, bool):
        return UNQUOTED_NUMBER, path, f"{_spell(path)} is a number without quotes", ""
    if kind == "literal_error":
        return BAD_RULE_VALUE, path, f"{_spell(path)} {given!r} is not {fault['ctx']['expected']}", ""
    if kind == "string_pattern_mismatch":
        return (
            BAD_RULE_VALUE,
            path,
            f"{_spell(path)} {str(given)[:60]!r} is not written as it must be",
            _meaning(path),
        )
    if kind in _WANTED:
        remedy = _written_right(path, kind, given) or _meaning(path)
        return BAD_RULE_VALUE, path, f"{_spell(path)} is not {_WANTED[kind]}", remedy
    return (
        BAD_RULE_VALUE,
        path,
        f"{_spell(path)}: {fault['msg'][:1].lower()}{fault['msg'][1:]}",
        _meaning(path),
    )


def _written_right(path: Path, kind: str, given: Any) -> str:
    """How to write what was meant, where that shows."""
    key = _spell(path)
    if kind == "list_type" and isinstance(given, dict):
        return f"write [[{'.'.join(str(part) for part in path if isinstance(part, str))}]]"
    if kind == "list_type" and isinstance(given, str) and path[0] == "values":
        return f'write {key} = [{{ from = "2026-01-01", value = "{given}" }}]'
    if kind == "list_type" and isinstance(given, str) and not _lists_tables(path):
        return f'write {key} = ["{given}"]'
    if kind == "string_type" and isinstance(given, date):
        return f'write {key} = "{given.isoformat()}"'
    return ""


def _header(path: Path) -> str:
    words = [str(part) for part in path if isinstance(part, str)]
    if not words:
        return "a rule file"
    return f"[[{'.'.join(words)}]]" if isinstance(path[-1], int) else f"[{'.'.join(words)}]"


def _spell(path: Path) -> str:
    words = [str(part) for part in path if isinstance(part, str)]
    return words[-1] if words else "the file"


def _keys_of(path: Path) -> list[str]:
    model = model_at(path)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _meaning(path: Path) -> str:
    field = _field(path)
    return (field.description or "") if field else ""


def _lists_tables(path: Path) -> bool:
    """Whether what belongs there are tables, not texts."""
    field = _field(path)
    inner = get_args(field.annotation) if field else ()
    return any(isinstance(one, type) and issubclass(one, BaseModel) for one in inner)


def _field(path: Path) -> FieldInfo | None:
    model = model_at(path[:-1])
    fields = model.model_fields.items() if model else ()
    return next((field for name, field in fields if (field.alias or name) == path[-1]), None)
