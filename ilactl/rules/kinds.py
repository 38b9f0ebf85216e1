"""The findings that rule files can give, each declared once."""

from __future__ import annotations

from ilactl.findings import Kind

__all__ = [
    "AMBIGUOUS_RULE",
    "AMOUNT_TYPE",
    "BAD_RULE_VALUE",
    "CAP_ORDER",
    "DOUBLED_RULE",
    "LATER_SUM",
    "MISSING_KEY",
    "NO_CALENDAR",
    "NO_ENDING",
    "NO_RULES",
    "OVERLAPPING_VERSIONS",
    "REST_OWN",
    "UNKNOWN_KEY",
    "UNKNOWN_NAME",
    "UNQUOTED_NUMBER",
    "UNREACHED_ROW",
    "USED_RULE_CHANGED",
]

UNKNOWN_KEY = Kind("UNKNOWN-KEY", "A key that the table does not have.", "remove it, or correct its spelling")
MISSING_KEY = Kind("MISSING-KEY", "A key that the table needs is not there.", "add it")
BAD_RULE_VALUE = Kind("BAD-VALUE", "A key's value is not one it can have.", "write one that it can have")
UNQUOTED_NUMBER = Kind(
    "UNQUOTED-NUMBER",
    "An amount or expression stands without quotes; TOML would make it a binary float.",
    'put it in quotes, as in amount = "500.00"',
)
UNKNOWN_NAME = Kind("UNKNOWN-NAME", "A name that nothing declares.", "declare it, or correct its spelling")
DOUBLED_RULE = Kind(
    "DOUBLED-RULE", "Two tables declare the same thing.", "keep one, or give the other a new id"
)
OVERLAPPING_VERSIONS = Kind(
    "OVERLAPPING-VERSIONS",
    "Two versions of one rule hold on the same day.",
    "give the earlier version a valid_until: the first day of the later one",
)
AMOUNT_TYPE = Kind(
    "ROUNDING-MISSING",
    "An amount needs rounding and the rule does not say how.",
    'add round = "up", "down" or "half_up"',
)
CAP_ORDER = Kind(
    "CAP-ORDER",
    "Two grants share a cap and do not say which comes first.",
    "give each an order: order = 1, order = 2",
    warning=True,
)
AMBIGUOUS_RULE = Kind(
    "AMBIGUOUS-RULE",
    "Two rules would decide the same enrolment on the same day.",
    "give them different kinds, spends or units, or days that do not meet",
)
NO_CALENDAR = Kind(
    "NO-CALENDAR",
    "Working days are asked for, and the ledger's country has no calendar of public holidays.",
    "count days instead, as in days_to_start, or correct country in ledger.toml: it goes by ISO 3166",
)
NO_ENDING = Kind(
    "NO-ENDING",
    "What is reserved under a spend rule could never be settled or given back.",
    "write an [[ending]] with rows for cancelled and completed that holds as long as the spend rule",
)
UNREACHED_ROW = Kind(
    "UNREACHED-ROW",
    "A row of an ending can never hold, as an earlier one always does.",
    "put it above the row that always holds, or remove it",
    warning=True,
)
REST_OWN = Kind(
    "REST-OWN",
    "A row of an ending pays the holder what others gave.",
    'write "wallet", "funder" or "pool", and rest_of = { cash = "own" } for what the holder paid in',
    warning=True,
)
USED_RULE_CHANGED = Kind(
    "USED-RULE-CHANGED",
    "A version that has booked something differs from the text it booked with.",
    "put the text back, end it with valid_until, and write the change as a new version with its valid_from",
)
LATER_SUM = Kind(
    "LATER-SUM",
    "A rule reads a sum that another raises later in the same run, so that a second run may book more.",
    "let the other come first: an earlier due date, or a lower order on the same day",
    warning=True,
)
NO_RULES = Kind(
    "NO-RULES",
    "The ledger has no rule files.",
    "write one in rules/, or start from 'ilactl init'",
    warning=True,
)
