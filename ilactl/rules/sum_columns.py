"""Sums of the ledger in SQL: the meaning of `ilactl/rules/sums.py`, for everybody at once.

Each is one aggregate over a person's entries, in smallest parts: what a batch costs in memory is
the number of aggregates times that of the persons.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ilactl.ledger.grammar_sql import literal
from ilactl.rules.fact_columns import day_sql
from ilactl.rules.model import Cap
from ilactl.rules.periods import Occasion
from ilactl.rules.windows import calendar_year, window_span

__all__ = ["class_sum", "held_in", "key_since", "key_sum", "paid_sql", "window_sum"]

_HOLDING = ("wallet", "held")
_CONTRIBUTORS = "({0} = 'own' OR {0} LIKE 'employer:%' OR {0} LIKE 'service:%' OR {0} LIKE 'provider:%')"


def paid_sql() -> str:
    """Whether a row moves what somebody paid in between them and a wallet."""
    source, target = '"from"', '"to"'
    ways = [
        f"{_CONTRIBUTORS.format(giver)} AND {wallet} LIKE 'wallet:%'"
        for giver, wallet in ((source, target), (target, source))
    ]
    return " OR ".join(f"({way})" for way in ways)


def key_sum(rule: str, period: str) -> str:
    """Grants minus reversals under a key: above zero it is taken. A reversal can be reversed itself."""
    version = literal(f"{rule}@")
    where = f"period = {literal(period)} AND (rule = {literal(rule)} OR starts_with(rule, {version}))"
    given = "\"from\" LIKE 'fund:%' AND \"to\" LIKE 'wallet:%'"
    taken_back = "\"from\" LIKE 'wallet:%' AND \"to\" LIKE 'fund:%'"
    turned = f"CASE WHEN due IS NOT NULL THEN 0 WHEN {given} THEN 1 WHEN {taken_back} THEN -1 ELSE 0 END"
    counts = f"CASE kind WHEN 'grant' THEN 1 WHEN 'correct' THEN {turned} ELSE 0 END"
    return f"coalesce(sum(CAST(CASE WHEN {where} THEN {counts} END AS SMALLINT)), 0)"


def key_since(rule: str, since: date) -> str:
    """The same for a rule whose periods are days, over all keys later than a day."""
    text = literal(since.isoformat())
    return key_sum(rule, "").replace("period = ''", f"period > {text}")


def window_sum(cap: Cap, occasion: Occasion) -> str:
    """What was granted to a cap's classes in its window; NULL where no window holds the due date."""
    return _granted(cap.over, _in_window(cap, occasion))


def _granted(classes: Iterable[str], when: str) -> str:
    """Grants to the classes less what was taken back, and less what went back from an enrolment's own."""
    wallets, helds = (", ".join(literal(f"{kind}:{class_}") for class_ in classes) for kind in _HOLDING)
    given = f"(kind = 'grant' OR kind = 'correct' AND period IS NOT NULL) AND {when}"
    back = f"kind IN ('return', 'correct') AND period IS NOT NULL AND {when}"
    to_fund, of_fund = "\"to\" LIKE 'fund:%'", "\"from\" LIKE 'fund:%'"
    return _difference(
        f'({given} AND "to" IN ({wallets}) OR {back} AND "to" IN ({helds})) AND {of_fund}',
        f'({given} AND "from" IN ({wallets}) OR {back} AND "from" IN ({helds})) AND {to_fund}',
    )


def _in_window(cap: Cap, occasion: Occasion) -> str:
    if cap.window.kind == "ever":
        return "TRUE"
    if cap.window.kind == "period":
        return f"period = {literal(occasion.period)}"
    if cap.window.kind == "year":
        own = "regexp_matches(period, '^[0-9]{4}(-|$)')"
        year = f"CASE WHEN {own} THEN CAST(left(period, 4) AS INTEGER) ELSE year(due_on) END"
        return f"{year} = {calendar_year(occasion.period, occasion.due_on)}"
    span = window_span(cap, occasion.due_on)
    return f"due_on BETWEEN {day_sql(span.first)} AND {day_sql(span.last)}" if span else "FALSE"


def class_sum(family: str, class_: str, period: str, first: date, last: date) -> str:
    """One of the sums of `names.SUMS` for a class; the meaning of `sums.py`, in SQL."""
    wallet, held = literal(f"wallet:{class_}"), literal(f"held:{class_}")
    into, out_of = ('"to"', '"from"')
    if family in ("balance", "held"):
        account = wallet if family == "balance" else held
        return _difference(f"{into} = {account}", f"{out_of} = {account}")
    if family.startswith("granted"):
        return _granted([class_], f"period = {literal(period)}" if family == "granted_period" else "TRUE")
    where = "kind IN ('contribute', 'correct')"
    if family == "contributed_period":
        where += f" AND booked_on BETWEEN {day_sql(first)} AND {day_sql(last)}"
    other_in, other_out = _CONTRIBUTORS.format(out_of), _CONTRIBUTORS.format(into)
    return _difference(
        f"{where} AND {into} = {wallet} AND {other_in}", f"{where} AND {out_of} = {wallet} AND {other_out}"
    )


def held_in(accounts: str) -> str:
    """What a list of accounts, in SQL, holds of a person."""
    return (
        f'coalesce(sum(CASE WHEN "to" IN ({accounts}) THEN amount ELSE 0 END'
        f' - CASE WHEN "from" IN ({accounts}) THEN amount ELSE 0 END), 0)'
    )


def _difference(plus: str, minus: str) -> str:
    """No entry moves from an account to itself, so no row is both."""
    return f"coalesce(sum(CASE WHEN {plus} THEN amount WHEN {minus} THEN -amount END), 0)"
