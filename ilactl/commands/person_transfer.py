"""`ilactl person transfer`: a person moves to another agency's ledger, or comes from one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import FILE, PERSON
from ilactl.commands.registering import facts_of, fresh_id, fresh_salt, pairs
from ilactl.errors import BadInput, BookedNotConfirmed, ChangedMeanwhile, ContentDiffers, IoFailed, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.commit import Append, Writer
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.transfer_file import TransferFile
    from ilactl.rules.transfers import Incoming, Outgoing

__all__ = ["transfer"]


@click.group("transfer")
def transfer() -> None:
    """Move a person to another agency's ledger, or take one in.

    The sender books the wallet out and writes a file; the receiver checks the file and books it in.
    The file is signed off by a digest, whose first digits two people can compare by telephone.

    \b
    Examples:
      $ ilactl person add --id P1 --set region=Vilnius
      $ ilactl person transfer out P1 --to LT --file P1.json --why "moved" -n  # exit 3
    """


@transfer.command("out")
@click.argument("person", type=PERSON)
@click.option(
    "--to", metavar="PREFIX", required=True, help="The receiving agency: its prefix in ledger.toml."
)
@click.option(
    "--file", "target", metavar="FILE.json", type=FILE, required=True, help="The new file to hand over."
)
@click.option("--why", metavar="TEXT", required=True, help="The reason, for the log and the file.")
@click.option("--sensitive", is_flag=True, help="Hand over facts that the scheme declares sensitive, too.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def out(face: Face, person: str, to: str, target: str, why: str, sensitive: bool) -> None:
    """Book all that is on PERSON's wallet out to another agency, and write the file for it.

    Refused while something is reserved or owed. The file says who the person is, what is known of
    them, each lot with its terms, and which grants were given. It is new, readable by its owner
    alone, and never inside the ledger. Should it be lost, the same command writes it again and books
    nothing. Rules go on looking at the person here: let a fact or a group say that they left.
    'ilactl undo' takes the booking back; do so only if the file was never used.

    \b
    Examples:
      $ ilactl person add --id P1 --set region=Vilnius
      $ ilactl person transfer out P1 --to LT --file P1.json --why "moved to Vilnius" -n  # exit 3
    """
    from ilactl.ledger.outside import refuse_place
    from ilactl.rules.contributions import refuse_day
    from ilactl.rules.transfers import plan_out

    place, root = _place(target), face.root()
    if not why.strip():
        raise UsageError(reason="a transfer needs a reason", hint="give it with --why TEXT")
    snapshot = face.snapshot()
    shown = plan_out(snapshot, person, to, face.on(snapshot))
    if shown.done is None:
        refuse_place(root, place)
        refuse_day(snapshot, shown.on)
    if face.dry_run or (shown.done is None and not face.yes):
        _show_out(face, snapshot, shown, None, place)
        if face.dry_run:
            return
        face.confirm(f"Book {len(shown.rows)} entries and write {place}?")
    if shown.done is not None:
        _write_again(face, snapshot, shown, place)
        return
    with face.writer("ilactl person transfer out") as writer:
        seq = _book_out(face, writer, shown, why, sensitive=sensitive)
        snapshot = writer.snapshot
    try:
        file = _write(face, snapshot, seq, place)
    except (IoFailed, OSError) as error:
        raise BookedNotConfirmed(seq=seq, reason=f"the file could not be written: {error}") from error
    _show_out(face, snapshot, shown, file, place, booked=seq)


def _place(text: str) -> Path:
    if not text or text == "-" or "\0" in text:
        raise UsageError(reason="--file needs a file's name", hint="name a new file, such as P1.json")
    return Path(text)


def _book_out(face: Face, writer: Writer, shown: Outgoing, why: str, *, sensitive: bool) -> int:
    from ilactl.ledger.commit import Change
    from ilactl.rules.transfers import plan_out

    snapshot = writer.snapshot
    plan = plan_out(snapshot, shown.record.person, shown.to, shown.on)
    if plan.rows != shown.rows:
        raise ChangedMeanwhile()
    content = sha256(json.dumps([plan.record.person, plan.to, why]).encode()).hexdigest()
    note = {"person": plan.record.person, "to": plan.to, "on": plan.on.isoformat(), "salt": fresh_salt()}
    change = Change(
        command="person transfer out",
        appends=(_rows(snapshot, plan.rows),),
        booked_on=plan.on,
        entries=len(plan.rows),
        why=why,
        key=face.key,
        content=content if face.key else "",
        note={**note, "entries": len(plan.rows), **({"sensitive": True} if sensitive else {})},
    )
    return writer.commit(change).seq


def _rows(snapshot: Snapshot, rows: Sequence[Entry]) -> Append:

    from ilactl.ledger.columns import ENTITLEMENTS
    from ilactl.ledger.commit import Append
    from ilactl.ledger.entries import row_of
    from ilactl.ledger.scan import format_row

    first, units = snapshot.head.next_entry, snapshot.manifest.units
    numbered = [row._replace(entry=f"E{first + i}") for i, row in enumerate(rows)]
    text = "".join(format_row(row_of(row, units)) for row in numbered)
    return Append(ENTITLEMENTS.file, text.encode(), rows=len(numbered))


def _write(face: Face, snapshot: Snapshot, seq: int, place: Path) -> TransferFile:
    from ilactl.ledger.outside import write_outside
    from ilactl.ledger.transfer_file import write_transfer
    from ilactl.rules.transfers import file_of

    file = file_of(snapshot, snapshot.at(seq).record)
    write_outside(face.root(), place, write_transfer(file))
    return file


def _write_again(face: Face, snapshot: Snapshot, shown: Outgoing, place: Path) -> None:
    assert shown.done is not None
    face.complete()
    file = _write(face, snapshot, shown.done.seq, place)
    _show_out(face, snapshot, shown, file, place, booked=shown.done.seq)


def _show_out(
    face: Face,
    snapshot: Snapshot,
    shown: Outgoing,
    file: TransferFile | None,
    place: Path,
    *,
    booked: int | None = None,
) -> None:
    from ilactl.reports.transfer import out_answer

    answer = out_answer(shown, snapshot.manifest.units, file, str(place), booked)
    face.answer(answer, change=booked is not None)


@transfer.command("in")
@click.argument("file", type=FILE)
@click.option("--why", metavar="TEXT", required=True, help="The reason, for the log.")
@click.option(
    "--as", "person", metavar="ID", type=PERSON, default="", help="The person's id here; else a new one."
)
@click.option(
    "--class",
    "classes",
    metavar="THERE=HERE",
    multiple=True,
    help="A class by its name here; repeatable.",
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def in_(face: Face, file: str, why: str, person: str, classes: tuple[str, ...]) -> None:
    """Take in the person whom FILE hands over.

    The file must be addressed to this agency and unchanged since it was signed off. Each lot comes
    in with its terms; grants given there take their keys here where a rule has the same id, so that
    no period is granted twice and caps count them. Without --as a new person is added with what the
    file says of them; with the id of somebody who is known here only the wallet comes in. The same
    file again books nothing. 'ilactl undo' takes it back, and the file can come in again.

    \b
    Examples:
      $ ilactl person transfer in P1.json --why "came from Rivermouth"  # exit 66
    """
    from ilactl.ledger.transfer_file import read_transfer
    from ilactl.rules.contributions import refuse_day

    if not why.strip():
        raise UsageError(reason="a transfer needs a reason", hint="give it with --why TEXT")
    data, name = face.read_input(file)
    content, findings = read_transfer(data, name)
    if content is None:
        from ilactl.findings import count_text

        raise BadInput(findings=findings, what=name, count=count_text(findings))
    named = pairs(classes, "--class")
    snapshot = face.snapshot()
    shown = None
    if face.dry_run or not face.yes:
        shown = _plan_in(face, snapshot, content, name, person, named)
        if shown.rows:
            refuse_day(snapshot, shown.rows[0].booked_on)
        nothing = not face.dry_run and not shown.rows
        if nothing:
            face.complete()
        _show_in(face, snapshot, shown, None, change=nothing)
        if face.dry_run or nothing:
            return
        face.confirm(f"Take in {len(shown.rows)} entries?")
    with face.writer("ilactl person transfer in") as writer:
        _book_in(face, writer, content, name, person, named, why, shown)


def _plan_in(
    face: Face,
    snapshot: Snapshot,
    content: TransferFile,
    name: str,
    person: str,
    classes: dict[str, str],
    *,
    remember: bool = False,
) -> Incoming:
    """The plan; nothing to book where the file came in before. Raises what speaks against it."""
    from ilactl.findings import Place, count_text
    from ilactl.ledger.grammar import is_id
    from ilactl.ledger.transfer_file import TRANSFER_FILE
    from ilactl.rules.load import load_scheme
    from ilactl.rules.transfers import Incoming, arrived, plan_in

    if person and not is_id(person):
        raise UsageError(reason=f"--as {person[:40]!r} is no id", hint="capital letters, digits and hyphens")
    there = arrived(snapshot, content)
    if there:
        record = snapshot.commit_of("entitlements.csv", there[0].offset)
        if record.note.get("digest") != content.digest:
            what = f"transfer {content.head['id']}"
            asked, booked = content.spoken, str(record.note.get("digest"))[:16]
            raise ContentDiffers(what=what, entry=there[0].entry, booked=booked, asked=asked)
        return Incoming(content, there[0].person)
    scheme = load_scheme(snapshot, remember=remember)
    known = _known(snapshot, person)
    plan = plan_in(snapshot, scheme, content, known, face.on(snapshot), classes=classes)
    if plan.faults:
        findings = [
            TRANSFER_FILE.at(Place(name), f"{key}: row {nth + 1}: {said}", "map it, or declare it here")
            for key, nth, said in plan.faults
        ]
        raise BadInput(findings=findings, what=name, count=count_text(findings))
    return plan


def _known(snapshot: Snapshot, person: str) -> str:
    """The id that stands for the person here; the id itself where nobody has it."""
    from ilactl.ledger.holders import existing

    return existing(snapshot, [person]).get(person, (person,))[0] if person else ""


def _book_in(
    face: Face,
    writer: Writer,
    content: TransferFile,
    name: str,
    person: str,
    classes: dict[str, str],
    why: str,
    shown: Incoming | None,
) -> None:

    from ilactl.commands.registering import appends_of
    from ilactl.ledger.commit import Change

    snapshot = writer.snapshot
    plan = _plan_in(face, snapshot, content, name, person, classes, remember=True)
    if shown is not None and shown.rows != plan.rows:
        raise ChangedMeanwhile()
    asked = sha256(json.dumps([content.digest, person, sorted(classes.items())]).encode()).hexdigest()
    if writer.known(face.key, asked) or not plan.rows:
        _show_in(face, snapshot, plan, None, change=True)
        return
    register = _register(face, snapshot, content, plan)
    plan.rows = [row._replace(person=plan.person) for row in plan.rows]
    change = Change(
        command="person transfer in",
        appends=(_rows(snapshot, plan.rows), *appends_of(register)),
        booked_on=plan.rows[0].booked_on,
        entries=len(plan.rows),
        why=why,
        key=face.key,
        content=asked if face.key else "",
        note={
            "transfer": content.head["id"],
            "digest": content.digest,
            "person": plan.person,
            "entries": len(plan.rows),
        },
    )
    seq = writer.commit(change).seq
    _show_in(face, snapshot, plan, seq, change=True)


def _register(face: Face, snapshot: Snapshot, content: TransferFile, plan: Incoming) -> RegisterPlan:
    """Rows for a person who is new here; what this scheme does not know is noted."""
    from ilactl.ledger.person_plan import FigurePlanner, PersonPlanner
    from ilactl.rules.arrivals import register_rows

    facts = facts_of(snapshot)
    planner = PersonPlanner(snapshot, facts=facts, on=face.on(snapshot), new_salt=fresh_salt, whole=False)
    if plan.person and planner.persons.rows(plan.person):
        return planner.plan
    plan.person = plan.person or fresh_id(snapshot.manifest.prefix, planner.persons.rows)
    figures = FigurePlanner(snapshot, planner.plan, facts=facts, whole=False)
    plan.notes += register_rows(content, plan.person, planner, figures, facts)
    return planner.plan


def _show_in(face: Face, snapshot: Snapshot, plan: Incoming, booked: int | None, *, change: bool) -> None:
    from ilactl.reports.transfer import in_answer

    face.answer(in_answer(plan, snapshot.manifest.units, booked), change=change)
