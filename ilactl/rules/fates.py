"""Where the rest of a held amount goes, lot by lot, and the rows that say so.

Released money goes back to its lot. A lot that has ended by then gives it on at once to where its rule
says, or lives on as the ending's grace says; a wallet closed meanwhile keeps nothing. What is for
this enrolment alone would be of no use in the wallet: the holder's own money may buy anything from then
on (a credit note), a grant goes back to its fund.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ilactl.ledger.entries import Entry
from ilactl.rules.enrolment_grants import row_of_grant
from ilactl.rules.lots_by_law import terms_of, unused_account
from ilactl.rules.offer_rows import row_of_reserve
from ilactl.rules.step_plan import Ends, Fate
from ilactl.rules.terms import later_by

if TYPE_CHECKING:
    from ilactl.ledger.wallets import Lot
    from ilactl.rules.held import Held
    from ilactl.rules.holder import Holder
    from ilactl.rules.offer import Given
    from ilactl.rules.spending_model import EndingRow
    from ilactl.rules.terms import Term

__all__ = ["fate_of", "fates_of_rest", "rows_of_fates", "rows_of_given"]


_NOTHING: Mapping[str, str] = {}
_THE_FATE = "+"
"""Stands for the number of the fate's own row."""


def fates_of_rest(
    holder: Holder,
    row: EndingRow,
    grace: Term | None,
    parts: Sequence[Held],
    pays: Sequence[int],
    enrolment: str,
) -> tuple[Fate, ...]:
    """What becomes of each lot: what it pays stays held, the rest goes as the row says for its class."""
    return tuple(
        fate_of(holder, part, pay, row.rest_of.get(part.lot.class_, row.rest), enrolment, grace)
        for part, pay in zip(parts, pays, strict=True)
        if part.held
    )


def fate_of(
    holder: Holder, part: Held, pays: int, rest: str, enrolment: str, grace: Term | None = None
) -> Fate:
    """One lot's fate. `rest` is wallet, pool, funder, own or held, as rows of endings say it."""
    lot, amount = part.lot, part.held - pays
    fate = Fate(lot.entry, lot.person, lot.class_, lot.funder, part.held, pays)
    if not amount:
        return fate
    if rest == "held":
        return fate._replace(stays=amount)
    alone = lot.earmark == f"enrolment:{enrolment}"
    if rest == "wallet" and alone and lot.funder != "own":
        rest = "funder"
    if rest == "funder" and lot.funder == "conversion":
        rest = "pool"
    if rest == "pool":
        return fate._replace(kind="forfeit", amount=amount, account="pool")
    if rest == "wallet":
        ends = _ends(holder, lot, amount, grace)
        account = f"wallet:{lot.class_}"
        lifted = alone and ends is None
        return fate._replace(kind="release", amount=amount, account=account, ends=ends, lifted=lifted)
    account = "own" if rest == "own" else lot.funder
    grant = (
        (lot.rule, lot.period)
        if alone and account == lot.source and account.startswith("fund:")
        else ("", "")
    )
    return fate._replace(kind="return", amount=amount, account=account, ungrants=grant)


def _ends(holder: Holder, lot: Lot, amount: int, grace: Term | None) -> Ends | None:
    """Where released money goes on to at once, or how long it lives on; None where the lot is in time."""
    closed = holder.closed([replace(lot, balance=amount)]).get(lot.entry)
    if closed is not None:
        return Ends(closed.target, rule=closed.rule)
    if lot.expires_on is None or holder.day <= lot.expires_on:
        return None
    if grace is not None:
        return Ends(until=later_by(grace, holder.day))
    return Ends(unused_account(terms_of(lot, holder.scheme).unused, lot))


def rows_of_fates(
    holder: Holder,
    fates: Sequence[Fate],
    enrolment: str,
    unit: str,
    taking_back: Mapping[str, str] = _NOTHING,
    *,
    after: int = 0,
) -> Iterator[Entry]:
    """The rows, numbered behind the first `after`: each fate, and what follows from a release behind it.

    `taking_back` names the reservation of each lot where the fate is none of a share's rest: the
    reservation itself becomes smaller.
    """
    lots = {lot.entry: lot for lot in holder.lots}
    number = after
    for fate in fates:
        if not fate.amount:
            continue
        rows = [*_left_before(holder, fate, lots[fate.lot], unit), *_rows(holder, fate, enrolment, unit)]
        moved = next(i for i, row in enumerate(rows) if row.enrolment)
        for at, row in enumerate(rows, number + 1):
            of = f"+{number + 1 + moved}" if row.of else ""
            if at == number + 1 + moved:
                of = taking_back.get(fate.lot, "")
            yield row._replace(entry=f"+{at}", of=of)
        number += len(rows)


def _left_before(holder: Holder, fate: Fate, lot: Lot, unit: str) -> Iterator[Entry]:
    """What was left of a lot at its end is gone, though no run has taken it: grace is for the rest alone."""
    if fate.ends and fate.ends.until and lot.balance > 0:
        to = unused_account(terms_of(lot, holder.scheme).unused, lot)
        yield _row(holder, fate, unit, "expire", lot.balance, f"wallet:{fate.class_}", to)


def _rows(holder: Holder, fate: Fate, enrolment: str, unit: str) -> Iterator[Entry]:
    """The fate's row; what follows from it names it by `of`."""
    wallet, ends = f"wallet:{fate.class_}", fate.ends
    moved = _row(holder, fate, unit, fate.kind, fate.amount, f"held:{fate.class_}", fate.account)
    rule, period = fate.ungrants
    yield moved._replace(enrolment=enrolment, rule=rule, period=period)
    if fate.lifted:
        yield _row(holder, fate, unit, "amend")._replace(earmark="any", enrolment=enrolment)
    elif ends is not None and ends.until is not None:
        yield _row(holder, fate, unit, "amend")._replace(expires_on=ends.until, of=_THE_FATE)
    elif ends is not None:
        gone = _row(holder, fate, unit, "expire", fate.amount, wallet, ends.account)
        yield gone._replace(rule=ends.rule, of=_THE_FATE)


def _row(
    holder: Holder, fate: Fate, unit: str, kind: str, amount: int = 0, source: str = "", target: str = ""
) -> Entry:
    return Entry("", holder.day, fate.person, kind, fate.lot, amount, unit, source, target)


def rows_of_given(
    holder: Holder, given: Sequence[Given], enrolment: str, unit: str, person: str, after: int
) -> Iterator[Entry]:
    """The rows of grants at completion, numbered behind the first `after`: each opened, then reserved."""
    number = after
    for one in given:
        if one.refused:
            continue
        number += 1
        opened = row_of_grant(one, person, enrolment, unit, f"+{number}", holder.day)
        yield opened
        if one.amount:
            number += 1
            row = row_of_reserve(opened.entry, person, one.class_, one.amount, unit, enrolment, holder.day)
            yield row._replace(entry=f"+{number}")
