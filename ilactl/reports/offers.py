"""An offer as an answer: what the course costs, which lot pays what, what the holder adds, what stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs
from ilactl.reports.enrolments import without_units
from ilactl.rules.offer import Given, Offer, Part

__all__ = ["offer_answer", "offer_data", "told_of_cuts"]

_COLUMNS = (
    Col("lot"),
    Col("class"),
    Col("from"),
    Col("only_for", "only for"),
    Col("until", kind="date"),
    Col("usable", kind="amount"),
    Col("pays", kind="amount"),
    Col("stays", kind="amount"),
    Col("unit"),
)
_SHOWN = tuple(column for column in _COLUMNS if column.name != "unit")


def offer_answer(
    offer: Offer, *, name: str = "", enrolment: str = "", commit: int | None = None, dry_run: bool = False
) -> Answer:
    """The whole offer; with the commit's number it is what was booked. `name` is the person's."""
    rows = [_part(part, offer) for part in offer.parts]
    who = f"{offer.person}, {name}" if name else offer.person
    blocks: list[Block] = [
        Heading(f"{offer.title} for {who}"),
        Pairs(_about(offer)),
    ]
    if offer.rule:  # without one nobody has decided who pays what
        blocks += [Heading("Who pays"), Pairs(_sums(offer))]
    if rows:
        columns = [c for c in _SHOWN if c.name not in ("only_for", "until") or any(r[c.name] for r in rows)]
        blocks += [Heading(f"What the wallet pays, in {offer.unit}"), Grid(columns, without_units(rows))]
    if commit is not None:
        blocks.append(Lines([f"enrolled as {enrolment} (commit {commit})"]))
    elif dry_run and offer.can_be_booked:
        blocks.append(Lines(["dry run, nothing was written"]))
    data = {**offer_data(offer), "enrolment": enrolment or None, "commit": commit, "dry_run": dry_run}
    return Answer("ilactl.enrol/1", rows, _COLUMNS, blocks, data, _notes(offer))


def offer_data(offer: Offer) -> dict[str, Any]:
    """Every figure of the offer by a name of its own."""

    def money(amount: int) -> Money:
        return Money(amount, offer.unit, offer.scale)

    comes = offer.comes
    return {
        "person": offer.person,
        "course": offer.ask.course,
        "run": offer.ask.run or None,
        "title": offer.title,
        "kind": offer.kind,
        "provider": offer.provider,
        "starts": offer.starts,
        "ends": offer.ends,
        "seats_left": offer.seats_left,
        "on": offer.ask.on,
        "rule": offer.rule or None,
        "law": offer.law or None,
        "unit": offer.unit or None,
        "price": money(offer.price),
        "net": money(offer.net),
        "wallet": money(offer.wallet),
        "from_wallet": money(offer.from_wallet),
        "granted": [
            {"rule": one.rule, "fund": one.fund, "amount": money(one.amount), "due": money(one.due)}
            for one in offer.grants
        ],
        "own": money(offer.own),
        "own_booked": money(offer.own_booked),
        "payee": offer.payee or None,
        "missing": money(offer.missing),
        "comes": {"on": comes.on, "amount": money(comes.amount), "rules": list(comes.rules)}
        if comes
        else None,
        "usable_after": money(offer.usable_after),
        "enrolments_open": offer.enrolments_open,
        "objections": [
            {"code": one.code, "reason": one.reason, "remedy": one.remedy or None} for one in offer.objections
        ],
    }


def _about(offer: Offer) -> list[tuple[str, Cell]]:
    run = f", run {offer.ask.run}" if offer.ask.run else ""
    provider = f"{offer.provider_name} ({offer.provider})" if offer.provider_name else offer.provider
    when = f"{offer.starts or '?'} to {offer.ends or '?'}" if offer.starts or offer.ends else ""
    pairs: list[tuple[str, Cell]] = [("course", f"{offer.ask.course}{run}, {offer.kind}"), ("by", provider)]
    if when:
        pairs.append(("when", when))
    if offer.seats_left is not None:
        pairs.append(("seats left", offer.seats_left))
    if offer.rule:
        pairs.append(("rule", offer.rule + (f": {offer.rule_title}" if offer.rule_title else "")))
    elif offer.unit:
        pairs.append(("price", str(Money(offer.price, offer.unit, offer.scale))))
    if offer.law:
        pairs.append(("law", offer.law))
    if offer.enrolments_open:
        pairs.append(("open enrolments", offer.enrolments_open))
    return pairs


def _sums(offer: Offer) -> list[tuple[str, Cell]]:
    def money(amount: int) -> Money:
        return Money(amount, offer.unit, offer.scale)

    sums: list[tuple[str, int]] = [("price", offer.price)]
    if offer.outside:
        sums.append(("paid by others first", offer.outside))
    sums.append(("from the wallet", offer.from_wallet))
    sums += [(f"of which granted by {one.rule.partition('@')[0]}", one.amount) for one in offer.grants]
    paid = " (paid in and reserved, too)" if offer.own_booked else ""
    sums.append((f"from the holder{paid}", offer.own))
    sums.append(("stays usable on the wallet", offer.usable_after))
    width = max(len(money(amount).amount) for _, amount in sums)
    return [(label, f"{money(amount).amount.rjust(width)} {offer.unit}") for label, amount in sums]


def _part(part: Part, offer: Offer) -> dict[str, Cell]:
    def money(amount: int) -> Money:
        return Money(amount, offer.unit, offer.scale)

    return {
        "lot": "new" if part.lot.startswith("+") else part.lot,
        "class": part.class_,
        "from": part.source,
        "only_for": part.earmark or None,
        "until": part.expires_on,
        "usable": money(part.usable),
        "pays": money(part.pays),
        "stays": money(part.stays),
        "unit": offer.unit,
    }


def _notes(offer: Offer) -> list[str]:
    """What the holder should know besides: money that is there but may not pay, money that will come."""
    notes = told_of_cuts(offer.grants, offer.unit, offer.scale)
    if offer.missing and offer.can_be_booked:
        lacks = Money(offer.missing, offer.unit, offer.scale)
        notes.append(f"The wallet lacks {lacks} of what the rules would let it pay.{_when(offer)}")
    for part in offer.passed:
        what = f"only for {part.earmark}" if part.earmark else f"class {part.class_}"
        left = Money(part.usable, offer.unit, offer.scale)
        notes.append(f"Lot {part.lot} ({what}) holds {left} and may not pay for this.")
    return notes


def told_of_cuts(grants: Iterable[Given], unit: str, scale: int) -> list[str]:
    """What held back a part of each grant that an enrolment brings."""
    known = {"price": "no more is left of the price", "from_wallet": "the rule lets the wallet pay no more"}
    told = []
    for one in grants:
        rule, why = one.rule.partition("@")[0], known.get(one.cut, f"the cap {one.cut} leaves no more")
        if one.refused:
            told.append(f"{rule} gives nothing: the budget {one.cut} is spent.")
        elif one.amount < one.due:
            amount, due = Money(one.amount, unit, scale), Money(one.due, unit, scale)
            told.append(f"{rule} gives {amount} of {due}: {why}.")
    return told


def _when(offer: Offer) -> str:
    if offer.comes is None:
        return ""
    rules = " and ".join(rule.partition("@")[0] for rule in offer.comes.rules)
    return f" By {offer.comes.on} {rules} will have brought it, if all stays as it is."
