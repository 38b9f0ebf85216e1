"""Steps of an enrolment: what may follow, what is done already, where the money goes."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import ENROLMENTS
from tests.enrolment.conftest import Agency


def step(agency: Agency, *args: str, day: str = "") -> dict[str, str]:
    return agency.json("enrolment", *args, day=day)


def test_start_attend_complete_certify(agency: Agency) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    step(agency, "attend", "P1/C1", "--share", "0.6", day="2027-02-12")
    done = step(agency, "complete", number, "--attendance", "0.95", "--result", "pass", day="2027-03-12")
    assert (done["due"], done["why"]) == ("600.00", "attended enough: paid in full")
    step(agency, "certify", number, "--ref", "CERT-1", day="2027-03-20")
    assert agency.steps() == ["enrolled", "started", "attended", "completed", "certified"]
    shown = step(agency, "show", number)
    assert (shown["state"], shown["attendance"], shown["result"]) == ("certified", "0.95", "pass")
    assert agency("check", "--full").code == 0


def test_what_was_not_attended_goes_where_the_ending_says(agency: Agency) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    done = step(agency, "complete", number, "--attendance", "0.5", day="2027-03-12")
    assert done["due"] == "300.00"
    assert agency.moves("forfeit") == [
        ("forfeit", "150.00", "held:employer", "pool"),
        ("forfeit", "150.00", "held:own", "pool"),
    ]


def test_completing_twice_is_done_already_and_otherwise_refused(agency: Agency) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    how = ("complete", number, "--attendance", "0.9", "--result", "pass", "--ref", "INV-1")
    step(agency, *how, day="2027-03-12")
    before = agency.bytes()
    assert step(agency, *how, day="2027-03-12")["done_already"]
    other = agency("enrolment", "complete", number, "--attendance", "0.7", day="2027-03-12")
    assert other.code == 3
    assert "completed already" in other.err
    assert agency.bytes() == before


def test_an_illegal_step_is_refused_with_what_is_possible(agency: Agency) -> None:
    number = agency.enrol()
    before = agency.bytes()
    done = agency("enrolment", "complete", number, day="2027-03-12")
    assert done.code == 3
    assert "ilactl enrolment start" in done.err
    assert agency.bytes() == before


def test_an_end_before_the_start_is_refused(agency: Agency) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    done = agency("enrolment", "complete", number, "--attendance", "1", day="2027-01-11")
    assert done.code == 3
    assert "before that" in done.err


def test_a_start_before_the_run_begins_is_taken_with_a_warning(agency: Agency) -> None:
    number = agency.enrol()
    early = agency("enrolment", "start", number, day="2027-01-02").ok()
    assert early.err.startswith(f"warning: {number} is started on 2027-01-02, before its run's first day, ")
    assert "course run update C1/R1 --starts DATE" in early.err
    again = agency("enrolment", "start", number, day="2027-01-02").ok()
    assert again.err == ""


@pytest.mark.parametrize("share", ["1.2", "60", "2"])
def test_attendance_over_100_per_cent_is_refused(agency: Agency, share: str) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    done = agency("enrolment", "attend", number, "--share", share)
    assert done.code == 2
    assert "over 1" in done.err


def test_an_early_cancellation_gives_all_back(agency: Agency) -> None:
    number = agency.enrol()
    how = ("cancel", number, "--by", "holder", "--reason", "time", "--yes")
    done = step(agency, *how, day="2026-12-10")
    assert (done["due"], done["why"]) == ("0.00", "free until 15 days before the start")
    assert agency.moves("release") == [
        ("release", "300.00", "held:employer", "wallet:employer"),
        ("release", "300.00", "held:own", "wallet:own"),
    ]
    last = agency.rows(ENROLMENTS)[-1]
    assert (last["step"], last["by"], last["reason"]) == ("cancelled", "holder", "time")


def test_a_late_cancellation_pays_5_per_cent_and_loses_the_rest(agency: Agency) -> None:
    number = agency.enrol()
    how = ("cancel", number, "--by", "holder", "--reason", "time", "--yes")
    done = step(agency, *how, day="2027-01-05")
    assert (done["due"], done["unpaid"]) == ("30.00", "30.00")
    assert agency.moves("forfeit", "release") == [
        ("forfeit", "285.00", "held:employer", "pool"),
        ("forfeit", "285.00", "held:own", "pool"),
    ]


def test_force_majeure_sends_the_employers_part_back_to_the_employer(agency: Agency) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    how = ("cancel", number, "--by", "holder", "--reason", "health", "--force-majeure", "--yes")
    step(agency, *how, day="2027-01-12")
    kinds = {(kind, to) for kind, _, _, to in agency.moves("release", "return")}
    assert kinds == {("return", "employer:O7"), ("release", "wallet:own")}
    assert agency.rows(ENROLMENTS)[-1]["result"] == "force_majeure"


def test_cancelling_asks_and_without_a_terminal_needs_yes(agency: Agency) -> None:
    number = agency.enrol()
    before = agency.bytes()
    done = agency("enrolment", "cancel", number, "--by", "holder", "--reason", "time", day="2026-12-10")
    assert done.code == 4
    assert agency.bytes() == before


def test_cancelling_a_completed_one_is_refused(agency: Agency) -> None:
    number = agency.enrol()
    step(agency, "start", number, day="2027-01-12")
    step(agency, "complete", number, "--attendance", "1", day="2027-03-12")
    how = ("enrolment", "cancel", number, "--by", "holder", "--reason", "time", "--yes")
    done = agency(*how, day="2027-03-13")
    assert done.code == 3
    assert "reclaim" in done.err


def test_a_label_that_ended_bars_the_start(agency: Agency) -> None:
    number = agency.enrol()
    agency("organisation", "update", "O3", "--from", "2027-01-01", "--label-until", "2026-12-31").ok()
    before = agency.bytes()
    done = agency("enrolment", "start", number, day="2027-01-12")
    assert done.code == 3
    assert "label" in done.err
    assert agency.bytes() == before


def test_a_move_to_a_cheaper_run_releases_the_difference(agency: Agency) -> None:
    number = agency.enrol()
    done = step(agency, "move", number, "R2", "--yes", day="2026-12-10")
    assert done["price"] == "500.00"
    assert sum(float(amount) for _, amount, _, _ in agency.moves("release")) == 100
    assert step(agency, "show", number)["run"] == "R2"


def test_a_move_to_a_dearer_run_reserves_the_difference(agency: Agency) -> None:
    number = agency.enrol()
    done = step(agency, "move", number, "R3", "--yes", day="2026-12-10")
    assert (done["price"], done["own"], done["reserved"]) == ("650.00", "0.00", "650.00")
    assert agency.moves("reserve")[2:] == [("reserve", "50.00", "wallet:own", "held:own")]
    step(agency, "start", number, day="2027-02-20")
    ended = step(agency, "complete", number, "--attendance", "1", day="2027-04-20")
    assert ended["due"] == "650.00"
    assert agency("check", "--full").code == 0


def test_what_the_wallet_lacks_for_a_dearer_run_the_holder_adds(agency: Agency) -> None:
    number = agency.enrol("P2", "C1/R2")
    done = step(agency, "move", number, "R3", "--yes", day="2026-12-10")
    assert (done["price"], done["own"]) == ("650.00", "150.00")
    assert agency.json("enrolment", "show", number)["own"] == "150.00"


def test_a_move_to_a_full_run_is_refused(agency: Agency) -> None:
    agency.enrol("P2", "C1/R3")
    number = agency.enrol("P1")
    assert agency("enrolment", "move", number, "R3", "--yes", day="2026-12-10").code == 3


def test_an_enrolment_is_named_by_person_and_course_or_is_not_found(agency: Agency) -> None:
    agency.enrol()
    assert step(agency, "show", "P1/C1")["enrolment"].startswith("N")
    assert agency("enrolment", "show", "P2/C1").code == 66
    assert agency("enrolment", "show", "N99999").code == 66


def test_a_move_to_where_one_is_already_is_refused(agency: Agency) -> None:
    number = agency.enrol()
    assert agency("enrolment", "move", number, "R1", "--yes", day="2026-12-10").code == 3


def test_an_undone_cancellation_counts_as_if_it_had_never_been(agency: Agency) -> None:
    number = agency.enrol()
    how = ("cancel", number, "--by", "holder", "--reason", "time", "--yes")
    commit = str(step(agency, *how, day="2027-01-05")["commit"])
    agency("undo", commit, "--why", "another person", "--yes", day="2027-01-06").ok()
    shown = agency.json("enrolment", "show", number)
    assert shown["state"] == "enrolled"
    sums = [(lot["reserved"], lot["forfeited"], lot["held"]) for lot in shown["lots"]]
    assert sums == [("300.00", "0.00", "300.00")] * 2
    step(agency, "start", number, day="2027-01-12")


def test_an_undone_enrolment_is_void_and_may_be_made_again(agency: Agency) -> None:
    number = agency.enrol()
    agency("undo", number[1:], "--why", "another person", "--yes", day="2026-12-02").ok()
    assert agency.json("enrolment", "list")["rows"] == []
    assert [one["state"] for one in agency.json("enrolment", "list", "--state", "void")["rows"]] == ["void"]
    assert agency.enrol(day="2026-12-03") != number


def test_booked_on_never_goes_back_and_the_day_it_happened_is_kept(agency: Agency) -> None:
    number = agency.enrol()
    agency.enrol("P2", day="2027-02-01", course="C1/R2")
    step(agency, "start", number, day="2027-01-12")
    last = agency.rows(ENROLMENTS)[-1]
    assert (last["on"], last["booked_on"]) == ("2027-01-12", "2027-02-01")


def test_closed_books_take_no_step(agency: Agency) -> None:
    number = agency.enrol()
    path = agency.root / "ledger.toml"
    path.write_text("closed_until = 2027-01-31\n" + path.read_text())
    done = agency("enrolment", "start", number, day="2027-01-12")
    assert done.code == 3
    assert "CLOSED" in done.err
