"""Somebody else's file comes in as it is, through the same checks, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import entries, places

PAY = """\
ignore = ["Name"]
[file]
delimiter = ";"
decimal = ","
thousands = "."
[columns]
person = "Nr"
amount = "Betrag"
ref = "Beleg"
[match]
person = "external_id"
"""
HEADER = "Nr;Name;Betrag;Beleg\n"
SENT = HEADER + 'S1;"Müller; Ann";1.234,56;A\nS2;;12,50;B\n'


def pay(cli, mapped, data: bytes | str, *options: str, text: str = PAY):
    args = ("contribution", "import", "-", "--from", "O1", "--map", mapped(text), *options)
    return cli(*args, stdin=data)


def test_a_payroll_comes_in_by_staff_numbers_and_decimal_commas(cli, mapped, ledger: Path) -> None:
    pay(cli, mapped, SENT).ok()
    assert [(row[2], row[5], row[-1]) for row in entries(ledger)] == [
        ("P1", "1234.56", "A"),
        ("P2", "12.50", "B"),
    ]
    assert json.loads(pay(cli, mapped, SENT, "-O", "json").ok().out)["known"] == 2


def test_mapped_and_plain_are_the_same(cli, mapped, ledger: Path) -> None:
    pay(cli, mapped, SENT).ok()
    plain = "person,amount,ref\nP1,1234.56,A\nP2,12.50,B\n"
    again = cli("contribution", "import", "-", "--from", "O1", "-O", "json", stdin=plain).ok()
    assert json.loads(again.out)["known"] == 2


def test_findings_show_the_file_as_it_came(cli, mapped, ledger: Path) -> None:
    rows = 'S1;"a;""b""";1,234.56;A\nS9;é;1,00;B\nS2;;12.34;C\nS3;;;D\n'
    rows += "S3;x;0,00;E\nS3;x;1,234;F\nS3;1,0\n;x;1,0;G\n"
    result = pay(cli, mapped, HEADER + rows)
    assert result.code == 65
    assert places(result.err, "stdin") == [
        "2:14: IN-CELL",
        "3:1: CONTRIBUTION-NUMBER",
        "4:5: IN-CELL",
        "5:5: IN-CELL",
        "6:6: CONTRIBUTION-AMOUNT",
        "7:6: CONTRIBUTION-AMOUNT",
        "8:7: IN-WIDTH",
        "9:1: IN-CELL",
    ]
    assert '    S1;"a;""b""";1,234.56;A\n' in result.err
    assert entries(ledger) == []


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("Nr;Name;Betrag;Beleg;Extra", "1:22: IN-COLUMN"),
        ("Nr;Name;Betrag;Beleg;", "1:22: IN-COLUMN"),
        ("Nr;Name;Summe;Beleg", "1: IN-COLUMN-MISSING"),
        ("Nr;Nr;Betrag;Beleg", "1:4: IN-COLUMN-TWICE"),
        ("Nr,Name,Betrag,Beleg", "1:3: IN-DELIMITER"),
        ('Nr;"Name;Betrag;Beleg', "1:4: IN-QUOTES"),
        ("", "1: IN-BLANK-LINE"),
        ("Nr;Name\0;Betrag;Beleg", "1:8: IN-CONTROL"),
    ],
)
def test_every_column_is_named_or_ignored(cli, mapped, header: str, place: str) -> None:
    result = pay(cli, mapped, f"{header}\nS1;x;1,00;A\n")
    assert result.code == 65
    assert place in places(result.err, "stdin")


def test_ignored_columns_may_be_missing_or_stand_twice(cli, mapped) -> None:
    pay(cli, mapped, "Name;Nr;Name;Betrag;Beleg\nx;S1;y;1,00;A\n").ok()
    pay(cli, mapped, "Nr;Betrag;Beleg\nS1;1,00;B\n").ok()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PAY.replace("ref =", "reff ="), "9:1: MAP-KEY"),
        (PAY.replace('amount = "Betrag"', 'amount = { value = "1,5" }'), "8:1: MAP-VALUE"),
        (PAY.replace('ref = "Beleg"\n', ""), "MAP-MISSING the"),
        (PAY + '[values.ref]\nA = "=1"\n', "13:6: MAP-VALUE"),
        (PAY.replace("[file]", '[file]\nsheet = "1"'), "3:1: MAP-VALUE"),
    ],
)
def test_what_does_not_fit_this_import_is_found_in_the_mapping(cli, mapped, text: str, place: str) -> None:
    result = pay(cli, mapped, SENT, text=text)
    assert result.code == 65
    assert place in places(result.err, "map.toml")


@pytest.mark.parametrize(
    ("encoding", "codec", "mark"),
    [
        ("utf-8", "utf-8-sig", b""),
        ("utf-8-sig", "utf-8", b""),
        ("latin-1", "latin-1", b""),
        ("cp1252", "cp1252", b""),
        ("utf-16", "utf-16-le", b"\xff\xfe"),
        ("utf-16", "utf-16-be", b"\xfe\xff"),
    ],
)
def test_declared_encodings(cli, mapped, encoding: str, codec: str, mark: bytes) -> None:
    text = PAY.replace("[file]", f'[file]\nencoding = "{encoding}"').replace('"Betrag"', '"Größe"')
    sent = SENT.replace("Betrag", "Größe").replace("\n", "\r\n")
    pay(cli, mapped, mark + sent.encode(codec), text=text).ok()


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("cp1252", b"Nr\x81"),
        ("utf-16", b"Nr"),
        ("utf-8", b"Nr\xff"),
        ("latin-1", "Größe".encode()),
        ("cp1252", "\ufeffGröße".encode()),
    ],
)
def test_bytes_that_are_not_of_the_encoding(cli, mapped, encoding: str, data: bytes) -> None:
    text = PAY.replace("[file]", f'[file]\nencoding = "{encoding}"')
    result = pay(cli, mapped, data, text=text)
    assert places(result.err, "stdin")[0].endswith("IN-ENCODING")


def test_lines_before_the_header_are_skipped(cli, mapped, ledger: Path) -> None:
    text = PAY.replace("[file]", "[file]\nskip = 2")
    result = pay(cli, mapped, 'Lohnliste "\n\n' + SENT + "S1;;x;Z\n", text=text)
    assert places(result.err, "stdin") == ["6:5: IN-CELL"]
    pay(cli, mapped, 'Lohnliste "\n\n' + SENT, text=text).ok()
    assert len(entries(ledger)) == 2
    assert places(pay(cli, mapped, "x\n", text=text).err, "stdin") == ["IN-EMPTY the"]


PEOPLE = """\
ignore = ["Notiz"]
[file]
delimiter = ";"
decimal = ","
dates = ["DD.MM.YYYY", "YYYY-MM-DD"]
[columns]
person = "Nr"
birth_date = "geb."
labour_status = "St"
work_share = "Anteil"
valid_from = { value = "2026-01-01" }
[values.labour_status]
A = "employed"
"" = "inactive"
[match]
person = "external_id"
"""


def test_persons_with_codes_two_date_formats_and_constants(cli, mapped, ledger: Path) -> None:
    data = "Notiz;Nr;geb.;St;Anteil\n;S1;17.05.1990;A;0,8\n;S9;1991-01-02;;1\n"
    args = ("person", "import", "-", "--map", mapped(PEOPLE), "-O", "json")
    answer = json.loads(cli(*args, "--expect-rows", "2", stdin=data).ok().out)
    assert (answer["new"], answer["changed"]) == (1, 1)
    rows = (ledger / "persons.csv").read_text()
    assert "P1,2026-01-01,,employed,0.8," in rows
    assert ",2026-01-01,,inactive,1," in rows
    identities = (ledger / "identities.csv").read_text()
    assert "P1,2026-01-01,,1990-05-17,,S1," in identities
    assert "1991-01-02,,S9," in identities
    assert json.loads(cli(*args, stdin=data).ok().out)["known"] == 2


def test_a_code_that_is_not_named_is_refused_with_the_nearest(cli, mapped) -> None:
    data = "Nr;geb.;St;Anteil\nS1;;a;0.8\nS2;5.5.1990;A;\nS2;;A;\nS2;;A;\n"
    result = cli("person", "import", "-", "--map", mapped(PEOPLE), stdin=data)
    assert places(result.err, "stdin") == ["2:5: IN-CELL", "2:7: IN-CELL", "3:4: IN-CELL", "5:1: IN-CELL"]
    assert "'a' is not in [values.labour_status]" in result.err


def test_figures_by_the_senders_numbers(cli, mapped, ledger: Path) -> None:
    text = """\
[file]
delimiter = ";"
decimal = ","
thousands = "."
[columns]
person = "Nr"
figure = { value = "hours_worked" }
from = { value = "2026-01-01" }
to = { value = "2026-12-31" }
value = "Stunden"
[match]
person = "external_id"
"""
    rules = ledger / "rules" / "facts.toml"
    rules.write_text('[facts]\nhours_worked = { kind = "figure", type = "decimal(6,2)" }\n')
    path = mapped(text)
    args = ("person", "import", "-", "--map", path)
    sent = "Nr;Stunden\nS1;1.607,00\nS2;803,5\n"
    assert places(cli(*args, stdin=sent + "S7;1\n").err, "stdin") == ["4:1: IN-CELL"]
    refused = cli(*args, "--expect-total", "2410", stdin=sent)
    assert refused.code == 65
    assert "the rows add up to 2410.5 instead of the 2410 expected; nothing was written" in refused.err
    cli(*args, "--expect-total", "2410.50", stdin=sent).ok()
    assert "P1,hours_worked,2026-01-01,2026-12-31,1607.00," in (ledger / "figures.csv").read_text()


def test_organisations(cli, mapped, ledger: Path) -> None:
    text = '[file]\ndelimiter = "|"\n[columns]\norganisation = "Nr"\nname = "Firma"\n'
    text += 'kinds = { value = "employer" }\n'
    args = ("organisation", "import", "-", "--map", mapped(text))
    refused = cli(*args, "--expect-rows", "2", stdin="Nr|Firma\nO7|Brot, AG\n")
    assert refused.code == 65
    assert "1 row instead of the 2 expected; nothing was written" in refused.err
    cli(*args, "--expect-rows", "1", stdin="Nr|Firma\nO7|Brot, AG\n").ok()
    assert 'employer,"Brot, AG"' in (ledger / "organisations.csv").read_text()
    text += '[match]\nperson = "external_id"\n'
    result = cli("organisation", "import", "-", "--map", mapped(text), stdin="Nr|Firma\nO8|x\n")
    assert result.code == 65
    assert "MAP-MISSING" in result.err


def test_a_number_of_today_is_the_persons_who_has_it_now(cli, mapped, ledger: Path) -> None:
    cli("person", "update", "P1", "--external-id", "S9").ok()
    cli("person", "update", "P2", "--external-id", "S1").ok()
    pay(cli, mapped, HEADER + "S1;;1,00;A\nS9;;2,00;B\n").ok()
    assert [(row[2], row[5]) for row in entries(ledger)] == [("P2", "1.00"), ("P1", "2.00")]
    assert places(pay(cli, mapped, HEADER + "S2;;1,00;C\n").err, "stdin") == ["2:1: CONTRIBUTION-NUMBER"]


def test_a_key_stands_for_file_and_mapping(cli, mapped) -> None:
    pay(cli, mapped, SENT, "--key", "K1").ok()
    assert "done already" in pay(cli, mapped, SENT, "--key", "K1", "-v").ok().out
    assert pay(cli, mapped, SENT, "--key", "K1", text=PAY + "# another\n").code == 3


def test_file_and_mapping_cannot_both_be_stdin(cli) -> None:
    assert cli("contribution", "import", "-", "--from", "O1", "--map", "-", stdin=SENT).code == 2
    assert cli("contribution", "import", "-", "--from", "O1", "--map", "gone.toml", stdin=SENT).code == 66
