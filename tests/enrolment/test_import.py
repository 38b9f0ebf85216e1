"""`ilactl enrolment import`: a provider's list, all of it or nothing."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import ENROLMENTS
from tests.enrolment.conftest import Agency

LIST = """\
step,person,course,run,on,attendance,result,consent,ref
enrolled,P1,C1,R1,2026-12-01,,,form 7,
enrolled,P2,C1,R1,2026-12-02,,,form 8,
started,P1,C1,,2027-01-12,,,,LIST-1
attended,P1,C1,,2027-02-12,0.9,,,LIST-2
completed,P1,C1,,2027-03-12,0.95,pass,,INV-1
"""
DAY = "2027-03-15"


def take(agency: Agency, text: str, *args: str) -> dict[str, object]:
    return agency.json("enrolment", "import", "-", *args, stdin=text, day=DAY)


def test_a_list_enrols_starts_and_completes_in_one_commit(agency: Agency) -> None:
    first = take(agency, LIST)
    assert (first["new"], first["known"]) == (5, 0)
    assert agency.steps() == ["enrolled", "enrolled", "started", "attended", "completed"]
    numbers = [row["enrolment"] for row in agency.rows(ENROLMENTS)]
    commit = first["commit"]
    assert numbers == [f"N{commit}", f"N{commit}-2", *[f"N{commit}"] * 3]
    assert {row["booked_on"] for row in agency.rows(ENROLMENTS)} == {DAY}
    assert agency("check", "--full").code == 0


def test_the_same_list_again_writes_nothing(agency: Agency) -> None:
    take(agency, LIST)
    before = agency.bytes()
    again = take(agency, LIST)
    assert (again["new"], again["known"], again["commit"]) == (0, 5, None)
    assert agency.bytes() == before


def test_a_longer_list_adds_what_is_new(agency: Agency) -> None:
    take(agency, LIST)
    more = take(agency, LIST + "certified,P1,C1,,2027-03-14,,,,CERT-1\n")
    assert (more["new"], more["known"]) == (1, 5)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("enrolled,P3,C1,R1,2026-12-01,,,form 9,", "seat"),
        ("enrolled,P3,C1,R2,2026-12-01,,,,", "without consent"),
        (f"enrolled,P3,C1,R2,2026-12-01,,,{'a' * 195},", "consent is longer than 200 characters"),
        ("completed,P2,C1,,2027-03-12,0.9,,,", "enrolment start"),
        ("started,P9,C1,,2027-03-12,,,,", "P9 is not known"),
        ("started,P3,C1,,2027-03-12,,,,", "P3 is not enrolled in C1"),
        ("moved,P2,C1,R2,2027-01-02,,,,", "not taken from a list"),
        ("started,P2,C1,,2027-04-01,,,,", "still to come"),
        ("cancelled,P2,C1,,2027-01-02,,,,", "needs by"),
        ("attended,P1,C1,,2027-03-13,1.5,,,", "share between 0 and 1"),
        ("completed,P1,C1,,2027-03-12,0.5,fail,,INV-2", "completed already"),
    ],
)
def test_one_bad_row_and_nothing_is_written(agency: Agency, row: str, said: str) -> None:
    before = agency.bytes()
    done = agency("enrolment", "import", "-", stdin=LIST + row + "\n", day=DAY)
    assert done.code == 65, done.err
    assert said in done.err, done.err
    assert done.err.startswith("stdin:7:"), done.err
    assert agency.bytes() == before


def test_a_dry_run_counts_and_writes_nothing(agency: Agency) -> None:
    before = agency.bytes()
    shown = take(agency, LIST, "-n")
    assert (shown["new"], shown["dry_run"]) == (5, True)
    assert agency.bytes() == before


def test_the_guards_hold(agency: Agency) -> None:
    text = (agency.root / "ledger.toml").read_text()
    (agency.root / "ledger.toml").write_text(text.replace("# max_persons = 50000", "max_persons = 1"))
    assert agency("enrolment", "import", "-", stdin=LIST, day=DAY).code == 3
    assert take(agency, LIST, "--allow-large", "10")["new"] == 5


def test_a_providers_own_list_comes_in_by_its_mapping(agency: Agency) -> None:
    take(agency, "\n".join(LIST.splitlines()[:4]) + "\n")
    mapping = agency.root.parent / "presence.toml"
    mapping.write_text(
        '[file]\ndelimiter = ";"\ndecimal = ","\n'
        '[columns]\nstep = { value = "attended" }\nperson = "Nr"\ncourse = "Kurs"\nattendance = "Anteil"\n'
    )
    found = take(agency, "Nr;Kurs;Anteil\nP1;C1;0,8\n", "--map", str(mapping), "--expect-rows", "1")
    assert found["new"] == 1
    assert agency.rows(ENROLMENTS)[-1]["share"] == "0.8"


def test_a_senders_number_that_is_nobodys_is_told_once(agency: Agency) -> None:
    mapping = agency.root.parent / "numbers.toml"
    mapping.write_text(
        '[columns]\nstep = "step"\nperson = "no"\ncourse = "course"\n[match]\nperson = "external_id"\n'
    )
    text = "step,no,course\nstarted,4711,C1\n"
    done = agency("enrolment", "import", "-", "--map", str(mapping), stdin=text, day=DAY)
    assert done.code == 65
    assert done.err.count("external_id 4711 is not known") == 1, done.err
    agency("person", "update", "P1", "--external-id", "4711", day="2026-12-01").ok()
    agency.enrol()
    assert take(agency, text, "--map", str(mapping))["new"] == 1


@pytest.mark.parametrize("word", ["1", "true", "Yes"])
def test_a_mark_is_yes_or_no_or_nothing(agency: Agency, word: str) -> None:
    agency.enrol()
    text = f"step,person,course,by,reason,force_majeure\ncancelled,P1,C1,holder,health,{word}\n"
    done = agency("enrolment", "import", "-", stdin=text, day=DAY)
    assert done.code == 65
    assert f"force_majeure '{word}' is not yes or no" in done.err


def test_the_way_past_a_guard_is_one_that_can_be_gone_where_no_money_moves(agency: Agency) -> None:
    for person in ("P1", "P2"):
        agency.enrol(person)
    text = (agency.root / "ledger.toml").read_text()
    (agency.root / "ledger.toml").write_text(text.replace("# max_persons = 50000", "max_persons = 1"))
    starts = "step,person,course,on\nstarted,P1,C1,2027-01-12\nstarted,P2,C1,2027-01-12\n"
    done = agency("enrolment", "import", "-", stdin=starts, day=DAY)
    assert done.code == 3
    assert "--allow-large 1 once" in done.err
    assert take(agency, starts, "--allow-large", "1")["new"] == 2


def test_two_attendances_without_a_day_are_refused_as_they_could_not_be_known_again(agency: Agency) -> None:
    number = agency.enrol()
    agency("enrolment", "start", number, day="2027-01-12").ok()
    rows = "step,enrolment,attendance\n" + "".join(f"attended,{number},{share}\n" for share in ("0.3", "0.6"))
    before = agency.bytes()
    refused = agency("enrolment", "import", "-", stdin=rows, day=DAY)
    assert (refused.code, agency.bytes()) == (65, before)
    assert f"stdin:3:{len(f'attended,{number},') + 1}: IN-CELL line 2 says another attendance" in refused.err
    dated = "step,enrolment,on,attendance\n"
    dated += f"attended,{number},2027-02-01,0.3\nattended,{number},2027-03-01,0.6\n"
    assert [take(agency, dated)["new"] for _ in range(2)] == [2, 0]
