"""The books: no old row becomes another, and only a correction may be added by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ilactl.ledger.snapshot import Snapshot
from tests.adoption.test_adopt import Call, append, call, edit, state

__all__ = ["call"]

BOOKS = "entitlements.csv"


def correction(ledger: Path, **cells: str) -> str:
    """A row that takes 10.00 back from the first grant, unless told otherwise."""
    first = (ledger / BOOKS).read_text().splitlines()[1].split(",")
    names = (ledger / BOOKS).read_text().splitlines()[0].split(",")
    row = dict.fromkeys(names, "") | {
        "entry": f"E{Snapshot.open(ledger).head.next_entry}",
        "booked_on": "2026-11-23",
        "person": first[2],
        "kind": "correct",
        "lot": first[0],
        "amount": "10.00",
        "unit": first[6],
        "from": first[8],
        "to": first[7],
        "of": first[0],
        "ref": "LETTER-7",
    }
    row.update({name.rstrip("_"): cell for name, cell in cells.items()})
    return ",".join(row.values()) + "\n"


def test_a_correction_is_taken_in_and_marked_for_ever(sample_ledger: Path, call: Call) -> None:
    append(sample_ledger / BOOKS, correction(sample_ledger))
    person = (sample_ledger / BOOKS).read_text().splitlines()[1].split(",")[2]
    entry = Snapshot.open(sample_ledger).head.next_entry
    call(sample_ledger, "adopt", "--why", "letter 7", "--yes").ok()
    call(sample_ledger, "check").ok()
    after = Snapshot.open(sample_ledger)
    assert (after.head.next_entry, str(after.head.booked_through)) == (entry + 1, "2026-11-23")
    assert after.commit_of(BOOKS, 100).seq == 1
    explained = call(sample_ledger, "explain", f"E{entry}").ok().out
    assert "by an edit of the file that was taken in" in explained
    statement = call(sample_ledger, "statement", person, "-O", "jsonl").ok().out.splitlines()
    assert ['"adopted": true' in line or '"adopted":true' in line for line in statement][-1]
    assert sum('"adopted": true' in line or '"adopted":true' in line for line in statement) == 1


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"kind": "grant"}, "is a grant, not a correct"),
        ({"entry": "E99999"}, "the next entry is E"),
        ({"of": ""}, "does not say in 'of'"),
        ({"of": "E99998"}, "there is no entry E99998"),
        ({"booked_on": "2027-01-01"}, "lies after today"),
        ({"booked_on": "2026-01-01"}, "is booked through"),
    ],
)
def test_other_rows_are_refused(sample_ledger: Path, call: Call, cells: dict[str, str], told: str) -> None:
    append(sample_ledger / BOOKS, correction(sample_ledger, **cells))
    before = state(sample_ledger)
    result = call(sample_ledger, "adopt", "--why", "x", "--yes")
    assert result.code == 3
    assert "ADOPT-NO-CORRECTION" in result.err
    assert told in result.err
    assert "ilactl restore entitlements.csv" in result.err
    assert state(sample_ledger) == before


@pytest.mark.parametrize("cells", [{"amount": "99999.00"}, {"amount": "1"}, {"person": "NOBODY"}])
def test_a_correction_must_pass_the_checks(sample_ledger: Path, call: Call, cells: dict[str, str]) -> None:
    append(sample_ledger / BOOKS, correction(sample_ledger, **cells))
    before = state(sample_ledger)
    assert call(sample_ledger, "adopt", "--why", "x", "--yes").code == 65
    assert state(sample_ledger) == before


@pytest.mark.parametrize("why", ["changed", "removed"])
def test_an_old_row_is_refused_with_the_way_to_restore_it(sample_ledger: Path, call: Call, why: str) -> None:
    path = sample_ledger / BOOKS
    rows = path.read_text().splitlines(keepends=True)
    if why == "changed":
        rows[7] = rows[7].replace(".00,", ".01,")
    else:
        del rows[7]
    path.write_text("".join(rows))
    edit(sample_ledger / "persons.csv", "Old Town", "New Town")
    before = state(sample_ledger)
    result = call(sample_ledger, "adopt", "--why", "x", "--yes")
    assert result.code == 3
    assert f"entitlements.csv:8: ADOPT-OLD-ROW a row of the books was {why}" in result.err
    assert "ilactl restore entitlements.csv --why TEXT" in result.err
    assert state(sample_ledger) == before


def test_no_step_of_an_enrolment_is_added_by_hand(sample_ledger: Path, call: Call) -> None:
    line = (sample_ledger / "enrolments.csv").read_bytes().count(b"\n") + 1
    append(sample_ledger / "enrolments.csv", f"N9999,2026-11-23,P1,C1,,enrolled,2026-11-23{',' * 12}\n")
    result = call(sample_ledger, "adopt", "--why", "x", "--yes")
    assert result.code == 3
    assert f"enrolments.csv:{line}:25: ADOPT-NO-CORRECTION" in result.err


def test_a_kept_rule_text_is_never_edited(sample_ledger: Path, call: Call) -> None:
    kept = sorted((sample_ledger / "rules" / "used").iterdir())[0]
    kept.write_text(kept.read_text() + "# more\n")
    result = call(sample_ledger, "adopt", "--why", "x", "--yes")
    assert result.code == 3
    assert f"rules/used/{kept.name}" in result.err
    call(sample_ledger, "restore", "--why", "x").ok()
    call(sample_ledger, "check").ok()
