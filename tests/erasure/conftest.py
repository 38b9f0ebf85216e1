"""The same ledgers in memory as in the tests of the storage: these too sync many thousand times."""

from __future__ import annotations

from tests.storage.conftest import tmp_path

__all__ = ["tmp_path"]
