"""A value of the wrong shape is answered with how to write it, not with what the key means."""

from __future__ import annotations

import pytest

from ilactl.ledger.manifest import load_manifest
from ilactl.rules.load import read_rules
from tests.rules.books import MANIFEST

GRANT = """\
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
"""


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (GRANT.replace("[[grant]]", "[grant]"), "grant is not a list in square brackets", "write [[grant]]"),
        (
            GRANT + 'caps = "own"\n',
            "caps is not a list in square brackets",
            'write caps = ["own"]',
        ),
        (
            '[values]\ncopay = "103.20"\n',
            "copay is not a list in square brackets",
            'write copay = [{ from = "2026-01-01", value = "103.20" }]',
        ),
        (
            '[[spend]]\nid = "a"\nunit = "EUR"\nclasses = ["own"]\nrefuse = "TRUE"\n',
            "refuse is not a list in square brackets",
            "{ when, why }: when an enrolment is refused, and what is said",
        ),
        (
            GRANT + "valid_from = 2026-02-01\n",
            "valid_from is not a text in quotes",
            'write valid_from = "2026-02-01"',
        ),
        (
            GRANT + 'facts_on = "start"\n',
            "facts_on 'start' is not a moment of the period",
            "write period-start, period-end, due or MM-DD",
        ),
        (
            GRANT + 'valid_from = "2026-02-30"\n',
            "valid_from '2026-02-30' is not a day of the calendar",
            "write a day as in 2026-01-31",
        ),
    ],
)
def test_the_remedy_shows_how_to_write_it(text: str, message: str, remedy: str) -> None:
    _, findings = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST.encode()))
    assert [(one.code, one.message, one.remedy) for one in findings] == [("BAD-VALUE", message, remedy)]
