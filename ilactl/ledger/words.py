"""Words that cells of some columns are made of: apart, since the command line needs these alone."""

from __future__ import annotations

__all__ = ["KINDS", "LABOUR_STATUSES", "ORGANISATION_KINDS"]

KINDS = (
    "grant",
    "contribute",
    "reserve",
    "release",
    "settle",
    "forfeit",
    "return",
    "expire",
    "convert",
    "amend",
    "transfer",
    "reclaim",
    "recover",
    "correct",
)
"""What an entry can do."""

LABOUR_STATUSES = (
    "employed",
    "self_employed",
    "unemployed",
    "inactive",
    "student",
    "retired",
)

ORGANISATION_KINDS = ("employer", "service", "provider", "funder")
