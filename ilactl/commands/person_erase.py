"""`ilactl person erase`: forget who a person is; and `person hold`, which forbids it for a time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.hand_edits import why_option
from ilactl.commands.parameters import PERSON
from ilactl.errors import BookedNotConfirmed, ChangedMeanwhile, IlactlError, NotFound, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ilactl.ledger.commit import Writer
    from ilactl.ledger.erasures import Hold
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer
    from ilactl.rules.erasure import ErasurePlan

__all__ = ["command", "hold"]


@click.command("erase")
@click.argument("persons", metavar="PERSON...", type=PERSON, nargs=-1, required=True)
@why_option
@click.option(
    "--leave-wallet",
    is_flag=True,
    help="Erase although something is on the wallet, reserved or owed: it stays under the id.",
)
@click.option(
    "--certificate",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write the certificate to a new FILE too, as JSON where the name ends in .json.",
)
@face_options("dry_run", "yes", "lock_wait")
def command(
    face: Face, persons: tuple[str, ...], why: str, leave_wallet: bool, certificate: str | None
) -> None:
    """Forget who a PERSON is, for ever.

    Every row of identities.csv goes, of all ids of the person: name, birth date, contact, outside
    number, sensitive facts. So do the person's signed documents, and copies in set-aside/ that name
    the person. The entries stay under the id, and so does persons.csv (region, employer, education):
    it is no name. An erased id takes no identity again. From then on rules that ask for an age are
    undecided for it, sensitive facts are unknown, and all other rules go on. Nothing brings an
    identity back, 'ilactl undo' neither.

    It is refused while the person's entries must be kept: [retention] years in ledger.toml, 5 where
    it says nothing, from 31 December of the year of the last entry from or to a fund, a giver, a
    provider, another agency or the holder; while a hold stands ('ilactl person hold'); and while
    something is on the wallet. The reason stays in the log, so it must not name the person.

    The answer is a certificate: ids, day, reason, what went, what stays, what ilactl cannot reach.
    Earlier reasons, references and files beside the ledger's that name the person are listed, but
    not changed. Erasing an erased person again writes nothing and shows the certificate.

    \b
    Examples:
      $ ilactl person add --id P90 --name "Ona Kazlauskienė" --birth-date 1961-02-03
      $ ilactl person add --id P91 --name "Petras Kazlauskas"
      $ ilactl person erase P90 --why "request 12 of 2026" -n
      $ ilactl person erase P90 --why "request 12 of 2026" --yes
      $ ilactl person erase P90 --why "request 12 of 2026" --yes -O json
      $ ilactl person hold P91 --until 2030-12-31 --why "lawsuit 7 of 2026"
      $ ilactl person erase P91 --why "request 13 of 2026" --yes  # exit 3
    """
    if certificate:
        _refuse_place(face, Path(certificate))
    snapshot = face.snapshot()
    plan = _plan(face, snapshot, persons, why, leave_wallet)
    if face.dry_run or (plan.leaving and not face.yes):
        from ilactl.reports.erasure import plan_answer

        face.answer(plan_answer(plan, snapshot, dry_run=face.dry_run))
        if face.dry_run:
            return
        face.confirm(f"Erase who {', '.join(one.person for one in plan.leaving)} is? Nothing brings it back.")
    with face.writer("ilactl person erase") as writer:
        if writer.snapshot.head.sha != snapshot.head.sha:  # else the same files would be searched again
            now = _plan(face, writer.snapshot, persons, why, leave_wallet)
            if not (face.yes or plan.same_as(now)):
                raise ChangedMeanwhile()
            plan = now
        answer = _book(face, writer, plan, why)
        seq = writer.snapshot.head.seq
    if certificate:
        _write(face, Path(certificate), answer, seq)
    face.answer(answer, change=True)


def _plan(
    face: Face, snapshot: Snapshot, persons: Sequence[str], why: str, leave_wallet: bool
) -> ErasurePlan:
    """The plan; Refused with every finding where a person cannot be erased now."""
    from ilactl.rules.erasure import plan_erasure

    with face.working("looking for what names the person"):
        on = face.today(snapshot.manifest.zone)
        plan = plan_erasure(snapshot, persons, on, leave_wallet=leave_wallet)
    if plan.refusals:
        many = len({finding.message.split(" ", 1)[0] for finding in plan.refusals})
        reason = f"{'1 person' if many == 1 else f'{many} persons'} cannot be erased; nothing was erased"
        hint = "each line above says why and until when"
        raise Refused(findings=plan.refusals, reason=reason, hint=hint)
    _refuse_telling(plan.marks.named_by(why), "--why")
    return plan


def _refuse_telling(kind: str, option: str) -> None:
    """Refuse a text for the log that says who somebody is; it is not repeated."""
    if kind:
        raise Refused(
            reason=f"the text of {option} holds the person's {kind}, and the log keeps it for ever",
            hint="name a file number instead, such as 'request 12 of 2026'",
        )


def _book(face: Face, writer: Writer, plan: ErasurePlan, why: str) -> Answer:
    """Erase what is left to erase; the certificate."""
    from ilactl.ledger.erasures import erasing_commits
    from ilactl.reports.erasure import certificate

    for trace in plan.traces:
        face.warn(trace.format())
    if plan.leaving:
        with face.working("erasing"):
            writer.commit(plan.change(why))
    ids = [*plan.done, *(one for leaving in plan.leaving for one in leaving.ids)]
    return certificate(writer.snapshot, erasing_commits(writer.snapshot, ids), plan.done, plan.traces)


def _refuse_place(face: Face, place: Path) -> None:
    """Refuse, before anything is erased, a place where the certificate cannot be written."""
    from ilactl.ledger.outside import refuse_place

    if not place.absolute().parent.is_dir():
        raise NotFound(what=f"the folder {place.parent}", hint="make it first, or name another")
    refuse_place(face.root(), place)


def _write(face: Face, place: Path, answer: Answer, seq: int) -> None:
    """Write the certificate. What fails here does not undo the erasure, and is not said to."""
    from ilactl.ledger.outside import write_outside
    from ilactl.output import text_of

    form = "json" if place.suffix.lower() == ".json" else "plain"
    try:
        write_outside(face.root(), place, text_of(answer, form).encode())
    except IlactlError as error:
        reason = f"the certificate is not written: {error.text}"
        hint = "the same command again writes it; what was erased is erased"
        raise BookedNotConfirmed(seq=seq, reason=reason, hint=hint) from error


@click.command("hold")
@click.argument("persons", metavar="PERSON...", type=PERSON, nargs=-1, required=True)
@why_option
@click.option("--until", type=Day(), metavar="DATE", help="The last day of the hold. Default: until lifted.")
@click.option("--lift", is_flag=True, help="Lift the hold.")
@face_options("dry_run", "lock_wait")
def hold(face: Face, persons: tuple[str, ...], why: str, until: date | None, lift: bool) -> None:
    """Forbid to erase a PERSON, for as long as an audit or a lawsuit needs the identity.

    A hold stands in the log alone: who set it, when and why. A later one takes the place of an
    earlier; the same again writes nothing. 'ilactl person show' tells of it.

    \b
    Examples:
      $ ilactl person add --id P1
      $ ilactl person hold P1 --until 2030-12-31 --why "lawsuit 7 of 2026"
      $ ilactl person hold P1 --lift --why "lawsuit 7 of 2026 is settled"
      $ ilactl person hold P1 --why "audit 3 of 2026" -n
    """
    if lift and until:
        raise UsageError(reason="--until does not go with --lift", hint="leave one of them out")
    if face.dry_run:
        face.answer(_hold_answer(face, *_hold_plan(face.snapshot(), persons, why, until, lift), None))
        return
    with face.writer("ilactl person hold") as writer:
        ids, changed = _hold_plan(writer.snapshot, persons, why, until, lift)
        seq = _hold_commit(writer, changed, why, until, lift) if changed else None
    face.answer(_hold_answer(face, ids, changed, seq), change=True)


def _hold_plan(
    snapshot: Snapshot, persons: Sequence[str], why: str, until: date | None, lift: bool
) -> tuple[Mapping[str, Hold | None], list[str]]:
    """What stands now for each person, and the ids whose hold changes."""
    from ilactl.ledger.columns import IDENTITIES
    from ilactl.ledger.erasures import holds_in
    from ilactl.ledger.holders import ids_of
    from ilactl.ledger.register_plan import Book
    from ilactl.ledger.traces import Marks

    families = ids_of(snapshot, persons)
    book = Book(snapshot, IDENTITIES, whole=False)
    known = [row for ids in families.values() for one in ids for row in book.rows(one)]
    _refuse_telling(
        Marks(dict(zip(IDENTITIES.names, row, strict=True)) for row in known).named_by(why), "--why"
    )
    standing = holds_in(snapshot)
    changed: list[str] = []
    for person, ids in families.items():
        held = [one for one in ids if one in standing]
        if lift:
            changed += held
        elif not any(standing[one].until == until for one in held):
            changed.append(person)
    return {person: standing.get(person) for person in families}, sorted(set(changed))


def _hold_commit(writer: Writer, ids: list[str], why: str, until: date | None, lift: bool) -> int:
    from ilactl.ledger.commit import Change
    from ilactl.ledger.erasures import HOLD

    note: dict[str, object] = {"persons": ids}
    if lift:
        note["lifted"] = True
    elif until:
        note["until"] = until.isoformat()
    return writer.commit(Change(command=HOLD, why=why, note=note)).seq


def _hold_answer(
    face: Face, before: Mapping[str, Hold | None], changed: list[str], seq: int | None
) -> Answer:
    from ilactl.output import Answer, Lines

    if not changed:
        line = "it is so already; nothing was written"
    elif seq is None:
        line = f"would be changed for {', '.join(changed)}; nothing was written"
    else:
        line = f"changed for {', '.join(changed)} (commit {seq})"
    data = {"persons": sorted(before), "changed": changed, "commit": seq, "dry_run": face.dry_run}
    return Answer("ilactl.person_hold/1", blocks=[Lines([line])], data=data)
