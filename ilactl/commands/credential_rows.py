"""What commands share that record rows of credentials.csv: plan, show, ask, plan again under the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.commands.registering import refuse_cell
from ilactl.errors import ChangedMeanwhile, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ilactl.commands.face import Face
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.credentials import CredentialStep
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["commit_rows", "record_row", "refuse_text"]


def record_row(
    face: Face,
    command: str,
    plan: Callable[[Snapshot], tuple[CredentialStep, bool]],
    told: Callable[[Snapshot, CredentialStep, int | None, str], Answer],
    *,
    question: Callable[[CredentialStep], str] | None = None,
) -> None:
    """Record the row that `plan` comes to, and answer; with a `question` only on a yes.

    `plan` says besides whether the ledger has the row already: then it is that row, and nothing is
    written. It is asked again under the lock, so that of two who record the same one does, and what
    counts as known there is in its files. `told` gets the ledger as it was, the row, the commit's
    number (None where nothing was written) and what was done.
    """
    snapshot = face.snapshot()
    step, known = plan(snapshot)
    again = "recorded already, nothing to write"
    if face.dry_run:
        said = again if known else "dry run, nothing was written"
        face.answer(told(snapshot, step, None, said), change=known)
        return
    if question is not None and not known:
        face.confirm(question(step))
    with face.writer() as writer:  # what is known, too: a crash may have left it half done
        step, there = plan(writer.snapshot)
        if question is not None and known and not there:
            raise ChangedMeanwhile()
        seq = None if there else commit_rows(writer, command, [step])
    face.answer(told(snapshot, step, seq, f"commit {seq}" if seq else again), change=True)


def commit_rows(
    writer: Writer, command: str, steps: Sequence[CredentialStep], documents: Sequence[bytes] = ()
) -> int:
    """Commit rows of one day, each with its document where there are any; the commit's number."""
    from ilactl.ledger.columns import CREDENTIALS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.credentials import cells_of_credential, document_name
    from ilactl.ledger.scan import format_row

    rows = "".join(format_row(cells_of_credential(step)) for step in steps).encode()
    names = (document_name(step.credential) for step in steps)
    kept = (Append(name, data) for name, data in zip(names, documents, strict=False))
    appends = (Append(CREDENTIALS.file, rows, rows=len(steps)), *kept)
    return writer.commit(Change(command, appends, booked_on=steps[0].booked_on)).seq


def refuse_text(option: str, column: str, text: str, *, empty: str = "") -> None:
    """Raise UsageError where the option's text cannot stand in that column of credentials.csv.

    `empty` is what is wrong with a text that is needed and not there.
    """
    from ilactl.ledger.columns import CREDENTIALS

    if empty and not text:
        raise UsageError(reason=f"{option}: {empty}")
    refuse_cell(option, CREDENTIALS.column(column), text)
