"""`ilactl credential show` and `list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE, CREDENTIAL, PERSON
from ilactl.ledger.words import CREDENTIAL_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ilactl.ledger.credentials import Credential
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer, Block, Cell

__all__ = ["list_", "show"]


@click.command("show")
@click.argument("credential", type=CREDENTIAL)
@face_options("on")
def show(face: Face, credential: str) -> None:
    """Show CREDENTIAL: what it is, where its document lies, every step of its life.

    CREDENTIAL is an id such as C12, or PERSON/COURSE.

    \b
    Examples:
      $ ilactl credential show P1/C1
      $ ilactl credential show P1/C1 -O json
    """
    from ilactl.ledger.courses import course_on
    from ilactl.ledger.credentials import resolve_credential
    from ilactl.output import Answer, Col, Grid, Pairs

    snapshot = face.snapshot()
    one = resolve_credential(snapshot, credential)
    course = course_on(snapshot, one.course) if one.course else None
    state = one.state_on(face.on(snapshot))
    pairs: list[tuple[str, Cell]] = [
        ("credential", one.id),
        ("state", state),
        ("person", one.person),
        ("enrolment", one.enrolment),
        ("course", f"{one.course}, {course.title}" if course else one.course),
        ("issuer", one.issuer),
        ("valid until", one.valid_until or "no end"),
        ("status list", f"{one.status_list}, place {one.status_index}" if one.status_list else ""),
        ("document", one.document),
        ("digest", one.digest),
    ]
    rows: list[dict[str, Cell]] = [
        {"step": step.step, "on": step.on, "by": step.by, "reason": step.reason, "ref": step.ref}
        for step in one.steps
    ]
    columns = [Col("step"), Col("on", kind="date"), Col("by"), Col("reason"), Col("ref")]
    data = {
        "credential": one.id,
        "state": state,
        "person": one.person,
        "enrolment": one.enrolment or None,
        "course": one.course or None,
        "imported": one.imported,
        "issuer": one.issuer,
        "issued_on": one.issued_on,
        "valid_until": one.valid_until,
        "status_list": one.status_list,
        "status_index": one.status_index,
        "document": one.document,
        "digest": one.digest,
    }
    blocks: list[Block] = [Pairs([pair for pair in pairs if pair[1]]), Grid(columns, rows)]
    face.answer(Answer("ilactl.credential_show/1", rows, columns, blocks, data))


@click.command("list")
@click.option("--person", metavar="ID", type=PERSON, help="Only this person's.")
@click.option("--course", metavar="ID", type=COURSE, help="Only those of this course.")
@click.option("--state", type=click.Choice((*CREDENTIAL_STATES, "expired")), help="Only those in this state.")
@click.option("--recognised", is_flag=True, help="Count instead who recognised how many, and as what.")
@face_options("on")
def list_(face: Face, person: str | None, course: str | None, state: str | None, recognised: bool) -> None:
    """List credentials with what each is on --on, oldest first.

    \b
    Examples:
      $ ilactl credential list
      $ ilactl credential list --state revoked -O csv
      $ ilactl credential list --course C1
      $ ilactl credential list --recognised
      $ ilactl credential list --person P1
    """
    from ilactl.ledger.credentials import all_credentials, credentials_of
    from ilactl.ledger.holders import ids_of
    from ilactl.output import Answer, Col, Grid

    snapshot = face.snapshot()
    if person is not None:
        ids_of(snapshot, [person])
    day = face.on(snapshot)
    found = credentials_of(snapshot, person) if person is not None else all_credentials(snapshot)
    found = [one for one in found if course in (None, one.course) and state in (None, one.state_on(day))]
    if recognised:
        face.answer(_recognised(snapshot, found))
        return
    rows: list[dict[str, Cell]] = [
        {
            "credential": one.id,
            "state": one.state_on(day),
            "person": one.person,
            "enrolment": one.enrolment or None,
            "course": one.course or None,
            "issued_on": one.issued_on,
            "valid_until": one.valid_until,
            "issuer": one.issuer,
            "recognised_by": " ".join(step.by for step in one.recognised) or None,
        }
        for one in found
    ]
    columns = [Col(name) for name in ("credential", "state", "person", "enrolment", "course")]
    columns += [Col("issued_on", kind="date"), Col("valid_until", kind="date"), Col("issuer")]
    columns.append(Col("recognised_by"))
    shown = columns[:7]
    block = Grid(shown, rows, "no credential")
    face.answer(Answer("ilactl.credential_list/1", rows, columns, [block], {"credentials": len(rows)}))


def _recognised(snapshot: Snapshot, found: Iterable[Credential]) -> Answer:
    """Who recognised how many credentials, of how many people, and as what; the most first."""
    from ilactl.ledger.organisations import organisation
    from ilactl.output import Answer, Col, Grid

    groups: dict[tuple[str, str], list[Credential]] = {}
    for one in found:
        for step in one.recognised:
            groups.setdefault((step.by, step.reason), []).append(one)
    rows: list[dict[str, Cell]] = []
    for (by, text), ones in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        row = organisation(snapshot, by)
        people = len({one.person for one in ones})
        name = row.name if row else by
        rows.append({"by": by, "name": name, "as": text, "credentials": len(ones), "people": people})
    columns = [
        Col("by"),
        Col("name"),
        Col("as"),
        Col("credentials", kind="int"),
        Col("people", kind="int"),
    ]
    block = Grid(columns, rows, "nobody has recognised a credential yet")
    total = sum(len(ones) for ones in groups.values())
    return Answer("ilactl.credential_recognised/1", rows, columns, [block], {"recognitions": total})
