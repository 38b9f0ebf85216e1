"""Where the texts of versions that booked something are kept, and which are not kept yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["USED", "new_versions", "used_file"]

USED = "rules/used/"


def used_file(version: str) -> str:
    """Where a version's text is kept."""
    return f"{USED}{version}.toml"


def new_versions(snapshot: Snapshot, versions: Iterable[str]) -> list[str]:
    """Those of the versions that never booked anything yet."""
    return [version for version in sorted(set(versions)) if used_file(version) not in snapshot.head.sizes]
