"""Checks of the folder: the log and its digests, rows, modes, and what programs beside ilactl leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ilactl.errors import BadManifest, ChangedOutside, IlactlError, IoFailed, Unsafe
from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.columns import ENTITLEMENTS, PRIVATE, TABLES
from ilactl.ledger.entries import amount_findings
from ilactl.ledger.lines import table_of
from ilactl.ledger.log import LOG as LOG_FILE
from ilactl.ledger.scan import iter_table

if TYPE_CHECKING:
    from ilactl.ledger.checking import Ground

__all__ = ["broken_log", "lock_files", "log_chain", "manifest", "modes", "private_in_git", "rows"]

LOG = Kind(
    "CHECK-LOG",
    "a file is not as the log recorded it, or the log's chain is broken",
    "'ilactl adopt --why TEXT' shows the edit and takes it in, 'ilactl restore --why TEXT' undoes it",
)
_LOG_ITSELF = "put commits.jsonl back from your copy, with the files beside it as they were then"
_SHOWN_UP_TO = 64 * 1024 * 1024
MODE = Kind(
    "CHECK-MODE",
    "others on this machine can read or change a file of the ledger",
    "take the right away: chmod go-rwx FILE (chmod o-rwx in a shared ledger)",
    warning=True,
)
IN_GIT = Kind(
    "CHECK-PRIVATE-IN-GIT",
    "identities.csv is under version control, which keeps every name for ever",
    "git rm --cached identities.csv, and keep it in .gitignore; its past needs git filter-repo",
    warning=True,
)
OPEN = Kind(
    "CHECK-OPEN-ELSEWHERE",
    "a spreadsheet program has a file of the ledger open",
    "close the file there without saving",
    warning=True,
)
UNREADABLE = Kind(
    "CHECK-MANIFEST", "ledger.toml is missing or cannot be read", "put it back from your copy of the ledger"
)


def log_chain(ground: Ground) -> Iterator[Finding]:
    """The log's chain is whole, and every file's bytes are those it recorded."""
    from ilactl.ledger.verify import verify_all

    for file, reason, line in verify_all(ground.snapshot):
        yield LOG.at(_shown(ground, file, line), reason, _LOG_ITSELF if file == LOG_FILE else "")


def broken_log(error: ChangedOutside | Unsafe | IoFailed) -> Finding:
    """The finding for a file, most of all the log, in whose place nothing is that can be read."""
    place = Place(str(error.details["path"]), int(error.details.get("line", 0)))
    return LOG.at(place, str(error.details["reason"]), _LOG_ITSELF if place.path == LOG_FILE else "")


def _shown(ground: Ground, file: str, line: int) -> Place:
    """The place with the line as it stands there now; nothing of the log itself, nor of a file of names."""
    if not line or file in PRIVATE or not file.endswith(".csv"):
        return Place(file, line)
    try:
        data = ground.snapshot.folder.read(file, limit=_SHOWN_UP_TO)
    except (IlactlError, OSError):
        return Place(file, line)
    lines = data.split(b"\n")
    text = lines[line - 1].decode("utf-8", "backslashreplace") if line <= len(lines) else ""
    return Place(file, line, 0, text)


def manifest(ground: Ground) -> Iterator[Finding]:
    """ledger.toml can be used."""
    try:
        _ = ground.snapshot.manifest
    except BadManifest as error:
        yield from error.findings or [UNREADABLE.at(Place("ledger.toml"), error.text)]
    except IlactlError as error:
        if ground.decides and isinstance(error, IoFailed):
            raise
        yield UNREADABLE.at(Place("ledger.toml"), error.text)


def rows(ground: Ground) -> Iterator[Finding]:
    """Headers, rows, cells and amounts of every file are well formed."""
    for table in TABLES:
        if table is ENTITLEMENTS:
            yield from ground.entry_findings
            continue
        view = ground.view(table.file)
        findings: list[Finding] = []
        for row in iter_table(view, table, findings):
            if "unit" in table.names and ground.manifest:
                findings.extend(amount_findings(view, table, row, ground.manifest.units))
        yield from findings


def modes(ground: Ground) -> Iterator[Finding]:
    """Nobody else on this machine can read or change the ledger's files."""
    from ilactl.ledger.verify import loose_modes

    snapshot = ground.snapshot
    if ground.manifest:
        snapshot.folder.shared = ground.manifest.shared
    names = {LOG_FILE, "ledger.toml", *snapshot.head.sizes, *snapshot.rule_files()}
    for name, mode in loose_modes(snapshot.folder, sorted(names)):
        yield MODE.at(Place(name), f"its mode is {mode:04o}")


def private_in_git(ground: Ground) -> Iterator[Finding]:
    """No private file is under version control."""
    root = Path(ground.snapshot.root).resolve()
    for folder in (root, *root.parents):
        index = _git_index(folder)
        if index is None:
            continue
        for table in TABLES:
            path = (root.relative_to(folder) / table.file).as_posix().encode()
            # an index entry ends with its path's length, the path, and a NUL
            if table.private and bytes([len(path) & 0xFF]) + path + b"\0" in index:
                yield IN_GIT.at(Place(table.file), "it is under version control")
        return


def _git_index(folder: Path) -> bytes | None:
    """The bytes of git's index for a work tree, b"" without one; None where this is no work tree."""
    git = folder / ".git"
    try:
        if git.is_file():
            git = folder / git.read_text("utf-8").removeprefix("gitdir:").strip()
        if not git.is_dir():
            return None
        return (git / "index").read_bytes()
    except (OSError, UnicodeDecodeError):
        return b"" if git.exists() else None


def lock_files(ground: Ground) -> Iterator[Finding]:
    """No spreadsheet program has a file of the ledger open."""
    for name in ground.snapshot.folder.names():
        for file in (name.removeprefix(".~lock.").removesuffix("#"), name.removeprefix("~$")):
            if file != name and table_of(file):
                yield OPEN.at(Place(file), f"{name} says that it is open elsewhere")
