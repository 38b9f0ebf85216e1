"""Persons and organisations as the registers say: which row holds, what replaces what, who is who."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ilactl.errors import BadInput, NotFound
from ilactl.ledger.entries import all_entries, entries_of, entry_by_id, lot_of, row_of
from ilactl.ledger.organisations import organisation
from ilactl.ledger.registers import (
    all_persons,
    format_facts,
    parse_facts,
    person_ids,
    person_record,
    same_person,
)

from .samples import ledger_of

PERSONS = """\
P1,2026-01-01,2,,,,Vilnius,,,low_qualified=true
P2,2026-01-01,,,,,,,,
P1,2026-06-01,3,,,,Vilnius,,,
P1,2026-01-01,1,,,,Kaunas,,,
P3,2026-01-01,,,,,,,P2,
"""
IDENTITIES = """\
P1,2025-01-01,Ann,1990-03-14,,,debt=true,0123456789abcdef
P1,2026-05-01,Anna,1990-03-14,,X7,,0123456789abcdef
"""
FIGURES = """\
P1,hours_worked,2026-01-01,2026-12-31,1000,O1
P1,hours_worked,2026-01-01,2026-12-31,600,O2
P1,hours_worked,2026-01-01,2026-12-31,1607.5,O1
P3,hours_worked,2026-01-01,2026-12-31,10,
"""


@pytest.fixture
def ledger():
    return ledger_of({"persons.csv": PERSONS, "identities.csv": IDENTITIES, "figures.csv": FIGURES})


def test_the_latest_row_of_a_day_holds_until_the_next(ledger):
    record = person_record(ledger, "P1")
    assert [(s.valid_from.isoformat(), s.cells["isced_level"]) for s in record.states] == [
        ("2026-01-01", "1"),
        ("2026-06-01", "3"),
    ]
    assert record.state_on(date(2025, 12, 31)) is None
    assert record.state_on(date(2026, 1, 1)).cells["region"] == "Kaunas"
    assert record.state_on(date(2026, 5, 31)).facts == {}
    assert record.state_on(date(2030, 1, 1)).cells["isced_level"] == "3"


def test_identity_is_the_newest_and_sensitive_facts_have_their_dates(ledger):
    record = person_record(ledger, "P1")
    assert record.identity["name"] == "Anna"
    assert record.birth_date == date(1990, 3, 14)
    assert record.identity_on(date(2026, 4, 30)).facts == {"debt": "true"}
    assert record.identity_on(date(2026, 5, 1)).facts == {}


def test_a_figure_replaces_the_same_figure_of_the_same_source(ledger):
    figures = person_record(ledger, "P1").figures
    assert [(f.source, f.value) for f in figures] == [("O2", Fraction(600)), ("O1", Fraction(3215, 2))]


def test_two_ids_of_one_person_are_one(ledger):
    assert same_person(ledger, "P3") == ("P2", "P3")
    assert same_person(ledger, "P2") == ("P2", "P3")
    record = person_record(ledger, "P3")
    assert record.person == "P2"
    assert [f.value for f in record.figures] == [10]
    assert person_ids(ledger) == ["P1", "P2"]
    assert [(r.person, r.ids) for r in all_persons(ledger)] == [("P1", ("P1",)), ("P2", ("P2", "P3"))]


def test_an_alias_can_be_taken_back():
    ledger = ledger_of({"persons.csv": PERSONS + "P3,2026-02-01,,,,,,,,\n"})
    assert same_person(ledger, "P3") == ("P3",)
    assert person_ids(ledger) == ["P1", "P2", "P3"]


def test_a_ring_of_aliases_ends():
    ledger = ledger_of({"persons.csv": "P1,2026-01-01,,,,,,,P2,\nP2,2026-01-01,,,,,,,P1,\n"})
    assert same_person(ledger, "P1") == ("P1",)
    assert person_ids(ledger) == ["P1", "P2"]
    assert [record.person for record in all_persons(ledger)] == ["P1", "P2"]


def test_an_alias_of_nobody_stands_for_itself():
    ledger = ledger_of({"persons.csv": "P1,2026-01-01,,,,,,,P9,\n"})
    assert same_person(ledger, "P1") == ("P1",)
    assert person_ids(ledger) == ["P1"]
    assert person_record(ledger, "P1").person == "P1"


def test_of_a_fact_written_twice_the_first_holds():
    ledger = ledger_of({"persons.csv": "P1,2026-01-01,,,,,,,,a=1;a=2\n"})
    assert person_record(ledger, "P1").states[0].facts == {"a": "1"}


def test_one_person_read_alone_is_as_among_all(ledger):
    assert list(all_persons(ledger)) == [person_record(ledger, one) for one in person_ids(ledger)]


def test_a_person_is_who_has_a_row_in_persons():
    ledger = ledger_of({"identities.csv": IDENTITIES})
    with pytest.raises(NotFound):
        person_record(ledger, "P1")


def test_a_bad_row_is_a_finding():
    ledger = ledger_of({"persons.csv": "P1,2026-02-30,,,,,,,,\n"})
    with pytest.raises(BadInput) as caught:
        person_record(ledger, "P1")
    assert [(f.place.line, f.place.column) for f in caught.value.findings] == [(2, 4)]


def test_an_organisation_has_the_row_of_the_day():
    rows = "O1,2026-01-01,employer,Old,,,,,,,,,,\n"
    rows += "O1,2026-06-01,employer provider,New,LT,,,EQAVET,,2026-01-01,2027-12-31,,,\n"
    ledger = ledger_of({"organisations.csv": rows})
    assert organisation(ledger, "O1", date(2026, 2, 1)).name == "Old"
    assert organisation(ledger, "O1").kinds == ("employer", "provider")
    assert organisation(ledger, "O1").label_until == date(2027, 12, 31)
    assert organisation(ledger, "O1", date(2025, 1, 1)) is None
    assert organisation(ledger, "O2") is None


def test_facts_are_written_in_one_order():
    assert format_facts({"b": "2", "a": "x", "c": ""}) == "a=x;b=2"
    assert parse_facts("a=x;b=2") == {"a": "x", "b": "2"}
    assert parse_facts("") == {}


ENTRIES = """\
E1,2026-06-15,P1,grant,,313.31,EUR,fund:state,wallet:own,,,,,base@2026-01-01,2025,500.00,,
E2,2026-06-15,P2,grant,,8,hour,fund:state,wallet:leave,2026-07-01,2027-06-30,,,leave,2026,,,
E3,2026-07-01,P1,amend,E1,0.00,EUR,,,,never,,,,,,,
E4,2026-07-01,P3,grant,,1.00,EUR,fund:state,wallet:own,,,,,base,2025,,,
"""


def test_entries_are_read_in_smallest_parts_and_written_as_they_were():
    ledger = ledger_of({"entitlements.csv": ENTRIES})
    entries = all_entries(ledger)
    assert [(e.amount, e.due) for e in entries[:2]] == [(31331, 50000), (8, None)]
    assert entries[1].expires_on == date(2027, 6, 30)
    assert entries[2].never
    assert [lot_of(e) for e in entries] == ["E1", "E2", "E1", "E4"]
    lines = [",".join(row_of(e, ledger.manifest.units)) for e in entries]
    assert "".join(line + "\n" for line in lines) == ENTRIES


def test_one_persons_entries_include_those_under_other_ids():
    ledger = ledger_of({"persons.csv": PERSONS, "entitlements.csv": ENTRIES})
    assert [e.entry for e in entries_of(ledger, "P2")] == ["E2", "E4"]
    assert [e.entry for e in entries_of(ledger, "P3", alone=True)] == ["E4"]
    assert entry_by_id(ledger, "E3").lot == "E1"
    with pytest.raises(NotFound):
        entry_by_id(ledger, "E9")


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("313.31", "313.3", "AMOUNT", 25),
        ("313.31", "313.310", "AMOUNT", 25),
        ("313.31", "-313.31", "AMOUNT", 25),
        ("500.00", "500", "AMOUNT", 83),
        ("EUR", "USD", "UNIT", 32),
        ("313.31,EUR", "313.31,hour", "AMOUNT", 25),
    ],
)
def test_an_amount_has_its_units_decimals(old, new, code, column):
    row = ENTRIES.splitlines(keepends=True)[0].replace(old, new)
    with pytest.raises(BadInput) as caught:
        entries_of(ledger_of({"entitlements.csv": row}), "P1")
    first = caught.value.findings[0]
    assert (first.code, first.place.line, first.place.column) == (code, 2, column)
