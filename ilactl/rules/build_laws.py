"""Tables of rule files that speak of lots that are there, and of money that can run out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilactl.dates import Span
from ilactl.money import parse_amount
from ilactl.rules.building import Building, Path, Table
from ilactl.rules.kinds import BAD_RULE_VALUE, DOUBLED_RULE, MISSING_KEY
from ilactl.rules.model import Amend, Budget, Closing, Convert
from ilactl.rules.names import lot_names
from ilactl.rules.rhythm import valid_look
from ilactl.rules.ruletext import first_at
from ilactl.rules.terms import NO_TERMS, LotTerms

if TYPE_CHECKING:
    from ilactl.rules.ruletext import RuleText

__all__ = ["OPENING", "Laws"]

OPENING = ("grant", "contribution", "convert")
"""Tables whose entries open lots, and so name classes; a spend rule opens lots for the holder's own share."""


class Laws:
    """Amendments, conversions, closings and budgets, as far as they are read."""

    def __init__(self, building: Building) -> None:
        """Nothing is read yet."""
        self.building = building
        self.amends: list[Amend] = []
        self.converts: list[Convert] = []
        self.closings: list[Closing] = []
        self.budgets: dict[str, Budget] = {}

    def read(self) -> None:
        """Read the tables that speak of lots; classes and names are known by now."""
        for table in self.building.tables("amend"):
            self._amend(table)
        for table in self.building.tables("convert"):
            self._convert(table)
        for table in self.building.tables("closing"):
            self._closing(table)

    def _common(self, table: Table) -> dict[str, Any] | None:
        """What all three have; None where the condition is faulty."""
        file, path, raw = table
        building = self.building
        opened = {t["id"] for kind in (*OPENING, "spend") for _, _, t in building.tables(kind)}
        for i, rule in enumerate(raw.get("rules", ())):
            if rule not in opened:
                building.unknown(file, (*path, "rules", i), "rule", rule, opened, "the rule files")
        classes = building.class_names(table, "classes")
        names = lot_names(building.class_units, classes, building.scales)
        when = building.expression(file, (*path, "when"), raw.get("when", "TRUE"), "bool", beside=names)
        if when is None:
            return None
        return {
            "id": raw["id"],
            "title": raw.get("title", ""),
            "classes": classes,
            "rules": tuple(raw.get("rules", ())),
            "when": when,
            "law": raw.get("law", ""),
            "source": file.source(path),
        }

    def _terms(self, table: Table) -> LotTerms:
        """The terms a law gives; a first use may lie before it, so that no end can run from one."""
        file, path, _ = table
        terms = self.building.terms(table)
        if terms.first_use:
            advice = "write a day, a length from the day of the law, an age or never"
            message = "a law gives no end that runs from a first use"
            file.find(BAD_RULE_VALUE, (*path, "expires"), message, advice)
        return terms

    def _amend(self, table: Table) -> None:
        file, path, raw = table
        on, terms = self.building.day(file, (*path, "on"), raw["on"]), self._terms(table)
        if terms == NO_TERMS and not raw.get("revive"):
            file.find(
                MISSING_KEY, path, f"the amendment {raw['id']} changes nothing", "give usable or expires"
            )
        common = self._common(table)
        if on and common:
            self.amends.append(Amend(**common, on=on, terms=terms, revive=raw.get("revive", False)))

    def _convert(self, table: Table) -> None:
        file, path, raw = table
        building = self.building
        on, terms = building.day(file, (*path, "on"), raw["on"]), self._terms(table)
        if not raw.get("classes") and not raw.get("rules"):
            advice = "name the classes or the rules whose lots it turns"
            file.find(MISSING_KEY, path, f"the conversion {raw['id']} does not say of which lots", advice)
        if raw["class"] in raw.get("classes", ()):
            message = f"the conversion {raw['id']} turns lots of {raw['class']} into lots of {raw['class']}"
            file.find(BAD_RULE_VALUE, (*path, "class"), message, "give the new lots a class of their own")
        rate = building.expression(file, (*path, "rate"), raw.get("rate", "1"), "number", raw["unit"])
        common = self._common(table)
        if rate:
            building.rounding(file, (*path, "rate") if "rate" in raw else path, raw, rate)
        if on and rate and common:
            mode = raw.get("round") or "half_up"
            self.converts.append(
                Convert(
                    **common, on=on, rate=rate, class_=raw["class"], unit=raw["unit"], round=mode, terms=terms
                )
            )

    def _closing(self, table: Table) -> None:
        file, path, raw = table
        due = raw["due"]
        if not valid_look(due) or len(due) == 2:
            advice = "write MM-DD to look every year, or a date"
            file.find(BAD_RULE_VALUE, (*path, "due"), f"due {due!r} is no day to look at wallets", advice)
        common = self._common(table)
        if common:
            self.closings.append(Closing(**common, due=due, unused=raw.get("unused", "expired")))

    def read_budgets(self) -> None:
        """Read the budgets; grants name them."""
        for file, path, raw in self.building.tables("budget"):
            self._budget(file, path, raw)

    def _budget(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        building = self.building
        if raw["id"] in self.budgets:
            where = first_at(building.files, "budget", raw["id"])
            file.find(DOUBLED_RULE, (*path, "id"), f"the budget {raw['id']} is declared at {where} already")
            return
        building.unit(file, path, raw["unit"])
        scale = building.scales.get(raw["unit"], 2)
        windows: list[tuple[Span, int]] = []
        for i, step in enumerate(raw["window"]):
            at = (*path, "window", i)
            first, last = (building.day(file, (*at, key), step[key]) for key in ("from", "to"))
            whole, _, decimals = step["amount"].partition(".")
            amount = parse_amount(f"{whole}.{decimals.ljust(scale, '0')}" if scale else whole, scale)
            if amount is None or amount < 0:
                message = f"amount {step['amount']!r} is not an amount in {raw['unit']}"
                file.find(BAD_RULE_VALUE, (*at, "amount"), message)
            elif first and last and first > last:
                file.find(BAD_RULE_VALUE, (*at, "to"), f"the window ends on {last}, before it begins")
            elif first and last:
                if any(Span(first, last).meets(other) for other, _ in windows):
                    file.find(BAD_RULE_VALUE, (*at, "from"), f"the window from {first} meets an earlier one")
                windows.append((Span(first, last), amount))
        order, by, seed = raw.get("order", "first-come"), raw.get("by") or "", raw.get("seed", "")
        if (order == "lottery") != bool(seed):
            message = "a lottery needs a published seed, and nothing else does"
            file.find(BAD_RULE_VALUE, (*path, "seed") if seed else path, message, "give both, or neither")
        fact = building.declared.facts.get(by)
        if by and (order == "lottery" or fact is None or fact.kind != "state" or fact.type.name != "date"):
            message = f"by = {by!r} is not a date fact that says who comes first"
            file.find(
                BAD_RULE_VALUE, (*path, "by"), message, "declare it under [facts] as a state of type date"
            )
        self.budgets[raw["id"]] = Budget(
            raw["id"], raw.get("title", ""), raw["unit"], tuple(windows), order, by, seed, file.source(path)
        )

    def budget_named(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        """The budget of a grant is there, and in its unit."""
        name = raw.get("budget")
        if not name:
            return
        if name not in self.budgets:
            self.building.unknown(file, (*path, "budget"), "budget", name, self.budgets, "the rule files")
        elif self.budgets[name].unit != raw["unit"]:
            message = f"the budget {name} is in {self.budgets[name].unit}, the grant gives {raw['unit']}"
            file.find(BAD_RULE_VALUE, (*path, "budget"), message)
