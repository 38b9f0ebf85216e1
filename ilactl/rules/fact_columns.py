"""Facts in SQL: the same readings as `ilactl/rules/facts.py`, for everybody at once.

Each name an occasion uses becomes one column of the table `facts_wide`: integers for numbers (at
the name's scale), booleans, dates, text; NULL is unknown. SQL here is made of checked names and
quoted literals only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from msgspec import Struct, field

from ilactl.dates import Span
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.rules.facts import window_of
from ilactl.rules.model import FactSpec, Scheme
from ilactl.rules.names import BUILT_IN, MOST_MINOR, NameSpec
from ilactl.rules.periods import Occasion
from ilactl.rules.values import FactType, Value

__all__ = ["FactColumns", "day_sql"]


def day_sql(day: date) -> str:
    """A date literal."""
    return f"DATE '{day.isoformat()}'"


class FactColumns(Struct):
    """Collects the columns that a run's expressions need, each computed once however often it is used."""

    scheme: Scheme
    columns: dict[str, str] = field(default_factory=dict)
    state_days: dict[tuple[str, date], str] = field(default_factory=dict)
    windows: dict[Span, str] = field(default_factory=dict)
    figures: dict[tuple[str, Span], str] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)
    """Numbers that are the same for everybody: no column is spent on them."""
    births: bool = False
    """Whether anything asks for a birth date."""
    states: dict[str, FactSpec] = field(default_factory=dict)
    """The states that are asked for; no other is read."""

    def column_for(self, occasion: Occasion, spec: NameSpec) -> str:
        """The SQL expression of a name's column for the occasion, as `facts_wide` will give it.

        A constant stands for itself.
        """
        sql = self._sql(occasion, spec)
        if sql in self.constants:
            return sql
        for name, known in self.columns.items():
            if known == sql:
                return name
        name = f"f{len(self.columns)}"
        self.columns[name] = sql
        return name

    def _sql(self, occasion: Occasion, spec: NameSpec) -> str:
        if spec.family == "state":
            return self._state(occasion, spec)
        if spec.family == "figure":
            alias = self.figures.setdefault((spec.of, occasion.span), f"g{len(self.figures)}")
            default = self.scheme.facts[spec.of].default
            nothing = _constant(default, spec.scale)
            return (
                f"CASE WHEN {alias}.inside IS NULL THEN {nothing} WHEN {alias}.inside THEN {alias}.total END"
            )
        if spec.family == "value":
            value = self.scheme.values[spec.of].on(occasion.facts_on)
            sql = _constant(value, spec.scale)
            if isinstance(value, Fraction):
                self.constants.add(sql)
            return sql
        self.births = self.births or spec.of != "period_year"
        return _birth(occasion, spec)

    def _state(self, occasion: Occasion, spec: NameSpec) -> str:
        fact = self.states[spec.of] = self.scheme.facts[spec.of]
        if spec.moment == "ever":
            window = window_of(occasion)
            alias = self.windows.setdefault(window, f"w{len(self.windows)}")
            return f"{alias}{'i' if fact.sensitive else ''}.{identifier(fact.name)}"
        day = occasion.facts_on
        if spec.moment:
            day = occasion.span.first if spec.moment == "at_start" else window_of(occasion).last
        source = "identities" if fact.sensitive else "states"
        alias = self.state_days.setdefault((source, day), f"s{len(self.state_days)}")
        cell = f"{alias}.{identifier(fact.name)}"
        if fact.default is None:
            return cell
        return f"CASE WHEN {alias}.person IS NULL THEN {_constant(fact.default, spec.scale)} ELSE {cell} END"

    def joins(self) -> list[str]:
        """LEFT JOINs that bring the columns' sources to `people`."""
        parts = ["LEFT JOIN births ON births.person = people.person"] if self.births else []
        for (source, day), alias in self.state_days.items():
            parts.append(f"LEFT JOIN {self._as_of(source, day)} AS {alias} ON {alias}.person = people.person")
        for window, alias in self.windows.items():
            for source, name in (("states", alias), ("identities", f"{alias}i")):
                if self._bools(source):
                    table = self._during(source, window)
                    parts.append(f"LEFT JOIN {table} AS {name} ON {name}.person = people.person")
        for (figure, span), alias in self.figures.items():
            parts.append(
                f"LEFT JOIN {self._figure(figure, span)} AS {alias} ON {alias}.person = people.person"
            )
        return parts

    def cells_read(self, source: str) -> list[str]:
        """The columns of a register that the facts asked for stand in."""
        facts = self._facts_of(source)
        named = [fact.name for fact in facts if fact.name in BUILT_IN]
        return [*named, "facts"] if len(named) < len(facts) else named

    def _facts_of(self, source: str) -> list[FactSpec]:
        sensitive = source == "identities"
        return [fact for fact in self.states.values() if fact.sensitive == sensitive]

    def _bools(self, source: str) -> list[FactSpec]:
        return [fact for fact in self._facts_of(source) if fact.type.name == "bool"]

    def _cells(self, source: str) -> str:
        return ", ".join(f"{_cell(fact)} AS {identifier(fact.name)}" for fact in self._facts_of(source))

    def _as_of(self, source: str, day: date) -> str:
        """The row in force on the day: greatest valid_from, of equals the later in the file."""
        newest = (
            f"SELECT person, max(nth) AS nth FROM {source} SEMI JOIN {source}_often USING (person)"
            f" WHERE valid_from <= {day_sql(day)} GROUP BY person"
        )
        return (
            f"(SELECT {source}.person, {self._cells(source)} FROM {source}"
            f" LEFT JOIN ({newest}) AS newest ON newest.person = {source}.person"
            f" WHERE valid_from <= {day_sql(day)} AND coalesce(newest.nth, {source}.nth) = {source}.nth)"
        )

    def _during(self, source: str, window: Span) -> str:
        """Per boolean fact: TRUE on any day of the window, else unknown if unknown on any, else FALSE."""
        first, last = day_sql(window.first), day_sql(window.last)
        facts = self._bools(source)
        values = ", ".join(
            f"CASE WHEN bool_or({identifier(f.name)}) THEN TRUE"
            f" WHEN bool_or({identifier(f.name)} IS NULL) THEN NULL"
            f" ELSE FALSE END AS {identifier(f.name)}"
            for f in facts
        )
        cells = ", ".join(f"{_cell(f)} AS {identifier(f.name)}" for f in facts)
        nothing = ", ".join(f"{_constant(f.default, 0)} AS {identifier(f.name)}" for f in facts)
        at_first = f"SELECT person, max(nth) AS nth FROM {source} WHERE valid_from <= {first} GROUP BY person"
        return (
            f"(SELECT person, {values} FROM ("
            f"SELECT {source}.person, {cells} FROM {source} JOIN ({at_first}) AS held USING (person, nth)"
            f" UNION ALL SELECT {source}.person, {cells} FROM {source}"
            f" JOIN (SELECT person, valid_from, max(nth) AS nth FROM {source} WHERE valid_from > {first}"
            f" AND valid_from <= {last} GROUP BY person, valid_from) AS later USING (person, valid_from, nth)"
            f" UNION ALL SELECT person, {nothing} FROM people ANTI JOIN ({at_first}) AS held USING (person)"
            f") GROUP BY person)"
        )

    def _figure(self, figure: str, span: Span) -> str:
        """The sum; not `inside` where a row crosses the span's edge or is no value of the figure's type."""
        kind = self.scheme.facts[figure].type
        scale, (low, high) = kind.scale, _bounds(kind)
        first, last = day_sql(span.first), day_sql(span.last)
        good = f"value BETWEEN {low} AND {high} AND value = round(value, {scale})"
        limit = _plain(Fraction(MOST_MINOR, 10**scale), scale)
        most = f"abs(sum(value)) <= CAST('{limit}' AS DECIMAL(38,{scale}))"
        return (
            f"(SELECT person, bool_and(first >= {first} AND last <= {last} AND {good}) AND {most} AS inside,"
            f" CAST(sum(value) * {10**scale} AS BIGINT) AS total FROM figures"
            f" WHERE figure = {literal(figure)} AND first <= {last} AND last >= {first} GROUP BY person)"
        )


def _constant(value: Value | None, scale: int) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return day_sql(value)
    if isinstance(value, str):
        return literal(value)
    return f"CAST({int(value * 10**scale)} AS BIGINT)"


def _cell(fact: FactSpec) -> str:
    """A fact's cell as a value of its type: the default where it is empty, NULL where it is none of it."""
    kind = fact.type
    if fact.name in BUILT_IN:
        column = identifier(fact.name)
        return f"CAST({column} * {10**kind.scale} AS BIGINT)" if kind.is_number else column
    text = f"nullif(regexp_extract(facts, '(?:^|;){fact.name}=([^;]*)', 1), '')"
    value = _value_of(kind, text)
    if fact.default is None:
        return value
    return f"CASE WHEN {text} IS NULL THEN {_constant(fact.default, kind.scale)} ELSE {value} END"


def _value_of(kind: FactType, text: str) -> str:
    if kind.name == "bool":
        return f"CASE {text} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
    if kind.name == "date":
        written = f"regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {text} >= '0001'"
        return f"CASE WHEN {written} THEN TRY_CAST({text} AS DATE) END"
    if kind.name == "text":
        return f"CASE WHEN {text} IN ({_list(kind.words)}) THEN {text} END" if kind.words else text
    decimals = f"(\\.[0-9]{{1,{kind.scale}}}0{{0,{18 - kind.scale}}})?" if kind.scale else "(\\.0{1,18})?"
    number = f"TRY_CAST({text} AS DECIMAL(38,{kind.scale}))"
    low, high = _bounds(kind)
    return (
        f"CASE WHEN regexp_full_match({text}, '-?(0|[1-9][0-9]{{0,17}}){decimals}')"
        f" AND {number} BETWEEN {low} AND {high} THEN CAST({number} * {10**kind.scale} AS BIGINT) END"
    )


def _bounds(kind: FactType) -> tuple[str, str]:
    """The least and the greatest value of a number's type."""
    low, high = (
        f"CAST('{_plain(bound, kind.scale)}' AS DECIMAL(38,{kind.scale}))" for bound in (kind.low, kind.high)
    )
    return low, high


def _plain(value: Value, scale: int) -> str:
    minor = int(value * 10**scale) if not isinstance(value, (str, date)) else 0
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def _list(words: Iterable[str]) -> str:
    return ", ".join(literal(word) for word in words)


def _birth(occasion: Occasion, spec: NameSpec) -> str:
    if spec.of == "period_year":
        year = occasion.due_on.year if occasion.period == "ever" else occasion.span.first.year
        return f"CAST({year} AS BIGINT)"
    if spec.of == "birth_date":
        return "births.birth_date"
    if spec.of == "birth_year":
        return "CAST(year(births.birth_date) AS BIGINT)"
    day = occasion.facts_on
    if spec.moment:
        day = occasion.span.first if spec.moment == "at_start" else window_of(occasion).last
    monthday = "month(births.birth_date) * 100 + day(births.birth_date)"
    younger = f"CASE WHEN {monthday} > {day.month * 100 + day.day} THEN 1 ELSE 0 END"
    age = f"{day.year} - year(births.birth_date) - {younger}"
    return (
        f"CASE WHEN births.birth_date IS NULL THEN NULL WHEN {age} < 0 THEN 0 ELSE CAST({age} AS BIGINT) END"
    )
