"""When the cases take place. A module of its own: the tools' processes start quickly."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["NOW"]

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
"""The moment at which every case takes place."""
