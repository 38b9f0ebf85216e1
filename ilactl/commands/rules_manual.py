"""The manual of rule files (`ilactl help rules`): prose here, keys and names from what the code declares."""

from __future__ import annotations

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines

__all__ = ["EXAMPLE", "rules_manual"]

EXAMPLE = """\
[facts]
low_qualified   = { kind = "state",  type = "bool", default = "false" }
hours_worked    = { kind = "figure", type = "decimal(9,2)" }
reference_hours = { kind = "state",  type = "decimal(9,2)", default = "1607.00" }

[[cap]]
id = "own"
over = ["own"]
unit = "EUR"
limit = "CASE WHEN ever.low_qualified THEN 8000.00 ELSE 5000.00 END"

[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
when = "hours_worked > 0"
amount = \"\"\"
CASE WHEN 2 * hours_worked >= reference_hours THEN 500.00
     ELSE 500.00 * hours_worked / reference_hours END\"\"\"
round = "up"
caps = ["own"]
order = 1

[[grant]]
id = "supplement"
class = "own"
fund = "fund:esf"
unit = "EUR"
every = "year"
due = "06-15 next"
when = "ever.low_qualified AND 2 * hours_worked >= reference_hours"
amount = "300.00"
caps = ["own"]
order = 2

[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
"""
"""A whole rule file: 500 a year worked half-time or more, in proportion below; more for the low-qualified."""

_BEGINNING = """\
The scheme stands in rules/*.toml; all files together are one scheme, in any order.
Every amount, number and expression stands in quotes: TOML would make it a binary float.
'ilactl rules check' finds everything that is wrong; 'ilactl rules try --set isced_level=2
--set age=40' shows what such a person would get; nothing is booked by either.

Facts are known of a person: states hold until the next row (person update --set), figures
belong to a span and add up (person update --figure hours_worked=1607 --span 2026). Grants put
entitlement of a class into wallets. Caps limit what classes may hold. Contributions say who
else may add. The unit must stand in [units] of ledger.toml, the fund in [funds] there."""

_EXPRESSIONS = """\
numbers      500.00, 3   plain digits; no exponent, no thousands mark
texts        'employed'  in single quotes; true and false as TRUE, FALSE; days as DATE '2026-06-15'
arithmetic   + - * /     exact, as fractions; rounded once, at the end, by the rule's round
comparisons  = <> < <= > >=   BETWEEN x AND y   IN (1, 2)   IS NULL   IS NOT NULL
logic        AND OR NOT
choice       CASE WHEN condition THEN x WHEN ... ELSE y END   (ELSE is needed)
functions    LEAST(x, y)  GREATEST(x, y)  COALESCE(x, y)  in_group('carers')

Only like is compared with like: numbers with numbers, texts with texts. Nothing else is
known: no other function, no cast, no query. An amount must not be able to go below zero:
write GREATEST(0.00, ...), also where a CASE around it sees to it: only the least and greatest
values that types allow are looked at. So is how wide numbers can get: a product that could pass
38 digits is refused, and LEAST(x, y) around the large part bounds it. Where an amount can have
more decimals than its unit, say how to round: up (away from zero), down, half_up."""

_UNKNOWN = """\
A fact that is not recorded and has no default is unknown. A rule that meets an unknown fact is
undecided: nothing is booked, no key is taken, the top-up counts and names the person, and
'ilactl explain PERSON --due' names the fact. It can be granted as soon as the fact is known.
Unknown spreads through arithmetic, comparisons, CASE, LEAST and GREATEST. What does not matter
does not spread: FALSE AND unknown is false, TRUE OR unknown is true. COALESCE(x, y) decides: y
where x is unknown. A divisor that is not above zero makes the result unknown, too."""

_PERIODS = """\
every = "year"   one grant a calendar year; the period is 2026
every = "month"  one a month; the period is 2026-03
every = "once"   one ever; the period is ever
due = "06-15"         on 15 June of the period's year
due = "06-15 next"    on 15 June of the year after: in arrears
due = "10", "10 next" for months: on the 10th of the month, or of the next
due = "2020-12-31"    for once: on that day; "01-01": looked at every 1 January until given

A top-up looks at each rule's newest period whose due date has come by --on. Earlier periods
that nobody was granted are listed as missed, and booked with --period 2025. Facts are read as
they hold on the earlier of due date and period end, or on the day facts_on says; never on the
day of the run, so a late run gives the same. at_start.x and at_end.x read a state on the
period's first and last day, ever.x is true if it was true on any day (no day after the due
date counts). A figure is the sum of the rows that lie within the period; a row that crosses
its edge makes the figure unknown.

Rules due on the same day are decided in their order, then by id; each sees what earlier ones
gave, as if booked. Rule, period and person are a grant's key: it is given once, whatever the
version. A fact that comes after the next due date is granted with --period."""

_CAPS = """\
A cap's room is its limit less what its classes hold now, reserved amounts included unless
counts_reserved = false. A grant that meets several caps gets the least room. What a cap cuts
is booked, too: with what was credited (down to 0.00) and what was due; it is never caught up.
The limit may depend on the person. Two grants under one cap need an order."""

_TIERS = """\
Instead of amount a grant may have tiers, alternatives of one fund. The first whose when holds
gives the amount; an undecided one ends the search. In TOML a key below [[grant.tier]] belongs
to the tier, so write round, caps, order and the like above the first one:

  [[grant.tier]]
  when = "isced_level <= 2"
  amount = "800.00"
  [[grant.tier]]
  amount = "500.00\""""

_VERSIONS = """\
When the law changes, end the version with valid_until = "2027-01-01" (the first day on which it
no longer holds) and write a new [[grant]] with the same id and valid_from = "2027-01-01". A
period is governed by the version in force on its due date or its last day, if that is earlier.
A version that has booked something cannot be changed or taken out; its text is kept in
rules/used/. A title, a comment, an order, a valid_until, or a later dated value is no change.

Dated values change by date without a new version:

  [values]
  yearly = [{ from = "2025-01-01", value = "500.00" }, { from = "2027-01-01", value = "520.00" }]

An expression names it value.yearly; it is read on the same day as the facts."""


def rules_manual() -> Answer:
    """The whole language on one page."""
    names = _name_rows()
    columns = (Col("name"), Col("meaning"))
    blocks: list[Block] = [
        *_prose("Rule files", _BEGINNING),
        *_prose("A whole one", EXAMPLE),
        *_tables(),
        *_prose("Expressions", _EXPRESSIONS),
        *_prose("Unknown facts", _UNKNOWN),
        Heading("Names"),
        Grid(columns, names),
        *_prose("Periods, due dates, and when facts are read", _PERIODS),
        *_prose("Caps", _CAPS),
        *_prose("Tiers", _TIERS),
        *_prose("Versions and dated values", _VERSIONS),
    ]
    return Answer("ilactl.help.rules/1", rows=names, columns=columns, blocks=blocks)


def _prose(title: str, text: str) -> list[Block]:
    return [Heading(title), Lines(text.rstrip("\n").split("\n"))]


def _tables() -> list[Block]:
    from ilactl.rules.files import tables

    columns = (Col("key"), Col("default"), Col("meaning"))
    blocks: list[Block] = []
    for header, model in tables().items():
        rows: list[dict[str, Cell]] = []
        for name, field in model.model_fields.items():
            default = (
                "needed" if field.is_required() else _default(field.get_default(call_default_factory=True))
            )
            rows.append({"key": field.alias or name, "default": default, "meaning": field.description or ""})
        said = (model.__doc__ or "").partition(": ")[2].strip()
        blocks += [Heading(f"{header}: {said}"), Grid(columns, rows)]
    return blocks


def _default(value: object) -> str:
    if value is None or value == "" or value == []:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name_rows() -> list[dict[str, Cell]]:
    """Built-in names, and how the declared ones are written."""
    from datetime import date
    from fractions import Fraction

    from ilactl.rules.model import DatedValue, FactSpec
    from ilactl.rules.names import built_in_facts, catalogue
    from ilactl.rules.values import fact_type

    number, flag = fact_type("decimal(9,2)"), fact_type("bool")
    assert number is not None
    assert flag is not None
    declared = {
        "FIGURE": FactSpec("FIGURE", "figure", number, title="a figure that [facts] declares"),
        "STATE": FactSpec("STATE", "state", flag, title="a state that [facts] declares"),
    }
    values = {"NAME": DatedValue("NAME", ((date.min, Fraction(1)),))}
    specs = catalogue({**built_in_facts(), **declared}, values, {"CLASS": "unit"}, {"unit": 2})
    hidden = {f"{moment}.{name}" for name in built_in_facts() for moment in ("at_start", "at_end")}
    return [
        {"name": spec.name, "meaning": spec.meaning.removesuffix(" (unit)")}
        for spec in specs.values()
        if spec.name not in hidden
    ]
