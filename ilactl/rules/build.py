"""Tables of rule files → a checked scheme. Every fault becomes a finding at its place."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ilactl.dates import parse_date
from ilactl.rules.declarations import read_declarations
from ilactl.rules.expressions import Checked, ExpressionFault, Want, check_expression
from ilactl.rules.expressions.ratio import Ratio
from ilactl.rules.kinds import (
    AMOUNT_TYPE,
    BAD_RULE_VALUE,
    DOUBLED_RULE,
    MISSING_KEY,
    UNKNOWN_NAME,
)
from ilactl.rules.model import Cap, ContributionRule, Grant, Scheme, Tier
from ilactl.rules.names import NameSpec, catalogue
from ilactl.rules.periods import valid_due, valid_facts_on
from ilactl.rules.together import check_together

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest
    from ilactl.rules.ruletext import RuleText
    from ilactl.rules.trees import TreeCache

__all__ = ["build_scheme"]

Path = tuple[str | int, ...]


def build_scheme(files: list[RuleText], manifest: Manifest, cache: TreeCache) -> Scheme:
    """The scheme of well-shaped files. Faults are added to the files; without any the result is whole."""
    return _Builder(files, manifest, cache).build()


class _Builder:
    """What is known so far while the tables are read in order."""

    def __init__(self, files: list[RuleText], manifest: Manifest, cache: TreeCache) -> None:
        self.files = files
        self.manifest = manifest
        self.cache = cache
        self.scales = {name: unit.scale for name, unit in manifest.units.items()}
        self.declared = read_declarations(files)
        self.class_units: dict[str, str] = {}
        self.names: dict[str, NameSpec] = {}
        self.caps: dict[str, Cap] = {}

    def build(self) -> Scheme:
        facts, values = self.declared.facts, self.declared.values
        for file, path, raw in (*self.tables("grant"), *self.tables("contribution")):
            self.class_of(file, path, raw)
        self.names = catalogue(facts, values, self.class_units, self.scales)
        for file, path, raw in self.tables("cap"):
            self.cap(file, path, raw)
        grants = [(file, path, self.grant(file, path, raw)) for file, path, raw in self.tables("grant")]
        contributions = [(f, p, self.contribution(f, p, raw)) for f, p, raw in self.tables("contribution")]
        self.one_kind()
        check_together([(f, p, grant) for f, p, grant in grants if grant], contributions, self.names)
        return Scheme(
            facts=facts,
            values=values,
            caps=self.caps,
            grants=tuple(grant for _, _, grant in grants if grant),
            contributions={rule.version: rule for _, _, rule in contributions},
            class_units=self.class_units,
            files={file.file: file.text for file in self.files},
        )

    def tables(self, kind: str) -> list[tuple[RuleText, Path, dict[str, Any]]]:
        return [(file, (kind, i), raw) for file in self.files for i, raw in enumerate(file.raw.get(kind, []))]

    def class_of(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
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
        if unit not in self.scales:
            self.unknown(file, (*path, "unit"), "unit", unit, self.scales, "[units] of ledger.toml")

    def unknown(
        self, file: RuleText, path: Path, what: str, name: str, known: Iterable[str], where: str
    ) -> None:
        names = list(known)
        near = get_close_matches(name, names, 1)
        advice = f"did you mean {near[0]}?" if near else f"{where} has {', '.join(names) or 'none'}"
        file.find(UNKNOWN_NAME, path, f"there is no {what} {name}", advice)

    def expression(self, file: RuleText, path: Path, text: str, want: Want, unit: str = "") -> Checked | None:
        """A condition, a number, or (with a unit) an amount in it, which cannot be negative."""
        types = {name: spec.type for name, spec in self.names.items()}
        amount, scale = want == "number" and path[-1] == "amount", self.scales.get(unit, 2)
        try:
            return check_expression(self.cache.parse(text), types, want=want, lower_bound=amount, scale=scale)
        except ExpressionFault as error:
            for fault in error.faults:
                named = text[fault.position : fault.position + fault.length]
                if not self.declared.broken & {named, named.rpartition(".")[2]}:
                    file.find(fault.kind, path, fault.message, fault.remedy, into=fault.position)
            return None

    def cap(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        if raw["id"] in self.caps:
            file.find(DOUBLED_RULE, (*path, "id"), f"the cap {raw['id']} is declared twice")
            return
        self.unit(file, path, raw["unit"])
        for i, class_ in enumerate(raw["over"]):
            if class_ in raw["over"][:i]:
                file.find(
                    DOUBLED_RULE, (*path, "over", i), f"the cap counts {class_} twice", "name each class once"
                )
            elif class_ not in self.class_units:
                where = "the grants and contributions"
                self.unknown(file, (*path, "over", i), "class", class_, self.class_units, where)
            elif self.class_units[class_] != raw["unit"]:
                message = f"the class {class_} holds {self.class_units[class_]}, the cap counts {raw['unit']}"
                file.find(BAD_RULE_VALUE, (*path, "over", i), message)
        limit = self.expression(file, (*path, "limit"), raw["limit"], "number", raw["unit"])
        if limit:
            counts = raw.get("counts_reserved", True)
            measure = raw.get("measure", "balance")
            source = file.source(path)
            self.caps[raw["id"]] = Cap(
                raw["id"], tuple(raw["over"]), raw["unit"], limit, measure, counts, source
            )

    def grant(self, file: RuleText, path: Path, raw: dict[str, Any]) -> Grant | None:
        good = len(file.findings)
        self.days(file, path, raw)
        if raw["fund"].partition(":")[2] not in self.manifest.funds:
            funds = [f"fund:{name}" for name in self.manifest.funds]
            self.unknown(file, (*path, "fund"), "fund", raw["fund"], funds, "[funds] of ledger.toml")
        if not valid_due(raw["every"], raw["due"]):
            advice = {
                "month": "write DD, 01 to 28, or 'DD next'",
                "once": "write YYYY-MM-DD, or MM-DD to look every year",
            }
            file.find(
                BAD_RULE_VALUE,
                (*path, "due"),
                f"due {raw['due']!r} does not fit every = {raw['every']!r}",
                advice.get(raw["every"], "write MM-DD, or 'MM-DD next' for the year after"),
            )
        if not valid_facts_on(raw.get("facts_on", "")):
            file.find(
                BAD_RULE_VALUE,
                (*path, "facts_on"),
                f"facts_on {raw['facts_on']!r} is not a moment of the period",
            )
        for i, cap in enumerate(raw.get("caps", ())):
            known = {table["id"]: table["unit"] for _, _, table in self.tables("cap")}
            if cap not in known:
                self.unknown(file, (*path, "caps", i), "cap", cap, known, "the rule files")
            elif known[cap] != raw["unit"]:
                file.find(
                    BAD_RULE_VALUE,
                    (*path, "caps", i),
                    f"the cap {cap} counts {known[cap]}, the grant gives {raw['unit']}",
                )
        when = self.expression(file, (*path, "when"), raw.get("when", "TRUE"), "bool")
        tiers = self.tiers(file, path, raw)
        if when is None or not tiers or len(file.findings) > good:
            return None
        return Grant(
            id=raw["id"],
            title=raw.get("title", ""),
            class_=raw["class"],
            fund=raw["fund"],
            unit=raw["unit"],
            every=raw["every"],
            due=raw["due"],
            facts_on=raw.get("facts_on", ""),
            when=when,
            tiers=tuple(tiers),
            round=raw.get("round") or "half_up",
            caps=tuple(raw.get("caps", ())),
            order=raw.get("order"),
            valid_from=parse_date(raw.get("valid_from", "")),
            valid_until=parse_date(raw.get("valid_until", "")),
            law=raw.get("law", ""),
            source=file.source(path),
        )

    def tiers(self, file: RuleText, path: Path, raw: dict[str, Any]) -> list[Tier]:
        alternatives = raw.get("tier", [])
        if bool(alternatives) == ("amount" in raw):
            message = "has both amount and tiers" if alternatives else "has no amount"
            file.find(
                MISSING_KEY,
                path,
                f"the grant {raw['id']} {message}",
                "write either amount, or [[grant.tier]] tables",
            )
            return []
        tables = [((*path, "tier", i), tier) for i, tier in enumerate(alternatives)] or [
            (path, {"amount": raw["amount"]})
        ]
        tiers = []
        for tier_path, tier in tables:
            when = self.expression(file, (*tier_path, "when"), tier.get("when", "TRUE"), "bool")
            amount = self.expression(file, (*tier_path, "amount"), tier["amount"], "number", raw["unit"])
            if when and amount:
                tiers.append(Tier(when, amount))
                self.rounding(file, (*tier_path, "amount"), raw, amount)
        return tiers if len(tiers) == len(tables) else []

    def rounding(self, file: RuleText, path: Path, raw: dict[str, Any], amount: Checked) -> None:
        unit_scale = self.scales.get(raw["unit"], 0)
        if raw.get("round") is None and not _fits(amount, unit_scale):
            file.find(
                AMOUNT_TYPE, path, f"the amount can have more than the {unit_scale} decimals of {raw['unit']}"
            )

    def contribution(self, file: RuleText, path: Path, raw: dict[str, Any]) -> ContributionRule:
        self.days(file, path, raw)
        first, end = parse_date(raw.get("valid_from", "")), parse_date(raw.get("valid_until", ""))
        kinds = tuple(raw["from"])
        return ContributionRule(
            raw["id"], raw.get("title", ""), raw["class"], raw["unit"], kinds, first, end, file.source(path)
        )

    def days(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        days = {}
        for key in ("valid_from", "valid_until"):
            if raw.get(key) is not None:
                days[key] = parse_date(raw[key])
                if days[key] is None:
                    file.find(
                        BAD_RULE_VALUE, (*path, key), f"{key} {raw[key]!r} is not a day of the calendar"
                    )
        first, end = days.get("valid_from"), days.get("valid_until")
        if first and end and end <= first:
            file.find(
                BAD_RULE_VALUE, (*path, "valid_until"), f"valid_until {end} is not after valid_from {first}"
            )

    def one_kind(self) -> None:
        """An entry names its rule by id alone, so a grant and a contribution cannot share one."""
        grants = {raw["id"]: (file, path) for file, path, raw in self.tables("grant")}
        for file, path, raw in self.tables("contribution"):
            if raw["id"] in grants:
                other, at = grants[raw["id"]]
                where = f"{other.file}:{other.source(at).line}"
                message = f"{raw['id']} is a contribution here and a grant at {where}"
                file.find(DOUBLED_RULE, (*path, "id"), message, "give one of them another id")


def _fits(amount: Checked, scale: int) -> bool:
    """Whether every value the amount can have is exact in the unit, so that nothing is ever rounded."""
    lowered = amount.lowered
    if not isinstance(lowered, Ratio) or not lowered.den.lo == lowered.den.hi == 1:
        return False
    return (lowered.factor * Fraction(10) ** scale).denominator == 1
