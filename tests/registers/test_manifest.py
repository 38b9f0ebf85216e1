"""ledger.toml: what it may hold, and where each fault is reported."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ilactl.errors import BadManifest, NewerFormat
from ilactl.ledger.manifest import KEYS, load_manifest

from .samples import MANIFEST


def test_a_manifest_is_read():
    text = MANIFEST + b'\n[guards]\nmax_persons = 500\nmax_total = "1000.50"\n'
    manifest = load_manifest(b'closed_until = "2025-12-31"\nshared = true\n' + text)
    assert manifest.prefix == "LT"
    assert manifest.units["EUR"].scale == 2
    assert manifest.units["hour"].title == "hour"
    assert manifest.funds["state"].title == "State budget"
    assert manifest.guards.max_persons == 500
    assert manifest.guards.max_total == Fraction(2001, 2)
    assert manifest.closed_until == date(2025, 12, 31)
    assert manifest.shared


def test_a_toml_date_is_a_day_too():
    assert load_manifest(b"closed_until = 2025-12-31\n" + MANIFEST).closed_until == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column"),
    [
        (b"country", b"cuntry", "MANIFEST-KEY", 2, 1),
        (b'"LT"\nzone', b'"Lithuania"\nzone', "MANIFEST-VALUE", 2, 12),
        (b"Vilnius", b"Wilnius", "MANIFEST-VALUE", 3, 9),
        (b"scale = 2", b"scale = true", "MANIFEST-VALUE", 10, 9),
        (b"scale = 2", b"scale = 7", "MANIFEST-VALUE", 10, 9),
        (b"units.EUR", b"units.Euro", "MANIFEST-VALUE", 9, 1),
        (b'prefix = "LT"\n', b"", "MANIFEST-MISSING", 5, 1),
        (b"[units.EUR]", b"[units", "TOML-SYNTAX", 9, 7),
        (b"format", b"\xef\xbb\xbfformat", "TOML-BOM", 1, 1),
        (b"Agency", b"Agenc\xef", "TOML-ENCODING", 6, 14),
        (b'country = "LT"\n', b'country = "LT"\r\n', "TOML-LINE-END", 2, 15),
        (b"scale = 2", b"scale = " + b"1" * 5000, "TOML-SYNTAX", 10, 9),
        (b"scale = 2", b"scale = " + b"[" * 5000, "TOML-SYNTAX", 10, 69),
        (b"format = 1", b"format = 1\nclosed_until = 2026-02-30", "TOML-SYNTAX", 2, 16),
        (b"format = 1", b"format = 1\nclosed_until = 2026-02-30T10:00:00", "TOML-SYNTAX", 2, 16),
        (b"format = 1", b"format = 1\nshared = 1", "MANIFEST-VALUE", 2, 10),
        (b"[funds.state]", b"[guards]\nmax_total = 1.5\n[funds.state]", "MANIFEST-VALUE", 16, 13),
        (b"[funds.state]", b"[funds.State]", "MANIFEST-VALUE", 15, 1),
        (b"[agency]", b"[agncy]", "MANIFEST-KEY", 5, 1),
        (b"[agency]", b"[[agency]]", "MANIFEST-VALUE", 5, 1),
        (b"[units.EUR]", b"[unit.EUR]", "MANIFEST-KEY", 9, 1),
        (b"format = 1", b"format = 0", "MANIFEST-VALUE", 1, 10),
    ],
)
def test_a_fault_is_reported_in_its_place(old, new, code, line, column):
    text = MANIFEST.replace(old, new, 1)
    assert text != MANIFEST
    with pytest.raises(BadManifest) as caught:
        load_manifest(text)
    found = [(f.code, f.place.line, f.place.column) for f in caught.value.findings]
    assert found == [(code, line, column)], "one fault is one finding"


def test_all_faults_are_reported_and_the_nearest_key_offered():
    with pytest.raises(BadManifest) as caught:
        load_manifest(MANIFEST.replace(b"country", b"cuntry").replace(b"scale = 2", b'scale = "2"'))
    assert [f.code for f in caught.value.findings] == ["MANIFEST-KEY", "MANIFEST-VALUE"]
    assert "country" in caught.value.findings[0].remedy


def test_a_number_without_quotes_says_that_money_is_quoted():
    with pytest.raises(BadManifest) as caught:
        load_manifest(MANIFEST + b"[guards]\nmax_total = 1000.50\n")
    assert "quotes" in caught.value.findings[0].message


def test_a_newer_format_is_refused_before_its_keys_are_judged():
    with pytest.raises(NewerFormat) as caught:
        load_manifest(MANIFEST.replace(b"format = 1", b"format = 2\nfrom_the_future = true"))
    assert caught.value.exit_status == 78


def test_no_unit_is_a_fault():
    with pytest.raises(BadManifest):
        load_manifest(b'format = 1\ncountry = "LT"\nzone = "UTC"\n[agency]\nname = "A"\nprefix = "A"\n')


def test_every_key_says_what_it_means():
    assert all(key.meaning and key.name for key in KEYS)
