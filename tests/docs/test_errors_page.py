"""The manual page of errors: a paragraph and an example for every code, and roff without a warning."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.errors.test_catalogue import declared

PAGE = Path(__file__).parents[2] / "man" / "ilactl-errors.7"


def test_every_code_has_a_paragraph_with_what_to_do_and_an_example() -> None:
    parts = dict(
        re.findall(r"^\.SS (\S+)\n(.*?)(?=^\.S[SH] |\Z)", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    )
    assert {name.replace("\\-", "-") for name in parts} == declared()
    for name, part in parts.items():
        assert "What to do:" in part, name
        assert re.search(r"^\.nf\n(.*\n)*\$ (.*\n)+\.fi$", part, re.MULTILINE), name


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_roff_shows_the_page_without_a_warning() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", str(PAGE)], capture_output=True, check=True
    )
    assert done.stderr == b""
    shown = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode())
    assert "$ ilactl -q -v status\n" in shown.replace("       $", "$")
