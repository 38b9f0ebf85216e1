"""Rule files of real schemes, as far as entitlement goes into wallets, written with the manual alone."""

from __future__ import annotations

MANIFEST = """\
format = 1
country = "LT"
zone = "Europe/Vilnius"
[agency]
name = "Agency"
prefix = "T"
[units.EUR]
scale = 2
[units.USD]
scale = 2
[units.CAD]
scale = 2
[units.SGD]
scale = 2
[units.CZK]
scale = 2
[units.hour]
scale = 0
[units.session]
scale = 0
[funds.state]
[funds.esf]
"""

ILLINOIS = """\
[[cap]]
id = "matched"
over = ["matched"]
measure = "granted"
window = "period"
unit = "USD"
limit = "500.00"
[[grant]]
id = "match"
class = "matched"
fund = "fund:state"
unit = "USD"
every = "year"
due = "01-01"
facts_on = "period-end"
amount = "contributed_period.paid_in / 2"
round = "down"
true_up = true
caps = ["matched"]
[[contribution]]
id = "paid_in"
class = "paid_in"
unit = "USD"
from = ["employer", "own"]
"""

CANADA = """\
[facts]
income = { kind = "figure", type = "decimal(12,2)" }
[values]
income_from = [{ from = "2026-01-01", value = "12058" }]
income_to = [{ from = "2026-01-01", value = "177882" }]
[[cap]]
id = "lifetime"
over = ["credit"]
measure = "granted"
unit = "CAD"
limit = "5000.00"
[[grant]]
id = "accrual"
class = "credit"
fund = "fund:state"
unit = "CAD"
every = "year"
due = "04-30 next"
when = "at_end.age >= 25 AND at_end.age < 65 AND income BETWEEN value.income_from AND value.income_to"
amount = "250.00"
caps = ["lifetime"]
expires = "age 65 year-end"
"""

FRANCE_HOURS = """\
[facts]
low_qualified = { kind = "state", type = "bool", default = "false" }
worked = { kind = "figure", type = "decimal(5,4)" }
[[cap]]
id = "hours"
over = ["hours"]
unit = "hour"
limit = "CASE WHEN low_qualified THEN 400 ELSE 150 END"
[[grant]]
id = "hours"
class = "hours"
fund = "fund:state"
unit = "hour"
every = "year"
due = "06-15 next"
facts_on = "period-end"
amount = "worked * CASE WHEN low_qualified THEN 48 WHEN balance.hours + held.hours < 120 THEN 24 ELSE 12 END"
round = "up"
caps = ["hours"]
valid_from = "2015-01-01"
valid_until = "2019-01-01"
[[convert]]
id = "hours_to_eur"
on = "2019-01-01"
classes = ["hours"]
rate = "15.00"
class = "own"
unit = "EUR"
"""

SINGAPORE = """\
[[grant]]
id = "opening"
class = "base"
fund = "fund:state"
unit = "SGD"
every = "once"
due = "01-01"
when = "period_year - birth_year >= 25"
amount = "500.00"
[[grant]]
id = "topup2020"
class = "topup"
fund = "fund:state"
unit = "SGD"
every = "once"
due = "2020-12-31"
when = "age >= 25"
amount = "500.00"
usable = "2020-10-01"
expires = "2025-12-31"
[[grant]]
id = "support2020"
class = "support"
fund = "fund:state"
unit = "SGD"
every = "once"
due = "2020-12-31"
when = "age BETWEEN 40 AND 60"
amount = "500.00"
expires = "2025-12-31"
[[grant]]
id = "midcareer"
class = "midcareer"
fund = "fund:state"
unit = "SGD"
every = "once"
due = "2024-05-01"
when = "age >= 40"
amount = "4000.00"
[[convert]]
id = "merge_support"
on = "2024-05-01"
rules = ["support2020"]
class = "midcareer"
unit = "SGD"
expires = "never"
"""

FLANDERS = """\
[[cap]]
id = "face"
over = ["voucher"]
measure = "granted"
window = "year"
unit = "EUR"
limit = "125.00"
[[grant]]
id = "state_half"
class = "voucher"
fund = "fund:state"
unit = "EUR"
every = "contribution"
matches = ["own_half"]
amount = "contribution"
caps = ["face"]
expires = "14 months"
[[contribution]]
id = "own_half"
class = "own_half"
unit = "EUR"
from = ["own"]
expires = "14 months"
[[grant]]
id = "guidance"
class = "guidance"
fund = "fund:state"
unit = "session"
every = "6 years"
due = "01"
amount = "4"
"""

LITHUANIA = """\
[[grant]]
id = "basket"
class = "basket"
fund = "fund:esf"
unit = "EUR"
every = "exhausted + 5 years"
due = "01"
when = "age BETWEEN 18 AND 65 AND labour_status = 'employed'"
amount = "500.00"
"""

NETHERLANDS = """\
[facts]
applied_on = { kind = "state", type = "date" }
[[budget]]
id = "round"
unit = "EUR"
window = [
  { from = "2022-03-01", to = "2022-03-31", amount = "2500.00" },
  { from = "2022-05-01", to = "2022-05-31", amount = "1000.00" },
]
by = "applied_on"
[[grant]]
id = "stap"
class = "stap"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "03-01"
when = "age >= 18 AND applied_on IS NOT NULL"
amount = "1000.00"
budget = "round"
"""

TUSCANY = """\
[[grant]]
id = "card"
class = "card"
fund = "fund:esf"
unit = "EUR"
every = "once"
due = "2026-01-01"
amount = "500.00"
expires = ["24 months after first use", "2030-12-31"]
"""

UPPER_AUSTRIA = """\
[facts]
target_group = { kind = "state", type = "bool", default = "false" }
paid = { kind = "figure", type = "decimal(9,2)", default = "0" }
[[cap]]
id = "funding_period"
over = ["refund"]
measure = "granted"
window = [{ from = "2019-01-01", to = "2022-12-31" }, { from = "2023-01-01", to = "2026-12-31" }]
unit = "EUR"
limit = "CASE WHEN target_group THEN 2400.00 ELSE 2000.00 END"
[[grant]]
id = "refund"
class = "refund"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "12-31"
when = "paid >= 100"
amount = "CASE WHEN target_group THEN 0.60 ELSE 0.30 END * paid"
round = "half_up"
caps = ["funding_period"]
"""

CZECHIA = """\
[facts]
price = { kind = "figure", type = "decimal(9,2)", default = "0" }
[values]
share = [{ from = "2023-01-01", value = "0.82" }, { from = "2026-01-01", value = "0.77" }]
[[cap]]
id = "three_years"
over = ["support"]
measure = "granted"
window = "3 years"
unit = "CZK"
limit = "50000.00"
[[grant]]
id = "support"
class = "support"
fund = "fund:esf"
unit = "CZK"
every = "year"
due = "12-31"
when = "price > 0"
amount = "value.share * price"
round = "down"
caps = ["three_years"]
"""
