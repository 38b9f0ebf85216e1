"""Who may be one person: the FEBRL pairs, and what speaks for a pair or against it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from ilactl.dates import parse_date
from ilactl.ledger.likeness import Identity, candidates, name_parts
from tests.conftest import Run

FEBRL = Path(__file__).parent / "febrl.csv"


def born(text: str) -> date | None:
    return parse_date(f"{text[:4]}-{text[4:6]}-{text[6:]}") if len(text) == 8 else None


def febrl() -> list[Identity]:
    with FEBRL.open(encoding="utf-8") as file:
        return [
            Identity(
                row["rec_id"], f"{row['given_name']} {row['surname']}".strip(), born(row["date_of_birth"])
            )
            for row in csv.DictReader(file)
        ]


def number(identity: Identity) -> str:
    return identity.person.split("-")[1]


def test_of_500_duplicates_at_least_90_percent_are_found_and_90_percent_of_the_found_are_right() -> None:
    pairs = candidates(febrl())
    right = {number(pair.first) for pair in pairs if number(pair.first) == number(pair.second)}
    good = sum(number(pair.first) == number(pair.second) for pair in pairs)
    assert len(right) >= 450
    assert good >= 0.9 * len(pairs)


def test_the_order_of_people_decides_nothing_but_the_order_of_equals() -> None:
    people = febrl()[:200]
    forwards = {(frozenset((p.first.person, p.second.person)), p.score) for p in candidates(people)}
    backwards = {(frozenset((p.first.person, p.second.person)), p.score) for p in candidates(people[::-1])}
    assert forwards == backwards


ANNA = Identity("P1", "Anna Petraitė", date(1980, 5, 12), "anna@example.org", "4711")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (Identity("P2", "Petraite Anna", date(1980, 5, 12)), "same name"),
        (Identity("P2", "Ana Petraitė", date(1980, 5, 12)), "name with letters wrong or swapped"),
        (Identity("P2", "Anna Petraitė", date(1980, 12, 5)), "birth date with day and month swapped"),
        (Identity("P2", "Anna Petraitė", date(1980, 5, 21)), "birth date with a digit wrong or swapped"),
        (Identity("P2", "Anna Petraitė"), "same name"),
        (Identity("P2", "Anna", date(1980, 5, 12)), "both called anna, the rest missing"),
        (Identity("P2", "A. P.", date(1980, 5, 12), "ANNA@example.org"), "same contact"),
        (Identity("P2", "", None, "", "4711"), "same external id"),
    ],
)
def test_what_speaks_for_a_pair(other: Identity, reason: str) -> None:
    [pair] = candidates([ANNA, other])
    assert reason in pair.reasons


@pytest.mark.parametrize(
    "other",
    [
        Identity("P2", "Jonas Kazlauskas", date(1980, 5, 12)),
        Identity("P2", "Anna Petraitė", date(1950, 1, 1)),
        Identity("P2"),
        Identity("P2", "Anna Kazlauskienė", date(1979, 1, 2)),
    ],
)
def test_what_does_not_make_a_pair(other: Identity) -> None:
    assert candidates([ANNA, other]) == []


def test_names_are_compared_without_marks_case_order_and_punctuation() -> None:
    assert name_parts("O'Neil-Šimkus,  ÉLISE") == ("elise", "neil", "o", "simkus")


def test_a_crowd_with_one_birth_date_is_no_reason_to_compare_everybody() -> None:
    people = [Identity(f"P{n}", f"Name{n:04} Other{n:04}", date(1970, 1, 1)) for n in range(3000)]
    assert candidates(people) == []


def test_candidates_by_command_name_both_and_write_nothing(ledger: Path, invoke: Run) -> None:
    at = ("--ledger", ledger)
    for person, name in (("P1", "Anna Petraitė"), ("P2", "Petraite Anna"), ("P3", "Jonas Jonaitis")):
        who = ("--name", name, "--birth-date", "1980-05-12")
        invoke("person", "add", "--id", person, *who, *at).ok()
    table = invoke("person", "merge", "--candidates", "-O", "csv", *at).ok().out
    assert table.splitlines()[1].startswith("19,P1,Anna Petraitė,1980-05-12,P2,Petraite Anna,1980-05-12")
    assert len(table.splitlines()) == 2
    assert (
        invoke("person", "merge", "--candidates", "--at-least", "30", "-O", "csv", *at).ok().out.count("\n")
        == 1
    )
