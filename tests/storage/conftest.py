"""Ledgers in memory where that can be had, since these tests sync many thousand times."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh folder, removed afterwards."""
    where = _MEMORY if os.access(_MEMORY, os.W_OK) else tmp_path_factory.getbasetemp()
    with tempfile.TemporaryDirectory(prefix="ilactl-test-", dir=where, ignore_cleanup_errors=True) as path:
        yield Path(path)
