"""`ilactl restore`: undo hand edits of the ledger's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.hand_edits import columns, diff_lines, row_of, why_option
from ilactl.commands.parameters import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ilactl.ledger.restoring import Restoration
    from ilactl.output import Answer

__all__ = ["command"]


def _recorded(ctx: click.Context, beginning: str) -> list[tuple[str, str]]:
    from ilactl.ledger.columns import TABLES

    return [(table.file, table.meaning.partition(".")[0]) for table in TABLES]


@click.command("restore")
@click.argument("files", metavar="[FILE]...", type=Words(_recorded), nargs=-1)
@why_option
@face_options("dry_run", "lock_wait")
def command(face: Face, files: tuple[str, ...], why: str) -> None:
    """Write files again as the log recorded them: what was lost, changed or added by hand is undone.

    A FILE is named by its path in the ledger, such as entitlements.csv; without one, every file
    that differs is restored. The edited file is not destroyed: it goes to set-aside/ in the
    ledger. A file that is as the log says is never touched. ledger.toml and the rule files are
    yours alone, and not restored.

    The log holds short public rows themselves, and only digests of large batches and of who
    people are. Rows that stand nowhere any more are refused with the commit that booked them:
    those must come from your copy of the ledger. A damaged line at the log's end, which every other
    command refuses where it was good once, goes to set-aside/, too, with the rows that it booked:
    that is for ledgers of which there is no copy.

    \b
    Examples:
      $ ilactl restore entitlements.csv --why "sorted in a spreadsheet" -n
      $ ilactl restore --why "rows deleted by mistake"
    """
    from ilactl.ledger.restoring import restorations, restore, settle

    if face.dry_run:
        face.answer(_answer(restorations(face.snapshot(), files), None, {}, dry_run=True))
        return
    with face.writer("ilactl restore", adopting=True, rotten=True) as writer:
        found = restorations(writer.snapshot, files)
        if not found:
            settle(writer.snapshot)
        record, aside = restore(writer, found, why) if found or writer.set_aside else (None, {})
    face.answer(_answer(found, record.seq if record else None, aside), change=True)


def _answer(
    found: Sequence[Restoration], seq: int | None, aside: Mapping[str, str], *, dry_run: bool = False
) -> Answer:
    """What differed, and where the edited files are now."""
    from ilactl.output import Answer, Lines

    rows = [row for one in found for row in one.differences]
    lines = diff_lines(rows)
    lines += [f"{file} was set aside as {name}" for file, name in aside.items()]
    if not found:
        lines.append("nothing to restore: every file is as the log says")
    elif dry_run:
        lines.append("dry run, nothing was restored")
    else:
        lines.append(f"restored {', '.join(one.file for one in found)} (commit {seq})")
    return Answer(
        "ilactl.restore/1",
        rows=[row_of(row) for row in rows],
        columns=columns(),
        blocks=[Lines(lines)],
        data={
            "restored": [one.file for one in found],
            "set_aside": dict(aside),
            "commit": seq,
            "dry_run": dry_run,
        },
    )
