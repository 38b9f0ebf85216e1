"""Taking hand edits in: what is shown, what is refused, what is marked for ever."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ilactl.errors import ChangedMeanwhile, IoFailed
from ilactl.ledger.adoption import adoption_of
from ilactl.ledger.as_it_stands import AsItStands
from ilactl.ledger.snapshot import Snapshot
from tests.conftest import Result, Run
from tests.storage.support import writer


@pytest.fixture
def small(ledger: Path, invoke: Run) -> Path:
    """A ledger with two persons, of whom one has a name, each added by a commit of its own."""
    environment = {"ILACTL_LEDGER": str(ledger)}
    invoke("person", "add", "--id", "P1", "--set", "isced_level=2", env=environment).ok()
    given = "id,name,birth_date,valid_from\nP2,Jonė Čiurlytė,1990-05-17,2026-01-01\n"
    table = given.replace("id,", "person,", 1)
    invoke("person", "import", "-", env=environment, stdin=table).ok()
    return ledger


@pytest.fixture
def call(invoke: Run) -> Callable[..., Result]:
    def in_ledger(ledger: Path, *args: str) -> Result:
        return invoke(*args, env={"ILACTL_LEDGER": str(ledger)})

    return in_ledger


Call = Callable[..., Result]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def append(path: Path, row: str) -> None:
    with path.open("a") as file:
        file.write(row)


def state(ledger: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in ledger.iterdir() if p.suffix in (".csv", ".jsonl")}


def opened(ledger: Path) -> Snapshot:
    return Snapshot.open(ledger)


def test_nothing_to_adopt_is_well_and_silent(small: Path, call: Call) -> None:
    before = state(small)
    assert call(small, "adopt", "--why", "x") == Result(0, "", "")
    assert call(small, "adopt", "--why", "x", "--yes") == Result(0, "", "")
    assert "nothing to adopt" in call(small, "adopt", "--why", "x", "-n").out
    assert state(small) == before


def test_an_edited_register_is_shown_taken_in_and_marked(small: Path, call: Call) -> None:
    edit(small / "persons.csv", ",2,", ",3,")
    shown = call(small, "adopt", "--why", "typing error", "-n").ok().out
    day = "2026-11-23"
    assert f"persons.csv:2: - P1,{day},2,,,,,,,\npersons.csv:2: + P1,{day},3,,,,,,,\n" in shown
    assert "persons.csv: 1 changed" in shown
    assert call(small, "adopt", "--why", "typing error").code == 4
    assert call(small, "check").code == 1
    assert call(small, "adopt", "--why", "typing error", "--yes") == Result(0, "", "")
    call(small, "check").ok()
    last = json.loads(call(small, "log", "-O", "jsonl").out.splitlines()[-1])
    assert (last["command"], last["why"], last["adopted"]) == ("adopt", "typing error", True)
    call(small, "person", "add", "--id", "P3").ok()


def test_what_could_not_be_read_is_not_taken_for_well(
    small: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails while the checks read a file that the edited one refers to."""
    view = AsItStands.view

    def failing(self: AsItStands, file: str) -> object:
        if file == "organisations.csv":
            raise IoFailed(path=file, reason="input/output error")
        return view(self, file)

    append(small / "persons.csv", "P1,2026-06-01,3,employed,,NOBODY,,,,\n")
    before = state(small)
    assert call(small, "adopt", "--why", "moved", "--yes").code == 65
    monkeypatch.setattr(AsItStands, "view", failing)
    failed = call(small, "adopt", "--why", "moved", "--yes")
    assert (failed.code, "organisations.csv: input/output error; nothing was changed" in failed.err) == (
        74,
        True,
    )
    assert state(small) == before


def test_rows_added_and_removed_are_told_line_by_line(small: Path, call: Call) -> None:
    path = small / "persons.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[2], "P1,2026-01-01,4,,,,,,,\n", "P7,2026-01-01,5,,,,,,,\n"]))
    out = call(small, "adopt", "--why", "x", "-n", "-O", "json").ok().out
    rows = [(r["line"], r["change"], r["old"], r["new"]) for r in json.loads(out)["rows"]]
    assert rows == [
        (2, "removed", lines[1].rstrip(), None),
        (3, "added", None, "P1,2026-01-01,4,,,,,,,"),
        (4, "added", None, "P7,2026-01-01,5,,,,,,,"),
    ]


def test_old_names_are_not_guessed_and_other_rows_are_recognised(small: Path, call: Call) -> None:
    """The log holds no name: of the one row that changed only its digest is known."""
    edit(small / "identities.csv", "Čiurlytė", "Čiurlienė")
    out = call(small, "adopt", "--why", "married", "-n").ok().out
    assert "Čiurlytė" not in out
    assert "identities.csv:2: ? (a row of commit 3, of which the log holds only the digest)" in out
    assert "identities.csv:2: + P2,2026-01-01,Jonė Čiurlienė,1990-05-17" in out
    call(small, "adopt", "--why", "married", "--yes").ok()
    call(small, "check").ok()
    assert "Jonė" not in (small / "commits.jsonl").read_text()


@pytest.mark.parametrize(
    ("row", "code", "finding"),
    [
        ("P9,2026-01-01,bad level,,,,,,,\n", 65, "CSV-CELL"),
        ("P9,2026-01-01,2,,,,,,,\r\n", 65, "CSV-LINE-END"),
        ("P9,2026-01-01,2,,,,,,,", 65, "CSV-NO-LINE-END"),
        ("P9,2026-01-01,2,,,O9,,,,\n", 65, "CHECK-"),
    ],
)
def test_what_does_not_pass_the_checks_is_not_taken_in(
    small: Path, call: Call, row: str, code: int, finding: str
) -> None:
    append(small / "persons.csv", row)
    before = state(small)
    result = call(small, "adopt", "--why", "x", "--yes")
    assert result.code == code
    assert finding in result.err
    assert state(small) == before


def test_a_changed_header_is_not_taken_in(small: Path, call: Call) -> None:
    edit(small / "persons.csv", "isced_level", "level")
    result = call(small, "adopt", "--why", "x", "--yes")
    assert (result.code, "CSV-HEADER" in result.err) == (65, True)


def test_edited_rules_are_checked_and_noted(small: Path, call: Call) -> None:
    rules = small / "rules" / "scheme.toml"
    rules.write_text(rules.read_text() + "# a remark\n")
    assert "rules/scheme.toml: ? (changed" in call(small, "adopt", "--why", "remark", "-n").ok().out
    call(small, "adopt", "--why", "remark", "--yes").ok()
    assert call(small, "adopt", "--why", "again") == Result(0, "", "")
    rules.write_text(rules.read_text() + "nonsense = 1\n")
    result = call(small, "adopt", "--why", "x", "--yes")
    assert result.code == 78
    assert "scheme.toml" in result.err


def test_a_missing_register_is_refused_with_the_way_back(small: Path, call: Call) -> None:
    (small / "courses.csv").unlink()
    result = call(small, "adopt", "--why", "x", "--yes")
    assert result.code == 3
    assert "courses.csv: ADOPT-MISSING" in result.err
    assert "ilactl restore courses.csv" in result.err
    assert not (small / "courses.csv").exists()


def test_a_key_does_it_once(small: Path, call: Call) -> None:
    edit(small / "persons.csv", ",2,", ",3,")
    call(small, "adopt", "--why", "x", "--yes", "--key", "K").ok()
    seq = opened(small).head.seq
    assert "done already" in call(small, "adopt", "--why", "x", "--yes", "--key", "K", "-v").ok().out
    assert "done already" in call(small, "adopt", "--why", "x", "--key", "K", "-v").ok().out
    assert call(small, "adopt", "--why", "y", "--yes", "--key", "K").code == 3
    assert opened(small).head.seq == seq


@pytest.mark.parametrize("why", ["", "  ", "a\u202eb", "x" * 501])
def test_a_reason_must_be_one(small: Path, call: Call, why: str) -> None:
    assert call(small, "adopt", "--why", why).code == 2
    assert call(small, "restore", "--why", why).code == 2


def test_a_file_open_in_a_spreadsheet_is_not_taken_in(small: Path, call: Call) -> None:
    edit(small / "persons.csv", ",2,", ",3,")
    (small / ".~lock.persons.csv#").write_text(",clerk,desk,,;")
    assert call(small, "adopt", "--why", "x", "--yes").code == 75


def test_the_error_of_every_other_command_names_both_ways(small: Path, call: Call) -> None:
    edit(small / "persons.csv", ",2,", ",3,")
    result = call(small, "person", "add", "--id", "P3")
    assert result.code == 3
    assert "ilactl adopt --why" in result.err
    assert "ilactl restore --why" in result.err


def test_an_edit_after_the_look_is_not_taken_in(small: Path) -> None:
    path = small / "persons.csv"
    edit(path, ",2,", ",3,")
    before = state(small)["commits.jsonl"]
    with writer(small, adopting=True) as held:
        found = adoption_of(held.snapshot, date(2026, 11, 23))
        edit(path, ",3,", ",4,")
        with pytest.raises(ChangedMeanwhile):
            held.commit(found.change("x", "", ""))
    assert state(small)["commits.jsonl"] == before


def test_a_copy_without_hints_is_adopted_too(small: Path, call: Call) -> None:
    """The last commit's private rows stand in their place: what else was edited may be taken in."""
    shutil.rmtree(small / ".ilactl")
    append(small / "identities.csv", "P1,2026-01-01,Somebody,,,,,0123456789abcdef\n")
    assert call(small, "check").code == 1
    assert "+ P1,2026-01-01,Somebody" in call(small, "adopt", "--why", "x", "-n").ok().out
    call(small, "adopt", "--why", "x", "--yes").ok()
    call(small, "check").ok()


def test_facts_of_an_edited_row_are_marked_where_they_are_explained(small: Path, call: Call) -> None:
    edit(small / "persons.csv", ",2,", ",3,")
    call(small, "adopt", "--why", "x", "--yes").ok()
    out = call(small, "explain", "P1", "--due", "--on", "2027-01-01", "-O", "json").ok().out
    told = [fact for row in json.loads(out)["decisions"] for fact in row["origins"]]
    assert any(
        "(taken in from an edited file): persons.csv:2 (commit 4)" in str(fact["where"]) for fact in told
    ), told
