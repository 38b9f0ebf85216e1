"""Courses that were found, as an answer: the first ones, each with its first run and what a wallet pays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger.courses import languages_of, price_of
from ilactl.output import Answer, Cell, Col, Grid
from ilactl.reports.courses import money_of, number_text

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.reports.course_search import Hit
    from ilactl.rules.affordable import WalletAhead

__all__ = ["found_answer"]

_COLUMNS = (
    Col("course"), Col("title"), Col("provider"), Col("provider_name"), Col("kind"),
    Col("eqf_level", "level", kind="int"), Col("field"), Col("hours"), Col("ects"), Col("run"),
    Col("starts", kind="date"), Col("ends", kind="date"), Col("mode"), Col("time_of_day", "time"),
    Col("place"), Col("languages"), Col("in_demand", "asked for"), Col("price", kind="amount"), Col("unit"),
)  # fmt: skip
_PAID = (Col("wallet_pays", kind="amount"), Col("own_share", kind="amount"))
_SHOWN = ("course", "title", "starts", "mode", "time_of_day", "in_demand", "price")
_SHOWN_PAID = (*_SHOWN[:5], "price", "unit", "wallet_pays", "own_share")
"""What people see on 80 columns, the run behind its course; data formats hold all."""


def found_answer(
    snapshot: Snapshot,
    hits: Sequence[Hit],
    wallet: WalletAhead | None,
    on: date,
    limit: int,
    asked: Collection[str] = (),
) -> Answer:
    """The first hits; with a wallet the first ones that it can pay.

    What was `asked` for is the same in every row, so people are not shown it.
    """
    units = snapshot.manifest.units
    rows: list[dict[str, Cell]] = []
    looked = 0
    for hit in hits:
        if len(rows) == limit:
            break
        looked += 1
        course, run = hit.course, hit.run
        paid: dict[str, Cell] = {}
        if wallet is not None:
            payments = (wallet.payment(course, one) for one in hit.runs or (None,))
            payment = next((one for one in payments if one is not None), None)
            if payment is None:
                continue
            run = payment.run
            paid = {
                "wallet_pays": money_of(payment.wallet, payment.unit, units),
                "own_share": money_of(payment.own, payment.unit, units),
            }
        rows.append(
            {
                "course": course.course,
                "title": course.title,
                "provider": course.provider,
                "provider_name": hit.provider.name,
                "kind": course.kind,
                "eqf_level": course.eqf_level,
                "field": course.field,
                "hours": number_text(course.hours),
                "ects": number_text(course.ects),
                "run": run.run if run else "",
                "starts": run.starts if run else None,
                "ends": run.ends if run else None,
                "mode": run.mode if run else "",
                "time_of_day": run.time_of_day if run else "",
                "place": run.place if run else "",
                "languages": " ".join(languages_of(course, run)),
                "in_demand": bool(hit.relevance),
                "price": money_of(*price_of(course, run), units),
                "unit": price_of(course, run)[1],
                **paid,
            }
        )
    columns = (*_COLUMNS, *(_PAID if wallet else ()))
    shown = [
        column
        for column in columns
        if column.name in (_SHOWN_PAID if wallet else _SHOWN)
        and column.name not in asked
        and any(row[column.name] not in (None, "", False) for row in rows)
    ]
    people = [_for_people(row) for row in rows]
    data: dict[str, object] = {"on": on, "more": len(hits) - looked}
    notes = []
    if looked < len(hits):
        notes.append(f"{len(hits) - looked} more were not looked at; narrow the search, or give --limit")
    if wallet is not None:
        data |= {"person": wallet.person, "affordable_by": wallet.by}
        notes += wallet.notes
    return Answer(
        "ilactl.course_find/1",
        rows=rows,
        columns=columns,
        blocks=[Grid(shown, people)],
        data=data,
        notes=notes,
    )


def _for_people(row: dict[str, Cell]) -> dict[str, Cell]:
    """The run as it is named on a command line, and a word where there is evidence."""
    name = f"{row['course']}/{row['run']}" if row["run"] else row["course"]
    return {**row, "course": name, "in_demand": "yes" if row["in_demand"] else ""}
