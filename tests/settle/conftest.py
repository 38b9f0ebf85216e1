"""A ledger with payables, and commands run by whoever a test says."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.conftest import Result, Run

from .payables import Payables

Call = Callable[..., Result]


@pytest.fixture
def world(tmp_path) -> Payables:
    return Payables.make(tmp_path)


@pytest.fixture
def by(world: Payables, invoke: Run, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`by(user, *words)` runs a command in the ledger as that user of the system."""

    def call(user: str, *words: str, stdin: str | None = None) -> Result:
        monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name=user))
        return invoke("--ledger", world.root, *words, stdin=stdin)

    return call


@pytest.fixture
def settle(by: Call) -> Call:
    """`settle("2026-09-30", …)` with a yes, by a payer; -n and -O where the words say so."""

    def call(day: str, *words: str, stdin: str | None = None) -> Result:
        return by("payer", "settle", "--on", day, "--yes", *words, stdin=stdin)

    return call
