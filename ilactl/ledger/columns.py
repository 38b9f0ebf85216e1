"""Every file's columns, declared once: header, grammar, meaning, engine type.

Readers, imports, checks, the batch engine and the manual all read these declarations, so the
module stays light: importing it costs a millisecond.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ilactl.dates import parse_date
from ilactl.money import MAX_DIGITS

__all__ = [
    "CLASS_NAME",
    "COURSES",
    "CREDENTIALS",
    "ENROLMENTS",
    "ENTITLEMENTS",
    "FIGURES",
    "ID",
    "IDENTITIES",
    "KINDS",
    "LABOUR_STATUSES",
    "NAME",
    "ORGANISATIONS",
    "ORGANISATION_KINDS",
    "PERSONS",
    "TABLES",
    "Column",
    "Grammar",
    "Table",
    "control_pattern",
    "fault_of",
    "pattern_of",
    "quick_pattern",
]

ID = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}", re.ASCII)
"""An id: opaque, never a number, never made from a name."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
"""A name that may stand in an expression: of a fact, a rule, a cap, a class."""

CLASS_NAME = NAME

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

_ACCOUNT = re.compile(
    r"(fund:[a-z][a-z0-9_]{0,39}|(employer|service|provider|agency):[A-Z0-9][A-Z0-9-]{0,31}"
    r"|(wallet|held):[a-z][a-z0-9_]{0,39}|own|pool|expired|conversion|owed)",
    re.ASCII,
)
_RULE = re.compile(r"[a-z][a-z0-9_]{0,39}(@[0-9]{4}-[0-9]{2}-[0-9]{2})?", re.ASCII)
_UNIT = re.compile(r"[A-Z]{3}|[a-z][a-z_]{0,19}", re.ASCII)
_AMOUNT = re.compile(rf"-?(0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})(\.[0-9]{{1,6}})?", re.ASCII)
_DECIMAL = re.compile(rf"-?(0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})(\.[0-9]{{1,6}})?", re.ASCII)
_SHARE = re.compile(r"(0(\.[0-9]{1,4})?|1(\.0{1,4})?)", re.ASCII)
_PERIOD = re.compile(r"ever|[0-9]{4}(-(0[1-9]|1[0-2]))?|[A-Z0-9][A-Z0-9-]{0,31}(/[0-9]+)?", re.ASCII)
_GROUPS = re.compile(r"[a-z][a-z0-9_]{0,39}( [a-z][a-z0-9_]{0,39})*", re.ASCII)
_FACTS = re.compile(r"[a-z][a-z0-9_]{0,39}=[^;,\"=\s][^;,\"=]*(;[a-z][a-z0-9_]{0,39}=[^;,\"=\s][^;,\"=]*)*")
_EARMARK = re.compile(r"any|(kind|course|field|enrolment):[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_SALT = re.compile(r"[0-9a-f]{16,32}", re.ASCII)
_INTEGER = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
MAX_TEXT = 200


class Grammar(StrEnum):
    """The type of a cell: what it may look like. Nothing is ever guessed."""

    ID = "id"
    DATE = "date"
    DATE_OR_NEVER = "date or never"
    AMOUNT = "amount"
    DECIMAL = "decimal"
    SHARE = "share"
    ISCED = "ISCED level"
    INTEGER = "integer"
    TEXT = "text"
    NAME = "name"
    UNIT = "unit"
    KIND = "kind"
    ACCOUNT = "account"
    RULE = "rule"
    PERIOD = "period"
    LABOUR_STATUS = "labour status"
    GROUPS = "groups"
    FACTS = "facts"
    EARMARK = "earmark"
    COUNTRY = "country"
    ORGANISATION_KINDS = "kinds"
    SALT = "salt"


_PATTERNS: dict[Grammar, tuple[re.Pattern[str], str]] = {
    Grammar.ID: (ID, "an id: capital letters, digits and hyphens, at most 32, not starting with a hyphen"),
    Grammar.AMOUNT: (_AMOUNT, "a plain amount such as 125.50: no sign, no thousands mark, no exponent"),
    Grammar.DECIMAL: (_DECIMAL, "a plain number such as 1607 or 803.5: no thousands mark, no exponent"),
    Grammar.SHARE: (_SHARE, "a share between 0 and 1 with at most 4 decimals, such as 0.8"),
    Grammar.INTEGER: (_INTEGER, "a whole number"),
    Grammar.NAME: (NAME, "a name: a small letter, then small letters, digits and underscores"),
    Grammar.UNIT: (_UNIT, "a unit such as EUR, hour or session"),
    Grammar.ACCOUNT: (_ACCOUNT, "an account such as fund:state, employer:O7, wallet:own or pool"),
    Grammar.RULE: (_RULE, "a rule's id, with @ and the version's first day"),
    Grammar.PERIOD: (_PERIOD, "a period: ever, a year, a month, or an id"),
    Grammar.GROUPS: (_GROUPS, "names of groups, one space between them"),
    Grammar.FACTS: (_FACTS, "name=value pairs, joined by semicolons"),
    Grammar.EARMARK: (_EARMARK, "any, or kind:, course:, field: or enrolment: with an id"),
    Grammar.COUNTRY: (_COUNTRY, "a country code of two capital letters"),
    Grammar.SALT: (_SALT, "16 to 32 hexadecimal digits"),
}

_ENGINE_TYPES = {
    Grammar.DATE: "DATE",
    Grammar.AMOUNT: "DECIMAL(18,6)",
    Grammar.DECIMAL: "DECIMAL(18,6)",
    Grammar.SHARE: "DECIMAL(5,4)",
    Grammar.ISCED: "TINYINT",
    Grammar.INTEGER: "INTEGER",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file of the ledger."""

    name: str
    grammar: Grammar
    meaning: str
    required: bool = False

    @property
    def engine_type(self) -> str:
        """The declared type for the batch engine. Its sniffing would make amounts floats."""
        return _ENGINE_TYPES.get(self.grammar, "VARCHAR")


@dataclass(frozen=True, slots=True)
class Table:
    """One append-only CSV file. `private`: its bytes must never enter the log."""

    file: str
    meaning: str
    columns: tuple[Column, ...]
    private: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(column.name for column in self.columns)

    @property
    def header(self) -> str:
        """The fixed first line, without its line feed."""
        return ",".join(self.names)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def index(self, name: str) -> int:
        """The column's position, from 0."""
        return self.names.index(name)


def pattern_of(grammar: Grammar) -> str | None:
    """The expression that cells of the grammar match in full; None where it takes more than one."""
    return _PATTERNS[grammar][0].pattern if grammar in _PATTERNS else None


def control_pattern() -> str:
    """The expression that finds a character no cell may hold."""
    return _CONTROL.pattern


def fault_of(column: Column, text: str) -> str | None:
    """Why the cell is not acceptable, or None where it is. The one grammar of every gait."""
    if text == "":
        return f"{column.name} is empty" if column.required else None
    if _CONTROL.search(text):
        return f"{column.name} holds a control or invisible character"
    return _fault_of_value(column.name, column.grammar, text)


def _fault_of_value(name: str, grammar: Grammar, text: str) -> str | None:
    if grammar in _PATTERNS:
        pattern, wanted = _PATTERNS[grammar]
        return None if pattern.fullmatch(text) else f"{name} {text!r} is not {wanted}"
    if grammar is Grammar.DATE or (grammar is Grammar.DATE_OR_NEVER and text != "never"):
        return None if parse_date(text) else f"{name} {text!r} is not a day of the calendar, YYYY-MM-DD"
    if grammar is Grammar.ISCED:
        return None if text in tuple("012345678") else f"{name} {text!r} is not an ISCED level, 0 to 8"
    if grammar is Grammar.KIND:
        return None if text in KINDS else f"{name} {text!r} is not one of {', '.join(KINDS)}"
    if grammar is Grammar.LABOUR_STATUS:
        return (
            None if text in LABOUR_STATUSES else f"{name} {text!r} is not one of {', '.join(LABOUR_STATUSES)}"
        )
    if grammar is Grammar.ORGANISATION_KINDS:
        given = text.split(" ")
        good = set(given) <= set(ORGANISATION_KINDS) and len(set(given)) == len(given)
        return None if good else f"{name} {text!r} is not made of {', '.join(ORGANISATION_KINDS)}"
    if grammar is Grammar.TEXT:
        return _fault_of_text(name, text)
    return None


def _fault_of_text(name: str, text: str) -> str | None:
    if len(text) > MAX_TEXT:
        return f"{name} is longer than {MAX_TEXT} characters"
    if text != text.strip():
        return f"{name} {text!r} starts or ends with a space"
    if text[0] in "=+-@":
        return f"{name} {text!r} starts like a spreadsheet formula"
    return None


_DAY = r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_LETTER = r"A-Za-z0-9\u00c0-\u024f"
_QUICK: dict[Grammar, str] = {
    Grammar.DATE: _DAY,
    Grammar.DATE_OR_NEVER: rf"never|{_DAY}",
    Grammar.ISCED: "[0-8]",
    Grammar.KIND: "|".join(KINDS),
    Grammar.LABOUR_STATUS: "|".join(LABOUR_STATUSES),
    Grammar.ORGANISATION_KINDS: "|".join(ORGANISATION_KINDS),
    Grammar.TEXT: rf"[{_LETTER}](?:[{_LETTER} .'/&()@:;_-]{{0,{MAX_TEXT - 2}}}[{_LETTER}.)])?",
    Grammar.FACTS: r"[a-z][a-z0-9_]{0,39}=[A-Za-z0-9._-]+(?:;[a-z][a-z0-9_]{0,39}=[A-Za-z0-9._-]+)*",
}


def quick_pattern(column: Column) -> str:
    """An expression that only acceptable cells without quotes match, for reading whole files fast.

    It may miss an acceptable cell (29 February, a name in Greek): `fault_of` decides those.
    """
    if column.grammar in _QUICK:
        pattern = _QUICK[column.grammar]
    else:
        pattern = re.sub(r"\((?!\?)", "(?:", _PATTERNS[column.grammar][0].pattern)
    return f"(?:{pattern})" if column.required else f"(?:{pattern})?"


def _c(name: str, grammar: Grammar, meaning: str, required: bool = False) -> Column:
    return Column(name, grammar, meaning, required)


G = Grammar

IDENTITIES = Table(
    "identities.csv",
    "Who a person is. The one file to keep out of version control and off shares.",
    (
        _c("person", G.ID, "the account holder's id", True),
        _c("valid_from", G.DATE, "the day from which the row's facts hold", True),
        _c("name", G.TEXT, "the name as the person writes it"),
        _c("birth_date", G.DATE, "the day of birth; age is computed from it"),
        _c("contact", G.TEXT, "an e-mail address or telephone number"),
        _c("external_id", G.TEXT, "the id by which another register knows the person"),
        _c("facts", G.FACTS, "facts that the scheme declares sensitive"),
        _c("salt", G.SALT, "random digits, so that digests over the row say nothing about it", True),
    ),
    private=True,
)

PERSONS = Table(
    "persons.csv",
    "What is true of a person and since when. A row is whole and holds until the next.",
    (
        _c("person", G.ID, "the account holder's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("isced_level", G.ISCED, "highest completed level of education, ISCED 2011, 0 to 8"),
        _c("labour_status", G.LABOUR_STATUS, "labour market status"),
        _c("work_share", G.SHARE, "share of full-time work, 0 to 1"),
        _c("employer", G.ID, "the employer's id in organisations.csv"),
        _c("region", G.TEXT, "region of residence"),
        _c("groups", G.GROUPS, "target groups the person belongs to"),
        _c("same_as", G.ID, "the id of the person this one turned out to be"),
        _c("facts", G.FACTS, "the states that the scheme declares"),
    ),
)

FIGURES = Table(
    "figures.csv",
    "What adds up over a span. A later row for the same person, figure, span and source replaces it.",
    (
        _c("person", G.ID, "the account holder's id", True),
        _c("figure", G.NAME, "the figure's name as the scheme declares it", True),
        _c("from", G.DATE, "first day of the span", True),
        _c("to", G.DATE, "last day of the span", True),
        _c("value", G.DECIMAL, "the figure", True),
        _c("source", G.TEXT, "where it comes from: an organisation's id or a document"),
    ),
)

ORGANISATIONS = Table(
    "organisations.csv",
    "Employers, employment services, training providers, funders. A row is whole and holds until the next.",
    (
        _c("organisation", G.ID, "the organisation's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("kinds", G.ORGANISATION_KINDS, "what it is to the scheme", True),
        _c("name", G.TEXT, "its name", True),
        _c("country", G.COUNTRY, "its country"),
        _c("register_no", G.TEXT, "its number in the public register"),
        _c("contact", G.TEXT, "an e-mail address or telephone number"),
        _c("quality_label", G.TEXT, "the quality label it holds"),
        _c("label_from", G.DATE, "the label's first day"),
        _c("label_until", G.DATE, "the label's last day"),
    ),
)

COURSES = Table(
    "courses.csv",
    "Eligible opportunities: training, guidance, validation of prior learning, exams.",
    (
        _c("course", G.ID, "the opportunity's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("provider", G.ID, "the provider's id in organisations.csv", True),
        _c("kind", G.NAME, "training, guidance, validation, assessment or exam", True),
        _c("title", G.TEXT, "its title", True),
        _c("eqf_level", G.INTEGER, "EQF level, 1 to 8"),
        _c("field", G.TEXT, "ISCED-F 2013 field"),
        _c("ects", G.DECIMAL, "ECTS credits"),
        _c("hours", G.DECIMAL, "workload in hours"),
        _c("price", G.AMOUNT, "price"),
        _c("unit", G.UNIT, "unit of the price"),
    ),
)

ENTITLEMENTS = Table(
    "entitlements.csv",
    "Every movement on every wallet: one row moves one amount of one unit from one account to another.",
    (
        _c("entry", G.ID, "the entry's id", True),
        _c("booked_on", G.DATE, "the day it was booked; never goes back", True),
        _c("person", G.ID, "the account holder's id", True),
        _c("kind", G.KIND, "what the entry does", True),
        _c("lot", G.ID, "the lot it draws on; empty on the row that opens one"),
        _c("amount", G.AMOUNT, "how much moves", True),
        _c("unit", G.UNIT, "of what", True),
        _c("from", G.ACCOUNT, "the account it leaves"),
        _c("to", G.ACCOUNT, "the account it reaches"),
        _c("usable_from", G.DATE, "the first day it may be reserved; empty: at once"),
        _c("expires_on", G.DATE_OR_NEVER, "the last day it may be reserved; empty: no end"),
        _c("earmark", G.EARMARK, "what alone it may buy"),
        _c("enrolment", G.ID, "the enrolment it belongs to"),
        _c("rule", G.RULE, "the rule and version that caused it"),
        _c("period", G.PERIOD, "the period it is for"),
        _c("due", G.AMOUNT, "the amount before caps; empty if equal"),
        _c("of", G.ID, "the entry it reverses, corrects, matches or stems from"),
        _c("ref", G.TEXT, "an outside document"),
    ),
)

ENROLMENTS = Table(
    "enrolments.csv",
    "Every step of every enrolment.",
    (
        _c("enrolment", G.ID, "the enrolment's id", True),
        _c("booked_on", G.DATE, "the day the step was recorded", True),
        _c("person", G.ID, "the account holder's id", True),
        _c("course", G.ID, "the opportunity's id", True),
        _c("step", G.NAME, "requested, reserved, started, attended, completed or cancelled", True),
        _c("on", G.DATE, "the day the step happened", True),
        _c("detail", G.TEXT, "what the step adds"),
    ),
)

CREDENTIALS = Table(
    "credentials.csv",
    "Every micro-credential issued, revoked or recognised.",
    (
        _c("credential", G.ID, "the credential's id", True),
        _c("booked_on", G.DATE, "the day of the row", True),
        _c("person", G.ID, "the account holder's id", True),
        _c("enrolment", G.ID, "the enrolment it certifies"),
        _c("step", G.NAME, "issued, revoked, suspended, reinstated or recognised", True),
        _c("digest", G.TEXT, "the signed document's digest"),
    ),
)

TABLES = (IDENTITIES, PERSONS, FIGURES, ORGANISATIONS, COURSES, ENTITLEMENTS, ENROLMENTS, CREDENTIALS)
"""All files of the ledger in a fixed order."""
