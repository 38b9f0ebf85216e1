"""`ilactl backup`: a copy of the ledger as of its last commit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import FILE
from ilactl.errors import FindingsFound, IlactlError, UsageError

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.backup import Backup
    from ilactl.output import Answer, Cell

__all__ = ["command"]

_OTHER_ARCHIVES = (".tar", ".gz", ".bz2", ".xz", ".zst", ".zip", ".7z")


@click.command("backup")
@click.argument("target", metavar="DIR|FILE.tar.gz", type=FILE)
@click.option(
    "--check",
    "checked",
    is_flag=True,
    help="Open the copy afterwards and run every check that must hold on it.",
)
@face_options("dry_run")
def command(face: Face, target: str, checked: bool) -> None:
    """Copy the ledger as of its last commit to DIR, a new folder, or to FILE.tar.gz.

    Writers need not stop: what they commit meanwhile is not in the copy, and nothing is there by
    halves. The copy holds all that cannot be derived: the CSV files, the log, ledger.toml, rules/
    and credentials/, readable by nobody else (0600 in 0700). What is not the ledger's own is named
    and left out. Every byte is compared with the log on the way; a damaged ledger is refused, so
    that no copy of damage takes a sound one's place (keep that with 'cp -a' before you mend it).
    The copy appears under its name when it is complete and on disk, and never replaces anything.
    While nothing changes, every FILE.tar.gz is the same byte for byte.

    DIR is a ledger as it stands: 'ilactl check --ledger DIR' checks it at any time. To restore,
    move the broken ledger aside and copy DIR to its place with 'cp -a', or unpack FILE.tar.gz with
    'tar -xzf', which gives a folder named ledger; a shared ledger's group and modes are to be set
    again, and 'ilactl doctor' says which. It holds the names of people: keep it as you keep the
    ledger, and on another disk.

    \b
    Examples:
      $ ilactl backup copy
      $ ilactl check --ledger copy
      $ ilactl backup agency-2026-11.tar.gz --check
      $ ilactl backup elsewhere -n
      $ ilactl backup copy   # exit 3
    """
    from ilactl.ledger.backup import Backup
    from ilactl.ledger.copying import is_archive, refuse_target, unpacked, write_copy

    place = _place(target)
    if place.name.lower().endswith(_OTHER_ARCHIVES) and not is_archive(place):
        raise UsageError(
            reason=f"a backup is a folder or a .tar.gz, not {place.name[-40:]!r}",
            hint="name it FILE.tar.gz, or name a folder",
        )
    root = face.root()
    refuse_target(root, place)
    backup = Backup(root)
    if not face.dry_run:
        with face.working("copying"):
            write_copy(backup, place)
    findings: list[Finding] = []
    if checked and not face.dry_run:
        with face.working("checking the copy"), unpacked(place) as copy:
            findings = _check(face, copy)
    face.answer(_answer(face, backup, place, None if not checked else findings), change=True)
    if findings:
        from ilactl.findings import count_text

        raise FindingsFound(
            findings=findings,
            count=f"{count_text(findings)} in the copy, which is there all the same",
            hint="the ledger has them, too: each line above says where and what to do",
        )


def _place(target: str) -> Path:
    if not target or target == "-" or "\0" in target:
        raise UsageError(reason="a backup needs a name to go to", hint="name a new folder, or FILE.tar.gz")
    return Path(target)


def _check(face: Face, copy: Path) -> list[Finding]:
    """What the checks that must always hold find in a copy; warnings are no fault of it."""
    from ilactl.commands.check import checks
    from ilactl.commands.registering import declared_facts
    from ilactl.ledger.checks import Ground, chosen, run_checks
    from ilactl.ledger.snapshot import Snapshot

    snapshot = Snapshot.open(copy)
    try:
        facts = declared_facts(snapshot)
    except IlactlError:
        facts = None  # the check of the rules says why
    try:
        on = face.on(snapshot)
    except IlactlError:
        on = face.today("UTC")
    found = run_checks(chosen(checks(), (), "always"), Ground(snapshot, on=on, facts=facts))
    return [finding for _, some in found for finding in some if not finding.warning]


def _answer(face: Face, backup: Backup, place: Path, findings: list[Finding] | None) -> Answer:
    from ilactl.output import Answer, Col, Grid, Lines

    record = backup.snapshot.record
    total = sum(backup.sizes.values())
    rows: list[dict[str, Cell]] = [{"file": name, "bytes": size} for name, size in backup.sizes.items()]
    columns = [Col("file"), Col("bytes", kind="int")]
    done = "would be copied" if face.dry_run else "copied"
    many = f"{len(rows)} files, {total} bytes"
    said = [f"{done} to {place}: the ledger as of commit {record.seq} of {record.at}, {many}"]
    if findings is not None and not face.dry_run:
        said.append("the copy was checked" + (": see below" if findings else ": nothing found"))
    left_out = backup.left_out
    notes = [f"not the ledger's, and not copied: {', '.join(left_out)}"] if left_out else []
    return Answer(
        "ilactl.backup/1",
        rows=rows,
        columns=columns,
        blocks=[Lines(said), *([Grid(columns, rows)] if face.dry_run else [])],
        data={
            "ledger": str(backup.snapshot.root),
            "target": str(place),
            "commit": record.seq,
            "at": record.at,
            "bytes": total,
            "written": not face.dry_run,
            "findings": None if findings is None or face.dry_run else len(findings),
            "left_out": left_out,
        },
        notes=notes,
    )
