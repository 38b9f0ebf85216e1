"""Ledgers in memory as in the tests of the storage, and an agency that is made by commands alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Result, call_in_process
from tests.storage.conftest import tmp_path

from .agency import LATER, NOW, PEOPLE, SCHEME, Call

__all__ = ["tmp_path"]


@pytest.fixture(scope="session")
def _asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked") / "ledger"

    def call(*args: str, stdin: str | None = None) -> None:
        call_in_process((*args, "--ledger", str(folder)), stdin, None, None, NOW).ok()

    call_in_process(("init", folder), None, None, None, NOW).ok()
    (folder / "rules/scheme.toml").write_text(SCHEME)
    call("adopt", "--why", "our scheme", "--yes")
    call("person", "import", "-", stdin=PEOPLE)
    call("person", "update", "P1", "--from", "2026-02-01", "--name", "Onutė Kazlauskienė")
    second = ("--name", "Ona Kazlauskiene", "--birth-date", "1961-02-03", "--contact", "0600 12345")
    call("person", "add", "--id", "P9", *second)
    call("person", "update", "P9", "--set", "same_as=P1")
    call("topup", "--yes")
    return folder


@pytest.fixture
def asked(_asked: Path, tmp_path: Path) -> Path:
    """P1, who is P9 as well, has a grant of 2026 by age and by a sensitive fact."""
    return Path(shutil.copytree(_asked, tmp_path / "asked"))


@pytest.fixture
def call(asked: Path) -> Call:
    """`call(*args, now=LATER)` in that ledger."""

    def in_ledger(*args: str, now: object = LATER, stdin: str | None = None) -> Result:
        return call_in_process((*args, "--ledger", str(asked)), stdin, None, None, now)  # type: ignore[arg-type]

    return in_ledger
