"""Whatever bytes a file holds: rows or findings in their place come back, soon, and nothing else happens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilactl.errors import BadInput, BadManifest, ChangedOutside, NewerFormat
from ilactl.findings import Finding
from ilactl.ledger.columns import FIGURES, IDENTITIES, PERSONS, TABLES
from ilactl.ledger.grammar import Table
from ilactl.ledger.log import records
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.mapping import load_mapping
from ilactl.ledger.scan import read_table, rows_with_id
from ilactl.ledger.transfer_file import read_transfer
from ilactl.ledger.upload import Upload
from tests.errors.catalogue import base_ledger
from tests.errors.fuzzing import bytes_like, fuzz, sound, toml_like

ROWS = {
    "identities.csv": "P1,2026-01-01,Ada Kask,1990-05-17,ada@example.org,S1,carer=true,0123456789abcdef\n",
    "persons.csv": 'P1,2026-01-01,3,employed,0.8,O1,"North, East",care craft,P2,trained=true;rate=1.50\n',
    "figures.csv": "P1,hours_worked,2026-01-01,2026-01-31,160.5,O1\n",
    "organisations.csv": 'O1,2026-01-01,employer,"The ""Works""",LT,7,x@y,EQ,SKVC,2026-01-01,2026-12-31,,'
    "LT121000011101001000,LT121000011101001000\n",
    "courses.csv": "C1,2026-01-01,O1,training,Welding,lt: Suvirinimas | sv: Svetsning,lt en,4,short,0715,5,"
    "40.5,100.00,80.00,EUR,a weld,EQAVET,none,C2,,rare=true\n",
    "runs.csv": "C1,R1,2026-01-01,2026-09-01,2026-10-01,0.5,evening,blended,Vilnius,en,12,2026-06-01,"
    "2026-08-15,90.00,EUR,\n",
    "outcomes.csv": "C1,1,2026-01-01,skill,welds a seam,http://data.europa.eu/esco/skill/1\n",
    "relevance.csv": "field:0715,a list,2026-01-01,2026-12-31,L1\n",
    "reasons.csv": "2026-01-01,P1,C1,cost,survey,A1\n",
    "entitlements.csv": "E1,2026-01-01,P1,grant,,500.00,EUR,fund:state,wallet:own,,never,,,base,2026,,,R\n",
    "enrolments.csv": "N1,2026-01-01,P1,C1,R1,enrolled,2026-01-01,training,90.00,10.00,,EUR,"
    "provider:O1,,,,,signed,A1\n",
    "credentials.csv": f"C1,2026-01-01,P1,N1,C1,issued,2026-01-01,did:key:x,1,7,,{'0' * 64},,,\n",
    "credential_keys.csv": f"K1,2026-01-01,did:key:x,z{'6' * 47},,\n",
}
PEOPLE = b"person,name,birth_date,labour_status\nP3,Cy Moss,1979-01-30,employed\nP4,Dee,,student\n"
HOURS = b"person,figure,from,to,value,source\nP1,hours_worked,2026-01-01,2026-01-31,160,O1\n"
MAPPING = b"""ignore = ["Name"]
[file]
delimiter = ";"
encoding = "cp1252"
decimal = ","
thousands = "."
dates = ["DD.MM.YYYY", "YYYY-MM-DD"]
skip = 1
[columns]
person = "Nr"
value = "Stunden"
from = "von"
to = "bis"
figure = { value = "hours_worked" }
[values.person]
A = "P1"
[match]
person = "person"
"""
MAPPED = "Stunden 2026\nNr;Name;Stunden;von;bis\nA;Müller;1.234,5;01.01.2026;31.01.2026\n".encode("cp1252")


SETTINGS = (base_ledger() / "ledger.toml").read_text()


def encoded(text: str) -> bytes:
    """The text's bytes, whatever it holds."""
    return text.encode("utf-8", "surrogatepass")


def file_of(table: Table) -> bytes:
    row = ROWS[table.file]
    second = row.replace("1,2026", "2,2026", 1)
    return f"{table.header}\n{row}{second}{row}".encode()


def spreadsheet() -> dict[str, bytes]:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["person", "amount", "ref"], ["P1", 100.5, "PAY-2"], ["P2", "=1+1", None]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


PARTS = spreadsheet()


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
@fuzz(15)
@given(st.data())
def test_a_file_of_the_ledger_is_rows_or_findings_in_both_gaits(table: Table, data: st.DataObject) -> None:
    view = data.draw(st.one_of(bytes_like(file_of(table)), st.binary(max_size=60)))
    rows, findings = read_table(view, table)
    sound(findings, {table.file: view})
    assert all(len(row.cells) == len(table.columns) for row in rows)
    lines = view.count(b"\n") + (view[-1:] not in (b"\n", b""))
    faulty = {finding.place.line for finding in findings}
    assert len(rows) + len(faulty - {1}) >= lines - 1 or 1 in faulty, "a line is neither row nor finding"
    for column in [c.name for c in table.columns if c.name in ("person", "organisation", "course")][:1]:
        index = table.index(column)
        for wanted in {row.cells[index] for row in rows}:
            some, other = rows_with_id(view, table, column, wanted)
            sound(other, {table.file: view})
            assert some == [row for row in rows if row.cells[index] == wanted]


@fuzz(40)
@given(st.one_of(bytes_like(SETTINGS.encode()), toml_like(SETTINGS, "EUR hour LT state 1 2 7").map(encoded)))
def test_a_manifest_is_usable_or_findings(data: bytes) -> None:
    findings: Sequence[Finding] | None = None
    try:
        load_manifest(data)
    except NewerFormat:
        return
    except BadManifest as error:
        findings = error.findings
    assert findings is None or findings
    sound(findings or (), {"ledger.toml": data})


@fuzz(40)
@given(bytes_like((base_ledger() / "commits.jsonl").read_bytes()))
def test_a_log_is_read_up_to_the_first_line_that_breaks_the_chain(data: bytes) -> None:
    good = (base_ledger() / "commits.jsonl").read_bytes()
    shas = [record.sha for record in records(good)]
    read = []
    with suppress(ChangedOutside):
        for record in records(data):
            read.append(record.sha)
    assert read == shas[: len(read)], "only what was written is ever read"


@fuzz(40)
@given(
    st.one_of(bytes_like(MAPPING), toml_like(MAPPING.decode(), "Nr von bis ; , tab cp1252 DD").map(encoded))
)
def test_a_mapping_is_usable_or_findings(data: bytes) -> None:
    try:
        mapping = load_mapping(data, "map.toml")
    except BadInput as error:
        found = list(error.findings)
    else:
        found = Upload(MAPPED, "in.csv", mapping).read(FIGURES.columns, [("person",)]).findings
    sound([finding for finding in found if finding.place.path != "in.csv"], {"map.toml": data})


@fuzz(40)
@given(
    st.one_of(
        bytes_like(PEOPLE), bytes_like(HOURS), st.binary(max_size=60), st.text(max_size=60).map(str.encode)
    )
)
def test_an_import_is_rows_or_findings(data: bytes) -> None:
    upload = Upload(data, "stdin")
    assert isinstance(upload.names, tuple)
    columns = (
        (*FIGURES.columns,) if "figure" in upload.names else (PERSONS.columns[0], *IDENTITIES.columns[1:])
    )
    intake = upload.read(columns, [("person",)])
    sound(intake.findings, {"stdin": data})
    assert all(len(row.cells) == len(intake.columns) for row in intake.rows)


@fuzz(40)
@given(bytes_like(MAPPED))
def test_a_mapped_import_is_rows_or_findings(data: bytes) -> None:
    mapping = load_mapping(MAPPING, "map.toml")
    intake = Upload(data, "in.csv", mapping).read(FIGURES.columns, [("person",)])
    shown = data.decode("cp1252", "replace").encode()
    sound(intake.findings, {"map.toml": MAPPING, "in.csv": shown})


@fuzz(12)
@given(st.data())
def test_a_spreadsheet_is_rows_or_findings(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(PARTS)))
    book = zipped({**PARTS, name: data.draw(bytes_like(PARTS[name]))})
    if data.draw(st.booleans()):
        book = data.draw(bytes_like(zipped(PARTS)))
    intake = Upload(book, "pay.xlsx").read(FIGURES.columns, [("person",)])
    for finding in intake.findings:
        assert finding.place.path == "pay.xlsx"
        assert finding.message
        assert finding.remedy
        assert all(line.isprintable() for line in finding.format().split("\n"))


TRANSFER = b"""{
  "schema": "ilactl.transfer/1",
  "from": "OTHER",
  "to": "T",
  "person": "P7",
  "name": "Dee Fox",
  "lots": [
    {"class": "own", "amount": "500.00", "unit": "EUR"}
  ],
  "digest": "00"
}
"""


@fuzz(30)
@given(st.one_of(bytes_like(TRANSFER), st.binary(max_size=40)))
def test_a_transfer_is_usable_or_findings(data: bytes) -> None:
    file, findings = read_transfer(data, "P7.json")
    assert (file is None) == bool(findings)
    sound(findings, {"P7.json": data})
