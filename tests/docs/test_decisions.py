"""The decisions log keeps its form: numbered, dated, with a reason and with what was not taken."""

from __future__ import annotations

import re
from pathlib import Path

LOG = (Path(__file__).parents[2] / "docs" / "decisions.md").read_text()
HEADING = re.compile(r"(\d+)\. (.+) \((\d{4}-(?:0[1-9]|1[0-2]))\)")
PARTS = [part.split("\n\n", 1) for part in LOG.split("\n## ")[1:]]


def test_every_decision_is_numbered_in_order_and_dated() -> None:
    headings = [HEADING.fullmatch(heading) for heading, _ in PARTS]
    assert [int(match[1]) if match else 0 for match in headings] == list(range(1, len(PARTS) + 1))
    months = [match[3] for match in headings if match]
    assert months == sorted(months)


def test_every_decision_says_why_and_what_was_not_taken() -> None:
    for heading, text in PARTS:
        why, mark, other = text.partition("*Not taken:*")
        assert mark, heading
        assert len(why.split()) > 5, heading
        assert other.strip(), heading
