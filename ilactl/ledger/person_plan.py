"""Planning rows for persons: states, identity, figures; what can speak against a request."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from ilactl.ledger.columns import FIGURES, IDENTITIES, ORGANISATIONS, PERSONS
from ilactl.ledger.erasures import erasures
from ilactl.ledger.grammar import Column, Grammar, fault_of
from ilactl.ledger.register_plan import Book, Cells, Problem, RegisterPlan, RowPlanner
from ilactl.ledger.registers import format_facts, parse_facts
from ilactl.money import parse_decimal
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "IDENTITY_COLUMNS",
    "STATE_COLUMNS",
    "Fact",
    "FigurePlanner",
    "PersonPlanner",
    "fact_column",
    "set_problems",
]

STATE_COLUMNS = ("isced_level", "labour_status", "work_share", "employer", "region", "groups")
"""Built-in states of a person, in the order of persons.csv."""

IDENTITY_COLUMNS = ("name", "birth_date", "contact", "external_id")
"""What says who a person is; these stand in identities.csv alone."""


class _Type(Protocol):
    @property
    def name(self) -> str: ...

    def describe(self) -> str: ...


class Fact(Protocol):
    """What a register must know of a fact that the scheme declares."""

    @property
    def kind(self) -> str:
        """`state` or `figure`; `course` for a fact of courses."""
        ...

    @property
    def type(self) -> _Type:
        """Its type; only its name and what its values look like are asked for."""
        ...

    @property
    def sensitive(self) -> bool:
        """Whether it belongs in identities.csv."""
        ...

    def parse(self, text: str) -> Any:
        """The value of the text, or None."""
        ...


def fact_column(name: str, fact: Fact) -> Column:
    """The column of an import that holds a declared fact."""
    grammar = {"bool": Grammar.TEXT, "date": Grammar.DATE, "text": Grammar.TEXT}
    return Column(name, grammar.get(fact.type.name, Grammar.DECIMAL), "a fact the scheme declares")


def set_problems(given: Mapping[str, str], facts: Mapping[str, Fact]) -> list[Problem]:
    """What is wrong with names and values given on a command line."""
    problems = []
    offered = (*STATE_COLUMNS, *(name for name, fact in facts.items() if fact.kind == "state"))
    for name, text in given.items():
        if name in (*STATE_COLUMNS, "same_as"):
            fault = fault_of(PERSONS.column(name), text)
        elif name in IDENTITY_COLUMNS:
            fault = fault_of(IDENTITIES.column(name), text)
        elif name in facts and facts[name].kind == "state":
            fault = fault_of(fact_column(name, facts[name]), text)
        elif name in facts:
            problems.append(
                Problem(name, f"{name} is a figure, not a state", f"give it with --figure {name}=VALUE")
            )
            continue
        else:
            problems.append(
                Problem(name, f"{name} is not a fact of this scheme", did_you_mean(name, offered))
            )
            continue
        if fault:
            problems.append(Problem(name, fault))
    return problems


class PersonPlanner:
    """Plans persons: rows in persons.csv, and in identities.csv where it is about who they are."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        facts: Mapping[str, Fact],
        on: date,
        new_salt: Callable[[], str],
        whole: bool,
    ) -> None:
        """`on` is today: nobody is born after it. `new_salt` gives random hexadecimal digits."""
        self.plan = RegisterPlan()
        self._snapshot = snapshot
        self.persons = Book(snapshot, PERSONS, whole=whole)
        self.identities = Book(snapshot, IDENTITIES, whole=whole)
        self.organisations = Book(snapshot, ORGANISATIONS, whole=whole)
        self._states = RowPlanner(self.plan, self.persons)
        self._identities = RowPlanner(self.plan, self.identities)
        self._facts = facts
        self._today = on.isoformat()
        self._new_salt = new_salt
        self._good: set[tuple[str, str]] = set()
        self._seen: set[tuple[str, str]] = set()

    def problems(self, person: str, valid_from: str, given: Mapping[str, str]) -> list[Problem]:
        """What speaks against the request; cells are of their grammar already."""
        found = []
        if (person, valid_from) in self._seen:
            message = f"{person} stands here twice with valid_from {valid_from}"
            found.append(Problem("person", message, "keep one of the rows, or give each a valid_from"))
        self._seen.add((person, valid_from))
        for name, text in given.items():
            if text == "" or ((name, text) in self._good and not self._is_identity(name)):
                continue
            problem = self._problem(person, name, text)
            if problem:
                found.append(problem)
            elif name != "external_id":
                self._good.add((name, text))
        return found

    def _problem(self, person: str, name: str, text: str) -> Problem | None:
        if self._is_identity(name) and person in self._erased:
            remedy = "a person who comes back is added under a new id"
            return Problem(
                name, f"{person} was erased, so nothing can be recorded of who it is: {name}", remedy
            )
        if name in self._facts:
            fact = self._facts[name]
            if fact.parse(text) is None:
                kind = getattr(fact.type, "text", fact.type.name)
                remedy = "write true or false" if kind == "bool" else ""
                return Problem(name, f"{name} {text!r} is not of its type, {kind}", remedy)
        elif name == "employer" and not self.organisations.rows(text):
            return Problem(
                name, f"employer {text} is not in organisations.csv", "add it with 'ilactl organisation add'"
            )
        elif name == "birth_date" and text > self._today:
            return Problem(name, f"birth_date {text} lies after {self._today}")
        elif name == "external_id":
            owner = self.identities.owner("external_id", text)
            if owner and owner != person:
                return Problem(name, f"external_id {text} belongs to {owner}")
        elif name == "same_as" and (text == person or not self.persons.rows(text)):
            return Problem(name, f"same_as {text} is not another person of this ledger")
        return None

    def _is_identity(self, name: str) -> bool:
        return name in IDENTITY_COLUMNS or (name in self._facts and self._facts[name].sensitive)

    @cached_property
    def _erased(self) -> Container[str]:
        return erasures(self._snapshot)

    def take(self, person: str, valid_from: str, given: Mapping[str, str]) -> str:
        """Plan the request: `new`, `known` or `changed`."""
        states, identity = self._split(person, valid_from, given)
        outcome = self._states.take(person, valid_from, states)
        base = self.identities.in_force(person, valid_from)
        if any(identity.values()) or (identity and base):
            identity[IDENTITIES.index("salt")] = self._new_salt()
            who = self._identities.take(person, valid_from, identity)
            if outcome == "known" and who != "known":
                outcome = "changed"
        self.plan.outcomes.append((person, outcome, valid_from))
        return outcome

    def _split(
        self, person: str, day: str, given: Mapping[str, str]
    ) -> tuple[dict[int, str], dict[int, str]]:
        """The cells of persons.csv and of identities.csv, the `facts` cells put together."""
        states: dict[int, str] = {}
        identity: dict[int, str] = {}
        open_facts: dict[str, str] = {}
        sensitive: dict[str, str] = {}
        for name, text in given.items():
            if name in IDENTITY_COLUMNS:
                identity[IDENTITIES.index(name)] = text
            elif name in self._facts and name not in STATE_COLUMNS:
                (sensitive if self._facts[name].sensitive else open_facts)[name] = text
            else:
                states[PERSONS.index(name)] = text
        for facts, cells, book in (
            (open_facts, states, self.persons),
            (sensitive, identity, self.identities),
        ):
            if facts:
                index = book.table.index("facts")
                base = book.in_force(person, day)
                cells[index] = format_facts({**parse_facts(base[index] if base else ""), **facts})
        return states, identity


class FigurePlanner:
    """Plans rows of figures.csv. A row for the same person, figure, span and source replaces the earlier."""

    def __init__(
        self, snapshot: Snapshot, plan: RegisterPlan, *, facts: Mapping[str, Fact], whole: bool
    ) -> None:
        """`facts` are the scheme's; only declared figures are taken."""
        self.plan = plan
        self._book = Book(snapshot, FIGURES, whole=whole)
        self._facts = facts
        self._newest: dict[str, dict[Cells, str]] = {}
        self._seen: set[Cells] = set()

    def problems(self, cells: Cells) -> list[Problem]:
        """What speaks against the row: person, figure, from, to, value, source."""
        person, name, first, last, text, source = cells
        fact = self._facts.get(name)
        found = []
        if fact is None or fact.kind != "figure":
            figures = [n for n, f in self._facts.items() if f.kind == "figure"]
            message = f"{name} is a state, not a figure" if fact else f"{name} is not a figure of this scheme"
            found.append(Problem("figure", message, did_you_mean(name, figures)))
        elif fact.parse(text) is None:
            wanted = getattr(fact.type, "text", fact.type.name)
            found.append(Problem("value", f"value {text!r} is not of the type of {name}, {wanted}"))
        if first > last:
            found.append(Problem("to", f"to {last} lies before from {first}"))
        key = (person, name, first, last, source)
        if key in self._seen:
            found.append(Problem("figure", f"{name} of {person} for this span and source stands here twice"))
        self._seen.add(key)
        return found

    def take(self, cells: Cells) -> str:
        """Plan the row: `new`, `known` or `changed`."""
        person, name, first, last, text, source = cells
        if person not in self._newest:
            self._newest[person] = {
                (row[1], row[2], row[3], row[5]): row[4] for row in self._book.rows(person)
            }
        key = (name, first, last, source)
        old = self._newest[person].get(key)
        if old is not None and parse_decimal(old) == parse_decimal(text):
            outcome = "known"
        else:
            outcome = "new" if old is None else "changed"
            self._newest[person][key] = text
            self.plan.add(FIGURES, cells)
        self.plan.outcomes.append((person, outcome, first))
        return outcome
