"""A rule that reads what a later one gives would book more on a second run: `rules check` says so."""

from __future__ import annotations

import pytest

from ilactl.ledger.manifest import load_manifest
from ilactl.rules.load import read_rules

MANIFEST = b'format = 1\ncountry = "LT"\nzone = "Europe/Vilnius"\n[agency]\nname = "A"\nprefix = "A"\n'
MANIFEST += b"[units.EUR]\nscale = 2\n[funds.state]\n"


def grant(id_: str, due: str, when: str = "TRUE", order: str = "") -> str:
    return (
        f'[[grant]]\nid = "{id_}"\nclass = "{id_}"\nfund = "fund:state"\nunit = "EUR"\nevery = "year"\n'
        f'due = "{due}"\nwhen = "{when}"\namount = "5.00"\n{order}\n'
    )


FIRST, LATER = "01-01", "06-15"


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        (grant("bonus", FIRST, "granted_ever.start > 0"), grant("start", LATER), True),
        (grant("bonus", LATER, "granted_ever.start > 0"), grant("start", FIRST), False),
        (grant("bonus", FIRST, "balance.start > 0"), grant("start", FIRST), True),
        (
            grant("bonus", FIRST, "balance.start > 0", "order = 2"),
            grant("start", FIRST, order="order = 1"),
            False,
        ),
        (grant("bonus", FIRST, "contributed_ever.start > 0"), grant("start", LATER), False),
        (grant("start", FIRST, "granted_ever.start = 0"), grant("other", LATER), False),
    ],
)
def test_later_sums_are_warned_of(first: str, second: str, warned: bool) -> None:
    scheme, findings = read_rules({"rules/a.toml": (first + second).encode()}, load_manifest(MANIFEST))
    assert scheme is not None
    assert [finding.code for finding in findings] == (["LATER-SUM"] if warned else [])
    assert all(finding.warning and finding.place.line == 1 for finding in findings)
