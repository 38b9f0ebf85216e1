"""What `rules try` answers of an enrolment: what a wallet would pay, what would become of it at a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ilactl.output import Block, Cell, Col, Grid, Heading, Money
from ilactl.reports.decisions import filled_steps, step_rows, steps_grid
from ilactl.rules.expressions import Outcome
from ilactl.rules.spending_trial import EndingTried, SpendTried
from ilactl.rules.values import show_value

__all__ = ["enrolment_blocks", "enrolment_data", "enrolment_tables"]

_PAYS = (
    Col("rule"),
    Col("price", kind="amount"),
    Col("net", kind="amount"),
    Col("wallet", "wallet pays", "amount"),
    Col("own", "holder pays", "amount"),
    Col("unit"),
    Col("because"),
)
_ENDS = (Col("rule"), Col("step"), Col("row"), Col("share"), Col("rest"), Col("because"))


def enrolment_blocks(
    spends: Sequence[SpendTried], endings: Sequence[EndingTried], scales: Mapping[str, int]
) -> list[Block]:
    """Both tables, then every step of each computation."""
    blocks: list[Block] = []
    for grid in enrolment_tables(spends, endings, scales):
        title = "What a wallet would pay" if grid.columns == _PAYS else "What would become of it"
        blocks += [Heading(title), grid]
    for version, parts in [
        *((one.spend.version, one.parts) for one in spends),
        *((one.ending.version, one.parts) for one in endings),
    ]:
        blocks += [Heading(version), steps_grid(_steps(parts))]
    return blocks


def enrolment_tables(
    spends: Sequence[SpendTried], endings: Sequence[EndingTried], scales: Mapping[str, int]
) -> list[Grid]:
    """A table of what was tried of each kind."""
    tables = [Grid(_PAYS, [_pays(one, scales) for one in spends])] if spends else []
    return [*tables, *([Grid(_ENDS, [_ends(one) for one in endings])] if endings else [])]


def enrolment_data(
    spends: Sequence[SpendTried], endings: Sequence[EndingTried], scales: Mapping[str, int]
) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "spends": [
            {**_pays(one, scales), "missing": one.missing, "steps": filled_steps(_steps(one.parts))}
            for one in spends
        ],
        "endings": [
            {**_ends(one), "missing": one.missing, "steps": filled_steps(_steps(one.parts))}
            for one in endings
        ],
    }


def _pays(tried: SpendTried, scales: Mapping[str, int]) -> dict[str, Cell]:
    unit = tried.spend.unit

    def money(amount: int | None) -> Cell:
        return None if amount is None else Money(amount, unit, scales[unit])

    return {
        "rule": tried.spend.version,
        "price": money(tried.price),
        "net": money(tried.net),
        "wallet": money(tried.pays),
        "own": money(tried.own),
        "unit": unit,
        "because": _because([*(f"refused: {why}" for why in tried.refused)], tried.missing),
    }


def _ends(tried: EndingTried) -> dict[str, Cell]:
    row = tried.row
    rest = "" if row is None else " ".join([row.rest, *(f"{c}:{way}" for c, way in row.rest_of.items())])
    why = [row.why] if row and row.why else [] if row or tried.missing else [f"no row for {tried.step} holds"]
    return {
        "rule": tried.ending.version,
        "step": tried.step,
        "row": str(tried.number) if tried.number else "",
        "share": "" if tried.share is None else show_value(tried.share),
        "rest": rest,
        "because": _because(why, tried.missing),
    }


def _because(why: list[str], missing: list[str]) -> str:
    return "; ".join([*why, *([f"unknown: {', '.join(missing)}"] if missing else [])])


def _steps(parts: Iterable[tuple[str, Outcome]]) -> list[dict[str, Cell]]:
    return [row for key, outcome in parts for row in step_rows(key, outcome)]
