"""Three real catalogues come in whole, by the mappings of the sample data; what is doubtful is told."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAPS = ROOT / "sample-data/mappings"
DATA = ROOT.parent / "shared/data/catalogue"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the catalogues are not here")

NEW_JERSEY = DATA / "new-jersey-eligible-programmes.csv"
IN = ("course", "import", NEW_JERSEY, "--map", MAPS / "new-jersey.toml", "--from", "2026-01-01")


@pytest.fixture
def cli(ledger: Path, invoke):
    """A ledger that knows dollars and kronor."""

    def call(*args: str | Path, stdin: bytes | str | None = None):
        return invoke(*args, stdin=stdin, env={"ILACTL_LEDGER": str(ledger)})

    with open(ledger / "ledger.toml", "a", encoding="utf-8") as file:
        file.write("\n[units.USD]\nscale = 2\n\n[units.SEK]\nscale = 2\n")
    call("adopt", "--why", "two units", "--yes").ok()
    return call


def read(ledger: Path, file: str) -> list[dict[str, str]]:
    with open(ledger / file, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def counts(done) -> dict[str, int]:
    found = json.loads(done.ok().out)
    return {name: found[name] for name in ("new", "known", "changed")}


def test_new_jersey_comes_in_whole_with_its_providers_and_what_is_in_demand(cli, ledger: Path) -> None:
    refused = cli(*IN)
    assert refused.code == 65
    assert "is not in organisations.csv" in refused.err  # names alone are no providers
    providers = ("organisation", "import", NEW_JERSEY, "--map", MAPS / "new-jersey-providers.toml")
    assert counts(cli(*providers, "--expect-rows", "4499", "-O", "json"))["new"] == 380
    assert counts(cli(*providers, "-O", "json")) == {"new": 0, "known": 380, "changed": 0}
    begun = time.process_time()
    done = cli(*IN, "--expect-rows", "4499", "-O", "json")
    taken = time.process_time() - begun
    assert counts(done)["new"] == 4499
    assert taken < 3.0
    remarks = json.loads(done.out)["remarks"]
    told = [remark["message"] for remark in remarks]
    assert sum(text.startswith("price is 0") for text in told) == 123
    assert sum(text.startswith("hours: '0' is taken for nothing known") for text in told) == 220
    assert sum("of the same provider has this title, too" in text for text in told) == 18
    assert [remark["line"] for remark in remarks] == sorted(remark["line"] for remark in remarks)
    courses = {row["course"]: row for row in read(ledger, "courses.csv")}
    assert courses["NJ-39948"]["title"].endswith("Microsoft SQL Server 2005 Databases and Servers")
    assert max(float(row["price"]) for row in courses.values()) == 186193.00
    assert sum(row["hours"] == "" for row in courses.values()) == 220
    assert {row["unit"] for row in courses.values()} == {"USD"}
    names = {row["organisation"] for row in read(ledger, "organisations.csv")}
    assert {row["provider"] for row in courses.values()} == names
    assert counts(cli(*IN, "-O", "json")) == {"new": 0, "known": 4499, "changed": 0}
    demand = ("course", "relevance", "import", NEW_JERSEY, "--map", MAPS / "new-jersey-in-demand.toml")
    assert counts(cli(*demand, "--from", "2026-01-01", "--expect-rows", "4499", "-O", "json"))["new"] == 3492
    found = json.loads(
        cli("course", "find", "medical", "--in-demand", "--max-price", "500", "-O", "json").ok().out
    )
    assert len(found["rows"]) == 6
    assert cli("check").code == 0


def test_gothenburg_comes_in_whole_with_its_runs(cli, ledger: Path) -> None:
    since = ("--from", "2024-01-01")
    add = ("organisation", "add", "--id", "GU", "--kind", "provider", "--name", "University of Gothenburg")
    cli(*add, *since).ok()
    courses = ("course", "import", DATA / "gothenburg-courses.csv", "--map", MAPS / "gothenburg-courses.toml")
    assert counts(cli(*courses, *since, "--expect-rows", "331", "-O", "json"))["new"] == 331
    runs = ("course", "run", "import", DATA / "gothenburg-course-runs.csv")
    runs += ("--map", MAPS / "gothenburg-runs.toml")
    assert counts(cli(*runs, *since, "--expect-rows", "124", "-O", "json"))["new"] == 124
    rows = read(ledger, "courses.csv")
    assert {row["cycle"] for row in rows} == {"", "first", "second"}
    assert sum(row["cycle"] == "" for row in rows) == 43
    assert sum(row["titles"] == "" for row in rows) == 44
    held = read(ledger, "runs.csv")
    assert {row["pace"] for row in held} == {"0.5"}
    assert {row["price"] for row in held} >= {"17753.00", "35505.00"}
    assert sum(row["mode"] == "distance" for row in held) == 6
    assert sum(row["place"] == "" for row in held) == 5
    find = ("course", "find", "--mode", "distance", "--on", "2025-03-20", "-O", "json")
    found = json.loads(cli(*find).ok().out)["rows"]
    assert {f"{row['course']}/{row['run']}" for row in found} == {
        "LT2816/GU-24003", "LT2822/GU-24005", "LT2926/GU-24017", "TIA161/GU-87017",
    }  # fmt: skip
    again = json.loads(
        cli("course", "import", "-", "-O", "json", stdin=cli("course", "list", "-O", "csv").out).out
    )
    assert again["known"] == 331
    assert cli("check").code == 0
