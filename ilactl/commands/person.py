"""`ilactl person`: account holders. This file changes them; `person_views.py` shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import PERSON
from ilactl.commands.registering import (
    book,
    can_ask,
    digest_of,
    facts_of,
    fresh_id,
    fresh_salt,
    pairs,
    refuse_options,
    summary,
    warn_of_later,
)
from ilactl.errors import AlreadyThere, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.person_plan import Fact, PersonPlanner
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["command"]


@click.group("person")
def command() -> None:
    """Account holders: who they are, what is true of them and since when.

    Who a person is stands in identities.csv alone; every other file knows the id.

    \b
    Examples:
      $ ilactl person add --id P1 --set region=Vilnius --set isced_level=2
      $ ilactl person list
    """


def _identity_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, helps in (
        ("external-id", "The id by which another register knows the person."),
        ("contact", "An e-mail address or telephone number."),
        ("birth-date", "The day of birth, YYYY-MM-DD."),
        (
            "name",
            "The name; - reads it from the first line of stdin. Others on this machine can see a "
            "command line: leave it out to be asked on the terminal.",
        ),
    ):
        function = click.option(f"--{name}", metavar="TEXT", help=helps)(function)
    return function


def _fact_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for flags, extra in (
        (
            ("--source",),
            {"metavar": "TEXT", "default": "", "help": "Where figures come from: an id or a document."},
        ),
        (("--span",), {"metavar": "SPAN", "help": "What the figures cover: 2026, 2026-03 or FIRST..LAST."}),
        (
            ("--figure", "figures"),
            {"multiple": True, "metavar": "NAME=VALUE", "help": "A figure of the scheme; needs --span."},
        ),
        (
            ("--set", "given"),
            {
                "multiple": True,
                "metavar": "FACT=VALUE",
                "help": "isced_level, labour_status, work_share, employer, region, groups, or a state that "
                "the scheme declares. An empty value unsets it.",
            },
        ),
        (
            ("--from", "valid_from"),
            {"type": Day(), "metavar": "DATE", "help": "The first day it is true. Default: --on."},
        ),
    ):
        function = click.option(*flags, **extra)(function)
    return function


@command.command("add")
@click.option("--id", "identifier", metavar="ID", help="The person's id. Default: a random one.")
@_identity_options
@_fact_options
@face_options("on", "dry_run", "key", "lock_wait")
def add(face: Face, /, identifier: str | None, **options: Any) -> None:
    """Add an account holder.

    Adding the same person under the same id again writes nothing.

    \b
    Examples:
      $ ilactl person add --id P1 --set region=Vilnius
      $ echo "Jonas Petraitis" | ilactl person add --id P2 --name - --birth-date 1990-03-14
      $ ilactl person add --id P3 --from 2026-01-01 --set isced_level=2 --set labour_status=unemployed
    """
    identity = _identity(face, options)
    if identifier is not None:
        _refuse_id(identifier)
    request = _Request(face, options, identity)
    if not (identifier or any(identity.values()) or request.given or request.figures):
        hint = "give a name, a fact or at least an id: ilactl person add --help"
        raise UsageError(reason="nothing is told of the person", hint=hint)

    def make(snapshot: Snapshot) -> RegisterPlan:
        planner = request.planner(snapshot)
        name = identifier or fresh_id(snapshot.manifest.prefix, planner.persons.rows)
        known = bool(planner.persons.rows(name))
        _warn_of_twin(face, snapshot, name, identity)
        plan = request.plan(planner, snapshot, name)
        if known and plan.lines:
            raise AlreadyThere(
                what=f"person {name}",
                hint=f"'ilactl person update {name}' changes what is true of a person; nothing was written",
            )
        return plan

    request.book("person add", make, identifier or "")


@command.command("update")
@click.argument("person", type=PERSON)
@_identity_options
@_fact_options
@face_options("on", "dry_run", "key", "lock_wait")
def update(face: Face, /, person: str, **options: Any) -> None:
    """Record what is true of a person from a day on.

    What is not named stays as it was on that day. The same update again writes nothing.
    `--set same_as=ID` says that two ids are one person; an empty same_as takes it back.

    \b
    Examples:
      $ ilactl person add --id P1 --from 2026-01-01 --set region=Vilnius
      $ ilactl person update P1 --from 2026-09-01 --set isced_level=3 --set labour_status=employed
    """
    request = _Request(face, options, _identity(face, options, ask=False))

    def make(snapshot: Snapshot) -> RegisterPlan:
        planner = request.planner(snapshot)
        if not planner.persons.rows(person):
            from ilactl.errors import NotFound

            raise NotFound(
                what=f"person {person}", hint="'ilactl person find WORDS' looks for a name or number"
            )
        return request.plan(planner, snapshot, person)

    request.book("person update", make, person)


class _Request:
    """The options of add and update, read once."""

    def __init__(self, face: Face, options: dict[str, Any], identity: dict[str, str]) -> None:
        self.face = face
        self.identity = identity
        self.given = pairs(options["given"], "--set")
        self.figures = pairs(options["figures"], "--figure")
        self.source: str = options["source"]
        self.span = _span(options["span"], bool(self.figures))
        self.valid_from: date | None = options["valid_from"]
        self._facts: dict[str, Fact] = {}

    def planner(self, snapshot: Snapshot) -> PersonPlanner:
        """A planner that knows the scheme's facts where any is named."""
        from ilactl.ledger.person_plan import STATE_COLUMNS, PersonPlanner

        if self.figures or set(self.given) - {*STATE_COLUMNS, "same_as"}:
            self._facts = dict(facts_of(snapshot))
        on = self.face.on(snapshot)
        return PersonPlanner(snapshot, facts=self._facts, on=on, new_salt=fresh_salt, whole=False)

    def plan(self, planner: PersonPlanner, snapshot: Snapshot, person: str) -> RegisterPlan:
        """The rows for the person. Raises UsageError for values that cannot be."""
        from ilactl.ledger.columns import FIGURES
        from ilactl.ledger.grammar import fault_of
        from ilactl.ledger.person_plan import FigurePlanner, set_problems
        from ilactl.ledger.register_plan import Problem

        day = (self.valid_from or self.face.on(snapshot)).isoformat()
        given = {**self.given, **self.identity}
        problems = set_problems(given, self._facts)
        if not problems:
            problems = planner.problems(person, day, given)
        figures = FigurePlanner(snapshot, planner.plan, facts=self._facts, whole=False)
        rows = []
        for name, text in self.figures.items():
            cells = (person, name, *self.span, text, self.source)
            faults = [fault_of(column, cell) for column, cell in zip(FIGURES.columns, cells, strict=True)]
            found = [Problem(name, fault) for fault in faults if fault] or figures.problems(cells)
            problems += found
            rows.append(cells)
        refuse_options(problems)
        wanted = given or not planner.persons.rows(person)
        if wanted and planner.take(person, day, given) != "known":
            warn_of_later(self.face, planner.persons, person, day, given)
        for cells in rows:
            outcome = figures.take(cells)
            _fold(planner.plan, person, outcome)
        return planner.plan

    def book(self, name: str, make: Callable[[Snapshot], RegisterPlan], person: str) -> None:
        """Commit the plan and answer."""

        def show(plan: RegisterPlan, seq: int | None) -> Answer:
            return summary(name, "person", plan, seq, dry_run=self.face.dry_run)

        def content(_: Snapshot) -> str:
            given = [f"{k}={v}" for k, v in sorted(self.given.items())]
            figures = [f"{k}={v}" for k, v in sorted(self.figures.items())]
            return digest_of(
                [name, person, str(self.valid_from or ""), *given, *figures, *self.span, self.source]
            )

        book(self.face, name, make, show, content=content)


def _fold(plan: RegisterPlan, person: str, outcome: str) -> None:
    """One outcome for the person: figures and states of one request are one change."""
    figure = plan.outcomes.pop()
    if not plan.outcomes:
        plan.outcomes.append((person, "changed" if outcome == "new" else outcome, figure[2]))
    elif plan.outcomes[0][1] == "known" and outcome != "known":
        plan.outcomes[0] = (person, "changed", plan.outcomes[0][2])


def _span(text: str | None, needed: bool) -> tuple[str, ...]:
    from ilactl.dates import parse_span

    if text is None:
        if needed:
            raise UsageError(reason="--figure needs --span", hint="say what it covers: --span 2026")
        return ()
    span = parse_span(text)
    if span is None:
        raise UsageError(
            reason=f"--span {text!r} is no stretch of days",
            hint="write 2026, 2026-03 or 2026-01-01..2026-06-30",
        )
    if not needed:
        raise UsageError(reason="--span stands without --figure", hint="add --figure NAME=VALUE")
    return span.first.isoformat(), span.last.isoformat()


def _identity(face: Face, options: dict[str, Any], *, ask: bool = True) -> dict[str, str]:
    """Who the person is, as far as it is given: from options, stdin or a prompt."""
    name: str | None = options["name"]
    if name == "-":
        data, _ = face.read_input("-")
        if not data:
            raise UsageError(reason="no name came on stdin", hint="send it, or leave --name out")
        try:
            name = data.decode("utf-8").removeprefix("\ufeff").split("\n")[0].rstrip("\r")
        except UnicodeDecodeError:
            raise UsageError(reason="the name on stdin is not UTF-8", hint="send the name as UTF-8") from None
    elif name is None and ask and can_ask():
        name = face.ask("Name (empty: none)")
        if options["birth_date"] is None:
            options["birth_date"] = face.ask("Birth date, YYYY-MM-DD (empty: none)")
    found = {"name": name, **{key: options[key] for key in ("birth_date", "contact", "external_id")}}
    return {key: text for key, text in found.items() if text is not None and (text or not ask)}


def _refuse_id(identifier: str) -> None:
    from ilactl.ledger.columns import PERSONS
    from ilactl.ledger.grammar import fault_of

    fault = fault_of(PERSONS.column("person"), identifier)
    if fault:
        raise UsageError(
            reason=f"--id: {fault}", hint="choose capital letters, digits and hyphens, such as P-17"
        )


def _warn_of_twin(face: Face, snapshot: Snapshot, person: str, identity: dict[str, str]) -> None:
    """Say so where somebody with this name and birth date is there already."""
    from ilactl.ledger.register_twins import twins_of

    for twin in twins_of(snapshot, identity.get("name", ""), identity.get("birth_date", "")):
        if twin != person:
            face.warn(f"{twin} has the same name and birth date; if it is one person, use that id")


def _register() -> None:
    """Join the commands of the neighbouring files to the group."""
    from ilactl.commands import person_import, person_views
    from ilactl.commands.person_erase import command as erase
    from ilactl.commands.person_erase import hold
    from ilactl.commands.person_export import export
    from ilactl.commands.person_merge import merge
    from ilactl.commands.person_transfer import transfer

    for inner in (person_import.command, person_views.show, person_views.list_, person_views.find):
        command.add_command(inner)
    command.add_command(erase)
    command.add_command(hold)
    command.add_command(export)
    command.add_command(merge)
    command.add_command(transfer)


_register()
