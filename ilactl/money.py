"""Exact amounts: integers of a unit's smallest part, and the one place where anything is rounded.

An amount of 12.50 EUR (scale 2) is the integer 1250 with the unit's scale beside it. Nothing
here knows floats. `Decimal` is not used either: it takes `NaN`, `1_000`, ` 5 ` and `٣`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = [
    "MAX_DIGITS",
    "ROUNDING",
    "decimal_text",
    "format_amount",
    "parse_amount",
    "parse_decimal",
    "round_to",
    "split",
]

MAX_DIGITS = 12
"""Digits an amount may have before the point."""

ROUNDING = ("up", "down", "half_up")
"""Modes a rule may name: away from zero, towards zero, half away from zero."""

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", re.ASCII)


@lru_cache(maxsize=16)
def _amount_grammar(scale: int) -> re.Pattern[str]:
    fraction = rf"(\.[0-9]{{{scale}}})" if scale else ""
    return re.compile(rf"-?(0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}}){fraction}", re.ASCII)


def parse_amount(text: str, scale: int) -> int | None:
    """The amount in its smallest part, or None where the text is not canonical.

    Canonical means: ASCII digits, no leading zeros, no sign but a minus, exactly `scale`
    decimals (`12.50` for scale 2, `12` for scale 0), at most 12 digits before the point.
    `-0.00` is no amount.
    """
    if not _amount_grammar(scale).fullmatch(text):
        return None
    value = int(text.replace(".", ""))
    return None if value == 0 and text.startswith("-") else value


def parse_decimal(text: str) -> Fraction | None:
    """An exact number from plain decimal text (`1607`, `0.8`), or None. No exponent, no sign but minus."""
    if not _DECIMAL.fullmatch(text):
        return None
    from fractions import Fraction  # not at the top: most commands never need one

    return Fraction(text)


@lru_cache(maxsize=4096)
def format_amount(amount: int, scale: int) -> str:
    """Canonical text of an amount: `format_amount(1250, 2)` is `12.50`."""
    if scale == 0:
        return str(amount)
    digits = str(abs(amount)).rjust(scale + 1, "0")
    return f"{'-' if amount < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def decimal_text(value: Fraction, decimals: int = 6) -> str:
    """A number with the decimals it has, `7.5` or `40`; those beyond so many, at least one, are cut off."""
    return format_amount(int(value * 10**decimals), decimals).rstrip("0").rstrip(".")


def round_to(value: Fraction, scale: int, mode: str) -> int:
    """`value` as an amount of the given scale. The only rounding in ilactl.

    Raises ValueError for a mode that is not in `ROUNDING`.
    """
    above, below = value.numerator * 10**scale, value.denominator
    size = abs(above)
    if mode == "up":
        whole: int = -(-size // below)
    elif mode == "down":
        whole = size // below
    elif mode == "half_up":
        whole = (2 * size + below) // (2 * below)
    else:
        raise ValueError(f"no rounding mode {mode!r}")
    return -whole if above < 0 else whole


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` shared out by `weights` so that the parts sum to it: largest remainder, ties to the first.

    Raises ValueError where there is something to share and no weight to share it by.
    """
    total = sum(weights)
    if total <= 0:
        if amount:
            raise ValueError("nothing to share the amount by")
        return [0 for _ in weights]
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
