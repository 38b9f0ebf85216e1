"""`ilactl adopt`: take hand edits in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.done import done_already
from ilactl.commands.face import Face, face_options
from ilactl.commands.hand_edits import columns, diff_lines, row_of, why_option
from ilactl.commands.talk import talk
from ilactl.errors import BadInput, BadRules, ChangedMeanwhile, IlactlError, IoFailed, Refused

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.adoption import Adoption
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.edits import Difference
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["command"]


@click.command("adopt")
@why_option
@face_options("dry_run", "yes", "key", "lock_wait")
def command(face: Face, why: str) -> None:
    """Take in what was edited by hand in the registers, the rules and ledger.toml.

    Shows row by row what was added, changed or removed: file:line, - the old row, + the new one.
    Where the log holds only a digest of an old row, it says which one changed and no more. The
    result must pass every check of 'ilactl check'; otherwise nothing is taken in. 'ilactl log',
    'statement' and 'explain' mark for ever what came in this way.

    In entitlements, enrolments and credentials no old row may change: 'ilactl restore' brings it
    back. Only an entry of kind correct may be added by hand, with the next number and, in its
    column 'of', the entry it corrects. Where nothing was edited nothing happens, and all is well.

    \b
    Examples:
      $ ilactl adopt --why "spelling of two names" -n
      $ ilactl adopt --why "merged the branch of office 2" --yes
    """
    if face.dry_run:
        face.answer(_answer(_checked(face, face.snapshot()), None, dry_run=True))
        return
    found = None if face.yes else _checked(face, face.snapshot())
    if found is not None and found.empty and not face.key:
        face.complete()
        face.answer(_answer(found, None), change=True)
        return
    if found is not None and not found.empty:
        if face.talks:
            talk("\n".join(diff_lines(_differences(found))), whole=True)
        face.confirm("Take it in?")
    with face.writer("ilactl adopt", adopting=True) as writer:
        answer = _commit(face, writer, why, found)
    face.answer(answer, change=True)


def _commit(face: Face, writer: Writer, why: str, shown: Adoption | None) -> Answer:
    """Look again under the lock: what is taken in is what was shown."""
    from ilactl.ledger.adoption import content_of

    content = content_of(why) if face.key else ""
    done = writer.known(face.key, content)
    if done is not None:
        return done_already("adopt", done.seq)
    found = _checked(face, writer.snapshot)
    if shown is not None and not shown.same_as(found):
        raise ChangedMeanwhile()
    seq = None if found.empty else writer.commit(found.change(why, face.key, content)).seq
    return _answer(found, seq, brief=shown is not None and face.talks)


def _checked(face: Face, snapshot: Snapshot) -> Adoption:
    """What was edited, if all of it may be taken in. Raises Refused, BadInput, BadRules."""
    from ilactl.findings import count_text
    from ilactl.ledger.adoption import adoption_of

    found = adoption_of(snapshot, face.on(snapshot))
    if found.refusals:
        files = ", ".join(dict.fromkeys(finding.place.path for finding in found.refusals))
        raise Refused(
            findings=found.refusals,
            reason=f"{files}: {count_text(found.refusals)}; nothing was taken in",
            hint=f"'ilactl restore {found.refusals[0].place.path} --why TEXT' writes the file"
            " as the log has it, and sets the edited one aside",
        )
    if not found.empty:
        _refuse_faults(face, found)
    return found


def _refuse_faults(face: Face, found: Adoption) -> None:
    """Run every check that must hold on the files as they stand; the log's is what adopting is about."""
    from ilactl.commands.check import checks
    from ilactl.commands.registering import declared_facts
    from ilactl.findings import count_text
    from ilactl.ledger.checks import Ground, run_checks

    try:
        facts = declared_facts(found.edited)
    except IoFailed:
        raise
    except IlactlError:
        facts = None  # what is wrong with the rules, their own check says
    ground = Ground(found.edited, on=face.on(found.snapshot), facts=facts, decides=True)
    picked = [check for check in checks() if check.tier == "always" and check.name != "log"]
    findings: list[Finding] = []
    rules_only = True
    for check, some in run_checks(picked, ground):
        errors = [finding for finding in some if not finding.warning]
        findings += errors
        rules_only = rules_only and (check.name == "rules" or not errors)
    if findings and rules_only:
        raise BadRules(findings=findings, count=count_text(findings))
    if findings:
        hint = "mend the lines above and adopt again, or undo the edit with 'ilactl restore'"
        raise BadInput(findings=findings, what="the edited ledger", count=count_text(findings), hint=hint)


def _differences(found: Adoption) -> list[Difference]:
    """The rows of the ledger's files, then the small files of which the log holds digests only."""
    from ilactl.ledger.edits import Difference

    note = "edited as a whole: the log holds only its digest"
    return found.differences + [
        Difference(file, 0, change, note=f"{change}; {note}") for file, change in found.inputs.items()
    ]


def _answer(found: Adoption, seq: int | None, *, dry_run: bool = False, brief: bool = False) -> Answer:
    from ilactl.output import Answer, Lines

    rows = _differences(found)
    if found.empty:
        last = "nothing to adopt: every file is as the log says"
    elif seq is None:
        last = "dry run, nothing was taken in"
    else:
        last = f"taken in as commit {seq}"
    return Answer(
        "ilactl.adopt/1",
        rows=[row_of(row) for row in rows],
        columns=columns(),
        blocks=[Lines([*([] if brief else diff_lines(rows)), last])],
        data={"commit": seq, "dry_run": dry_run},
    )
