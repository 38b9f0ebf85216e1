"""What README.md shows is what the commands print, and what it names is there."""

from __future__ import annotations

import difflib
import re
import subprocess
from pathlib import Path

import pytest

from ilactl import cli
from tools.tour import BLOCK, refreshed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_tour_prints_what_it_says() -> None:
    assert BLOCK.search(README), "no console block"
    today = refreshed(README)
    difference = "\n".join(difflib.unified_diff(README.splitlines(), today.splitlines(), lineterm=""))
    assert not difference, f"run 'make readme' and read the change:\n{difference}"


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 160


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    for name in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / name).exists(), f"{page.name} links to {name}"
    for name in re.findall(r"`((?:ilactl|tests|tools|docs|man|requirements|sample-data)/[\w./-]+)`", text):
        assert "NAME" in name or (ROOT / name).exists(), f"{page.name} names {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    for word in re.findall(r"`ilactl ([a-z]+)", page.read_text()):
        assert word in cli.COMMANDS, f"{page.name} names 'ilactl {word}'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for word in re.findall(r"`make ([a-z]+)", page.read_text()):
        assert word in targets, f"{page.name} names 'make {word}'"


def test_the_demo_runs() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "entries booked as commit" in done.stdout
    assert "nothing was written" in done.stdout
    assert "credited" in done.stdout


def test_the_licence_is_named_alike_everywhere() -> None:
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text()
    assert 'license = "EUPL-1.2"' in (ROOT / "pyproject.toml").read_text()
    assert "EUPL-1.2" in README
