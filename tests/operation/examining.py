"""What the doctor's tests ask: the signs of a ledger, by topic and state."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from ilactl.ledger.diagnosis.examine import examine
from ilactl.ledger.diagnosis.signs import Sign

NOW = datetime(2026, 3, 1, 13, 0, tzinfo=UTC)


def signs(root: Path, topic: str = "", now: datetime = NOW) -> list[Sign]:
    found = examine(root, now=now, user=os.geteuid())
    return [sign for sign in found if topic in ("", sign.topic)]


def states(root: Path, topic: str = "", now: datetime = NOW) -> set[str]:
    return {sign.state for sign in signs(root, topic, now)}


def unwell(root: Path) -> dict[str, str]:
    """Topics that are not ok, each with its worst state; places are tested by themselves."""
    found = [s for s in signs(root) if s.topic not in ("file system", "room")]
    return {s.topic: s.state for worst in ("look", "fault") for s in found if s.state == worst}
