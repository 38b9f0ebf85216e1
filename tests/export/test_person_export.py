"""`person export` tells every row that names a person, where it stands and who recorded it."""

from __future__ import annotations

import csv
import json
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

REPOSITORY = Path(__file__).resolve().parents[2]


def held(invoke: Run, ledger: Path, person: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        invoke("person", "export", person, "-O", "json", "--ledger", ledger).ok().out
    )
    return told


def rows_naming(ledger: Path, ids: set[str]) -> set[tuple[str, int]]:
    """Every line of every CSV file with a cell that is one of the ids, read without ilactl."""
    found = set()
    for path in ledger.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {(path.name, n) for n, cells in enumerate(csv.reader(file), 1) if ids & set(cells)}
    return found


def test_every_row_of_every_file_that_names_the_person_is_told(sample_ledger: Path, invoke: Run) -> None:
    with (sample_ledger / "persons.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    aliases = [row["same_as"] for row in rows if row["same_as"]]
    for person in [*dict.fromkeys(aliases), *[row["person"] for row in rows[:200:40]]]:
        told = held(invoke, sample_ledger, person)
        ids = {told["person"], *told["also"]}
        assert {(row["file"], row["line"]) for row in told["held"]} == rows_naming(sample_ledger, ids)
        assert {row["commit"] for row in told["held"]} == {one["commit"] for one in told["commits"]}
    assert aliases


def test_money_is_text_and_the_balances_are_those_of_the_wallet(sample_ledger: Path, invoke: Run) -> None:
    person = (sample_ledger / "persons.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    told = held(invoke, sample_ledger, person)
    rows = json.loads(invoke("balance", person, "-O", "json", "--ledger", sample_ledger).ok().out)["rows"]
    assert {r["unit"]: r["balance"] for r in told["balances"]} == {r["unit"]: r["balance"] for r in rows}
    assert all(isinstance(lot["balance"], str) for lot in told["lots"])


class Reader(HTMLParser):
    """The open tags, the texts, and whether tags are nested rightly."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


NAMES = ["<script>alert(1)</script>", "O'Neil & <b>Söhne</b>", '"quoted, and" more', "<!-- -->"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_whole_and_a_hostile_name_stays_text(
    ledger: Path, invoke: Run, tmp_path: Path, name: str
) -> None:
    at = ("--ledger", ledger)
    invoke("person", "add", "--id", "P1", "--name", name, *at).ok()
    page = tmp_path / "page.html"
    invoke("person", "export", "P1", "--page", page, *at).ok()
    reader = Reader()
    reader.feed(page.read_text("utf-8"))
    reader.close()
    assert reader.open == []
    assert name in reader.text
    assert not reader.seen & {"script", "b", "img", "iframe"}
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_a_page_never_replaces_a_file_and_never_lies_in_the_ledger(
    ledger: Path, invoke: Run, tmp_path: Path
) -> None:
    at = ("--ledger", ledger)
    invoke("person", "add", "--id", "P1", "--set", "isced_level=2", *at).ok()
    there = tmp_path / "there.html"
    there.write_text("mine")
    (tmp_path / "link.html").symlink_to(ledger / "ledger.toml")
    before = sorted(path.name for path in ledger.rglob("*"))
    for place in (there, tmp_path / "link.html", ledger / "p.html", ledger / "rules" / "p.html"):
        refused = invoke("person", "export", "P1", "--page", place, *at)
        assert (refused.code, refused.out) == (3, "")
    assert invoke("person", "export", "P1", "--page", tmp_path / "no" / "p.html", *at).code == 74
    assert invoke("person", "export", "P1", "--page", "-", *at).code == 2
    assert there.read_text() == "mine"
    assert sorted(path.name for path in ledger.rglob("*")) == before
    assert not list(tmp_path.glob(".*part"))


def test_nobody_is_told_of_a_person_who_is_not_there(ledger: Path, invoke: Run) -> None:
    assert invoke("person", "export", "P9", "--ledger", ledger).code == 66
