"""Planning rows of courses.csv: what may be told of an opportunity, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ilactl.ledger.columns import COURSES, ORGANISATIONS
from ilactl.ledger.course_rows import format_titles, parse_titles
from ilactl.ledger.grammar import Column, Grammar, fault_of
from ilactl.ledger.isced_fields import field_label, field_remedy
from ilactl.ledger.person_plan import fact_column
from ilactl.ledger.register_intake import RegisterPlanner, read_register
from ilactl.ledger.register_plan import Book, Problem
from ilactl.ledger.registers import format_facts, parse_facts
from ilactl.money import parse_decimal
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.intake import Intake
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["CoursePlanner", "is_title", "read_courses"]

_TITLE = "title_"
_PROVIDER = ORGANISATIONS.index("kinds")


def is_title(name: str) -> bool:
    """Whether a column of an import holds the title in one language: title_sv."""
    return name.startswith(_TITLE) and len(name) == len(_TITLE) + 2 and name[-2:].isascii() and name.islower()


def read_courses(upload: Upload, facts: Mapping[str, Fact]) -> Intake:
    """Read an import of courses: the register's columns, title_LL for other languages, declared facts."""
    titles = (
        Column(name, Grammar.TEXT, "its title in that language") for name in upload.names if is_title(name)
    )
    declared = (fact_column(name, fact) for name, fact in facts.items())
    return read_register(upload, COURSES, extra=(*titles, *declared), without=("facts",))


class CoursePlanner(RegisterPlanner):
    """Plans rows of courses.csv. Besides its columns a request may name title_LL and declared facts."""

    table = COURSES
    required = ("provider", "kind", "title")

    def __init__(self, snapshot: Snapshot, *, whole: bool, facts: Mapping[str, Fact]) -> None:
        """`facts` are those that the scheme declares of courses."""
        super().__init__(snapshot, whole=whole)
        self.facts = facts
        self.organisations = Book(snapshot, ORGANISATIONS, whole=whole)
        self._expected: set[str] = set()
        self._good: set[str] = set()
        self._titles: dict[tuple[str, str], str] = {}

    def expect(self, keys: Iterable[str]) -> None:
        """These courses come: others may be part of them before they stand there."""
        self._expected.update(keys)

    def completed(self, key: str, day: str, given: Mapping[str, str]) -> dict[str, str]:
        """Titles and facts put together, amounts with all decimals of their unit."""
        plain = {name: text for name, text in given.items() if name in COURSES.names}
        titles = {name[-2:]: text for name, text in given.items() if name not in plain and is_title(name)}
        facts = {name: text for name, text in given.items() if name not in plain and not is_title(name)}
        held = self.held(key, day)
        if titles:
            before = parse_titles(plain.get("titles", held.get("titles", "")))
            plain["titles"] = format_titles({**before, **titles})
        if facts:
            plain["facts"] = format_facts({**parse_facts(held.get("facts", "")), **facts})
        return self.with_amounts({**held, **plain}, plain, "price", "eligible")

    def faults(self, key: str, day: str, cells: Mapping[str, str], given: Mapping[str, str]) -> list[Problem]:
        """What is wrong with the row as it would stand there."""
        found = [Problem(n, fault) for n in ("titles", "facts") if (fault := self._fault(n, cells))]
        found += self._provider(cells["provider"]) if "provider" in given else []
        field = cells.get("field", "")
        if "field" in given and field and not field_label(field):
            found.append(Problem("field", f"field {field} is not one of ISCED-F 2013", field_remedy(field)))
        amounts = self.amount_faults(cells, "price", "eligible")
        eligible = parse_decimal(cells.get("eligible", ""))
        price = parse_decimal(cells.get("price", "")) if eligible is not None else None
        if not amounts and eligible is not None and (price is None or eligible > price):
            told = cells.get("price") or "which is not told"
            amounts.append(
                Problem("eligible", f"eligible {cells['eligible']} is more than the price, {told}")
            )
        found += amounts
        for name in ("ects", "hours"):
            if cells.get(name, "").startswith("-"):
                found.append(Problem(name, f"{name} {cells[name]} is below zero"))
        found += self._part_of(key, cells.get("part_of", "")) if "part_of" in given else []
        return found + (self._facts(cells["facts"]) if given.get("facts") else [])

    def _fault(self, name: str, cells: Mapping[str, str]) -> str | None:
        return fault_of(COURSES.column(name), cells.get(name, ""))

    def _provider(self, provider: str) -> list[Problem]:
        if provider in self._good:
            return []
        newest = self.organisations.newest(provider)
        if newest is None:
            remedy = did_you_mean(provider, self._providers)
            add = "add it with 'ilactl organisation add --kind provider'"
            return [
                Problem("provider", f"provider {provider} is not in organisations.csv", f"{remedy}; or {add}")
            ]
        if "provider" not in newest[_PROVIDER].split(" "):
            kinds = newest[_PROVIDER].replace(" ", ", ")
            remedy = f"say so with 'ilactl organisation update {provider} --kind provider', or choose another"
            return [Problem("provider", f"{provider} is no provider but {kinds}", remedy)]
        self._good.add(provider)
        return []

    @cached_property
    def _providers(self) -> list[str]:
        """The ids of all providers, for the offer of the nearest."""
        book = self.organisations if self.whole else Book(self.snapshot, ORGANISATIONS, whole=True)
        newest = ((one, book.newest(one)) for one in book.ids())
        return [one for one, cells in newest if cells and "provider" in cells[_PROVIDER].split(" ")]

    def _part_of(self, key: str, target: str) -> list[Problem]:
        """An award that is not there, or one that counts towards itself."""
        if not target:
            return []
        if target != key and target not in self._expected and target not in self.book:
            ids = {*Book(self.snapshot, COURSES, whole=True).ids(), *self._expected} - {key}
            return [Problem("part_of", f"part_of {target} is not a course", did_you_mean(target, ids))]
        at, seen = target, {key}
        while at and at not in seen:
            seen.add(at)
            newest = self.book.newest(at)
            at = newest[COURSES.index("part_of")] if newest else ""
        if at == key:
            return [Problem("part_of", f"{key} would count towards itself by part_of {target}")]
        return []

    def _facts(self, cell: str) -> list[Problem]:
        found = []
        for name, text in parse_facts(cell).items():
            fact = self.facts.get(name)
            if fact is None:
                remedy = (
                    did_you_mean(name, self.facts) if self.facts else 'declare it in [facts]: kind = "course"'
                )
                found.append(Problem(name, f"{name} is not a fact of courses in this scheme", remedy))
            elif fact.parse(text) is None:
                kind = getattr(fact.type, "text", fact.type.name)
                remedy = "write true or false" if kind == "bool" else ""
                found.append(Problem(name, f"{name} {text!r} is not of its type, {kind}", remedy))
        return found

    def doubts(self, key: str, day: str, given: Mapping[str, str]) -> list[Problem]:
        """A price or workload of nothing, a title that the provider's catalogue holds twice."""
        found = []
        if _is_nothing(given.get("price", "")):
            found.append(Problem("price", "price is 0: is it free, or not known?"))
        for name in ("hours", "ects"):
            if _is_nothing(given.get(name, "")):
                found.append(Problem(name, f"{name} is 0: leave it empty where it is not known"))
        if given.get("title"):
            provider = given.get("provider") or self.held(key, day).get("provider", "")
            other = self._titles.setdefault((provider, given["title"]), key)
            if other != key:
                found.append(Problem("title", f"{other} of the same provider has this title, too"))
        return found


def _is_nothing(text: str) -> bool:
    """Whether a number is told and is 0."""
    return bool(text) and not text.strip("0.")
