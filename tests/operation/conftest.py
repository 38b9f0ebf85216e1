"""Ledgers for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.support import make, row, writer


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A ledger of three commits, in its own folder."""
    root = make(tmp_path / "ledger")
    for number in (1, 2):
        with writer(root) as held:
            held.commit(row(number))
    return root
