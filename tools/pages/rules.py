"""ilactl-rules(5): the language of rule files, as `ilactl help rules` has it."""

from __future__ import annotations

from collections.abc import Iterator

from ilactl.commands.rules_prose import EXAMPLE
from ilactl.commands.topics import TOPICS
from ilactl.output import Answer, Block, Grid, Heading, text_of
from tools.roff import as_it_stands, escaped, prose, see_also, term, title

__all__ = ["page"]


def page() -> Iterator[str]:
    """The lines of the page: keys and names as lists of terms, the example as a file has it."""
    yield from title("ilactl-rules", 5, "File Formats")
    yield ".SH NAME"
    yield "ilactl\\-rules \\- the language of rule files"
    for block in TOPICS["rules"][1]().blocks:
        if isinstance(block, Heading):
            yield f".SH {escaped(block.text)}"
        elif isinstance(block, Grid):
            yield from _terms(block)
        else:
            yield from _lines(block)
    yield from see_also("ilactl-rules.5")


def _terms(grid: Grid) -> Iterator[str]:
    for row in grid.rows:
        text = f"{row['meaning']}."  # many begin with a word of the file, so no capital letter
        default = str(row.get("default") or "")
        if default:
            text += " Needed." if default == "needed" else f" Default: {default}."
        yield from term(str(row.get("key") or row.get("name")), text)


def _lines(block: Block) -> Iterator[str]:
    text = text_of(Answer("", blocks=[block]), "plain").rstrip("\n")
    if text == EXAMPLE.rstrip("\n"):
        yield from as_it_stands(text.split("\n"))
    else:
        yield from prose(text)
