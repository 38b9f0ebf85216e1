"""The books: the log and its chain, files against the log, settings, what a crash left, the clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ilactl.errors import ChangedMeanwhile, IlactlError
from ilactl.ledger.columns import TABLES
from ilactl.ledger.create import CREATING
from ilactl.ledger.diagnosis.signs import Sign, fault, look, named, ok
from ilactl.ledger.files import Folder
from ilactl.ledger.log import LOG, read_tail
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.record import FORMAT
from ilactl.ledger.recovery import STAGED, refuse_open_elsewhere, staged_names
from ilactl.ledger.snapshot import MANIFEST, Snapshot

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest

__all__ = ["clock", "crash", "files", "log", "manifest", "open_elsewhere"]

_RESTORE = "restore it and the files beside it from one backup; 'ilactl check' says what differs"
_SLACK = timedelta(minutes=1)
_DAY = timedelta(days=1)


def manifest(folder: Folder) -> tuple[Manifest | None, list[Sign]]:
    """ledger.toml as far as it can be used."""
    try:
        found = load_manifest(folder.read(MANIFEST), MANIFEST)
    except FileNotFoundError:
        return None, [fault("settings", f"{MANIFEST} is missing", "restore it from a backup")]
    except IlactlError as error:
        signs = [
            fault("settings", f"{part.place.path}:{part.place.line}: {part.message}", part.remedy)
            for part in error.findings
        ]
        return None, signs or [fault("settings", error.text, error.advice or "restore it from a backup")]
    shared = "shared by a group" if found.shared else "one user's"
    text = f"{MANIFEST}: {found.agency}, format {found.format}, zone {found.zone}, {shared}"
    return found, [ok("settings", text)]


def log(folder: Folder) -> tuple[Snapshot | None, list[Sign]]:
    """The log's end and its whole chain; the ledger as a reader sees it, None where nothing can be read."""
    if folder.exists(CREATING):
        return None, [fault("log", "'ilactl init' was cut off here", "run the same 'ilactl init' again")]
    try:
        snapshot = Snapshot.open(folder.root)
    except IlactlError as error:
        return None, [fault("log", error.text, error.advice or _RESTORE)]
    record = snapshot.record
    try:
        for _ in snapshot.records():
            pass
    except IlactlError as error:
        return snapshot, [fault("log", error.text, error.advice or _RESTORE)]
    many = f"{record.seq} commit{'' if record.seq == 1 else 's'}"
    last = f"the last one {record.command} at {record.at}"
    return snapshot, [ok("log", f"format {FORMAT}, {many} in an unbroken chain, {last}")]


def files(snapshot: Snapshot, *, held: bool) -> Iterator[Sign]:
    """Length and end of every file that the log lists; `check` compares every byte."""
    pending = {act.path for act in snapshot.pending_acts()}
    sound = 0
    for name, head in snapshot.record.heads.items():
        try:
            snapshot.view(name)
            with suppress(FileNotFoundError), snapshot.folder.reading(name) as fd:
                if os.fstat(fd).st_size > head.size and name not in pending and not held:
                    if not snapshot.still_current():
                        raise ChangedMeanwhile()
                    text = f"{name} holds more than the log recorded: rows were added by hand"
                    yield fault("files", text, "'ilactl check' names the lines: take them out, book them")
                    continue
            sound += 1
        except ChangedMeanwhile:
            sound += 1  # a commit is on its way: nothing is wrong with that
        except IlactlError as error:
            yield fault("files", error.text, error.advice or _RESTORE)
    many = f"{sound} file{'' if sound == 1 else 's'}"
    if sound:
        yield ok("files", f"{many} end as the log says ('ilactl check' compares every byte)")


def crash(snapshot: Snapshot, *, held: bool) -> Iterator[Sign]:
    """What stands between two states, and what will become of it."""
    if held:
        yield ok("crash", "a command is writing: what it has not finished is not looked at")
        return
    signs = [*_torn(snapshot.folder), *_decided(snapshot), *_staged(snapshot)]
    yield from signs
    if not signs:
        yield ok("crash", "nothing was left half done")


def _torn(folder: Folder) -> Iterator[Sign]:
    with folder.reading(LOG) as fd:
        tail = read_tail(fd)
    if tail.size > tail.end:
        text = f"the log ends with {tail.size - tail.end} bytes of a line that was never finished"
        yield look(
            "crash", text, "nothing: its commit did not happen; the next command that writes cuts it off"
        )


def _decided(snapshot: Snapshot) -> Iterator[Sign]:
    acts = snapshot.pending_acts()
    if acts:
        text = f"commit {snapshot.head.seq} is decided and not yet in {named([act.path for act in acts])}"
        remedy = "nothing: readers see its rows; the next command that writes brings them into the files"
        yield look("crash", text, remedy)


def _staged(snapshot: Snapshot) -> Iterator[Sign]:
    claimed = {act.staged for act in snapshot.record.files if act.staged}
    ours = staged_names(snapshot.folder)
    orphans = [name for name in ours if f"{STAGED}/{name}" not in claimed]
    if orphans:
        text = f"{STAGED}/ holds rows of a batch that was never booked: {named(orphans)}"
        yield look("crash", text, "nothing: the next command that writes removes them")
    others = [name for name in snapshot.folder.names(STAGED) if name not in ours]
    if others:
        text = f"{STAGED}/ holds what is not ilactl's: {named(others)}"
        yield look("crash", text, "move it elsewhere; ilactl leaves it alone")


def open_elsewhere(folder: Folder) -> Iterator[Sign]:
    """Files that a spreadsheet program has open: no commit goes into them."""
    for table in TABLES:
        try:
            refuse_open_elsewhere(folder, table.file)
        except IlactlError as error:
            text = str(error.details.get("holder", error.text))
            yield look("open elsewhere", text, error.advice or "close it there")


def clock(snapshot: Snapshot, zone: str, now: datetime) -> Sign:
    """This machine's clock against the last commit's."""
    ahead = datetime.fromisoformat(snapshot.record.at) - now
    through = snapshot.head.booked_through
    today = now.astimezone(ZoneInfo(zone)).date()
    shown = now.isoformat(timespec="seconds")
    if ahead > _SLACK:
        text = f"it is {shown} here, and the last commit was made at {snapshot.record.at}"
        remedy = "set this machine's clock, or that of the machine that made the commit"
        return fault("clock", text, remedy) if ahead > _DAY else look("clock", text, remedy)
    if through is not None and through > today:
        text = f"the ledger is booked through {through}, and today is {today}"
        return look("clock", text, f"right if that was meant; nothing can be booked before {through}")
    return ok("clock", f"{shown}, after the last commit")
