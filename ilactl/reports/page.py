"""An answer's blocks as one self-contained page: no script, no outside file, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ilactl.output import Block, Cell, Col, Grid, Heading, Lines, Money, Pairs

__all__ = ["page_of"]

_STYLE = """\
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
:root { color-scheme: light dark; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #888; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8885; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; overflow-wrap: anywhere; }
@media print {
  body { margin: 0; max-width: none; font-size: 10pt; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page_of(title: str, blocks: Sequence[Block], language: str = "en") -> str:
    """The page: the first heading is its title's, the others head its sections."""
    body = "\n".join(_block(block, first=i == 0) for i, block in enumerate(blocks))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{_text(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _block(block: Block, *, first: bool) -> str:
    if isinstance(block, Heading):
        level = 1 if first else 2
        return f"<h{level}>{_text(block.text)}</h{level}>"
    if isinstance(block, Pairs):
        pairs = "".join(f"<dt>{_text(name)}</dt><dd>{_text(cell)}</dd>" for name, cell in block.pairs)
        return f"<dl>{pairs}</dl>"
    if isinstance(block, Lines):
        return f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in block.lines)}</ul>"
    return _grid(block)


def _grid(grid: Grid) -> str:
    if not grid.rows:
        return f"<p>{_text(grid.empty)}</p>"
    kept = [column for column in grid.columns if any(row.get(column.name) for row in grid.rows)]
    head = "".join(f'<th scope="col"{_side(column.right)}>{_text(column.shown)}</th>' for column in kept)
    rows = "".join(f"<tr>{_cells(kept, row)}</tr>\n" for row in grid.rows)
    table = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>"
    return f'<div class="scroll"><table>\n{table}\n</table></div>'


def _cells(columns: Sequence[Col], row: Mapping[str, Cell]) -> str:
    return "".join(f"<td{_side(column.right)}>{_text(row.get(column.name))}</td>" for column in columns)


def _side(right: bool) -> str:
    return ' class="n"' if right else ""


def _text(cell: Cell) -> str:
    """Escaped text; what could turn the direction of writing or hide is shown as its number."""
    said = "" if cell is None else cell.amount if isinstance(cell, Money) else str(cell)
    plain = "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in said)
    return escape(plain)
