"""What taking hand edits in and undoing them share: the reason, and the rows that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ilactl.printable import printable

if TYPE_CHECKING:
    from ilactl.ledger.edits import Difference
    from ilactl.output import Cell, Col

__all__ = ["columns", "diff_lines", "row_of", "why_option"]

_F = TypeVar("_F", bound=Callable[..., Any])


class _Why(click.ParamType[str]):
    """A reason for the log: up to 500 characters that can be shown."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The reason without space around it, or a usage error."""
        text = str(value).strip()
        if not text or len(text) > 500 or printable(text) != text:
            self.fail("a reason has 1 to 500 characters, none invisible", param, ctx)
        return text


def why_option(function: _F) -> _F:
    """--why TEXT, which must be given."""
    option = click.option(
        "--why", type=_Why(), metavar="TEXT", required=True, help="The reason, for the log."
    )
    return option(function)


def columns() -> list[Col]:
    """The columns of rows that differ."""
    from ilactl.output import Col

    return [Col("file"), Col("line", kind="int"), Col("change"), Col("old"), Col("new"), Col("note")]


def row_of(difference: Difference) -> dict[str, Cell]:
    """A row that differs, for data formats."""
    return {
        "file": difference.file,
        "line": difference.line or None,
        "change": difference.change,
        "old": difference.old,
        "new": difference.new,
        "note": difference.note or None,
    }


def diff_lines(found: Iterable[Difference]) -> list[str]:
    """A diff for people: file:line, - the old row, + the new one; then each file's count."""
    lines: list[str] = []
    counts: dict[str, Counter[str]] = {}
    for difference in found:
        lines += difference.shown()
        counts.setdefault(difference.file, Counter())[difference.change] += 1
    words = {"unknown": "not to be told"}
    for file, count in counts.items():
        told = ", ".join(f"{number} {words.get(change, change)}" for change, number in sorted(count.items()))
        lines.append(f"{file}: {told}")
    return lines
