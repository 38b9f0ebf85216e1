"""What a page, a help or a topic names is there: commands, options, files, codes, statuses, variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click
import pytest

from ilactl.commands import facts_prose
from ilactl.commands.facts_manual import specs
from ilactl.commands.options import FORMATS
from ilactl.commands.topics import ENVIRONMENT, TOPICS, exit_rows
from ilactl.errors import catalogue
from ilactl.findings import kinds
from ilactl.ledger.columns import TABLES
from ilactl.ledger.grammar import LABOUR_STATUSES
from ilactl.ledger.manifest import KEYS
from ilactl.ledger.mapping_keys import KEYS as MAPPING_KEYS
from ilactl.ledger.words import CHANNELS, MODES, TIMES_OF_DAY
from ilactl.output import text_of
from ilactl.reports.remittance import COLUMNS as REMITTANCE
from ilactl.rules import names
from ilactl.rules.shapes import tables
from tests.docs.walk import all_commands
from tools.manpage import PAGES, manual
from tools.pages.ledger_words import ACTS, BESIDE, MEMBERS

ROOT = Path(__file__).parents[2]
COMMANDS = all_commands()
WRITTEN = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def said(page: str) -> str:
    """A page of the manual without roff's marks."""
    page = re.sub(r"^\.TH .*$", "", page, flags=re.MULTILINE)
    text = re.sub(r"^\.[A-Za-z]+ ?", "", page, flags=re.MULTILINE)
    return text.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")


def texts() -> Iterator[tuple[str, str]]:
    """Everything that is written for a reader, by where it stands."""
    for path in WRITTEN:
        yield str(path.relative_to(ROOT)), path.read_text()
    for name, page in manual().items():
        if name == "ilactl-errors.7":  # its examples are wrong on purpose
            page = re.sub(r"^\.nf\n.*?^\.fi\n", "", page, flags=re.MULTILINE | re.DOTALL)
        yield f"man/{name}", said(page)
    for words, command in COMMANDS.items():
        helps = [param.help or "" for param in command.params if isinstance(param, click.Option)]
        yield f"{words} --help", "\n".join([cleandoc(command.help or ""), *helps])
    for topic, (_, make) in TOPICS.items():
        yield f"ilactl help {topic}", text_of(make(), "plain")
    yield "hints of errors", "\n".join(error.hint for error in catalogue())
    yield "remedies of findings", "\n".join(kind.remedy for kind in kinds())


TEXTS = dict(texts())


def found(pattern: str) -> list[tuple[str, Any]]:
    """All that matches in any text, each with its place. A pattern that finds nothing tests nothing."""
    everything = [(place, match) for place, text in TEXTS.items() for match in re.findall(pattern, text)]
    assert everything
    return everything


OPTIONS = {
    flag
    for command in COMMANDS.values()
    for param in command.params
    if isinstance(param, click.Option)
    for flag in (*param.opts, *param.secondary_opts)
} | {"-h", "--help"}
OF_OTHERS = {"--cached": "git", "--strict": "mypy", "--no-deps": "pip", "--warnings": "man"}
"""Options of other programs, each with the program that must be named before it."""


def test_every_option_that_is_named_exists() -> None:
    for place, text in TEXTS.items():
        for match in re.finditer(r"(?<![\w.-])--[a-z][a-z-]*", text):
            if match[0] in OF_OTHERS:
                before = text[max(0, match.start() - 40) : match.start()]
                assert OF_OTHERS[match[0]] in before, f"{match[0]} in {place}"
            else:
                assert match[0] in OPTIONS, f"{match[0]} in {place}"


SPOKEN = re.compile(r"(?:['`$(] ?|^ *[-\d* ]*|&& |\| )ilactl((?: [a-z][a-z-]*)+)", re.MULTILINE)
"""A command as one types it: in quotes, behind a prompt, at the beginning of a line, in a chain."""


MATCHES = [(place, match) for place, text in TEXTS.items() for match in SPOKEN.finditer(text)]


def test_every_command_that_is_named_exists() -> None:
    assert len(MATCHES) > 300
    for place, match in MATCHES:
        words = match[1].split()
        typed = match[0].lstrip()[0] in "'`$(&|"
        found: click.Command | None = COMMANDS["ilactl"]
        if words[0] == "help":
            assert len(words) == 1 or words[1] in TOPICS or f"ilactl {words[1]}" in COMMANDS, match[0]
            continue
        for word in words:
            if not isinstance(found, click.Group):
                break  # an argument
            inner = found.get_command(click.Context(found), word)
            if inner is None and not typed and word == words[0]:
                break  # the name of the program at the beginning of a sentence
            assert inner is not None, f"{match[0]!r} in {place}"
            found = inner


LEDGER_FILES = {table.file for table in TABLES} | {"ledger.toml", "commits.jsonl"}
MADE_UP = {
    "staff.csv", "staff.toml", "pay.csv", "pay.toml", "firms.toml", "list.csv", "list.toml", "runs.toml",
    "outcomes.toml", "demand.csv", "demand.toml", "FILE.toml", "FILE.json",
    "answers.csv", "presence.csv", "did.json", "status-1.json",
    "P1.json", "P8.json", "P9.json", "certificate.json", "scheme.toml", "template.toml", "pyproject.toml",
}  # fmt: skip
"""Files of examples, each of which runs as a test; placeholders; and the project's own."""


def test_every_file_that_is_named_exists() -> None:
    for place, name in found(r"(?<![\w./*-])[\w@-]+\.(?:csv|toml|jsonl|json)\b"):
        known = name in LEDGER_FILES | MADE_UP or re.fullmatch(r"[a-z]+@[0-9-]+\.toml", name)
        assert known, f"{name} in {place}"


CODES = {error.code for error in catalogue()} | {kind.code for kind in kinds()}
NO_CODES = {"YYYY-MM-DD", "MM-DD"}
"""What looks like a code and is none."""


def test_every_code_that_is_named_exists() -> None:
    for place, code in found(r"(?<![\w.:/=-])[A-Z]{2,}(?:-[A-Z]{2,})+(?![\w-])"):
        assert code in CODES | NO_CODES, f"{code} in {place}"


STATUSES = {int(str(row["status"])) for row in exit_rows()}


def test_every_status_that_is_named_exists() -> None:
    for place, number in found(r"\b(?:[Ss]tatus(?: is)?|ends? with|exit) (\d+)\b"):
        assert int(number) in STATUSES, f"status {number} in {place}"


def test_every_variable_that_is_named_is_read() -> None:
    for place, name in found(r"\b_?ILACTL_[A-Z_]+"):
        assert name in dict(ENVIRONMENT), f"{name} in {place}"


def test_every_page_of_the_manual_that_is_named_exists() -> None:
    for place, (name, section) in found(r"\b(ilactl(?:-[a-z]+)?) ?\((\d)\)"):
        assert f"{name}.{section}" in PAGES, f"{name}({section}) in {place}"


FAMILIES = {*names.MOMENTS, *names.SUMS, "value", "lot", "usable"}


@pytest.mark.parametrize("place", ["man/ilactl-facts.7", "man/ilactl-rules.5", "ilactl help rules"])
def test_every_name_of_a_fact_that_is_named_exists(place: str) -> None:
    known = {key.name.split(".")[0] for key in KEYS} | {
        "rules",
        "ledger",
        "identities",
        "persons",
        "figures",
        "grant",
        "spend",
        "ending",
    }
    for family, name in re.findall(r"(?<![\w./-])([a-z_]+)\.([a-zA-Z_]+)\b", TEXTS[place]):
        assert family in FAMILIES | known or name in ("csv", "toml"), f"{family}.{name} in {place}"


def test_every_key_of_a_table_in_an_example_exists() -> None:
    keys = {field.alias or name for model in tables().values() for name, field in model.model_fields.items()}
    keys |= {"from", "to", "amount", "value"}
    text = TEXTS["ilactl help rules"]
    shown = set(re.findall(r"^ *([a-z_]+) = [\"\[t]", text, re.MULTILINE)) - {"yearly"}  # a name of its own
    assert shown
    assert shown <= keys


def test_every_finding_and_every_way_to_end_is_explained() -> None:
    rows = {row["code"]: row for row in TOPICS["findings"][1]().rows}
    assert set(rows) == {kind.code for kind in kinds()}
    for code, row in rows.items():
        assert len(str(row["meaning"])) > 10, code
        assert len(str(row["remedy"])) > 5, code
    for row in exit_rows():
        assert len(str(row["meaning"])) > 10, row


def test_the_topics_are_whole() -> None:
    """What a topic lists is what is declared, no more and no less."""

    def listed(topic: str, column: str) -> list[str]:
        return [str(row[column]) for row in TOPICS[topic][1]().rows]

    assert listed("formats", "format") == list(FORMATS)
    assert listed("imports", "key") == [key.name for key in MAPPING_KEYS]
    columns = [(table.file, column.name) for table in TABLES for column in table.columns]
    wanted = columns + [("ledger.toml", key.name) for key in KEYS]
    assert list(zip(listed("files", "file"), listed("files", "column"), strict=True)) == wanted
    assert listed("environment", "variable") == [name for name, _ in ENVIRONMENT]
    assert sorted(listed("facts", "name")) == sorted(facts_prose.EXAMPLES)


def test_the_topic_on_files_names_every_folder() -> None:
    text = TEXTS["ilactl help files"]
    assert [name for name in BESIDE if name.endswith("/") and name not in text] == []


DECLARED = {
    *(column.name for table in TABLES for column in table.columns),
    *(part for key in KEYS for part in key.path),
    *(field.alias or name for model in tables().values() for name, field in model.model_fields.items()),
    *(part for name in specs() for part in name.split(".")),
    *(part for key in MAPPING_KEYS for part in key.path),
    *names.RESERVED, *LABOUR_STATUSES, *CHANNELS, *MODES, *TIMES_OF_DAY, *MEMBERS, *ACTS,
    *REMITTANCE, "half_up", "exit_status",
}  # fmt: skip
"""Columns, also of lists, keys, facts, members of the log and of an error, words, ways of rounding."""
OF_EXAMPLES = {
    "car_licence", "hours_to_eur", "longer_use", "no_end", "paid_in", "reference_hours", "shift_work",
    "nhours_worked", "nuse_by",  # behind the \n of a printf
}  # fmt: skip
"""Names that the examples make up; each of those is a scheme, a row or a line that is tested."""


def test_every_column_key_or_fact_that_is_named_exists() -> None:
    code = "".join(path.read_text() for path in (ROOT / "ilactl").rglob("*.py"))
    for place, word in found(r"(?<![\w./@-])[a-z]+(?:_[a-z0-9]+)+(?![\w/.(-])"):
        known = word in DECLARED | OF_EXAMPLES
        assert known or (place.endswith(".md") and re.search(rf"\b{word}\b", code)), f"{word} in {place}"
