"""The manual page is what the code says, and names every command, option, status and variable."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from ilactl import cli
from ilactl.commands.topics import ENVIRONMENT, TOPICS
from ilactl.errors import catalogue
from tests.docs.walk import all_commands
from tools.manpage import manual

ROOT = Path(__file__).parents[2]


PAGES = manual()


@pytest.mark.parametrize("name", PAGES)
def test_the_manual_is_fresh(name: str) -> None:
    assert (ROOT / "man" / name).read_text() == PAGES[name], "run 'make man'"


def test_the_manual_names_every_command_and_option() -> None:
    page = PAGES["ilactl.1"].replace("\\-", "-")
    for words, command in all_commands().items():
        if not isinstance(command, click.Group):
            assert f".SS {words}\n" in page
        for param in command.params:
            if isinstance(param, click.Option):
                assert all(flag in page for flag in param.opts), (words, param.opts)


def test_every_status_of_the_error_tree_is_in_the_page_of_exit_codes() -> None:
    rows = {(row["status"], row["code"]) for row in TOPICS["exit-codes"][1]().rows}
    assert {(error.exit_status, error.code) for error in catalogue()} <= rows
    assert {status for status, _ in rows} == {0, 1, 2, 3, 4, 65, 66, 70, 74, 75, 78, 130, 141, 143}


def test_every_variable_that_is_read_is_explained() -> None:
    source = "".join(path.read_text() for path in (ROOT / "ilactl").rglob("*.py"))
    read = set(re.findall(r"""(?:environ(?:\.get\(|\[)|_from_environment\()"([A-Z_]+)\"""", source))
    by_rich = {"NO_COLOR", "TERM", "COLUMNS"}
    assert read | by_rich | {cli.COMPLETE} == {name for name, _ in ENVIRONMENT}
    assert {"ILACTL_LEDGER", "ILACTL_LOCK_WAIT", "ILACTL_ACTOR"} <= read


@pytest.mark.parametrize("name", PAGES)
def test_the_manual_is_roff_that_keeps_its_lines(name: str) -> None:
    known = {"TH", "SH", "SS", "TP", "PP", "B", "BR", "nf", "fi", '\\"'}
    for line in PAGES[name].splitlines():
        if line.startswith("."):
            assert line[1:].split(" ")[0] in known, line
