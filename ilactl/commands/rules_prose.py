"""The prose of `ilactl help rules`: what the tables of keys and names cannot say."""

from __future__ import annotations

__all__ = [
    "BEGINNING",
    "BUDGETS",
    "CAPS",
    "EXAMPLE",
    "EXPRESSIONS",
    "GIVING",
    "LAWS",
    "LOTS",
    "MATCHES",
    "PERIODS",
    "RUN",
    "TIERS",
    "UNKNOWN",
    "VERSIONS",
]

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

BEGINNING = """\
The scheme stands in rules/*.toml; all files together are one scheme, in any order.
Every amount, number and expression stands in quotes: TOML would make it a binary float.
'ilactl rules check' finds everything that is wrong; 'ilactl rules try --set isced_level=2
--set age=40' shows what such a person would get; nothing is booked by either.

Facts are known of a person: states hold until the next row (person update --set), figures
belong to a span and add up (person update --figure hours_worked=1607 --span 2026). Grants put
entitlement of a class into wallets. Caps limit what classes may hold. Contributions say who
else may add. The unit must stand in [units] of ledger.toml, the fund in [funds] there."""

EXPRESSIONS = """\
numbers      500.00, 3   plain digits; no exponent, no thousands mark
texts        'employed'  in single quotes; true and false as TRUE, FALSE; days as DATE '2026-06-15'
arithmetic   + - * /     exact, as fractions; rounded once, at the end, by the rule's round
comparisons  = <> < <= > >=   BETWEEN x AND y   IN (1, 2)   IS NULL   IS NOT NULL
logic        AND OR NOT
choice       CASE WHEN condition THEN x WHEN ... ELSE y END   (ELSE is needed)
functions    LEAST(x, y)  GREATEST(x, y)  COALESCE(x, y)  in_group('carers')

Only like is compared with like: numbers with numbers, texts with texts. A share goes
from 0 to 1: attendance >= 0.80, not 80. Nothing else is known: no other function, no cast, no
query. An amount must not be able to go below zero: write GREATEST(0.00, ...), also where a CASE
around it sees to it: only the least and greatest values that types allow are looked at. So is
how wide numbers can get: a product that could pass 38 digits is refused, and LEAST(x, y) around
the large part bounds it. Where an amount can have more decimals than its unit, say how to round:
up (away from zero), down, half_up."""

UNKNOWN = """\
A fact that is not recorded and has no default is unknown. A rule that meets an unknown fact is
undecided: nothing is booked, no key is taken, the top-up counts and names the person, and
'ilactl explain PERSON --due' names the fact. It can be granted as soon as the fact is known.
Unknown spreads through arithmetic, comparisons, CASE, LEAST and GREATEST. What does not matter
does not spread: FALSE AND unknown is false, TRUE OR unknown is true. COALESCE(x, y) decides: y
where x is unknown. A divisor that is not above zero makes the result unknown, too."""

PERIODS = """\
every = "year"   one grant a calendar year; the period is 2026
every = "month"  one a month; the period is 2026-03
every = "once"   one ever; the period is ever
every = "6 years"    again when six years have passed since it was last due to this person
every = "exhausted + 5 years"  again five years after the last cent of what it gave was used
every = "contribution"  one for each contribution into the classes that matches names
due = "06-15"         on 15 June of the period's year
due = "06-15 next"    on 15 June of the year after: in arrears
due = "10", "10 next" for months: on the 10th of the month, or of the next
due = "2020-12-31"    for once: on that day; "01-01": looked at every 1 January until given
starts = "09-01"      for years: the period 2026 runs from 1 September 2026 to 31 August 2027

A length (6 years, 18 months) and exhausted look at people on fixed days: due = "01-01" every
1 January, due = "01" every first of a month; a length also due = "2020-06-01" and every six years
after it. The period is that day; what it adds up reaches back as long as the length.

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

CAPS = """\
A cap's room is its limit less what its classes hold now, reserved amounts included unless
counts_reserved = false. A grant that meets several caps gets the least room. What a cap cuts
is booked, too: with what was credited (down to 0.00) and what was due; it is never caught up.
The limit may depend on the person. Two grants under one cap need an order.

measure = "balance"   what the classes hold now: spending makes room for later grants
measure = "granted"   what was granted to them, less what was taken back: spending makes no room
  window = "ever"     all of it: a limit on a lifetime
  window = "period"   for the grant's own period
  window = "year"     for the same calendar year: of the period, or of the due date where it has none
  window = "3 years"  in the three years that end on the due date
  window = [{ from = "2019-01-01", to = "2022-12-31" }, { from = "2023-01-01", to = "2026-12-31" }]

Each grant counts on the day it fell due, whenever it was booked. A due date in none of the listed
windows leaves a grant undecided: nothing is booked. Contributions are no grants; a balance counts
them where the cap is over their class."""

TIERS = """\
Instead of amount a grant may have tiers, alternatives of one fund. The first whose when holds
gives the amount; an undecided one ends the search. In TOML a key below [[grant.tier]] belongs
to the tier, so write round, caps, order and the like above the first one:

  [[grant.tier]]
  when = "isced_level <= 2"
  amount = "800.00"
  [[grant.tier]]
  amount = "500.00\""""

VERSIONS = """\
When the law changes, end the version with valid_until = "2027-01-01" (the first day on which it
no longer holds) and write a new [[grant]] with the same id and valid_from = "2027-01-01". A
period is governed by the version in force on its due date or its last day, if that is earlier.
A version that has booked something cannot be changed or taken out; its text is kept in
rules/used/. A title, a comment, an order, a valid_until, or a later dated value is no change.

Dated values change by date without a new version:

  [values]
  yearly = [{ from = "2025-01-01", value = "500.00" }, { from = "2027-01-01", value = "520.00" }]

An expression names it value.yearly; it is read on the same day as the facts."""

LOTS = """\
Each grant, contribution and conversion opens a lot. usable says from when it may be used, expires
until when, unused where what is left then goes (expired, funder, pool). They are read from the
lot's start: the day it fell due, for a contribution the day it was booked; never the day of the
run. What is reserved does not expire.

  2025-12-31                   that day
  12-31, 12-31 next            the first 31 December from the start on; next: the one after it
  14 months, 2 years, 90 days  so long after the start
  24 months after first use    so long after something was first reserved from the lot: booked with it
  age 65, age 65 year-end      the day before the 65th birthday; 31 December of that year
  never                        no end

expires may be a list: the earliest holds. An age needs the birth date: without it a grant is
undecided. Expiry is booked by the next top-up or by 'ilactl expire', lot by lot, before anything is
granted on a later due date, so that what has ended takes no room under a cap."""

MATCHES = """\
A match within a year, trued up as money comes in (half of it, at most 500 a year):

  [[cap]]
  id = "matched"
  over = ["matched"]
  measure = "granted"
  window = "period"
  unit = "EUR"
  limit = "500.00"

  [[grant]]
  id = "match"
  class = "matched"
  fund = "fund:state"
  unit = "EUR"
  every = "year"
  due = "01-01"
  facts_on = "period-end"
  amount = "contributed_period.paid_in / 2"
  round = "down"
  true_up = true
  caps = ["matched"]

With true_up a run books what is due by now less what was due before; less is never booked by a
run, only by 'ilactl topup --correct'. The year before is looked at, too, for what came in late.
Own money that unlocks: when = "contributed_period.own_money >= 25". A match of each payment by
itself: every = "contribution", matches = ["paid_in"], amount = "contribution / 2"; there
contribution is the payment's amount, and facts are read on its day."""

GIVING = """\
A contribution opens a lot of its own. earmarks lists what its giver may tie it to (kind, course,
field), use_by whether they may or must set its last day. unused = "funder" returns what is left to
whoever paid. Given with 'ilactl contribution add --earmark course:C12 --use-by 2027-06-30' or the
columns earmark and use_by of an import. Laws change by version: an older version without earmarks
refuses them."""

LAWS = """\
What a law does to lots that are there. classes and rules choose lots, when chooses persons and, with
lot.amount, lot.class, lot.rule, lot.source, lot.booked_on, lot.expires_on, single lots. Facts are
read on the day the law names. Each is carried out once by the next top-up or 'ilactl expire'.

  [[amend]]                      # new terms for lots that started by that day
  id = "no_end"
  on = "2024-05-01"
  rules = ["support"]
  expires = "never"
  revive = true                  # what had expired of them comes back

  [[convert]]                    # what lots hold becomes another unit or class
  id = "hours_to_eur"
  on = "2019-01-01"
  classes = ["hours"]
  rate = "15.00"                 # of the new unit for one of the old
  class = "own"
  unit = "EUR"

  [[closing]]                    # wallets that are closed keep nothing but what is reserved
  id = "pensioners"
  due = "01-01"                  # looked at every 1 January
  when = "labour_status = 'retired' AND age >= 67"
  unused = "pool"

A conversion takes all that the lots hold on that day and whatever comes to them later; the new lot
keeps the period and, unless usable or expires say otherwise, the terms of the old. A closing
takes the lots that were there on the day it looks; facts are read on it. The sum of a conversion is
rounded once and shared out over the lots. Where lot.expires_on is unknown there is no end."""

BUDGETS = """\
  [[budget]]
  id = "round"
  unit = "EUR"
  window = [{ from = "2026-03-01", to = "2026-03-31", amount = "32000000.00" }]
  order = "first-come"
  by = "applied_on"              # a state of type date: who applied earlier comes first

A grant with budget = "round" spends it while its due date lies in a window. The first for whom what
is left does not suffice, and all after, are refused: nothing is booked, no key is taken. Without by,
and among equals, the person's id decides. order = "lottery" with seed = "a published text" draws
lots: the order of SHA-256 over the seed, a line feed and the person's id, in hexadecimal."""

RUN = """\
A top-up walks the due dates up to --on, oldest first. At each: amendments, conversions, expiry,
grants by order, recovery of what is owed, closings. On its own day laws and expiry come once more.

What is booked stays, also where a fact comes in late. 'ilactl topup --review' replays every wallet
year by year with today's facts and each year's rules, spending as it was, and shows what would come
out differently; --correct --why TEXT books it. A smaller grant gives back what a cap cut in another
year. What a lot cannot bear is owed, and recovered from what public funds grant later."""
