"""Tables of rule files → a checked scheme. Every fault becomes a finding at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilactl.dates import Span, parse_date
from ilactl.rules.build_laws import OPENING, Laws
from ilactl.rules.build_spending import Spending
from ilactl.rules.building import Building, Path, Table
from ilactl.rules.contribution_rules import contribution_rule
from ilactl.rules.kinds import BAD_RULE_VALUE, DOUBLED_RULE, MISSING_KEY
from ilactl.rules.model import Cap, ContributionRule, Grant, Scheme, Tier, Window
from ilactl.rules.names import catalogue, contribution_names
from ilactl.rules.periods import STARTED, valid_due, valid_facts_on
from ilactl.rules.rhythm import valid_every
from ilactl.rules.ruletext import first_at
from ilactl.rules.terms import duration_months
from ilactl.rules.together import check_together

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest
    from ilactl.rules.ruletext import RuleText
    from ilactl.rules.trees import TreeCache

__all__ = ["build_scheme"]


def build_scheme(files: list[RuleText], manifest: Manifest, cache: TreeCache) -> Scheme:
    """The scheme of well-shaped files. Faults are added to the files; without any the result is whole."""
    return _Builder(files, manifest, cache).build()


class _Builder(Building):
    """Caps, grants and contributions, one table at a time."""

    def __init__(self, files: list[RuleText], manifest: Manifest, cache: TreeCache) -> None:
        super().__init__(files, manifest, cache)
        self.caps: dict[str, Cap] = {}
        self.laws = Laws(self)
        self.spending = Spending(self)

    def build(self) -> Scheme:
        facts, values = self.declared.facts, self.declared.values
        for table in (table for kind in OPENING for table in self.tables(kind)):
            self.class_of(table)
        self.spending.open_classes()
        self.names = catalogue(facts, values, self.class_units, self.scales)
        for file, path, raw in self.tables("cap"):
            self.cap(file, path, raw)
        self.laws.read_budgets()
        grants = [(file, path, self.grant(file, path, raw)) for file, path, raw in self.tables("grant")]
        contributions = [(t[0], t[1], self.contribution(t)) for t in self.tables("contribution")]
        self.laws.read()
        self.spending.read()
        self.one_kind()
        check_together([(f, p, grant) for f, p, grant in grants if grant], contributions, self.names)
        self.spending.check()
        return Scheme(
            facts=facts,
            values=values,
            caps=self.caps,
            grants=tuple(grant for _, _, grant in grants if grant),
            contributions={rule.version: rule for _, _, rule in contributions},
            class_units=self.class_units,
            files={file.file: file.text for file in self.files},
            amends=tuple(self.laws.amends),
            converts=tuple(self.laws.converts),
            closings=tuple(self.laws.closings),
            budgets=self.laws.budgets,
            spends=tuple(spend for _, _, spend in self.spending.spends),
            endings=tuple(ending for _, _, ending in self.spending.endings),
            course_facts=self.declared.course_facts,
        )

    def cap(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        if raw["id"] in self.caps:
            where = first_at(self.files, "cap", raw["id"])
            file.find(DOUBLED_RULE, (*path, "id"), f"the cap {raw['id']} is declared at {where} already")
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
        window = self.window(file, path, raw)
        if limit:
            counts = raw.get("counts_reserved", True)
            measure = raw.get("measure", "balance")
            source = file.source(path)
            self.caps[raw["id"]] = Cap(
                raw["id"], tuple(raw["over"]), raw["unit"], limit, measure, counts, source, window
            )

    def window(self, file: RuleText, path: Path, raw: dict[str, Any]) -> Window:
        """Which grants a cap counts."""
        said, at = raw.get("window", "ever"), (*path, "window")
        if said != "ever" and raw.get("measure", "balance") == "balance":
            file.find(
                BAD_RULE_VALUE,
                at,
                "a balance has no window: it is what is there now",
                'add measure = "granted"',
            )
        if isinstance(said, str):
            if said in ("ever", "period", "year"):
                return Window(said)
            months = duration_months(said)
            if months is None:
                advice = "write ever, period, year, a length such as 3 years, or a list of { from, to }"
                file.find(BAD_RULE_VALUE, at, f"window {said!r} is no window", advice)
            return Window("length", months or 0)
        spans: list[Span] = []
        for i, step in enumerate(said):
            first, last = (
                self.day(file, (*at, i, "from"), step["from"]),
                self.day(file, (*at, i, "to"), step["to"]),
            )
            if first and last and first > last:
                file.find(BAD_RULE_VALUE, (*at, i, "to"), f"the window ends on {last}, before it begins")
            elif first and last:
                if any(Span(first, last).meets(other) for other in spans):
                    file.find(
                        BAD_RULE_VALUE, (*at, i, "from"), f"the window from {first} meets an earlier one"
                    )
                spans.append(Span(first, last))
        return Window("spans", 0, tuple(spans))

    def grant(self, file: RuleText, path: Path, raw: dict[str, Any]) -> Grant | None:
        good = len(file.findings)
        self.days(file, path, raw)
        if raw["fund"].partition(":")[2] not in self.manifest.funds:
            funds = [f"fund:{name}" for name in self.manifest.funds]
            self.unknown(file, (*path, "fund"), "fund", raw["fund"], funds, "[funds] of ledger.toml")
        self.rhythm(file, path, raw)
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
        self.laws.budget_named(file, path, raw)
        matches = self.class_names((file, path, raw), "matches")
        terms = self.terms((file, path, raw))
        when = self.expression(
            file, (*path, "when"), raw.get("when", "TRUE"), "bool", beside=self.beside(raw)
        )
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
            due=raw.get("due", ""),
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
            starts=raw.get("starts", ""),
            true_up=raw.get("true_up", False),
            matches=matches,
            budget=raw.get("budget", ""),
            terms=terms,
            at=raw.get("at") or "enrolled",
        )

    def rhythm(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        """How often, from which day on, and on which day facts are read."""
        every, due, starts = raw["every"], raw.get("due", ""), raw.get("starts", "")
        if not valid_every(every):
            advice = (
                "write once, year, month, contribution, enrolment, a length such as 6 years, "
                "or 'exhausted + 5 years'"
            )
            file.find(BAD_RULE_VALUE, (*path, "every"), f"every {every!r} is no rhythm", advice)
        elif not valid_due(every, due):
            advice = {
                "month": "write DD, 01 to 28, or 'DD next'",
                "once": "write YYYY-MM-DD, or MM-DD to look every year",
                "year": "write MM-DD, or 'MM-DD next' for the year after",
                "contribution": "leave due out: each is due on its own day",
                "enrolment": "leave due out: each is due on its own day",
            }.get(every, "write MM-DD to look every year, DD to look every month, or a first date")
            if due:
                message = f"due {due!r} does not fit every = {every!r}"
                file.find(BAD_RULE_VALUE, (*path, "due"), message, advice)
            else:
                file.find(MISSING_KEY, path, f"the grant {raw['id']} has no due", advice)
        if starts and (every != "year" or parse_date(f"2001-{starts}") is None):
            advice = "write MM-DD, and only with every = year"
            file.find(BAD_RULE_VALUE, (*path, "starts"), f"starts {starts!r} begins no year", advice)
        self.facts_day(file, path, raw)
        if raw.get("true_up") and every not in ("year", "month"):
            advice = "only the amount of a year or a month can grow"
            file.find(BAD_RULE_VALUE, (*path, "true_up"), f"a grant for every {every} cannot true up", advice)
        if bool(raw.get("matches")) != (every == "contribution"):
            message = "matches names the classes of contributions, for every = contribution"
            advice = "give both, or neither"
            file.find(BAD_RULE_VALUE, (*path, "matches") if raw.get("matches") else path, message, advice)
        if raw.get("at") and every != "enrolment":
            message = f"at {raw['at']!r} is a step of an enrolment, and this grant is for every {every}"
            file.find(BAD_RULE_VALUE, (*path, "at"), message, "write it only with every = enrolment")

    def facts_day(self, file: RuleText, path: Path, raw: dict[str, Any]) -> None:
        """The day on which facts are read: of a period, or of an enrolment."""
        said, message = raw.get("facts_on", ""), ""
        if raw["every"] != "enrolment" and not valid_facts_on(said):
            message = f"facts_on {said!r} is not a moment of the period"
            advice = "write period-start, period-end, due or MM-DD"
        elif raw["every"] == "enrolment" and said not in ("", STARTED):
            message = f"facts_on {said!r} is a moment of a run's period"
            advice = "leave it out: what an enrolment brings reads facts on the day of the step"
        elif said == STARTED and raw.get("at") != "completed":
            message = "what is given on enrolling cannot look at the day the course began"
            advice = 'write at = "completed" as well, or leave facts_on out'
        if message:
            file.find(BAD_RULE_VALUE, (*path, "facts_on"), message, advice)

    def beside(self, raw: dict[str, Any]) -> Any:
        """Names that only a grant for each contribution, or for each enrolment, may use."""
        if raw["every"] == "enrolment":
            return self.spending.grant_names(raw["unit"], raw.get("at"))
        matched = [class_ for class_ in raw.get("matches", ()) if class_ in self.class_units]
        return contribution_names(self.class_units[matched[0]], self.scales) if matched else {}

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
        tiers, beside = [], self.beside(raw)
        for tier_path, tier in tables:
            when = self.expression(
                file, (*tier_path, "when"), tier.get("when", "TRUE"), "bool", beside=beside
            )
            at = (*tier_path, "amount")
            amount = self.expression(file, at, tier["amount"], "number", raw["unit"], beside=beside)
            if when and amount:
                tiers.append(Tier(when, amount))
                self.rounding(file, at, raw, amount)
        return tiers if len(tiers) == len(tables) else []

    def contribution(self, table: Table) -> ContributionRule:
        file, path, raw = table
        self.days(file, path, raw)
        self.terms(table)
        return contribution_rule(file, path, raw)

    def one_kind(self) -> None:
        """An entry names its rule by id alone, so two kinds of rules cannot share one."""
        seen: dict[str, tuple[str, RuleText, Path]] = {}
        for kind in ("grant", "contribution", "amend", "convert", "closing", "spend", "ending"):
            for file, path, raw in self.tables(kind):
                first, other, at = seen.setdefault(raw["id"], (kind, file, path))
                if first != kind or (kind in ("amend", "convert", "closing") and (other, at) != (file, path)):
                    where = f"{other.file}:{other.source(at).line}"
                    message = f"{raw['id']} is {_a(kind)} here and {_a(first)} at {where}"
                    file.find(DOUBLED_RULE, (*path, "id"), message, "give one of them another id")


def _a(kind: str) -> str:
    called = {"amend": "an amendment", "convert": "a conversion", "spend": "a spend rule"}
    return called.get(kind, f"an {kind}" if kind == "ending" else f"a {kind}")
