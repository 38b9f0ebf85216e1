"""What ilactl-ledger(5) says of the files of spending: courses and their runs, enrolments, reasons."""

from __future__ import annotations

__all__ = ["CELLS", "FILES", "VALUES"]

FILES: dict[str, str] = {
    "courses.csv": "The register of opportunities. A row is whole and holds until the next. One that is "
    "withdrawn stays, as enrolments name it.",
    "runs.csv": "A course without runs can be enrolled in at any time. A run takes its languages and its "
    "price from the course where it tells none.",
    "outcomes.csv": "Numbered within the course. A later row for the same number replaces the earlier one; "
    "an empty text ends it.",
    "relevance.csv": "A scheme that asks for relevance looks here: for the course, for its field, or for a "
    "broader field, as 06 holds 0613.",
    "enrolments.csv": "One row a step; what stands is the steps in their order, less those that 'undone' "
    "takes back. The money of a step stands in entitlements.csv under the same enrolment: what is "
    "reserved when it begins, and at each step what goes back to the wallet, to the pool, to who gave it. "
    "'due' says what the payee may have by then; it stays held until a settlement pays it.",
    "reasons.csv": "Counted in reports, never acted upon. A step's own reason stands in its row.",
}
"""A paragraph on each file."""

CELLS: dict[str, dict[str, tuple[str, str]]] = {
    "courses.csv": {
        "course": ("C12", ""),
        "valid_from": ("2026-01-01", ""),
        "provider": ("O3", ""),
        "kind": ("training", ""),
        "title": ("Welding for shipbuilders", ""),
        "titles": ("lt: Laivų suvirinimas | sv: Svetsning för varv", "told in no other"),
        "languages": ("lt en", "not told"),
        "eqf_level": ("4", "not told"),
        "cycle": ("short", "it belongs to none"),
        "field": ("0715", "not told"),
        "ects": ("2.5", "none"),
        "hours": ("60", "not told"),
        "price": ("1000.00", "not told"),
        "eligible": ("900.00", "all of the price"),
        "unit": ("EUR", "the price is not told"),
        "assessment": ("A test piece that two masters mark", "it is not assessed"),
        "quality_assurance": ("EQAVET", "not told"),
        "prerequisites": ("Safety course C3", "none"),
        "part_of": ("C10", "it stands alone"),
        "withdrawn": ("replaced by C14", "it is offered"),
        "facts": ("car_licence=true", "none is recorded"),
    },
    "runs.csv": {
        "course": ("C12", ""),
        "run": ("R2", ""),
        "valid_from": ("2026-06-01", ""),
        "starts": ("2026-09-07", "at any time"),
        "ends": ("2026-11-27", "not told"),
        "pace": ("0.5", "not told"),
        "time_of_day": ("evening", "not told"),
        "mode": ("blended", "not told"),
        "place": ("Rivermouth", "not told"),
        "languages": ("en", "those of the course"),
        "seats": ("12", "no limit"),
        "apply_from": ("2026-06-01", "since the row holds"),
        "apply_until": ("2026-08-15", "until it ends"),
        "price": ("950.00", "the course's"),
        "unit": ("EUR", "no price stands here"),
        "withdrawn": ("too few enrolled", "it is held"),
    },
    "outcomes.csv": {
        "course": ("C12", ""),
        "outcome": ("1", ""),
        "valid_from": ("2026-01-01", ""),
        "kind": ("skill", ""),
        "text": ("Welds a seam that holds under water", "it no longer holds"),
        "uri": ("http://data.europa.eu/esco/skill/8ff4b6d5", "not told"),
    },
    "relevance.csv": {
        "about": ("field:0715", ""),
        "evidence": ("Shortage list of the employment service", ""),
        "valid_from": ("2026-01-01", ""),
        "valid_until": ("2027-12-31", "no end"),
        "ref": ("LIST-2026-1", "none"),
    },
    "enrolments.csv": {
        "enrolment": ("N1776", ""),
        "booked_on": ("2026-09-01", ""),
        "person": ("RM-09PYRHTS", ""),
        "course": ("C12", ""),
        "run": ("R2", "the course has none, or the place was given without one"),
        "step": ("enrolled", ""),
        "on": ("2026-09-01", ""),
        "rule": ("training@2026-01-01", "no rule decided it"),
        "price": ("950.00", "as it was"),
        "own": ("50.00", "as it was"),
        "due": ("0.00", "as it was"),
        "unit": ("EUR", "no amount stands here"),
        "payee": ("provider:O3", "as it was"),
        "share": ("0.6", "as it was"),
        "result": ("passed", "none"),
        "by": ("holder", "it is no cancellation"),
        "reason": ("health", "not told"),
        "consent": ("holder signed before caseworker KL", "none is needed for this step"),
        "ref": ("INV-31", "none"),
    },
    "reasons.csv": {
        "recorded_on": ("2026-09-01", ""),
        "person": ("RM-09PYRHTS", "not known"),
        "course": ("C12", "about none"),
        "reason": ("cost", ""),
        "source": ("declined", ""),
        "ref": ("ANSWER-17", "none"),
    },
}
"""For each column an example, and what an empty cell means; nothing where the cell is never empty."""

VALUES: dict[str, str] = {
    "languages": "codes of two small letters, with one space between them",
    "titles": "a language's code, a colon, a space and the title; several with ' | ' between them",
    "ISCED-F field": "two to four digits of ISCED-F 2013: broad, narrow or detailed",
    "EQF level": "a digit from 1 to 8",
    "web address": "starts with https:// or http://",
    "IBAN": "without spaces; its check digits are tested by 'ilactl check'",
    "course or field": "course: with its id, or field: with an ISCED-F field",
    "kind of opportunity": "training, guidance, validation, assessment or exam",
    "cycle": "short, first, second or third",
    "mode": "on_site, distance or blended",
    "time of day": "day, evening, weekend, mixed or own_pace",
    "kind of outcome": "knowledge, skill or competence",
    "step": "enrolled, moved, started, attended, completed, certified, cancelled, reclaimed or undone",
    "party": "holder, provider or agency",
    "reason": "cost, time, income, awareness, recognition, health, care, work, unsuitable, full, provider "
    "or other",
}
"""The types of cells of these files: what each may look like."""
