"""Bad manifests: each fault is one finding at its line and column; the mark ‸ says where."""

from __future__ import annotations

import pytest

from ilactl.errors import BadManifest, NewerFormat
from ilactl.ledger.manifest import load_manifest
from tests.rules.books import MANIFEST
from tests.rules.test_bad_rules import MARK


def with_(old: str, new: str) -> str:
    assert MANIFEST.count(old) == 1, old
    return MANIFEST.replace(old, new)


BAD: dict[str, tuple[str, str, str]] = {
    "typo in a key": (with_('country = "LT"', 'country = "LT"\n‸contry = "LT"'), "MANIFEST-KEY", "country"),
    "typo in a table": (MANIFEST + "‸[guard]\nmax_persons = 5\n", "MANIFEST-KEY", "guards"),
    "country in words": (with_('country = "LT"', 'country = "‸Lithuania"'), "MANIFEST-VALUE", "country"),
    "no such zone": (with_('zone = "Europe/Vilnius"', 'zone = "‸Europe/Vilnus"'), "MANIFEST-VALUE", "zone"),
    "zone that climbs": (
        with_('zone = "Europe/Vilnius"', 'zone = "‸../../etc/passwd"'),
        "MANIFEST-VALUE",
        "zone",
    ),
    "scale in quotes": (MANIFEST.replace("scale = 2", 'scale = "‸2"'), "MANIFEST-VALUE", "0 to 6"),
    "scale too large": (MANIFEST.replace("scale = 2", "scale = ‸7"), "MANIFEST-VALUE", "0 to 6"),
    "unit that is none": (MANIFEST + "‸[units.Euro]\nscale = 2\n", "MANIFEST-VALUE", "Euro"),
    "fund that is no name": (MANIFEST + "‸[funds.ESF-1]\n", "MANIFEST-VALUE", "ESF-1"),
    "guard without quotes": (MANIFEST + "[guards]\nmax_total = ‸100.50\n", "MANIFEST-VALUE", "quotes"),
    "guard with an exponent": (MANIFEST + '[guards]\nmax_total = "‸1e6"\n', "MANIFEST-VALUE", "125.50"),
    "guard below zero": (MANIFEST + "[guards]\nmax_persons = ‸-1\n", "MANIFEST-VALUE", "whole number"),
    "closed until no day": ('closed_until = "‸2026-02-30"\n' + MANIFEST, "MANIFEST-VALUE", "YYYY-MM-DD"),
    "shared in words": ('shared = "‸yes"\n' + MANIFEST, "MANIFEST-VALUE", "true"),
    "prefix in small letters": (with_('prefix = "T"', 'prefix = "‸t"'), "MANIFEST-VALUE", "capital"),
    "units that are no table": ("‸units = 5\n" + MANIFEST.split("[units.EUR]")[0], "MANIFEST-VALUE", "table"),
    "not TOML": (MANIFEST + "country ‸LT\n", "TOML-SYNTAX", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_one_fault_is_one_finding_at_its_place(name: str) -> None:
    marked, code, part = BAD[name]
    before = marked[: marked.index(MARK)]
    place = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    with pytest.raises(BadManifest) as caught:
        load_manifest(marked.replace(MARK, "").encode())
    [found] = caught.value.findings
    assert (found.code, found.place.line, found.place.column) == (code, *place), found.format()
    assert part in found.message + found.remedy
    assert caught.value.exit_status == 78


def test_a_newer_format_is_told_before_anything_else() -> None:
    with pytest.raises(NewerFormat) as caught:
        load_manifest(("unheard_of = 1\n" + MANIFEST.replace("format = 1", "format = 2")).encode())
    assert "install a newer ilactl" in caught.value.advice
