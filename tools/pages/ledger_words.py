"""What ilactl-ledger(5) says beside the declared columns and keys: examples, the log, folders.

Every column, key and member has a line here; a test fails where one lacks it, and where an example is
not of its column's grammar.
"""

from __future__ import annotations

from tools.pages import credential_words as credentials
from tools.pages import spending_words as spending

__all__ = [
    "ABOUT",
    "ACTS",
    "BESIDE",
    "CELLS",
    "EXAMPLE_KEYS",
    "FILES",
    "MEMBERS",
    "VALUES",
]

ABOUT = """\
A ledger is a folder. The CSV files hold what is so: who holds an account, what is true of whom since when,
every movement of every entitlement. They stand alone: whoever can read CSV can add up a wallet. The log,
commits.jsonl, says who put which bytes there, when and why, and vouches for them.

CSV files are UTF-8 with comma and LF. The first line is a fixed header, each further line one row; no cell
holds a line break. Rows are only ever added: a change is a new row. The one exception is the erasure of a
person, which takes rows out of identities.csv. No type is guessed: an id such as 000123 stays as it is, an
amount has a point and no thousands mark, a day is YYYY-MM-DD.

Registers, rules and ledger.toml may be edited by hand; 'ilactl adopt' shows the edit and takes it in. What
was changed in the books otherwise is refused, with the way to restore it."""

FILES: dict[str, str] = {
    "identities.csv": "On a day the row with the greatest valid_from up to it holds; of equals the later "
    "commit's. Its bytes never enter the log, which holds digests over them alone; the salt keeps those from "
    "saying anything about the person.",
    "persons.csv": "It names nobody. A row is whole: what it leaves empty is not known from that day on. An "
    "empty cell of a fact with a default means the default. Commands copy what they do not change from the "
    "row before. Two persons who turn out to be one are joined by a row with same_as: it names the id that "
    "stands for both, readers follow it, no entry moves, and a later row without it ends it.",
    "figures.csv": "A sum over a period takes the rows that lie within it. A row that crosses the period's "
    "edge makes the figure unknown there.",
    "organisations.csv": "Which account an organisation pays from follows from its kinds: employer:ID, "
    "service:ID, provider:ID. A funder pays through a fund of ledger.toml.",
    "entitlements.csv": "The books. booked_on never goes back, and entry ids are E1, E2, E3 without a gap. "
    "Nothing is edited or removed: what was wrong is corrected by a later entry. A balance is a sum of "
    "rows and stands nowhere.",
    **spending.FILES,
    **credentials.FILES,
}
"""A paragraph on each file."""

CELLS: dict[str, dict[str, tuple[str, str]]] = {
    "identities.csv": {
        "person": ("RM-09PYRHTS", ""),
        "valid_from": ("2024-05-18", ""),
        "name": ("Käthe Müllershausen", "not known"),
        "birth_date": ("1980-04-02", "not known: whatever asks the age is undecided"),
        "contact": ("holder1@example.org", "none"),
        "external_id": ("HR-000001", "none"),
        "facts": ("refugee=true", "none is recorded"),
        "salt": ("09ba2d7a08aebeba", ""),
    },
    "persons.csv": {
        "person": ("RM-09PYRHTS", ""),
        "valid_from": ("2025-01-01", ""),
        "isced_level": ("3", "not known"),
        "labour_status": ("employed", "not known"),
        "work_share": ("0.8", "not known"),
        "employer": ("O12", "none is recorded"),
        "region": ("North", "not known"),
        "groups": ("carers shift_work", "none"),
        "same_as": ("RM-Y920AC0H", "the id stands for itself"),
        "facts": ("low_qualified=true;applied_on=2026-03-02", "none is recorded"),
    },
    "figures.csv": {
        "person": ("RM-09PYRHTS", ""),
        "figure": ("hours_worked", ""),
        "from": ("2026-01-01", ""),
        "to": ("2026-12-31", ""),
        "value": ("1607.5", ""),
        "source": ("O12", "not told"),
    },
    "organisations.csv": {
        "organisation": ("O12", ""),
        "valid_from": ("2020-01-01", ""),
        "kinds": ("employer provider", ""),
        "name": ("Northbank Shipyard", ""),
        "country": ("LT", "not told"),
        "register_no": ("NB-100201", "not told"),
        "contact": ("hr1@example.org", "none"),
        "quality_label": ("EQAVET", "it holds none"),
        "label_issuer": ("Centre for Quality Assessment", "not told"),
        "label_from": ("2024-01-01", "since ever"),
        "label_until": ("2028-12-31", "no end"),
        "suspended": ("under inquiry", "it is not"),
        "iban": ("LT121000011101001000", "none: it cannot be paid"),
        "iban_confirmed": ("LT121000011101001000", "nobody else has confirmed it yet"),
    },
    "entitlements.csv": {
        "entry": ("E1634", ""),
        "booked_on": ("2027-01-01", ""),
        "person": ("RM-09PYRHTS", ""),
        "kind": ("grant", ""),
        "lot": ("E3", "the row opens a lot, named by its own entry"),
        "amount": ("204.75", ""),
        "unit": ("EUR", ""),
        "from": ("fund:state", "the entry moves nothing (amend)"),
        "to": ("wallet:matched", "the entry moves nothing (amend)"),
        "usable_from": ("2027-03-01", "at once; on an amend: as before"),
        "expires_on": ("2027-12-31", "no end; on an amend: as before, and never takes an end away"),
        "earmark": ("course:C12", "it may buy anything; on an amend: as before, and any takes a mark away"),
        "enrolment": ("N9", "it belongs to none"),
        "rule": ("match@2025-01-01", "no rule caused it"),
        "period": ("2026", "it is for none"),
        "due": ("225.00", "equal to the amount: no cap cut it"),
        "of": ("E2", "none"),
        "ref": ("PAY-2609-0298", "none"),
    },
    **spending.CELLS,
    **credentials.CELLS,
}
"""For each column an example, and what an empty cell means; nothing where the cell is never empty."""

VALUES: dict[str, str] = {
    "id": "capital letters, digits and hyphens, at most 32, not starting with a hyphen; opaque",
    "date": "a day of the calendar, YYYY-MM-DD",
    "date or never": "a day of the calendar, YYYY-MM-DD, or never",
    "amount": "a plain amount such as 125.50, with all decimals of its unit; no thousands mark, no exponent",
    "decimal": "a plain number such as 1607 or 803.5, at most 6 decimals; no thousands mark, no exponent",
    "share": "a number from 0 to 1 with at most 4 decimals",
    "ISCED level": "a digit from 0 to 8",
    "integer": "a whole number from 0 up",
    "text": "at most 200 characters on one line, none invisible, no space at either end, not starting with "
    "= + - or @",
    "name": "a small letter, then small letters, digits and underscores, at most 40",
    "unit": "three capital letters such as EUR, or a word such as hour; one of ledger.toml",
    "kind": "one of the kinds of entries below",
    "account": "one of the accounts below",
    "rule": "a rule's id, with @ and the first day of its version where that has one",
    "period": "ever, a year, a month such as 2026-03, or an id, with /2 and so on where there are several",
    "labour status": "employed, self_employed, unemployed, inactive, student or retired",
    "groups": "names with one space between them",
    "facts": "name=value, several with semicolons between them; a value holds no ; , = or quote",
    "earmark": "any, or kind:, course:, field: or enrolment: with what it is",
    "country": "two capital letters",
    "kinds": "of employer, service, provider, funder, with one space between them",
    "salt": "16 to 32 hexadecimal digits",
    **spending.VALUES,
    **credentials.VALUES,
}
"""The types of cells: what each may look like."""

EXAMPLE_KEYS: dict[str, str] = {
    "format": "format = 1",
    "agency.name": 'name = "Rivermouth Training Agency"',
    "agency.prefix": 'prefix = "RM"',
    "country": 'country = "LT"',
    "zone": 'zone = "Europe/Vilnius"',
    "units.*.scale": "scale = 2",
    "units.*.title": 'title = "euro"',
    "funds.*.title": 'title = "European Social Fund Plus"',
    "guards.max_persons": "max_persons = 1000",
    "guards.first_full_enrolments": "first_full_enrolments = 10",
    "guards.max_total": 'max_total = "400000.00"',
    "retention.years": "years = 5",
    "credentials.url": 'url = "https://credentials.example.org"',
    "closed_until": "closed_until = 2025-12-31",
    "shared": "shared = false",
}
"""A line of ledger.toml for each key; * stands for a name of your own."""

MEMBERS: dict[str, str] = {
    "format": "the line's format, as ledger.toml has it",
    "seq": "the commit's number; the first is 1, and none is left out",
    "prev": "the sha256 of the line before; 64 zeros in the first",
    "at": "when, in UTC; never before the line before",
    "command": "what was run, such as topup or contribution import",
    "why": "the reason that --why gave",
    "key": "the caller's key that --key gave",
    "content": "digest of what was asked under that key, so that the same is done once and other is refused",
    "user": "the system's user",
    "host": "the machine",
    "actor": "who acted, as ILACTL_ACTOR claimed",
    "booked_on": "the day its entries were booked, where it has any",
    "booked_through": "the greatest such day up to here; nothing is booked before it",
    "next_entry": "the number of the next entry",
    "files": "what the commit did to files: one act each",
    "heads": "how every file ends after it: size in bytes, rows, sha256 of the last 4 KiB; then, where bytes "
    "took older ones' place, since which commit and from which byte on",
    "inputs": "sha256 of ledger.toml and of each file of rules/, as the commit used them",
    "note": "what the command adds, such as the versions used or the commit undone",
    "version": "the ilactl that wrote it",
    "sha256": "digest of the line up to here; the next line's prev",
}
"""Every member of a line of commits.jsonl. Empty ones are left out."""

ACTS: dict[str, str] = {
    "path": "which file",
    "base": "the byte from which on it holds what the act brought",
    "size": "how many bytes",
    "rows": "how many rows",
    "sha256": "their digest",
    "data": "the rows themselves, where they are short and name nobody: a crash loses none",
    "staged": "the file of commits/ that holds the rows until they stand in their place",
    "adopted": "true: the bytes stood there already, put there by hand and taken in",
    "was": "for an erasure: size and sha256 of the file before",
    "cuts": "for an erasure: start and size of every line that went",
    "left": "for an erasure: base, size, rows and digest of what is left of a recorded range that lost rows",
    "removed": "true: the file is gone, such as the copies of an edit that named an erased person",
}
"""Every member of an act."""

BESIDE: dict[str, str] = {
    "rules/": "The scheme, in files of any name that ends in .toml; all together are one. ilactl-rules(5).",
    "rules/used/": "The text of every version that ever booked something, one file a version, such as "
    "base@2025-01-01.toml, with the digest of what it means and the dated values it knew. Written by ilactl; "
    "the log records each.",
    "commits/": "The rows of a large or private change between decision and append, as NUMBER.FILE. What no "
    "commit took, the next writer removes.",
    "credentials/": "The signed documents of micro-credentials, one file each. The log records each and "
    "never holds what it says.",
    "set-aside/": "What was taken out of the way and not destroyed: files as they were before 'ilactl "
    "restore', and damaged ends of the log. Yours to look at and to delete.",
    ".ilactl/": "Lock, hints and caches: derived, and to be deleted while nobody writes. lock is locked "
    "by the kernel while a writer works and dies with it; holder says who that is; clean says that the last "
    "commit is whole on disk; cache/ holds what would cost time to read again, index/ where in a large file "
    "the lines of one person stand.",
    ".gitignore": "Written by 'ilactl init': keeps identities.csv, commits/ and .ilactl/ out of version "
    "control; set-aside/ has one of its own.",
}
"""Every folder, and what else lies there."""
