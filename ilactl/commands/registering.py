"""What the register commands share: options read, a plan made, shown or committed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ilactl.commands.done import done_already, schema_of
from ilactl.commands.face import Face
from ilactl.commands.importing import refuse_rows
from ilactl.errors import BadInput, UsageError

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.commit import Append
    from ilactl.ledger.grammar import Column
    from ilactl.ledger.intake import Intake
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.register_plan import Book, Problem, RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer
    from ilactl.rules.model import Scheme

__all__ = [
    "appends_of",
    "book",
    "can_ask",
    "declared_facts",
    "digest_of",
    "facts_of",
    "fresh_id",
    "fresh_salt",
    "input_of",
    "pairs",
    "refuse_cell",
    "refuse_input",
    "refuse_options",
    "refuse_unknown_course",
    "summary",
    "tell_remarks",
    "warn_of_later",
]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh_id(prefix: str, taken: Callable[[str], object]) -> str:
    """A random id that is not taken: opaque, and never made from a name."""
    import secrets

    while True:
        identifier = f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
        if not taken(identifier):
            return identifier


def fresh_salt() -> str:
    """Random digits that keep a digest over a person's row from saying anything about the person."""
    import secrets

    return secrets.token_hex(8)


def can_ask() -> bool:
    """Whether somebody sits at stdin."""
    return sys.stdin is not None and sys.stdin.isatty()


def facts_of(snapshot: Snapshot) -> Mapping[str, Fact]:
    """The facts that the scheme declares. Raises BadRules where the rules cannot be read."""
    from ilactl.rules.load import load_scheme

    return _of_persons(load_scheme(snapshot))


def _of_persons(scheme: Scheme) -> dict[str, Fact]:
    from ilactl.ledger.columns import PERSONS

    return {name: fact for name, fact in scheme.facts.items() if name not in PERSONS.names}


def declared_facts(snapshot: Snapshot) -> Mapping[str, Fact]:
    """The facts that the scheme declares, of persons and of courses: no name is given twice.

    Raises BadRules where the rules cannot be read.
    """
    from ilactl.rules.load import load_scheme

    scheme = load_scheme(snapshot)
    return {**_of_persons(scheme), **scheme.course_facts}


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """`name=value` options by name. Raises UsageError for another form, or a name given twice."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UsageError(reason=f"{option} {text!r} is not of the form name=value")
        if name in found:
            raise UsageError(reason=f"{option} gives {name} twice")
        found[name] = value
    return found


def refuse_options(problems: Sequence[Problem]) -> None:
    """Raise UsageError for what is wrong with values on the command line, all of it."""
    if problems:
        raise UsageError(
            reason="; ".join(problem.message for problem in problems),
            hint="; ".join(dict.fromkeys(p.remedy for p in problems if p.remedy)) or None,
        )


def refuse_cell(option: str, column: Column, text: str) -> None:
    """Raise UsageError where the option's text cannot stand in a cell of that column."""
    from ilactl.ledger.grammar import fault_of

    if fault := fault_of(column, text):
        raise UsageError(reason=f"{option}: {fault}")


def digest_of(parts: Iterable[str]) -> str:
    """A digest of what a caller's key stands for. Give nothing that says who a person is."""
    import hashlib

    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def input_of(face: Face, intake: Intake, expect_rows: int | None) -> None:
    """Say what there is to say of an import, and refuse it where it has findings."""
    for note in intake.notes:
        if face.verbose:
            face.say(note)
    tell_remarks(face, intake.remarks)
    if intake.cut_off and not intake.findings:
        face.warn(f"{intake.path}: the last line has no line feed; was the whole file sent?")
    if not intake.rows:
        refuse_input(intake)
    if not intake.findings:
        refuse_rows(intake.path, intake.count, expect_rows)


def tell_remarks(face: Face, remarks: Iterable[Finding]) -> None:
    """Say with -v what was repaired or is doubtful in rows that are taken, line by line."""
    if face.verbose:
        for remark in sorted(remarks, key=lambda one: (one.place.line, one.place.column)):
            face.warn(remark.format())


def warn_of_later(face: Face, book: Book, key: str, day: str, names: Iterable[str]) -> None:
    """Warn where a row that is to hold later was recorded before and says something else in these columns."""
    found = book.otherwise(key, day, names)
    if found:
        later, other = found
        face.warn(
            f"{key}: a row that holds from {later} on says otherwise of {', '.join(other)}; "
            f"give the same with --from {later} if it is to hold then, too"
        )


def refuse_unknown_course(snapshot: Snapshot, course: str | None) -> None:
    """Raise NotFound for a course that is named and is not there."""
    from ilactl.ledger.courses import course_on, missing_course

    if course is not None and course_on(snapshot, course) is None:
        raise missing_course(course)


def refuse_input(intake: Intake) -> None:
    """Raise BadInput with every finding of an import, in the order of its lines."""
    from ilactl.findings import count_text

    if intake.findings:
        findings = sorted(intake.findings, key=lambda f: (f.place.line, f.place.column))
        raise BadInput(findings=findings, what=intake.path, count=count_text(findings))


def appends_of(plan: RegisterPlan) -> tuple[Append, ...]:
    """The plan's rows, file by file. The writer stages those that are private or many."""
    from ilactl.ledger.commit import Append

    return tuple(
        Append(file, "".join(lines).encode("utf-8"), rows=len(lines)) for file, lines in plan.lines.items()
    )


def book(
    face: Face,
    command: str,
    make: Callable[[Snapshot], RegisterPlan],
    show: Callable[[RegisterPlan, int | None], Answer],
    *,
    content: Callable[[Snapshot], str],
) -> None:
    """Make the plan, then show it (--dry-run) or commit it, and answer.

    The plan of a real run is made under the lock, so nothing can come between. `show` is given
    the plan and the commit's number, None where nothing was written.
    """
    if face.dry_run:
        face.answer(show(make(face.snapshot()), None))
        return
    from ilactl.ledger.commit import Change

    with face.writer() as writer:
        digest = content(writer.snapshot) if face.key else ""
        record = writer.known(face.key, digest) if face.key else None
        if record is not None:
            answer = done_already(command, record.seq)
        else:
            plan = make(writer.snapshot)
            seq = None
            if plan.lines:
                change = Change(command=command, appends=appends_of(plan), key=face.key, content=digest)
                seq = writer.commit(change).seq
            answer = show(plan, seq)
    face.answer(answer, change=True)


def summary(
    command: str,
    subject: str,
    plan: RegisterPlan,
    seq: int | None,
    *,
    dry_run: bool,
    many: bool = False,
    remarks: Sequence[Finding] = (),
    listed: bool = False,
) -> Answer:
    """The answer of a change: what was new, known and changed, and which commit holds it.

    `many` counts rows, as an import does; otherwise the one request is named. `remarks` on rows of
    an import are counted, and listed in JSON; `listed` says that they were told before.
    """
    from ilactl.output import Answer, Col, Lines

    counts = plan.counts
    nothing = "dry run, nothing was written" if dry_run and plan.lines else "nothing to write"
    done = f"commit {seq}" if seq else nothing
    if plan.outcomes and not many:
        changed = (one for one in plan.outcomes if one[1] != "known")  # it may be a row of a later day
        identifier, outcome, day = next(changed, plan.outcomes[0])
        line = f"{subject} {identifier}: {outcome}, from {day} ({done})"
    else:
        total = sum(counts.values())
        parts = ", ".join(f"{number} {name}" for name, number in counts.items())
        line = f"{total} row{'' if total == 1 else 's'}: {parts} ({done})"
    lines = [line]
    if remarks:
        told = f"{len(remarks)} remark{'' if len(remarks) == 1 else 's'}"
        lines.append(f"{told} on rows that were taken" + ("" if listed else "; -v lists them line by line"))
    return Answer(
        schema_of(command),
        rows=[
            {subject: identifier, "outcome": outcome, "valid_from": day}
            for identifier, outcome, day in plan.outcomes
            if outcome != "known"
        ],
        columns=[Col(subject), Col("outcome"), Col("valid_from", kind="date")],
        blocks=[Lines(lines)],
        data={**counts, "commit": seq, "dry_run": dry_run}
        | ({"remarks": [remark.as_dict() for remark in remarks]} if remarks else {}),
    )
