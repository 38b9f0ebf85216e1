"""What reading every table of a rule file needs: the names so far, expressions, days, terms, and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ilactl.dates import parse_date
from ilactl.rules.declarations import read_declarations
from ilactl.rules.expressions import Checked, ExpressionFault, Want, check_expression
from ilactl.rules.expressions.faults import NAME as EXPRESSION_NAME
from ilactl.rules.expressions.ratio import Ratio
from ilactl.rules.kinds import AMOUNT_TYPE, BAD_RULE_VALUE, DOUBLED_RULE, NO_CALENDAR, UNKNOWN_NAME
from ilactl.rules.names import NameSpec
from ilactl.rules.spending_names import ASKED_ELSEWHERE, COURSE_FACT, WORKING_DAYS, known_where
from ilactl.rules.terms import LotTerms, lot_terms, parse_term

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest
    from ilactl.rules.ruletext import RuleText
    from ilactl.rules.trees import TreeCache

__all__ = ["Building", "Path", "Table"]

Path = tuple[str | int, ...]
Table = tuple["RuleText", Path, dict[str, Any]]
"""A table of a rule file: its file, the path of its keys, and what it says."""


class Building:
    """What is known so far while the tables are read in order. Every fault becomes a finding at its place."""

    def __init__(self, files: list[RuleText], manifest: Manifest, cache: TreeCache) -> None:
        """Facts and values are read at once; classes and names as the tables come."""
        self.files = files
        self.manifest = manifest
        self.cache = cache
        self.scales = {name: unit.scale for name, unit in manifest.units.items()}
        self.declared = read_declarations(files)
        # A kept text stands alone: the classes that other rules opened are told beside it.
        self.class_units: dict[str, str] = {
            name: unit for file in files for name, unit in file.raw.get("used", {}).get("classes", {}).items()
        }
        self.names: dict[str, NameSpec] = {}

    def tables(self, kind: str) -> list[Table]:
        """Every table of that name, in the files' order."""
        return [(file, (kind, i), raw) for file in self.files for i, raw in enumerate(file.raw.get(kind, []))]

    def class_of(self, table: Table) -> None:
        """A class holds one unit, whichever rule names it."""
        file, path, raw = table
        unit = self.class_units.setdefault(raw["class"], raw["unit"])
        if unit != raw["unit"]:
            file.find(
                BAD_RULE_VALUE,
                (*path, "unit"),
                f"the class {raw['class']} holds {unit} in another rule and {raw['unit']} here",
                "a class holds one unit: use another class",
            )
        self.unit(file, path, raw["unit"])

    def unit(self, file: RuleText, path: Path, unit: str) -> None:
        """The unit is one of the ledger's."""
        if unit not in self.scales:
            self.unknown(file, (*path, "unit"), "unit", unit, self.scales, "[units] of ledger.toml")

    def class_names(self, table: Table, key: str) -> tuple[str, ...]:
        """The classes a key lists, each of them opened by some rule."""
        file, path, raw = table
        for i, class_ in enumerate(raw.get(key, ())):
            if class_ not in self.class_units:
                where = "the grants and contributions"
                self.unknown(file, (*path, key, i), "class", class_, self.class_units, where)
        return tuple(raw.get(key, ()))

    def unknown(
        self, file: RuleText, path: Path, what: str, name: str, known: Iterable[str], where: str
    ) -> None:
        """A name that nothing declares, with the nearest one."""
        names = list(known)
        near = get_close_matches(name, names, 1)
        advice = f"did you mean {near[0]}?" if near else f"{where} has {', '.join(names) or 'none'}"
        file.find(UNKNOWN_NAME, path, f"there is no {what} {name}", advice)

    def expression(
        self,
        file: RuleText,
        path: Path,
        text: str,
        want: Want,
        unit: str = "",
        beside: Mapping[str, NameSpec] | None = None,
    ) -> Checked | None:
        """A condition, a number, or (with a unit) an amount in it, which cannot be negative.

        `beside` are names that only this expression may use.
        """
        types = {name: spec.type for name, spec in {**self.names, **(beside or {})}.items()}
        amount, scale = want == "number" and path[-1] in ("amount", "rate"), self.scales.get(unit, 2)
        try:
            checked = check_expression(
                self.cache.parse(text), types, want=want, lower_bound=amount, scale=scale
            )
        except ExpressionFault as error:
            for fault in error.faults:
                named = text[fault.position : fault.position + fault.length]
                if not self.declared.broken & {named, named.rpartition(".")[2]}:
                    message, remedy = fault.message, fault.remedy
                    elsewhere = COURSE_FACT if named in self.declared.course_facts else known_where(named)
                    if fault.kind is EXPRESSION_NAME and elsewhere:
                        message, remedy = f"nothing is called {named} here: {elsewhere}", ASKED_ELSEWHERE
                    file.find(fault.kind, path, message, remedy, into=fault.position)
            return None
        self._calendar(file, path, text, checked)
        self._one_meaning(file, path, text, checked, beside or {})
        return checked

    def _one_meaning(
        self, file: RuleText, path: Path, text: str, checked: Checked, beside: Mapping[str, NameSpec]
    ) -> None:
        """What both a person and a course may have is one of them: a fact of persons must give way."""
        for name in checked.names:
            if name in self.names and name in beside:
                message = f"{name} is a name of the enrolment, and [facts] declares a fact of persons so"
                advice = "give the fact another name, under which these rules can tell the two apart"
                file.find(DOUBLED_RULE, path, message, advice, into=text.index(name))

    def _calendar(self, file: RuleText, path: Path, text: str, checked: Checked) -> None:
        """Working days need a calendar; rules that passed this test before are not tested again."""
        asked = sorted(WORKING_DAYS.intersection(checked.types))
        if not asked or self.cache.vouches:
            return
        from ilactl.rules.working_days import has_calendar

        if not has_calendar(self.manifest.country):
            message = f"there is no calendar of public holidays for the country {self.manifest.country}"
            file.find(NO_CALENDAR, path, message, into=text.index(asked[0]))

    def rounding(self, file: RuleText, path: Path, raw: dict[str, Any], amount: Checked) -> None:
        """An amount that needs rounding says how."""
        unit_scale = self.scales.get(raw["unit"], 0)
        if raw.get("round") is None and not _fits(amount, unit_scale):
            file.find(
                AMOUNT_TYPE, path, f"the amount can have more than the {unit_scale} decimals of {raw['unit']}"
            )

    def days(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        """The first and last day of a version."""
        days = {}
        for key in ("valid_from", "valid_until"):
            if raw.get(key) is not None:
                days[key] = self.day(file, (*path, key), raw[key])
        first, end = days.get("valid_from"), days.get("valid_until")
        if first and end and end <= first:
            file.find(
                BAD_RULE_VALUE, (*path, "valid_until"), f"valid_until {end} is not after valid_from {first}"
            )

    def day(self, file: RuleText, path: Path, text: str) -> Any:
        """A day of the calendar."""
        day = parse_date(text)
        if day is None:
            message = f"{path[-1]} {text!r} is not a day of the calendar"
            file.find(BAD_RULE_VALUE, path, message, "write a day as in 2026-01-31")
        return day

    def terms(self, table: Table) -> LotTerms:
        """What the lots of a rule may be used for how long."""
        file, path, raw = table
        usable = parse_term(raw["usable"]) if raw.get("usable") else None
        if raw.get("usable") and (not usable or usable.kind not in ("day", "yearly", "length")):
            self._no_term(file, (*path, "usable"), raw["usable"])
        texts = raw.get("expires", [])
        at = [((*path, "expires"), texts)] if isinstance(texts, str) else []
        at = at or [((*path, "expires", i), text) for i, text in enumerate(texts)]
        for where, text in at:
            if parse_term(text) is None:
                self._no_term(file, where, text)
        return lot_terms(raw)

    def _no_term(self, file: RuleText, path: Path, text: str) -> None:
        key = next(part for part in reversed(path) if isinstance(part, str))
        ways = "2025-12-31, 12-31, '12-31 next', '14 months'"
        more = (
            ", '24 months after first use', 'age 65', 'age 65 year-end' or never" if key == "expires" else ""
        )
        file.find(BAD_RULE_VALUE, path, f"{key} {text!r} says no day", f"write it as {ways}{more}")


def _fits(amount: Checked, scale: int) -> bool:
    """Whether every value the amount can have is exact in the unit, so that nothing is ever rounded."""
    lowered = amount.lowered
    if not isinstance(lowered, Ratio) or not lowered.den.lo == lowered.den.hi == 1:
        return False
    return (lowered.factor * Fraction(10) ** scale).denominator == 1
