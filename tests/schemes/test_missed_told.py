"""What a summary says of periods nobody was granted: one remark a rule, however many they are."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run


def test_missed_periods_are_told_once_for_each_rule(sample_ledger: Path, invoke: Run) -> None:
    def missed(on: str) -> list[str]:
        out = invoke("topup", "--ledger", sample_ledger, "--on", on, "-n", "-O", "json").ok().out
        notes = json.loads(out)["notes"]
        return [note for note in notes if note.startswith("base:")]

    assert missed("2027-01-01") == []
    assert missed("2028-01-01") == ["base: never booked for 2027; book one with --period 2027"]
    assert missed("2040-01-01") == [
        "base: never booked for 2027 to 2039 (13 periods); book one with --period 2027"
    ]
