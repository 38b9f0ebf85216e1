"""What each command loads besides click: a package that is not listed here is one that somebody waits for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.conftest import Run
from tests.docs.walk import all_commands, examples_of

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "base58", "cryptography", "duckdb", "fontTools", "fpdf", "lxml", "msgspec", "openpyxl", "PIL", "pydantic",
    "pyld", "rapidfuzz", "rich", "segno", "stdnum", "tabulate", "tomlkit", "uharfbuzz",
}  # fmt: skip
NOTHING = {
    "balance", "completion", "course find", "course show", "credential key list", "credential key retire",
    "credential list", "credential show", "enrolment list", "enrolment reasons", "enrolment show", "help",
    "log", "person show",
}  # fmt: skip
"""Commands that load none of them, with a first example that has no terminal."""
MORE = {
    "check": "duckdb msgspec pydantic stdnum",
    "credential import": "base58 msgspec",
    "credential issue": "base58 msgspec",
    "credential publish": "base58 lxml msgspec pyld",
    "credential key new": "base58 cryptography msgspec",
    "credential verify": "base58 cryptography lxml msgspec pyld",
    "person merge": "msgspec rapidfuzz",
    "rules check": "duckdb msgspec pydantic",
}
"""Commands that load more than what rules' records are made of; the others find the rules read already."""

DRIVER = """
import json, os, sys
from ilactl import cli
for line in json.load(sys.stdin):
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        cli.main(line)
        os.write(into, json.dumps(sorted({m.partition(".")[0] for m in sys.modules})).encode())
        os._exit(0)
    os.close(into)
    with open(out) as found:
        print(found.read())
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def lines() -> dict[str, list[str]]:
    """The first plain example of every command."""
    found = {}
    for words, command in all_commands().items():
        plain = [example for example in examples_of(command) if not example.needs_shell]
        own = [example for example in plain if f"{words} " in f"{example.line} "]
        if own and not isinstance(command, click.Group):
            found[words] = own[0].words
    return found


def test_commands_load_what_is_listed_and_no_more(
    lines: dict[str, list[str]], sample_ledger: Path, invoke: Run, tmp_path: Path
) -> None:
    for person in ("P1", "P2"):
        given = ("--id", person, "--birth-date", "1990-05-17", "--set", "isced_level=2")
        invoke("person", "add", *given, "--ledger", str(sample_ledger)).ok()
    invoke("balance", "P1", "--ledger", str(sample_ledger)).ok()
    invoke("topup", "--on", "2026-12-01", "--yes", "--ledger", str(sample_ledger)).ok()
    (tmp_path / "sample-data").symlink_to(ROOT / "sample-data")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=json.dumps(list(lines.values())),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"ILACTL_LEDGER": str(sample_ledger), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        timeout=120,
    )
    loaded = {
        words.removeprefix("ilactl "): " ".join(sorted(PACKAGES & set(json.loads(line))))
        for words, line in zip(lines, done.stdout.splitlines(), strict=True)
    }
    expected = {words: "" if words in NOTHING else MORE.get(words, "msgspec") for words in loaded}
    assert loaded == expected
    assert NOTHING | MORE.keys() <= loaded.keys()
