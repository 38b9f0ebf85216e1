"""Registers by chance: what one search finds is what reading all finds, and what a book of rows says."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.columns import COURSES, RELEVANCE, RUNS
from ilactl.ledger.courses import (
    abouts,
    course_on,
    courses_on,
    relevance_for,
    relevance_of,
    relevance_on,
    runs_of,
    runs_on,
)
from ilactl.ledger.register_plan import Book
from ilactl.ledger.scan import format_row
from tests.registers.samples import ledger_of

DAY = date(2026, 1, 1)
days = st.integers(0, 6).map(lambda n: (DAY + timedelta(days=n)).isoformat())
ids = st.sampled_from(["C1", "C10", "C11", "R1"])
titles = st.sampled_from(["Welding", 'The "C1"', "C1", "A, B", "Łódź"])
fields = st.sampled_from(["", "06", "061", "0613", "0715"])


def row(table, **cells: str) -> str:
    return format_row([cells.get(name, "") for name in table.names])


courses = st.builds(
    lambda course, day, title, field: row(
        COURSES, course=course, valid_from=day, provider="O3", kind="exam", title=title, field=field
    ),
    ids, days, titles, fields,
)  # fmt: skip
runs = st.builds(
    lambda course, run, day, place: row(RUNS, course=course, run=run, valid_from=day, place=place),
    ids, st.sampled_from(["R1", "R10", "C1"]), days, titles,
)  # fmt: skip
evidence = st.builds(
    lambda about, text, first, last: row(
        RELEVANCE, about=about, evidence=text, valid_from=first, valid_until=last
    ),
    st.sampled_from(["course:C1", "course:C10", "field:06", "field:0613", "field:07"]),
    titles, days, st.one_of(st.just(""), days),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(courses, max_size=12), st.lists(runs, max_size=12), st.lists(evidence, max_size=12), days)
def test_one_search_finds_what_reading_all_finds(some, held, heard, text) -> None:
    ledger = ledger_of(
        {"courses.csv": "".join(some), "runs.csv": "".join(held), "relevance.csv": "".join(heard)}
    )
    day = date.fromisoformat(text)
    for on in (day, None):
        all_courses, all_runs = courses_on(ledger, on), runs_on(ledger, on)
        for course in ("C1", "C10", "C11", "R1", "C"):
            assert course_on(ledger, course, on) == all_courses.get(course)
            assert runs_of(ledger, course, on) == all_runs.get(course, ())
    for table in (COURSES, RUNS, RELEVANCE):
        whole, single = Book(ledger, table, whole=True), Book(ledger, table, whole=False)
        for key in whole.ids():
            assert whole.in_force(key, text) == single.in_force(key, text)
            first = table.key_cells(key)[0]
            assert sorted(whole.under(first)) == sorted(Book(ledger, table, whole=False).under(first))
    in_force = relevance_on(ledger, day)
    for course in courses_on(ledger, day).values():
        found = relevance_for(in_force, course)
        assert found == relevance_of(ledger, course, day)
        assert {one.about for one in found} <= set(abouts(course.course, course.field))
        assert all(one.valid_until is None or one.valid_until >= day for one in found)
