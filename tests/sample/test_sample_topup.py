"""The main job on the sample: the top-up of 1 January 2027, once."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sample.making import digests, rows

NEW_YEAR = ("topup", "--on", "2027-01-01", "--yes")


def test_the_sample_is_in_order(sample_ledger: Path, invoke) -> None:
    done = invoke("--ledger", sample_ledger, "check").ok()
    assert done.out == done.err == ""


def test_the_top_up_books_once(sample_ledger: Path, run) -> None:
    before = len(rows(sample_ledger, "entitlements.csv"))
    done = run("--ledger", sample_ledger, *NEW_YEAR).ok()
    assert done.out == done.err == ""
    booked = rows(sample_ledger, "entitlements.csv")[before:]
    by_rule = {row["rule"].partition("@")[0] for row in booked}
    assert by_rule == {"base", "supplement", "match"}
    cut = [row for row in booked if row["due"]]
    assert any(row["amount"] == "0.00" and row["rule"].startswith("base") for row in cut)
    assert any(row["amount"] != "0.00" for row in cut)
    after = digests(sample_ledger)
    done = run("--ledger", sample_ledger, *NEW_YEAR).ok()
    assert done.out == done.err == ""
    assert digests(sample_ledger) == after
    checked = run("--ledger", sample_ledger, "check").ok()
    assert checked.out == checked.err == ""


def test_whom_the_top_up_cannot_decide_is_named(sample_ledger: Path, invoke) -> None:
    shown = invoke("--ledger", sample_ledger, *NEW_YEAR[:3], "-n", "-O", "json").ok()
    undecided = {row["rule"]: row["undecided"] for row in json.loads(shown.out)["rows"]}
    assert undecided["base@2025-01-01"] == 2
    assert undecided["supplement@2025-01-01"] > 2
