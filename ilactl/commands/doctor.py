"""`ilactl doctor`: is everything around the ledger as it should be?"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.errors import FindingsFound, IlactlError

if TYPE_CHECKING:
    from ilactl.ledger.diagnosis.signs import Sign
    from ilactl.output import Answer

__all__ = ["command"]

_NOTES = (
    'completion: eval "$(ilactl completion bash)" in ~/.bashrc; also zsh, fish: ilactl completion --help',
    "manual: man ilactl, ilactl-ledger, ilactl-rules, ilactl-facts; 'ilactl help' lists topics",
)


@click.command("doctor")
@face_options()
def command(face: Face) -> None:
    """Examine the ledger and what surrounds it, and say what to do.

    Each line begins with ok, with look (it may well be meant, but should be known) or with fault,
    and what to do stands below it. Looked at are: which ledger this is and how it was found;
    versions and settings and where they come from; ledger.toml; the log's chain and the files'
    ends; what a crash left and what will become of it; who holds the lock; files that a
    spreadsheet has open; modes and owners, for a shared ledger those of its group; network mounts
    and sync programs, and what is not promised on them; free space against the ledger's growth; a
    git repository around it; the clock against the last commit. Data is what 'ilactl check' looks
    at.

    Nothing is written and no lock is taken. A damaged ledger is examined as far as it can be. The
    status is 0 where nothing is at fault, else 1.

    \b
    Examples:
      $ ilactl doctor
      $ ilactl doctor -O json
    """
    from ilactl.ledger.diagnosis.examine import examine

    root = face.root()
    signs = [*_installation(), *_settings(face)]
    signs += examine(root, now=face.session.now(), user=os.geteuid())
    face.answer(_answer(face, str(root), signs))
    faults = sum(sign.state == "fault" for sign in signs)
    if faults:
        raise FindingsFound(
            count=f"{faults} fault{'' if faults == 1 else 's'}",
            hint="below each line that begins with 'fault' stands what to do",
        )


def _installation() -> Iterator[Sign]:
    """What runs here. Nothing is imported to find out."""
    from importlib.metadata import PackageNotFoundError, version

    from ilactl import __version__
    from ilactl.ledger.diagnosis.signs import fault, ok

    text = f"ilactl {__version__}, Python {platform.python_version()}, {platform.system()}"
    try:
        yield ok("versions", f"{text}, duckdb {version('duckdb')}")
    except PackageNotFoundError:
        remedy = "install ilactl again with all it needs: rules and batches need it"
        yield fault("versions", f"{text}; duckdb is not installed", remedy)


def _settings(face: Face) -> Iterator[Sign]:
    """Which ledger, and every setting that the environment gives."""
    from ilactl.ledger.diagnosis.signs import fault, ok

    if "ledger" in face.session.given:
        how = "named with --ledger"
    elif face.named_ledger() is not None:
        how = "named by ILACTL_LEDGER"
    else:
        how = "the nearest from here upward"
    yield ok("ledger", f"{os.path.abspath(face.root())}, {how}")
    wait = "from ILACTL_LOCK_WAIT" if "ILACTL_LOCK_WAIT" in os.environ else "the default"
    usual = os.environ.get("ILACTL_OUTPUT_FORMAT")
    shown = f"{usual} from ILACTL_OUTPUT_FORMAT" if usual else "table on a terminal, else plain, the default"
    yield ok("environment", f"waits {face.lock_wait:g} s for the lock, {wait}; answers as {shown}")
    try:
        actor = face.actor
    except IlactlError as error:
        yield fault("who", error.text, error.advice)
    else:
        claimed = f", ILACTL_ACTOR {actor.claimed}" if actor.claimed else ""
        yield ok("who", f"user {actor.user} on {actor.host}{claimed}: so the log would record it")


def _answer(face: Face, root: str, signs: list[Sign]) -> Answer:
    from ilactl.output import Answer, Col, Lines

    width = max(len(sign.topic) for sign in signs)
    lines: list[str] = []
    for sign in signs:
        lines.append(f"{sign.state:<5}  {sign.topic:<{width}}  {sign.text}")
        if sign.remedy:
            lines.append(f"{'':5}  {'':{width}}  -> {sign.remedy}")
    return Answer(
        "ilactl.doctor/1",
        rows=[
            {"topic": sign.topic, "state": sign.state, "text": sign.text, "remedy": sign.remedy}
            for sign in signs
        ],
        columns=[Col("topic"), Col("state"), Col("text"), Col("remedy")],
        blocks=[Lines(lines)],
        data={"ledger": root, "faults": sum(sign.state == "fault" for sign in signs)},
        notes=_NOTES,
    )
