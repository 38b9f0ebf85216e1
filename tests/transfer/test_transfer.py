"""A person between two agencies: nothing lost, nothing doubled, whoever says it twice."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.stories.conftest import digests

SCHEME = """\
[facts]
carer = { kind = "state", type = "bool", default = "false" }
hours = { kind = "figure", type = "decimal(9,2)" }
[[cap]]
id = "lifetime"
over = ["own"]
measure = "granted"
unit = "EUR"
limit = "1200.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
caps = ["lifetime"]
expires = "10 years"
[[contribution]]
id = "paid"
class = "paid"
unit = "EUR"
from = ["own"]
"""
MOVED = ("--why", "moved")


class Agency:
    """A ledger and its command line."""

    def __init__(self, root: Path, prefix: str, invoke: Run) -> None:
        self.root = root
        self.prefix = prefix
        self.invoke = invoke
        manifest = root / "ledger.toml"
        text = manifest.read_text("utf-8")
        old = next(line for line in text.splitlines() if line.startswith("prefix"))
        manifest.write_text(text.replace(old, f'prefix = "{prefix}"'), "utf-8")
        (root / "rules/scheme.toml").write_text(SCHEME, "utf-8")
        self("adopt", "--why", "set up", "--yes")

    def __call__(self, *words: object) -> Any:
        return self.invoke(*words, "--ledger", self.root)

    def json(self, *words: object) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self(*words, "-O", "json").ok().out)
        return answer

    def balance(self, person: str) -> str:
        rows = self.json("balance", person, "--on", "2026-06-01")["rows"]
        return str(next((row["balance"] for row in rows if row["unit"] == "EUR"), "0.00"))

    def rows(self) -> list[list[str]]:
        lines = (self.root / "entitlements.csv").read_text("utf-8").splitlines()[1:]
        return [line.split(",") for line in lines]


@pytest.fixture
def two(ledger: Path, invoke: Run, tmp_path: Path) -> tuple[Agency, Agency]:
    """Agency AA, where P1 was granted 2025 and 2026 and paid something in, and the empty BB."""
    other = tmp_path / "other"
    shutil.copytree(ledger, other)
    a, b = Agency(ledger, "AA", invoke), Agency(other, "BB", invoke)
    who = ("--name", "Anna Petraitė", "--birth-date", "1980-05-12", "--set", "carer=true")
    a("person", "add", "--id", "P1", *who, "--on", "2025-01-01").ok()
    a("person", "update", "P1", "--figure", "hours=1607", "--span", "2025", "--on", "2025-01-01").ok()
    for year in (2025, 2026):
        a("topup", "--on", f"{year}-01-01", "--yes").ok()
    a("contribution", "add", "P1", "80.00", "--from", "own", "--ref", "C1", "--on", "2026-02-01").ok()
    return a, b


def hand_over(a: Agency, to: str, file: Path, person: str = "P1", on: str = "2026-06-01") -> Any:
    return a("person", "transfer", "out", person, "--to", to, "--file", file, *MOVED, "--yes", "--on", on)


def take_in(b: Agency, file: Path, *words: str, on: str = "2026-06-01") -> Any:
    return b("person", "transfer", "in", file, *MOVED, "--yes", "--on", on, *words)


def test_a_wallet_moves_whole_with_its_terms_and_its_granted_years(
    two: tuple[Agency, Agency], tmp_path: Path
) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    hand_over(a, "BB", file).ok()
    assert (a.balance("P1"), stat.S_IMODE(file.stat().st_mode)) == ("0.00", 0o600)
    take_in(b, file, "--as", "X1").ok()
    assert b.balance("X1") == "1080.00"
    assert [(row[3], row[5], row[7], row[8], row[10], row[13], row[14]) for row in b.rows()] == [
        ("transfer", "500.00", "agency:AA", "wallet:own", "2035-01-01", "base", "2025"),
        ("transfer", "500.00", "agency:AA", "wallet:own", "2036-01-01", "base", "2026"),
        ("transfer", "80.00", "agency:AA", "wallet:paid", "", "", ""),
    ]
    shown = b.json("person", "show", "X1", "--on", "2026-06-01")
    assert (shown["name"], shown["birth_date"]) == ("Anna Petraitė", "1980-05-12")
    assert shown["figures"][0]["value"] == "1607"
    for agency in two:
        agency("check").ok()


def test_no_year_is_granted_again_and_caps_count_what_was_granted_there(
    two: tuple[Agency, Agency], tmp_path: Path
) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    hand_over(a, "BB", file).ok()
    take_in(b, file, "--as", "X1").ok()
    b("topup", "--on", "2026-06-01", "--yes").ok()
    assert len(b.rows()) == 3, "2026 was granted there"
    b("topup", "--on", "2027-01-01", "--yes").ok()
    assert (b.rows()[-1][5], b.rows()[-1][15]) == ("200.00", "500.00"), "1,000 of 1,200 were granted there"


def test_the_same_file_twice_books_nothing_and_out_again_writes_the_same_bytes(
    two: tuple[Agency, Agency], tmp_path: Path
) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    hand_over(a, "BB", file).ok()
    first, before = file.read_bytes(), digests(a.root)
    file.unlink()
    hand_over(a, "BB", file, on="2026-07-01").ok()
    assert (file.read_bytes(), digests(a.root)) == (first, before)
    hand_over(a, "BB", file).ok()
    take_in(b, file, "--as", "X1").ok()
    before = digests(b.root)
    take_in(b, file, "--as", "X1").ok()
    take_in(b, file).ok()
    assert digests(b.root) == before


def test_there_and_back_again_nothing_is_doubled(two: tuple[Agency, Agency], tmp_path: Path) -> None:
    a, b = two
    hand_over(a, "BB", tmp_path / "1.json").ok()
    take_in(b, tmp_path / "1.json", "--as", "X1").ok()
    hand_over(b, "AA", tmp_path / "2.json", "X1").ok()
    take_in(a, tmp_path / "2.json", "--as", "P1").ok()
    assert (a.balance("P1"), b.balance("X1")) == ("1080.00", "0.00")
    a("topup", "--on", "2027-01-01", "--yes").ok()
    assert (a.rows()[-1][5], a.rows()[-1][15]) == ("200.00", "500.00")
    for agency in two:
        agency("check").ok()
        assert agency.json("topup", "--review", "--on", "2027-01-01")["rows"] == []


def test_undo_of_the_arrival_lets_the_file_come_in_again(two: tuple[Agency, Agency], tmp_path: Path) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    hand_over(a, "BB", file).ok()
    seq = json.loads(take_in(b, file, "--as", "X1", "-O", "json").ok().out)["booked"]
    b("undo", seq, "--why", "wrong person", "--yes", "--on", "2026-06-01").ok()
    assert b.balance("X1") == "0.00"
    take_in(b, file, "--as", "X1").ok()
    assert b.balance("X1") == "1080.00"
    b("check").ok()


def test_undo_of_the_departure_brings_everything_back(two: tuple[Agency, Agency], tmp_path: Path) -> None:
    a, _ = two
    out = ("person", "transfer", "out", "P1", "--to", "BB", "--file", tmp_path / "1.json", *MOVED)
    seq = a.json(*out, "--yes", "--on", "2026-06-01")["booked"]
    a("undo", seq, "--why", "stays", "--yes", "--on", "2026-06-01").ok()
    assert a.balance("P1") == "1080.00"
    hand_over(a, "BB", tmp_path / "2.json").ok()
    assert a.balance("P1") == "0.00"


def test_what_is_reserved_or_not_there_does_not_move(two: tuple[Agency, Agency], tmp_path: Path) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    assert hand_over(a, "AA", file).code == 3
    assert hand_over(a, "BB", file, "P7").code == 66
    assert hand_over(a, "BB", a.root / "P1.json").code == 3
    file.write_text("mine")
    assert hand_over(a, "BB", file).code == 3
    assert (file.read_text(), a.balance("P1")) == ("mine", "1080.00")
    b("person", "add", "--id", "Q1", "--set", "isced_level=2").ok()
    assert hand_over(b, "AA", tmp_path / "Q1.json", "Q1").code == 3, "an empty wallet"


def changed(file: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert old in text
    other = file.with_name("changed.json")
    other.write_text(text.replace(old, new), "utf-8")
    return other


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"amount": "80.00"', '"amount": "800.00"'),
        ('"amount": "80.00"', '"amount": 80.00'),
        ('"amount": "80.00"', '"amount": NaN'),
        ('"amount": "80.00"', '"amount": "-80.00"'),
        ('"amount": "80.00"', '"amount": "80.00", "amount": "80.00"'),
        ('"amount": "80.00"', '"amount": "80.00", "extra": "1"'),
        ('"amount": "80.00"', '"amount": "8e1"'),
        ('"person": "P1"', '"person": "../../etc"'),
        ('"lots": [', '"lots": 7, "x": ['),
        ("Anna", "Anna\\u001b[31m"),
        ("Anna", "=cmd()"),
        ('"format"', '"fromat"'),
        ("{", "["),
        ('"digest": "', '"digest": "0'),
    ],
)
def test_a_changed_file_is_refused_with_its_line_and_changes_nothing(
    two: tuple[Agency, Agency], tmp_path: Path, old: str, new: str
) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    hand_over(a, "BB", file).ok()
    before = digests(b.root)
    refused = take_in(b, changed(file, old, new), "--as", "X1")
    assert (refused.code, refused.out) == (65, "")
    assert "changed.json:" in refused.err
    assert "TRANSFER-FILE" in refused.err
    assert digests(b.root) == before


def test_bytes_that_are_no_transfer_at_all_are_refused(two: tuple[Agency, Agency], tmp_path: Path) -> None:
    _, b = two
    for data in (b"", b"\xff\xfe", b"[]", b"null", b'{"a": ' * 5000, b"{}", b'"x"', b"{\n" * 3):
        file = tmp_path / "bad.json"
        file.write_bytes(data)
        refused = take_in(b, file)
        assert (refused.code, refused.out) == (65, ""), data[:20]
        assert "Traceback" not in refused.err


def test_a_file_for_somebody_else_or_with_other_content_under_its_id_is_refused(
    two: tuple[Agency, Agency], tmp_path: Path
) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    hand_over(a, "CC", file).ok()
    assert take_in(b, file).code == 3


def test_classes_that_are_called_otherwise_here_are_named_and_mapped(
    two: tuple[Agency, Agency], tmp_path: Path
) -> None:
    (a, b), file = two, tmp_path / "P1.json"
    (b.root / "rules/scheme.toml").write_text(
        SCHEME.replace('"own"]\nmeasure', '"state"]\nmeasure').replace('class = "own"', 'class = "state"')
    )
    hand_over(a, "BB", file).ok()
    refused = take_in(b, file, "--as", "X1")
    assert (refused.code, "--class own=NAME" in refused.err) == (65, True)
    take_in(b, file, "--as", "X1", "--class", "own=state").ok()
    assert b.balance("X1") == "1080.00"
