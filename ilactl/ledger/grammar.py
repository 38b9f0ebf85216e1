"""What a cell may look like: the one grammar of readers, imports, checks and the batch engine.

Nothing is ever guessed: a cell either is of its column's grammar or is a finding. Patterns are
compiled when first needed, so that importing this costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ilactl.dates import parse_date
from ilactl.ledger.words import (
    COURSE_KINDS,
    CREDENTIAL_STEPS,
    CYCLES,
    ENROLMENT_STEPS,
    KINDS,
    LABOUR_STATUSES,
    MODES,
    ORGANISATION_KINDS,
    OUTCOME_KINDS,
    PARTIES,
    REASONS,
    TIMES_OF_DAY,
)
from ilactl.money import MAX_DIGITS

__all__ = [
    "KINDS",
    "LABOUR_STATUSES",
    "MAX_TEXT",
    "ORGANISATION_KINDS",
    "Column",
    "Grammar",
    "Table",
    "control_pattern",
    "fault_of",
    "is_id",
    "is_name",
    "pattern_of",
    "quick_pattern",
    "words_of",
]

_ID = r"[A-Z0-9][A-Z0-9-]{0,31}"
_NAME = r"[a-z][a-z0-9_]{0,39}"
_ACCOUNT = (
    r"(fund:[a-z][a-z0-9_]{0,39}|(employer|service|provider|agency):[A-Z0-9][A-Z0-9-]{0,31}"
    r"|(wallet|held):[a-z][a-z0-9_]{0,39}|own|pool|expired|conversion|owed)"
)
_RULE = r"[a-z][a-z0-9_]{0,39}(@[0-9]{4}-[0-9]{2}-[0-9]{2})?"
_UNIT = r"[A-Z]{3}|[a-z][a-z_]{0,19}"
_AMOUNT = rf"-?(0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})(\.[0-9]{{1,6}})?"
_DECIMAL = rf"-?(0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})(\.[0-9]{{1,6}})?"
_SHARE = r"(0(\.[0-9]{1,4})?|1(\.0{1,4})?)"
_PERIOD = r"ever|[0-9]{4}(-(0[1-9]|1[0-2]))?|[A-Z0-9][A-Z0-9-]{0,31}(/[0-9]+)?"
_GROUPS = r"[a-z][a-z0-9_]{0,39}( [a-z][a-z0-9_]{0,39})*"
_FACTS = r"[a-z][a-z0-9_]{0,39}=[^;,\"=\s][^;,\"=]*(;[a-z][a-z0-9_]{0,39}=[^;,\"=\s][^;,\"=]*)*"
_EARMARK = r"any|(kind|course|field|enrolment):[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
_COUNTRY = r"[A-Z]{2}"
_SALT = r"[0-9a-f]{16,32}"
_LANGUAGES = r"[a-z]{2}( [a-z]{2})*"
_TITLES = r"[a-z]{2}: [^|\"]*[^|\" ]( \| [a-z]{2}: [^|\"]*[^|\" ])*"
_FIELD = r"[0-9]{2,4}"
_EQF = r"[1-8]"
_URI = r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+;=:@%/?#-]*)?"
_IBAN = r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"
_ABOUT = r"(course:[A-Z0-9][A-Z0-9-]{0,31}|field:[0-9]{2,4})"
_DIGEST = r"[0-9a-f]{64}"
_MULTIBASE = r"z[1-9A-HJ-NP-Za-km-z]{40,60}"
_INTEGER = r"0|[1-9][0-9]{0,8}"
_CONTROL = (
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
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
    LANGUAGES = "languages"
    TITLES = "titles"
    FIELD = "ISCED-F field"
    EQF = "EQF level"
    URI = "web address"
    IBAN = "IBAN"
    ABOUT = "course or field"
    COURSE_KIND = "kind of opportunity"
    CYCLE = "cycle"
    MODE = "mode"
    TIME_OF_DAY = "time of day"
    OUTCOME_KIND = "kind of outcome"
    STEP = "step"
    PARTY = "party"
    REASON = "reason"
    CREDENTIAL_STEP = "step of a credential"
    DIGEST = "digest"
    MULTIBASE = "public key"


_PATTERNS: dict[Grammar, tuple[str, str]] = {
    Grammar.ID: (_ID, "an id: capital letters, digits and hyphens, at most 32, not starting with a hyphen"),
    Grammar.AMOUNT: (_AMOUNT, "a plain amount such as 125.50: no sign, no thousands mark, no exponent"),
    Grammar.DECIMAL: (_DECIMAL, "a plain number such as 1607 or 803.5: no thousands mark, no exponent"),
    Grammar.SHARE: (_SHARE, "a share between 0 and 1 with at most 4 decimals, such as 0.8"),
    Grammar.INTEGER: (_INTEGER, "a whole number"),
    Grammar.NAME: (_NAME, "a name: a small letter, then small letters, digits and underscores"),
    Grammar.UNIT: (_UNIT, "a unit such as EUR, hour or session"),
    Grammar.ACCOUNT: (_ACCOUNT, "an account such as fund:state, employer:O7, wallet:own or pool"),
    Grammar.RULE: (_RULE, "a rule's id, with @ and the version's first day"),
    Grammar.PERIOD: (_PERIOD, "a period: ever, a year, a month, or an id"),
    Grammar.GROUPS: (_GROUPS, "names of groups, one space between them"),
    Grammar.FACTS: (_FACTS, "name=value pairs, joined by semicolons"),
    Grammar.EARMARK: (_EARMARK, "any, or kind:, course:, field: or enrolment: with an id"),
    Grammar.COUNTRY: (_COUNTRY, "a country code of two capital letters"),
    Grammar.SALT: (_SALT, "16 to 32 hexadecimal digits"),
    Grammar.LANGUAGES: (_LANGUAGES, "language codes of two small letters, one space between them"),
    Grammar.TITLES: (_TITLES, "titles by language, such as sv: Grundkurs | lt: Pagrindai"),
    Grammar.FIELD: (_FIELD, "an ISCED-F 2013 field of two to four digits, such as 0613"),
    Grammar.EQF: (_EQF, "an EQF level, 1 to 8"),
    Grammar.URI: (_URI, "a web address that starts with https:// or http://"),
    Grammar.IBAN: (_IBAN, "an IBAN without spaces"),
    Grammar.DIGEST: (_DIGEST, "a SHA-256 digest: 64 hexadecimal digits"),
    Grammar.MULTIBASE: (_MULTIBASE, "a public key as a Multikey: z and base58btc"),
    Grammar.ABOUT: (_ABOUT, "course: with an id, or field: with an ISCED-F field"),
}

_WORDS: dict[Grammar, tuple[str, ...]] = {
    Grammar.KIND: KINDS,
    Grammar.LABOUR_STATUS: LABOUR_STATUSES,
    Grammar.COURSE_KIND: COURSE_KINDS,
    Grammar.CYCLE: CYCLES,
    Grammar.MODE: MODES,
    Grammar.TIME_OF_DAY: TIMES_OF_DAY,
    Grammar.OUTCOME_KIND: OUTCOME_KINDS,
    Grammar.STEP: ENROLMENT_STEPS,
    Grammar.PARTY: PARTIES,
    Grammar.REASON: REASONS,
    Grammar.CREDENTIAL_STEP: CREDENTIAL_STEPS,
}

_ENGINE_TYPES = {
    Grammar.DATE: "DATE",
    Grammar.AMOUNT: "DECIMAL(18,6)",
    Grammar.DECIMAL: "DECIMAL(18,6)",
    Grammar.SHARE: "DECIMAL(5,4)",
    Grammar.ISCED: "TINYINT",
    Grammar.INTEGER: "INTEGER",
    Grammar.EQF: "TINYINT",
}


class Column(NamedTuple):
    """One column of a file of the ledger."""

    name: str
    grammar: Grammar
    meaning: str
    required: bool = False

    @property
    def engine_type(self) -> str:
        """The declared type for the batch engine. Its sniffing would make amounts floats."""
        return _ENGINE_TYPES.get(self.grammar, "VARCHAR")


class Table:
    """One append-only CSV file. `private`: its bytes must never enter the log.

    The first `keys` columns say what a row is about; in registers whose rows are whole, the next
    one is valid_from.
    """

    def __init__(
        self, file: str, meaning: str, columns: tuple[Column, ...], private: bool = False, keys: int = 1
    ) -> None:
        """Names and header are made once: every row of every file asks for them."""
        self.file = file
        self.meaning = meaning
        self.columns = columns
        self.private = private
        self.keys = keys
        self.names = tuple(column.name for column in columns)
        """Column names in file order."""
        self.header = ",".join(self.names)
        """The fixed first line, without its line feed."""
        self._at = {name: at for at, name in enumerate(self.names)}

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError where there is none."""
        return self.columns[self._at[name]]

    def index(self, name: str) -> int:
        """The column's position, from 0. Raises KeyError where there is none."""
        return self._at[name]

    def key_of(self, cells: Sequence[str]) -> str:
        """What the row is about: its id, or the cells of its key with a slash between, as in C12/R3."""
        return cells[0] if self.keys == 1 else "/".join(cells[: self.keys])

    def key_cells(self, key: str) -> list[str]:
        """The cells that `key_of` put together; the last one may hold slashes."""
        return key.split("/", self.keys - 1)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: a command that reads one person needs few of them."""
    return re.compile(pattern)


def is_id(text: str) -> bool:
    """Whether the text is an id: opaque, never a number, never made from a name."""
    return bool(_compiled(_ID).fullmatch(text))


def is_name(text: str) -> bool:
    """Whether the text may stand in an expression: as a fact, a rule, a cap, a class."""
    return bool(_compiled(_NAME).fullmatch(text))


def pattern_of(grammar: Grammar) -> str | None:
    """The expression that cells of the grammar match in full; None where it takes more than one."""
    return _PATTERNS[grammar][0] if grammar in _PATTERNS else None


def words_of(grammar: Grammar) -> tuple[str, ...]:
    """The words that a cell of the grammar is one of; () where it is not made of words."""
    return _WORDS.get(grammar, ())


def control_pattern() -> str:
    """The expression that finds a character no cell may hold."""
    return _CONTROL


def fault_of(column: Column, text: str) -> str | None:
    """Why the cell is not acceptable, or None where it is. The one grammar of every gait."""
    if text == "":
        return f"{column.name} is empty" if column.required else None
    hidden = _compiled(_CONTROL).search(text)
    if hidden:
        return f"{column.name} holds a control or invisible character, U+{ord(hidden[0]):04X}"
    return _fault_of_value(column.name, column.grammar, text)


def _fault_of_value(name: str, grammar: Grammar, text: str) -> str | None:
    if grammar in _PATTERNS:
        pattern, wanted = _PATTERNS[grammar]
        return None if _compiled(pattern).fullmatch(text) else f"{name} {text!r} is not {wanted}"
    if grammar is Grammar.DATE or (grammar is Grammar.DATE_OR_NEVER and text != "never"):
        return None if parse_date(text) else f"{name} {text!r} is not a day of the calendar, YYYY-MM-DD"
    if grammar is Grammar.ISCED:
        return None if text in tuple("012345678") else f"{name} {text!r} is not an ISCED level, 0 to 8"
    if grammar in _WORDS:
        words = _WORDS[grammar]
        return None if text in words else f"{name} {text!r} is not one of {', '.join(words)}"
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
    **{grammar: "|".join(words) for grammar, words in _WORDS.items()},
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
        pattern = re.sub(r"\((?!\?)", "(?:", _PATTERNS[column.grammar][0])
    return f"(?:{pattern})" if column.required else f"(?:{pattern})?"
