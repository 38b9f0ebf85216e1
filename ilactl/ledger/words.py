"""Words that cells of some columns are made of: apart, since the command line needs these alone."""

from __future__ import annotations

__all__ = [
    "BARRIERS",
    "CHANNELS",
    "CONSENTERS",
    "COURSE_KINDS",
    "CREDENTIAL_STATES",
    "CREDENTIAL_STEPS",
    "CYCLES",
    "ENROLMENT_STATES",
    "ENROLMENT_STEPS",
    "KINDS",
    "LABOUR_STATUSES",
    "MODES",
    "ORGANISATION_KINDS",
    "OUTCOME_KINDS",
    "PARTIES",
    "REASONS",
    "TIMES_OF_DAY",
]

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

COURSE_KINDS = ("training", "guidance", "validation", "assessment", "exam")
"""What an opportunity is; validation is of prior learning."""

CYCLES = ("short", "first", "second", "third")
"""The cycles of the European Higher Education Area."""

MODES = ("on_site", "distance", "blended")

TIMES_OF_DAY = ("day", "evening", "weekend", "mixed", "own_pace")

OUTCOME_KINDS = ("knowledge", "skill", "competence")

ENROLMENT_STEPS = (
    "enrolled",
    "moved",
    "started",
    "attended",
    "completed",
    "certified",
    "cancelled",
    "reclaimed",
    "undone",
)
"""What can happen to an enrolment. `certified` follows `completed`; `reclaimed` takes paid money back;
`undone` takes back the last step that stands: a fault of the agency's own, booked by `ilactl undo`."""

ENROLMENT_STATES = ("enrolled", "started", "completed", "certified", "cancelled", "void")
"""What an enrolment can be. `void`: its very enrolment was taken back."""

CREDENTIAL_STEPS = (
    "issued", "suspended", "reinstated", "revoked", "imported", "discarded", "recognised",
)  # fmt: skip
"""What can happen to a micro-credential. `imported` is somebody else's, which may be `discarded`;
`recognised` is said by an organisation of either; nothing follows `revoked` and `discarded`."""

CREDENTIAL_STATES = ("valid", "suspended", "revoked", "discarded")
"""What a micro-credential can be, its own dates apart."""

PARTIES = ("holder", "provider", "agency")
"""Who can cancel."""

CONSENTERS = ("holder", "caseworker")
"""Who can agree to an enrolment: a caseworker acts on the holder's behalf, with evidence."""

CHANNELS = ("in_person", "phone", "online", "letter")
"""How consent can reach the agency."""

BARRIERS = ("cost", "time", "income", "awareness", "recognition")
"""The five barriers that the Commission's survey of 2021 asked for."""

REASONS = (*BARRIERS, "health", "care", "work", "unsuitable", "full", "provider", "other")
"""Why somebody did not enrol, or did not go on."""
