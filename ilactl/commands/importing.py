"""What the three imports share: --map, the sender's control figures, and what was handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Face
from ilactl.errors import BadInput, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Unit
    from ilactl.ledger.upload import Upload

__all__ = ["expect_rows_option", "map_option", "read_upload", "refuse_rows", "refuse_sums", "refuse_total"]

map_option: Callable[..., Any] = click.option(
    "--map", "map_file", metavar="FILE.toml", type=click.Path(allow_dash=True),
    help="What FILE's columns, codes, marks and numbers mean; see 'ilactl help imports'.",
)  # fmt: skip
expect_rows_option: Callable[..., Any] = click.option(
    "--expect-rows", type=click.IntRange(0), metavar="N", help="Refuse the file unless it has N rows."
)


def read_upload(face: Face, file: str, map_file: str | None) -> Upload:
    """The input and its mapping. Raises BadInput for a mapping that cannot be used."""
    from ilactl.ledger.upload import Upload

    if map_file is None:
        return Upload(*face.read_input(file))
    from ilactl.ledger.mapping import load_mapping

    if file == "-" and map_file == "-":
        raise UsageError(reason="FILE and --map cannot both be read from stdin", hint="name one of them")
    mapping = load_mapping(*face.read_input(map_file))
    return Upload(*face.read_input(file), mapping)


def refuse_rows(path: str, found: int, expected: int | None) -> None:
    """Refuse an import with another number of rows than the sender says."""
    if expected is not None and found != expected:
        rows = f"{found} row" + ("" if found == 1 else "s")
        raise BadInput(
            what=path,
            count=f"{rows} instead of the {expected} expected",
            hint="ask the sender for the whole file, or correct --expect-rows",
        )


def refuse_total(path: str, found: str, expected: str) -> None:
    """Refuse an import that adds up to something else than the sender says; both are said."""
    raise BadInput(
        what=path,
        count=f"the rows add up to {found} instead of the {expected} expected",
        hint="ask the sender for the whole file, or correct --expect-total",
    )


def refuse_sums(path: str, sums: Mapping[str, int], expected: str | None, units: Mapping[str, Unit]) -> None:
    """Compare sums by unit, in smallest parts, with `AMOUNT[ UNIT]`. Raises BadInput or UsageError."""
    from ilactl.money import format_amount, parse_decimal

    if expected is None:
        return
    amount, _, unit = expected.partition(" ")
    wanted = parse_decimal(amount)
    if wanted is None or (" " in expected and unit not in units):
        known = ", ".join(sorted(units))
        reason = f"--expect-total {expected!r} is not a plain amount such as 12500.00, or one with its unit"
        raise UsageError(reason=reason, hint=f"write a point before decimals; units are {known}")
    found = {name: f"{format_amount(total, units[name].scale)} {name}" for name, total in sums.items()}
    if not unit and len(sums) > 1:
        reason = f"--expect-total {expected} names no unit, and the rows hold {', '.join(sorted(sums))}"
        raise UsageError(reason=reason, hint=f'write for example --expect-total "{expected} {min(sums)}"')
    unit = unit or next(iter(sums), "")
    others = sorted(name for name in sums if name != unit)
    if sums.get(unit, 0) != wanted * 10 ** (units[unit].scale if unit else 0) or others:
        refuse_total(path, " and ".join(found[name] for name in sorted(found)) or "0", expected)
