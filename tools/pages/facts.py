"""ilactl-facts(7): every name an expression may use, as `ilactl help facts` has it."""

from __future__ import annotations

from collections.abc import Iterator

from ilactl.commands.topics import TOPICS
from ilactl.output import Answer, Grid, Heading, Lines, text_of
from tools.roff import escaped, prose, see_also, term, title

__all__ = ["page"]


def page() -> Iterator[str]:
    """The lines of the page: names as a list of terms, prose as it stands."""
    yield from title("ilactl-facts", 7, "Miscellaneous Information")
    yield ".SH NAME"
    yield "ilactl\\-facts \\- the names an expression may use"
    for block in TOPICS["facts"][1]().blocks:
        if isinstance(block, Heading):
            yield f".SH {escaped(block.text.upper())}"
        elif isinstance(block, Grid):
            for row in block.rows:
                meaning = str(row["meaning"])
                text = f"{meaning[:1].upper()}{meaning[1:]}. Type: {row['type']}. Example: {row['example']}"
                yield from term(str(row["name"]), text)
        elif isinstance(block, Lines):
            yield from prose(text_of(Answer("", blocks=[block]), "plain"))
    yield from see_also("ilactl-facts.7")
