"""A mapping is strict: every fault of it is found, with its place and the nearest name."""

from __future__ import annotations

import pytest

from ilactl.errors import BadInput
from ilactl.ledger.mapping import load_mapping
from ilactl.ledger.mapping_keys import KEYS

GOOD = b'[columns]\nperson = "Nr"\n'


def findings(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(BadInput) as caught:
        load_mapping(text.encode(), "map.toml")
    return [(f.code, f.place.line, f.place.column) for f in caught.value.findings]


def test_what_is_not_declared_is_as_in_a_plain_import() -> None:
    mapping = load_mapping(GOOD, "map.toml")
    assert (mapping.delimiter, mapping.encoding, mapping.decimal, mapping.thousands) == (
        ",",
        "utf-8",
        ".",
        "",
    )
    assert (mapping.dates, mapping.skip, mapping.sheet, mapping.match) == (("YYYY-MM-DD",), 0, None, "person")


def test_every_key_is_taken() -> None:
    text = """
ignore = ["Notiz"]
file = { delimiter = "tab", encoding = "utf-16", decimal = ",", thousands = "no-break space", \
dates = ["DD.MM.YYYY"], skip = 2, sheet = "Blatt 1" }
values = { labour_status = { A = "employed" } }
match = { person = "external_id" }
columns = { person = "Nr", labour_status = "Status", region = { value = "North" } }
"""
    mapping = load_mapping(text.encode(), "map.toml")
    assert (mapping.delimiter, mapping.thousands, mapping.skip) == ("\t", "\u00a0", 2)
    assert mapping.columns == {"person": "Nr", "labour_status": "Status"}
    assert mapping.constants == {"region": "North"}
    assert mapping.values == {"labour_status": {"A": "employed"}}
    assert {key.path[0] for key in KEYS} == {"ignore", "file", "values", "match", "columns", "only"}


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("[fiel]", "MAP-KEY", 1),
        ('file = { delimeter = ";" }', "MAP-KEY", 10),
        ('file = { delimiter = "::" }', "MAP-VALUE", 23),
        ('file = { encoding = "utf8" }', "MAP-VALUE", 22),
        ('file = { decimal = "." , thousands = "." }', "MAP-VALUE", 39),
        ('file = { thousands = "dot" }', "MAP-VALUE", 23),
        ('file = { dates = "dd.mm.yyyy" }', "MAP-VALUE", 19),
        ("file = { dates = [] }", "MAP-VALUE", 18),
        ("file = { skip = -1 }", "MAP-VALUE", 17),
        ("file = { skip = true }", "MAP-VALUE", 17),
        ("file = 3", "MAP-VALUE", 1),
        ('ignore = "Notiz"', "MAP-VALUE", 11),
        ('ignore = ["Nr"]', "MAP-VALUE", 11),
        ('match = { person = "name" }', "MAP-VALUE", 21),
        ('values = { region = { A = "North" } }', "MAP-KEY", 12),
        ("values = { person = { A = 1 } }", "MAP-VALUE", 27),
        ("file = {", "TOML-SYNTAX", 9),
    ],
)
def test_a_fault_is_found_in_its_place(line: str, code: str, column: int) -> None:
    assert findings(f"{line}\n" + GOOD.decode())[0][::2] == (code, column)


def test_the_nearest_key_is_offered() -> None:
    with pytest.raises(BadInput) as caught:
        load_mapping(b'[file]\ndelimeter = ";"\n' + GOOD, "map.toml")
    assert caught.value.findings[0].remedy == "did you mean delimiter?"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MAP-MISSING"),
        ("[columns]\n", "MAP-MISSING"),
        ('[columns]\nperson = ""\n', "MAP-VALUE"),
        ("[columns]\nperson = 3\n", "MAP-VALUE"),
        ('[columns]\nperson = { valeu = "x" }\n', "MAP-KEY"),
        ('[columns]\nperson = { value = "x", header = "Nr" }\n', "MAP-VALUE"),
        ('[columns]\nperson = { prefix = "x" }\n', "MAP-VALUE"),
        ('[columns]\nperson = { value = "x", prefix = "P" }\n', "MAP-VALUE"),
        ('[columns]\nperson = { header = "" }\n', "MAP-VALUE"),
        ('[columns]\nperson = { digest_of = "Nr", units = { "" = "1" } }\n', "MAP-VALUE"),
        ('[columns]\nregion = { header = "R", units = { "%" = "0" } }\n', "MAP-VALUE"),
        ('[columns]\nregion = { header = "R", units = { "%" = 2 } }\n', "MAP-VALUE"),
        ('[columns]\nregion = { header = "R", empty = "-" }\n', "MAP-VALUE"),
        ('[file]\nclean = ["visible"]\n[columns]\nperson = "Nr"\n', "MAP-VALUE"),
        ('[file]\nclean = "spaces"\n[columns]\nperson = "Nr"\n', "MAP-VALUE"),
        ('[file]\nrepeated = "yes"\n[columns]\nperson = "Nr"\n', "MAP-VALUE"),
        ('[only]\nStatus = "A"\n[columns]\nperson = "Nr"\n', "MAP-VALUE"),
        ('[columns]\nperson = "Nr"\nignore = ["x"]\n', "MAP-VALUE"),
        ('[columns]\n"Nr" = "person"\n', "MAP-KEY"),
        ('[columns]\nregion = "R"\n[match]\nperson = "external_id"\n', "MAP-MISSING"),
        ('[columns]\nperson = "N"\nexternal_id = "E"\n[match]\nperson = "external_id"\n', "MAP-VALUE"),
    ],
)
def test_what_makes_no_mapping(text: str, code: str) -> None:
    assert [found[0] for found in findings(text)] == [code]


def test_all_faults_are_found_at_once() -> None:
    text = '[file]\nskip = "2"\nsheet = 1\n[columns]\nperson = 3\n[mach]\n'
    assert findings(text) == [
        ("MAP-VALUE", 2, 9),
        ("MAP-VALUE", 3, 9),
        ("MAP-VALUE", 5, 10),
        ("MAP-KEY", 6, 1),
    ]
