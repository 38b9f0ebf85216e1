"""Formats for other programs: csv, tsv, json, jsonl, and markdown for documents."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from ilactl.output.model import Answer, Cell, Money
from ilactl.output.plain import cell_text, names_a_unit
from ilactl.printable import printable

__all__ = ["WRITERS", "as_json", "json_text"]


def as_json(value: Any) -> Any:
    """The value in JSON's own types: money and dates are strings, never numbers."""
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Canonical JSON: sorted keys, UTF-8 letters as they are, controls and lone surrogates escaped."""
    text = json.dumps(as_json(value), sort_keys=True, ensure_ascii=False, indent=indent, allow_nan=False)
    if text.isascii():
        return text
    return "".join(
        json.dumps(c)[1:-1] if c not in "\n" and unicodedata.category(c) in _HIDDEN else c for c in text
    )


_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _json(answer: Answer) -> str:
    body: dict[str, Any] = dict(answer.data or {})
    body["rows"] = [{name: row[name] for name in row} for row in answer.rows]
    if answer.notes:
        body["notes"] = list(answer.notes)
    body["schema"] = answer.schema
    return json_text(body, indent=2) + "\n"


def _jsonl(answer: Answer) -> str:
    return "".join(json_text({"schema": answer.schema, **row}) + "\n" for row in answer.rows)


def _data_cell(cell: Cell) -> str:
    """A cell for spreadsheets: no unit, and text that would run as a formula is made text."""
    if isinstance(cell, Money):
        return cell.amount
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = cell_text(cell)
    return f"'{text}" if isinstance(cell, str) and text[:1] in ("=", "+", "-", "@") else text


def _separated(answer: Answer, dialect: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", **dialect)
    names = [column.name for column in answer.columns]
    writer.writerow(names)
    writer.writerows([_data_cell(row.get(name)) for name in names] for row in answer.rows)
    return text.getvalue()


def _csv(answer: Answer) -> str:
    return _separated(answer, {})


def _tsv(answer: Answer) -> str:
    return _separated(answer, {"delimiter": "\t", "quoting": csv.QUOTE_NONE, "quotechar": None})


def _markdown(answer: Answer) -> str:
    from tabulate import tabulate

    with_unit = not names_a_unit(answer.columns)

    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

    rows: Sequence[Sequence[str]] = [
        [escaped(cell_text(row.get(c.name), with_unit=with_unit)) for c in answer.columns]
        for row in answer.rows
    ]
    table = tabulate(
        rows,
        headers=[escaped(printable(c.shown)) for c in answer.columns],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["right" if c.right else "left" for c in answer.columns] if rows else None,
    )
    notes = "".join(f"\n{escaped(printable(note))}\n" for note in answer.notes)
    return f"{table}\n{notes}" if answer.columns else notes


WRITERS: dict[str, Callable[[Answer], str]] = {
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "jsonl": _jsonl,
    "markdown": _markdown,
}
"""Every format but plain and table, by name."""
