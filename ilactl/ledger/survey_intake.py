"""Surveys imported into reasons.csv: which columns they may name, and the rows their answers come to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ilactl.dates import parse_date
from ilactl.ledger.columns import COURSES, REASONS
from ilactl.ledger.external_ids import owners_of
from ilactl.ledger.grammar import Column, Grammar
from ilactl.ledger.holders import existing
from ilactl.ledger.intake import CELL, InRow, Intake
from ilactl.ledger.reasons import DECLINED, Reason, all_reasons, cells_of_reason
from ilactl.ledger.register_plan import Book, RegisterPlan
from ilactl.ledger.words import REASONS as CODES
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["SURVEY_COLUMNS", "plan_survey", "read_survey", "survey_fault"]

SURVEY_COLUMNS = (
    Column("reason", Grammar.TEXT, "one reason or several, one space between them", True),
    Column("ref", Grammar.TEXT, "the answer's number; without it the row's number counts"),
    Column("person", Grammar.ID, "who answered, where it is known"),
    Column("course", Grammar.ID, "the opportunity it is about"),
    Column("recorded_on", Grammar.DATE, "the day of the answer; usually the day of the import"),
)
"""The columns of a survey."""


def survey_fault(name: str) -> str:
    """Why that cannot be a survey's name; "" where it can."""
    from ilactl.ledger.grammar import fault_of

    if name == DECLINED:
        return f"{DECLINED} is what stands for those who declined"
    return fault_of(REASONS.column("source"), name) or ""


def read_survey(upload: Upload) -> Intake:
    """The answers' columns and rows, with every finding of form and grammar."""
    offered: tuple[Column, ...] = SURVEY_COLUMNS
    if upload.by_external_id:
        offered = tuple(c._replace(grammar=Grammar.TEXT) if c.name == "person" else c for c in offered)
    return upload.read(offered, (("reason",),))


def plan_survey(
    snapshot: Snapshot, intake: Intake, *, name: str, day: date, by_external_id: bool = False
) -> RegisterPlan:
    """The rows the answers come to; faults are added to the intake's findings.

    An answer is known by the survey's name and its own number: the same again writes nothing,
    another content under its number is a finding.
    """
    plan = RegisterPlan()
    at = {column: index for index, column in enumerate(intake.columns)}

    def cell(row: InRow, column: str) -> str:
        return row.cells[at[column]] if column in at else ""

    named = {cell(row, "person") for row in intake.rows} - {""}
    persons = _persons(snapshot, named, by_external_id)
    courses = Book(snapshot, COURSES, whole=True).ids() if "course" in at else []
    known = {"", *courses}
    there: dict[str, list[Reason]] = {}
    for one in all_reasons(snapshot):
        if one.source == name:
            there.setdefault(one.ref, []).append(one)
    seen: dict[str, int] = {}
    for number, row in enumerate(intake.rows, 1):
        ref = cell(row, "ref") or str(number)
        if ref in seen:
            intake.find(CELL, row, "ref", f"answer {ref} stands on line {seen[ref]} already", "keep one row")
            continue
        seen[ref] = row.line
        codes = list(dict.fromkeys(cell(row, "reason").split()))
        wrong = [code for code in codes if code not in CODES]
        for code in wrong:
            message = f"reason {code!r} is not one of {', '.join(CODES)}"
            intake.find(CELL, row, "reason", message, did_you_mean(code, CODES))
        who = cell(row, "person")
        found = persons.get(who, []) if who else [""]
        if len(found) != 1:
            what = f"is that of {' and '.join(found)}" if found else "is not known"
            what = f"external_id {who} {what}" if by_external_id else f"person {who} {what}"
            intake.find(CELL, row, "person", what, "correct it, or leave the person out")
        course = cell(row, "course")
        if course not in known:
            message = f"course {course} is not in courses.csv"
            intake.find(CELL, row, "course", message, did_you_mean(course, courses))
        if wrong or len(found) != 1 or course not in known:
            continue
        recorded = _day(cell(row, "recorded_on"), there.get(ref), day)
        answer = [Reason(recorded, found[0], course, code, name, ref) for code in codes]
        _take(plan, intake, row, answer, there.get(ref))
    return plan


def _day(given: str, there: list[Reason] | None, day: date) -> date:
    """An answer without a day keeps the one that it is recorded under."""
    return parse_date(given) or (there[0].recorded_on if there else day)


def _take(
    plan: RegisterPlan, intake: Intake, row: InRow, answer: list[Reason], there: list[Reason] | None
) -> None:
    ref = answer[0].ref
    if there is None:
        for one in answer:
            plan.add(REASONS, cells_of_reason(one))
        plan.outcomes.append((ref, "new", answer[0].recorded_on.isoformat()))
    elif sorted(there) == sorted(answer):
        plan.outcomes.append((ref, "known", answer[0].recorded_on.isoformat()))
    else:
        said = " ".join(one.reason for one in there)
        message = f"answer {ref} of {answer[0].source} is recorded otherwise: {said}"
        intake.find(CELL, row, "ref", message, "give the survey another --name, or the answer its own ref")


def _persons(snapshot: Snapshot, named: set[str], by_external_id: bool) -> dict[str, list[str]]:
    """Our ids for what the answers call the persons."""
    if by_external_id:
        return owners_of(snapshot, named)
    return {one: [ids[0]] for one, ids in existing(snapshot, sorted(named)).items()}
