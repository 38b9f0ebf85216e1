"""The prose of `ilactl help rules` on spending: offers, endings, and what an enrolment itself brings."""

from __future__ import annotations

__all__ = ["BROUGHT", "ENDINGS", "SPENDING", "WORKING_DAYS"]

SPENDING = """\
Who enrols in a course is made an offer by the spend rule in force that day for the course's kind and
the unit of its price. What others pay before the wallet makes net of the price; only keeps classes
out for which a condition does not hold; wallet is what the lots hold that may pay; from_wallet is
what they pay at most: never more than net or than they hold, never below zero. The holder pays the
rest; where payee is employer, the employer bears it. Lots are drawn in order, of equals the older
first. An earmark must fit the course; a lot must be usable and not ended on that day. A move to a
run that costs more draws the difference from the lots that may pay for that run, in the same order.

  [[spend]]                       # France: a flat co-payment in the holder's share, with waivers
  id = "training"
  kinds = ["training", "exam"]
  unit = "EUR"
  classes = ["employer", "own"]   # drawn in this order; lots of one class by what comes next in order
  order = ["class", "expiry", "restriction", "age"]
  from_wallet = \"\"\"
  CASE WHEN labour_status = 'unemployed' OR usable.employer > 0.00 THEN LEAST(net, eligible, wallet)
       ELSE LEAST(net - value.copay, eligible, wallet) END\"\"\"
  refuse = [
    { when = "course_kind = 'exam' AND COALESCE(years_since_last < 5, FALSE)", why = "one exam in 5 years" },
    { when = "prepaid >= price", why = "what is paid already is not paid again" },
  ]
  requires = ["quality", "relevance"]
  own_class = "cash"              # the holder's share is booked, too
  valid_from = "2026-01-01"
  law = "CPF: order of 4 December 2025; co-payment of 2026"

Other schemes, by expressions alone:

- a greatest share (Canada): from_wallet = "LEAST(eligible / 2, wallet)", round = "down"
- a co-payment added to a shortfall: "LEAST(net, eligible, wallet) - value.copay"
- at most so much by kind: "LEAST(net, wallet, CASE WHEN course_kind = 'guidance' THEN 1600.00 ELSE net END)"
- a subsidy of the price before the wallet (Singapore): net = "price - LEAST(price * 0.90, 50.00 * hours)"
- lots for listed courses alone: only = [{ classes = ["midcareer"], when = "listed" }], a fact of courses
- claims within 60 days before the start: refuse = [{ when = "days_to_start > 60", why = "..." }]
- a voucher that must not end before the course starts (Flanders): usable_at = "start"
- two halves of a voucher drawn together, by what each holds: order = ["expiry", "even"], without class
- ex post (Upper Austria): payee = "own", and a grant for each enrolment in the class that pays
- paid leave: a spend rule of its own in the unit hour, payee = "employer"

An unknown fact in only, refuse, net or from_wallet refuses the enrolment and is named. Two rules for
the same kind, unit and day are a fault, and so is a rule whose enrolments no ending ends."""

ENDINGS = """\
An ending is one table for cancellation and settlement. At each step it is asked from top to bottom:
the first row of the step whose when holds says what the payee may have so far of what was reserved
(provider: 0 to 1, all steps together), and where the rest goes. The step books the rest at once; the
payee's part stays held until 'ilactl settle' pays it. A share is rounded once on the whole, by round,
and split over the lots by what each reserved: the cents go to the largest remainders, of equals to the
lot drawn first. What is paid in parts adds up, lot by lot, to the split of the whole; what a lot no
longer holds, the others pay.

  rest = "wallet"   released to the lot it came from; has that ended, it expires in the same commit,
                    or lives on as long as grace says. From a lot of this enrolment alone the holder's
                    own money stays in the wallet, free for anything; a grant goes back to its fund
  rest = "pool"     lost to the holder, kept by the scheme
  rest = "funder"   returned to who paid the lot in
  rest = "own"      paid back to the holder
  rest = "held"     kept: a later step decides (an advance, a milestone)

Here own is the holder's account, not a class. rest_of and provider_of say it for lots of one class. The
version in force on the day of enrolling holds for the whole enrolment, whatever the law becomes
meanwhile. The table of the French account by its conditions of use, with an advance for long courses:

  [[ending]]
  id = "standard"
  grace = "30 days"
  law = "CPF: general conditions of use, holders and providers"

  [[ending.row]]
  on = "cancelled"
  when = "cancelled_by = 'provider' AND NOT new_date"
  provider = "0"
  rest_of = { employer = "funder", cash = "own" }
  why = "the provider stops and offers no other date: nothing is lost"

  [[ending.row]]
  on = "cancelled"
  when = "force_majeure OR cancelled_by <> 'holder'"
  provider = "COALESCE(attendance, elapsed, 0)"
  rest_of = { employer = "funder", cash = "own" }
  why = "pro rata of what was held"

  [[ending.row]]
  on = "cancelled"
  when = "NOT started AND (working_days_since_enrolled <= 14 OR working_days_to_start > 7)"
  provider = "0"
  rest_of = { cash = "own" }
  why = "within 14 working days, or more than 7 before the start"

  [[ending.row]]
  on = "cancelled"
  when = "NOT started"
  provider = "0.05"
  rest = "pool"
  rest_of = { cash = "wallet" }
  why = "late: 5 percent to the provider, the holder's money stays as a credit"

  [[ending.row]]
  on = "started"
  when = "course_days > 90"
  provider = "0.25"
  rest = "held"
  why = "an advance for courses of more than three months"

  [[ending.row]]
  on = ["cancelled", "completed"]
  provider = \"\"\"
  CASE WHEN attendance < 0.25 THEN 0.25
       WHEN attendance < 0.80 THEN attendance ELSE 1 END\"\"\"
  rest = "pool"
  why = "by attendance: at least a quarter, all from 80 percent on"

Milestones (Greece) are two rows: on = "completed" with provider = "0.7" and rest = "held", and
on = "certified" with provider = "1". A step without a row changes nothing; where rows for completed or
cancelled are there and none holds, the step is refused, as it is where a row asks for an attendance
that nobody recorded; COALESCE(attendance, 1) takes a completion for attended in full. What was paid
already is not taken back by a smaller share; a provider who got too much is reclaimed from."""

BROUGHT = """\
A grant with every = "enrolment" is given by the enrolment itself, never by a top-up: its lot bears the
earmark enrolment:N, its period is the enrolment, and it is reserved at once. at = "completed" gives it
when the course is completed, and what it gives is the payee's:

  [[grant]]
  id = "refund"
  class = "refund"
  fund = "fund:state"
  unit = "EUR"
  every = "enrolment"
  at = "completed"
  when = "price >= 100.00 AND attendance >= 0.75"
  amount = "LEAST(2000.00, price * CASE WHEN isced_level <= 2 THEN 0.60 ELSE 0.30 END)"
  round = "down"

It may name what a spend rule may, and at completion what an ending may. Facts of the person are read
on the day of the step; at completion, with facts_on = "started", on the day the course began. Its caps
and its budget count as always: a limit over three years is a cap with window = "3 years"."""

WORKING_DAYS = """\
These names may stand in [[spend]], [[ending]] and grants with every = "enrolment", besides all that
any rule may name of a person. Facts of kind course stand in the column facts of courses.csv and are
declared like others: listed = { kind = "course", type = "bool", default = "false" }.

Days are counted from the one day, which does not count, to the other, which does: on the eve of the
start days_to_start is 1. Working days are those of Monday to Friday that are no public holiday of the
ledger's country (for EU: on which TARGET, the euro's payment system, is open); 'ilactl rules check'
says where a country has no calendar. Where a course has no run with dates, what asks for them is
unknown: COALESCE(days_to_start > 60, FALSE) decides."""
