"""The prose of `ilactl help facts`: examples, when a fact is read, what makes it unknown."""

from __future__ import annotations

__all__ = [
    "BEGINNING",
    "DECLARING",
    "EXAMPLES",
    "FAMILIES",
    "GIVING",
    "MEANINGS",
    "SENSITIVE",
    "UNKNOWN",
    "WHEN",
]

BEGINNING = """\
An expression of a rule (when, amount, limit, rate ...) names facts: of the person, of the wallet,
of a lot, of an enrolment. This page lists every name. 'ilactl rules show RULE' lists those that a rule reads,
'ilactl explain PERSON --due' what each was for one person, 'ilactl rules try --set NAME=VALUE'
what a rule makes of them. A name that is not here, or not declared, is refused with the nearest
one that is.

Values are exact. Numbers have no unit but that of what they count; sums of a class are in the
class's unit, with that unit's decimals."""

FAMILIES: dict[str, tuple[str, str]] = {
    "state": (
        "States: what is true of a person since when",
        "A state holds from the valid_from of its row until the next row. Built-in states are columns of\n"
        "persons.csv; declared ones stand in its column facts, sensitive ones in identities.csv. Each may\n"
        "be asked plainly (on the day facts are read), on the period's first or last day, and, where it\n"
        "is a bool, whether it ever held in the period. groups is asked with in_group('name') alone.",
    ),
    "figure": (
        "Figures: what adds up over a span",
        "The sum of the rows of figures.csv that lie within the grant's period, over all sources.",
    ),
    "birth": (
        "Age and period",
        "Ages count by calendar: whoever was born on 29 February becomes older on 1 March.",
    ),
    "value": (
        "Dated values",
        "A number of the law that changes by date, declared once under [values]. It is the one that holds\n"
        "on the day facts are read.",
    ),
    "sum": (
        "Sums of the wallet, by class",
        "Each class that a rule opens has these, in the class's unit; here it is own. They are as of the\n"
        "moment the rule is decided: a rule sees what earlier ones of the same run gave, as if booked.\n"
        "They are never unknown: where nothing is, they are 0.",
    ),
    "lot": (
        "Of a lot: in when of [[amend]], [[convert]] and [[closing]] alone",
        "They are asked of each lot in turn.",
    ),
    "paid": (
        'Of a contribution: with every = "contribution" alone',
        "The payment that is matched. Facts are read on its day.",
    ),
    "course": (
        'Of a course: in [[spend]], [[ending]] and grants with every = "enrolment" alone',
        "Read from courses.csv, runs.csv and relevance.csv as they hold on the day of enrolling, or of the\n"
        "step. A fact of kind course stands in the column facts of courses.csv.",
    ),
    "offer": (
        'Of an offer: in [[spend]] and grants with every = "enrolment" alone',
        "Those that count days may stand in [[ending]], too. usable is asked by class; wallet and usable\n"
        "are not known yet to net and only, and neither is net.",
    ),
    "step": (
        "Of a step: in [[ending]], and in grants that are given at completion",
        "What the step says, and what earlier steps of the enrolment recorded.",
    ),
}
"""Where values come from: the heading, and what holds for all names under it."""

EXAMPLES: dict[str, str] = {
    "isced_level": "isced_level <= 3",
    "labour_status": "labour_status IN ('employed', 'self_employed')",
    "work_share": "500.00 * work_share",
    "employer": "employer IS NOT NULL",
    "region": "region = 'North'",
    "groups": "in_group('carers')",
    "low_qualified": "CASE WHEN low_qualified THEN 800.00 ELSE 500.00 END",
    "at_start.low_qualified": "at_start.low_qualified",
    "at_end.labour_status": "at_end.labour_status = 'employed'",
    "ever.low_qualified": "ever.low_qualified",
    "applied_on": "applied_on <= DATE '2026-03-31'",
    "sector": "sector = 'care'",
    "hours_worked": "2 * hours_worked >= 1607",
    "age": "age BETWEEN 25 AND 64",
    "at_start.age": "at_start.age >= 18",
    "at_end.age": "at_end.age < 67",
    "birth_year": "birth_year >= 1990",
    "birth_date": "birth_date < DATE '2000-01-01'",
    "period_year": "period_year >= 2026",
    "value.yearly": "value.yearly * work_share",
    "balance.own": "LEAST(500.00, GREATEST(0.00, 5000.00 - balance.own))",
    "held.own": "balance.own + held.own < 5000.00",
    "granted_period.own": "granted_period.own = 0",
    "granted_ever.own": "granted_ever.own < 5000.00",
    "contributed_period.own": "contributed_period.own / 2",
    "contributed_ever.own": "contributed_ever.own >= 25.00",
    "lot.amount": "lot.amount < 10.00",
    "lot.class": "lot.class = 'own'",
    "lot.rule": "lot.rule = 'base'",
    "lot.source": "lot.source = 'fund:state'",
    "lot.booked_on": "lot.booked_on < DATE '2024-05-01'",
    "lot.expires_on": "lot.expires_on < DATE '2026-01-01'",
    "contribution": "contribution / 2",
    "price": "LEAST(price / 2, 1000.00)",
    "eligible": "LEAST(net, eligible, wallet)",
    "course": "course = 'C12'",
    "course_kind": "course_kind IN ('training', 'exam')",
    "provider": "provider <> 'O7'",
    "eqf_level": "eqf_level >= 4",
    "ects": "100.00 * ects",
    "hours": "LEAST(50.00 * hours, price)",
    "field": "field IN ('0611', '0613')",
    "cycle": "COALESCE(cycle = 'short', FALSE)",
    "mode": "mode = 'distance'",
    "time_of_day": "time_of_day = 'evening'",
    "starts_on": "starts_on <= DATE '2026-12-31'",
    "ends_on": "ends_on <= DATE '2027-06-30'",
    "course_days": "course_days > 90",
    "in_demand": "NOT in_demand",
    "listed": "listed",
    "net": "LEAST(net, wallet)",
    "wallet": "LEAST(net, wallet)",
    "usable.own": "usable.own < net",
    "prepaid": "prepaid >= price",
    "enrolled_on": "enrolled_on < DATE '2027-01-01'",
    "days_to_start": "days_to_start > 60",
    "working_days_to_start": "working_days_to_start > 7",
    "enrolments_open": "enrolments_open >= 3",
    "enrolments_year": "enrolments_year >= 1",
    "last_of_kind": "COALESCE(last_of_kind >= DATE '2024-01-01', FALSE)",
    "days_since_last": "COALESCE(days_since_last < 365, FALSE)",
    "years_since_last": "COALESCE(years_since_last < 5, FALSE)",
    "step": "step = 'started'",
    "cancelled_by": "cancelled_by = 'provider'",
    "force_majeure": "force_majeure",
    "new_date": "cancelled_by = 'provider' AND NOT new_date",
    "attendance": "CASE WHEN attendance >= 0.80 THEN 1 ELSE attendance END",
    "elapsed": "COALESCE(attendance, elapsed)",
    "result": "COALESCE(result <> 'failed', TRUE)",
    "certified": "certified",
    "started": "NOT started",
    "days_since_enrolled": "days_since_enrolled <= 14",
    "working_days_since_enrolled": "working_days_since_enrolled <= 11",
    "paid_share": "GREATEST(paid_share, 0.25)",
}
"""An expression for each name."""

MEANINGS: dict[str, str] = {
    "low_qualified": "a state that [facts] declares as bool",
    "at_start.low_qualified": "any state, on the period's first day",
    "at_end.labour_status": "any state, on the period's last day, or on the due date if that is earlier",
    "ever.low_qualified": "any bool state: true on any day of the period up to the due date",
    "applied_on": "a state that [facts] declares as date",
    "sector": "a state that [facts] declares as text",
    "hours_worked": "a figure that [facts] declares, summed over the period",
    "at_end.age": "age on the period's last day, or on the due date if that is earlier",
    "value.yearly": "a dated value that [values] declares",
    "listed": "a fact of courses that [facts] declares with kind course",
}
"""What stands for more than its own name."""

WHEN = """\
Never on the day of the run: a late run gives the same. States, ages and dated values are read
on the day that facts_on says: period-start, period-end, due or MM-DD; where a rule says
nothing, on the due date or the period's end, whichever is earlier. Amendments and conversions
read on the day their on says, closings on their due, a match of each contribution on the
contribution's day, what an enrolment brings on the day of the step (facts_on = "started": on
the day the course began for the person).

What was recorded late counts: a row of today with valid_from in the past is true of that past.
What is booked already does not change by it; 'ilactl topup --review' shows what would."""

UNKNOWN = """\
- A state that no row tells up to that day, or whose cell is empty, and that has no default.
- ever.x: where it is true on no day and unknown on one.
- A figure without a row in the period and without a default; one with a row that crosses the
  period's edge; a sum that is not of the figure's type.
- age, birth_year, birth_date: where identities.csv has no birth date, or the person was erased.
- value.x: before its first day.
- lot.expires_on: where the lot has no end.
- What a course or its run does not say; days to a start where there is no run with dates.
- attendance and result before they are recorded; last_of_kind where there is none.
- Any number divided by one that is not above zero.

A rule that meets an unknown fact is undecided: nothing is booked, no key is taken, the person
is counted and named. COALESCE(x, y) decides, and so does a default; 'ilactl help rules' says
how unknown spreads."""

DECLARING = """\
[facts] of a rule file declares what a scheme asks beyond the built-in states. A name is made of
small letters, digits and underscores; columns of the registers and words of SQL are taken.

kind = "state"    holds until the next row; any type
kind = "figure"   belongs to a span and adds up; integer or decimal
kind = "course"   of an opportunity, not of a person: in the facts of courses.csv
type              bool, integer, decimal(DIGITS,DECIMALS), text or date
default           what holds where nothing is recorded; without it the fact is unknown
min               the least number; 0 where it is not given
values            the only texts there are
sensitive         true: it stands in identities.csv

For example:"""

GIVING = """\
- ilactl person update ID --set low_qualified=true --from 2026-03-01
- ilactl person update ID --figure hours_worked=1607 --span 2026
- a column of that name in a file for 'ilactl person import'
- by hand in persons.csv or figures.csv, taken in with 'ilactl adopt'"""

SENSITIVE = """\
A fact with sensitive = true (health, origin, a conviction) stands in identities.csv beside the
name: out of version control, never in the log, gone with the person's erasure, handed to
another agency only with 'ilactl person transfer out --sensitive'. Rules read it like any other.
A figure cannot be sensitive. What a rule made of it, the books tell: a grant that only such
people get says so of them."""
