"""Which lots may pay for a course, and in which order they are drawn.

A lot pays where its class may, in the rule's unit, on the day, for what its earmark says. Among
those the rule's keys decide, one after the other; the older lot is drawn first of equals.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ilactl.money import split
from ilactl.rules.shares import take_in_turn
from ilactl.rules.spending_model import TOGETHER

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow
    from ilactl.ledger.wallets import Lot
    from ilactl.rules.spending_model import Spend

__all__ = ["Drawable", "buys", "draw", "drawable_lots", "usable_by_class"]


class Drawable(NamedTuple):
    """A lot that may pay, and whether it is one that may not buy everything."""

    lot: Lot
    restricted: bool

    @property
    def amount(self) -> int:
        """What it can pay."""
        return self.lot.balance


def buys(earmark: str, course: CourseRow) -> bool:
    """Whether a lot with that earmark may pay for the course.

    `field:06` covers every field that begins so. What is earmarked for one enrolment pays for no other.
    """
    what, _, name = earmark.partition(":")
    if what == "kind":
        return course.kind == name
    if what == "course":
        return course.course == name
    if what == "field":
        return bool(course.field) and course.field.startswith(name)
    return earmark == ""


def drawable_lots(
    spend: Spend,
    lots: Iterable[Lot],
    course: CourseRow,
    days: Sequence[date],
    barred: Collection[str] = (),
) -> list[Drawable]:
    """The lots that may pay, in the order they are drawn. `lots` stand as they came in.

    `days` are those on each of which a lot must be usable, `barred` the classes that a condition
    of `only` keeps out today.
    """
    bound = {name for only in spend.only for name in only.classes}
    found = [
        Drawable(lot, bool(lot.earmark) or lot.class_ in bound)
        for lot in lots
        if lot.balance > 0
        and lot.unit == spend.unit
        and lot.class_ in spend.classes
        and lot.class_ not in barred
        and all(lot.in_time(day) for day in days)
        and buys(lot.earmark, course)
    ]
    return sorted(found, key=lambda one: _places(spend, one))


def draw(amount: int, spend: Spend, drawable: Sequence[Drawable]) -> list[int]:
    """What each lot pays of the amount: one after the other as far as they go.

    Lots that are alike by all keys before `even` share their part in proportion to what they hold.
    """
    if TOGETHER not in spend.order:
        return take_in_turn(amount, [one.amount for one in drawable])
    groups = [list(lots) for _, lots in groupby(drawable, key=lambda one: _places(spend, one))]
    shares = take_in_turn(amount, [sum(one.amount for one in lots) for lots in groups])
    return [
        part
        for share, lots in zip(shares, groups, strict=True)
        for part in split(share, [one.amount for one in lots])
    ]


def _places(spend: Spend, one: Drawable) -> tuple[int, ...]:
    return tuple(_place(key, spend, one) for key in spend.order)


def _place(key: str, spend: Spend, one: Drawable) -> int:
    """Where a lot stands by one key; what is smaller is drawn first."""
    if key == "class":
        return spend.classes.index(one.lot.class_)
    if key == "expiry":
        return (one.lot.expires_on or date.max).toordinal()
    if key == "restriction":
        return 0 if one.restricted else 1
    return 0 if key == TOGETHER else one.lot.booked_on.toordinal()


def usable_by_class(spend: Spend, drawable: Iterable[Drawable]) -> dict[str, int]:
    """What the lots that may pay hold, for each class of the rule."""
    sums = dict.fromkeys(spend.classes, 0)
    for one in drawable:
        sums[one.lot.class_] += one.amount
    return sums
