"""`[[spend]]` and `[[ending]]` of rule files → checked rules. Every fault becomes a finding at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilactl.dates import parse_date
from ilactl.rules.building import Building, Path, Table
from ilactl.rules.expressions.ratio import Ratio
from ilactl.rules.kinds import BAD_RULE_VALUE, DOUBLED_RULE
from ilactl.rules.spending_model import ORDERS, REQUIRED, TOGETHER, Ending, EndingRow, Only, Refusal, Spend
from ilactl.rules.spending_names import ending_names, offer_names
from ilactl.rules.spending_together import check_spending
from ilactl.rules.terms import Term, parse_term
from ilactl.rules.together import Placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilactl.rules.expressions import Checked
    from ilactl.rules.names import NameSpec
    from ilactl.rules.ruletext import RuleText

__all__ = ["Spending"]


class Spending:
    """Spend rules and endings, as far as they are read, each with its place."""

    def __init__(self, building: Building) -> None:
        """Nothing is read yet."""
        self.building = building
        self.spends: list[Placed] = []
        self.endings: list[Placed] = []

    def open_classes(self) -> None:
        """The classes that take the holder's own share; a class holds one unit, whichever rule names it."""
        for file, path, raw in self.building.tables("spend"):
            class_, unit = raw.get("own_class"), raw["unit"]
            held = self.building.class_units.setdefault(class_, unit) if class_ else unit
            if held != unit:
                message = f"the class {class_} holds {held} in another rule, and this rule spends {unit}"
                advice = "name a class of its own for the holder's share"
                file.find(BAD_RULE_VALUE, (*path, "own_class"), message, advice)

    def read(self) -> None:
        """Read the tables; classes and names are known by now."""
        for table in self.building.tables("spend"):
            self._spend(table)
        for table in self.building.tables("ending"):
            self._ending(table)

    def check(self) -> None:
        """Look at what shows across rules. Whoever misses an ending that is at fault is not told twice."""
        whole = len(self.endings) == len(self.building.tables("ending"))
        check_spending(self.spends, self.endings, self._holders(), whole=whole)

    def _holders(self) -> set[str]:
        """The classes that may hold what holders paid in, by themselves or as a conversion led it on."""
        tables = self.building.tables
        paid = {raw["class"] for _, _, raw in tables("contribution") if "own" in _listed(raw["from"])}
        return (
            paid
            | {raw["class"] for _, _, raw in tables("convert")}
            | {s.own_class for _, _, s in self.spends}
        )

    def names(self, unit: str, *, before: bool = False) -> dict[str, NameSpec]:
        """What a spend rule in that unit may name besides what every rule may."""
        building = self.building
        facts = building.declared.course_facts
        return offer_names(unit, building.scales, building.class_units, facts, before=before)

    def grant_names(self, unit: str, at: str | None) -> dict[str, NameSpec]:
        """What a grant for each enrolment may name; one that is given at completion knows how it went."""
        facts = self.building.declared.course_facts
        ended = ending_names([unit], self.building.scales, facts) if at == "completed" else {}
        return {**ended, **self.names(unit)}

    def _spend(self, table: Table) -> None:
        file, path, raw = table
        building, good, unit = self.building, len(file.findings), raw["unit"]
        building.unit(file, path, unit)
        building.days(file, path, raw)
        if unit not in building.scales:
            return
        self._classes(table)
        for key in ("kinds", "order", "requires"):
            _once(file, (*path, key), raw.get(key, ()))
        self._even_last(table)
        early, names = self.names(unit, before=True), self.names(unit)
        only = [
            Only(tuple(one["classes"]), when)
            for i, one in enumerate(raw.get("only", ()))
            if (when := self._condition(file, (*path, "only", i), one, early))
        ]
        refuse = [
            Refusal(when, one["why"])
            for i, one in enumerate(raw.get("refuse", ()))
            if (when := self._condition(file, (*path, "refuse", i), one, names))
        ]
        net = self._number(table, "net", early) if "net" in raw else None
        from_wallet = self._number(table, "from_wallet", names)
        if len(file.findings) > good or from_wallet is None:
            return
        self.spends.append(
            (
                file,
                path,
                Spend(
                    id=raw["id"],
                    title=raw.get("title", ""),
                    kinds=_listed(raw.get("kinds", ())),
                    unit=unit,
                    classes=tuple(raw["classes"]),
                    order=tuple(raw.get("order", ORDERS)),
                    only=tuple(only),
                    net=net,
                    from_wallet=from_wallet,
                    refuse=tuple(refuse),
                    requires=tuple(raw.get("requires", REQUIRED)),
                    payee=raw.get("payee", "provider"),
                    own_class=raw.get("own_class", ""),
                    round=raw.get("round") or "half_up",
                    valid_from=parse_date(raw.get("valid_from", "")),
                    valid_until=parse_date(raw.get("valid_until", "")),
                    law=raw.get("law", ""),
                    source=file.source(path),
                    usable_at=raw.get("usable_at") or "enrolled",
                ),
            )
        )

    def _classes(self, table: Table) -> None:
        """The classes that may pay are there and hold the rule's unit; `only` is of some of them."""
        file, path, raw = table
        self.building.class_names(table, "classes")
        _once(file, (*path, "classes"), raw["classes"])
        for i, class_ in enumerate(raw["classes"]):
            held = self.building.class_units.get(class_, raw["unit"])
            if held != raw["unit"]:
                message = f"the class {class_} holds {held}, the rule spends {raw['unit']}"
                file.find(BAD_RULE_VALUE, (*path, "classes", i), message)
        for i, one in enumerate(raw.get("only", ())):
            for n, class_ in enumerate(_listed(one["classes"])):
                if class_ not in raw["classes"]:
                    at = (*path, "only", i, "classes", n)
                    self.building.unknown(file, at, "class", class_, raw["classes"], "classes of this rule")

    def _even_last(self, table: Table) -> None:
        file, path, raw = table
        order = raw.get("order", ())
        if TOGETHER in order[:-1]:
            message = f"what comes after {TOGETHER} decides nothing: lots alike by then are drawn together"
            at = (*path, "order", order.index(TOGETHER))
            file.find(BAD_RULE_VALUE, at, message, f"write {TOGETHER} last, or leave it out")

    def _condition(
        self, file: RuleText, path: Path, raw: Mapping[str, Any], names: Mapping[str, NameSpec]
    ) -> Checked | None:
        return self.building.expression(file, (*path, "when"), raw.get("when", "TRUE"), "bool", beside=names)

    def _number(self, table: Table, key: str, names: Mapping[str, NameSpec]) -> Checked | None:
        """An amount of the rule's unit that may come out below zero: that counts as zero."""
        file, path, raw = table
        text = raw.get(key, "LEAST(net, eligible, wallet)")
        at = (*path, key)
        number = self.building.expression(file, at, text, "number", raw["unit"], beside=names)
        if number:
            self.building.rounding(file, at if key in raw else path, raw, number)
        return number

    def _ending(self, table: Table) -> None:
        file, path, raw = table
        building, good = self.building, len(file.findings)
        building.days(file, path, raw)
        units = self._units(table)
        names = ending_names(units, building.scales, building.declared.course_facts)
        grace = self._grace(table)
        rows = [self._row(file, (*path, "row", i), one, names) for i, one in enumerate(raw["row"])]
        if len(file.findings) > good:
            return
        self.endings.append(
            (
                file,
                path,
                Ending(
                    id=raw["id"],
                    title=raw.get("title", ""),
                    spends=_listed(raw.get("spends", ())),
                    rows=tuple(row for row in rows if row),
                    grace=grace,
                    round=raw.get("round", "half_up"),
                    valid_from=parse_date(raw.get("valid_from", "")),
                    valid_until=parse_date(raw.get("valid_until", "")),
                    law=raw.get("law", ""),
                    source=file.source(path),
                ),
            )
        )

    def _units(self, table: Table) -> list[str]:
        """The units of the spend rules it ends, each of which is there."""
        file, path, raw = table
        spends = {one["id"]: one["unit"] for _, _, one in self.building.tables("spend")}
        named = _listed(raw.get("spends", ()))
        _once(file, (*path, "spends"), named)
        alone = "used" in file.raw  # a kept text has no other rule beside it
        for i, spend in enumerate(named):
            if spend not in spends and not alone:
                at = (*path, "spends", i) if isinstance(raw["spends"], list) else (*path, "spends")
                self.building.unknown(file, at, "spend rule", spend, spends, "the rule files")
        return [unit for spend, unit in spends.items() if not named or spend in named]

    def _grace(self, table: Table) -> Term | None:
        file, path, raw = table
        grace = parse_term(raw["grace"]) if raw.get("grace") is not None else None
        if raw.get("grace") is not None and (grace is None or grace.kind != "length"):
            message = f"grace {raw['grace']!r} is no length of time"
            file.find(BAD_RULE_VALUE, (*path, "grace"), message, "write a length such as 30 days")
        return grace

    def _row(
        self, file: RuleText, path: Path, raw: Mapping[str, Any], names: Mapping[str, NameSpec]
    ) -> EndingRow | None:
        _once(file, (*path, "on"), _listed(raw["on"]))
        when = self._condition(file, path, raw, names)
        provider = self._share(file, (*path, "provider"), raw["provider"], names)
        of = {
            class_: self._share(file, (*path, "provider_of", class_), text, names)
            for class_, text in raw.get("provider_of", {}).items()
        }
        for key in ("rest_of", "provider_of"):
            for class_ in raw.get(key, {}):
                if class_ not in self.building.class_units:
                    where = "the grants and contributions"
                    known = self.building.class_units
                    self.building.unknown(file, (*path, key, class_), "class", class_, known, where)
        rest, rest_of = raw.get("rest", "wallet"), raw.get("rest_of", {})
        if of and "held" in (rest, *rest_of.values()):
            message = "provider_of says shares by class, so nothing of this row can stay held"
            advice = 'leave provider_of out, or write another rest than "held"'
            file.find(BAD_RULE_VALUE, (*path, "provider_of"), message, advice)
        if when is None or provider is None or any(share is None for share in of.values()):
            return None
        shares = {class_: share for class_, share in of.items() if share}
        return EndingRow(_listed(raw["on"]), when, provider, rest, dict(rest_of), shares, raw.get("why", ""))

    def _share(self, file: RuleText, path: Path, text: str, names: Mapping[str, NameSpec]) -> Checked | None:
        """A share of what was reserved: never below 0, never above 1."""
        share = self.building.expression(file, path, text, "number", beside=names)
        bounds = share.lowered if share else None
        if isinstance(bounds, Ratio) and not 0 <= bounds.lo <= bounds.hi <= 1:
            message = f"the share can be {'below 0' if bounds.lo < 0 else 'above 1'}"
            advice = "write 0.05 for 5 percent, or keep it between with LEAST(1, GREATEST(0, ...))"
            file.find(BAD_RULE_VALUE, path, message, advice, into=0)
            return None
        return share


def _listed(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _once(file: RuleText, path: Path, said: Any) -> None:
    """A list names each thing once."""
    words = _listed(said)
    for i, word in enumerate(words):
        if word in words[:i]:
            message = f"{path[-1]} names {word} twice"
            file.find(DOUBLED_RULE, (*path, i), message, "name each once")
