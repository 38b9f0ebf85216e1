"""The page on imports, made from the keys that mappings declare: `ilactl help imports`."""

from __future__ import annotations

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines

__all__ = ["EXAMPLE", "imports_manual"]

EXAMPLE = """\
# A payroll's contributions as a German spreadsheet saves them: semicolons, 1.234,56, staff numbers.
ignore = ["Name", "Kostenstelle"]

[file]
delimiter = ";"
encoding = "cp1252"
decimal = ","
thousands = "."

[columns]
person = "Personalnummer"
amount = "Betrag"
ref = "Beleg"
unit = { value = "EUR" }

[match]
person = "external_id"
"""
"""sample-data/mappings/pay.toml; a test compares the two and imports a file by it."""

_COMMAND = "ilactl contribution import pay.csv --from O4 --map sample-data/mappings/pay.toml"

_FIRST = """\
person import, organisation import, contribution import, enrolment import, enrolment survey and the
imports of courses, runs, outcomes and evidence take a CSV file with our column names, comma and UTF-8.
All rows are taken, or none; the same file again writes nothing. A file with other columns, codes, marks
or numbers is not edited: a mapping says once what it means.
"""

_MEANING = """\
Every column of the file is named under [columns] or listed in ignore; any other is refused.
What a mapping does not declare is not guessed. With thousands = "." 12.345 is twelve thousand three
hundred and forty-five; without it 12.345 has three decimals, and 12,345 is refused. A day that two
formats read as two days is refused. Decimals are taken exactly and never rounded.
Formats of days are made of YYYY, MM or M, DD or D and the marks . / - and space.
Nothing is repaired but what clean and empty name, and each repaired cell is told: with -v line by line.
So is what is hardly meant and was taken, such as a course that costs 0.
With [match] person = "external_id" the column person holds the sender's number. For contributions
and figures it must be known; a person import adds whoever is not.
"""

_CATALOGUES = """\
A catalogue that names providers and gives them no ids is read three times: by a mapping whose
organisation is { digest_of = "their header" } and whose kinds is { value = "provider" }, with repeated =
true, into organisation import; by one whose provider is made in the same way into course import; and by
one with [only] into course relevance import, where it marks what is in demand. The same name has the same
id every time. sample-data/mappings has these for New Jersey's list, and two for a university's courses
and runs.
"""

_CONTROL = """\
--expect-rows N       how many rows the file has
--expect-total TOTAL  contributions: AMOUNT or "AMOUNT UNIT"; figures: their sum; with a point
Both count all rows of the file, those known already too. Where one differs, nothing is booked.
"""

_SHEETS = """\
FILE may be an XLSX file, with a mapping or with our column names in its first row. Cells are taken
by what they store. In findings line and column are the row's and the column's number: 7:2 is B7.
- A formula is refused in a column that is taken: the value stored beside it may be old.
- A number of more than {MAX_DIGITS} digits, as 0.1+0.2 leaves, is refused, unless the cell shows fixed
  decimals (0.00) and the number is just that in all the digits that a spreadsheet keeps.
- Days are stored as days; a day with a time of day is refused, and so is a plain number for a day.
- Numbers shown with leading zeros (0042) are refused: the zeros are not stored. Store them as text.
- Merged cells below the skipped rows and hidden rows, columns and sheets are refused. Of several
  sheets one is named with file.sheet. Macros are never run.
- Limits: {MIB} MiB unpacked (MAX_UNPACKED), {MAX_PARTS} parts (MAX_PARTS) and {MAX_CELLS} cells
  spanned (MAX_CELLS).
"""


def imports_manual() -> Answer:
    """Mappings, control figures, spreadsheets."""
    from ilactl.ledger.column_forms import CLEANING
    from ilactl.ledger.mapping_keys import KEYS
    from ilactl.ledger.xlsx import MAX_CELLS, MAX_DIGITS, MAX_PARTS, MAX_UNPACKED

    columns = [Col("key", "Key"), Col("meaning", "Meaning")]
    rows: list[dict[str, Cell]] = [{"key": key.name, "meaning": key.meaning} for key in KEYS]
    limits = {"MAX_CELLS": MAX_CELLS, "MAX_DIGITS": MAX_DIGITS, "MAX_PARTS": MAX_PARTS}
    cleaning = [f"  {name:<10} {meaning}" for name, meaning in CLEANING.items()]
    sheets = _SHEETS.format(MIB=MAX_UNPACKED // 1024 // 1024, **limits)
    blocks: list[Block] = [
        Heading("Imports"),
        Lines(_FIRST.splitlines()),
        Heading("Keys of a mapping (--map FILE.toml)"),
        Grid(columns, rows),
        Lines(_MEANING.splitlines()),
        Lines(["What clean repairs:", *cleaning]),
        Heading("An example: sample-data/mappings/pay.toml"),
        Lines([*(f"  {line}".rstrip() for line in EXAMPLE.splitlines()), "", f"  $ {_COMMAND}"]),
        Heading("Catalogues of courses"),
        Lines(_CATALOGUES.splitlines()),
        Heading("The sender's control figures"),
        Lines(_CONTROL.splitlines()),
        Heading("Spreadsheets (XLSX)"),
        Lines(sheets.splitlines()),
    ]
    return Answer("ilactl.help.imports/1", rows=rows, columns=columns, blocks=blocks)
