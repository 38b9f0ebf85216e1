"""Pages about the whole program, made from what the code declares: `ilactl help` and the manual show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ilactl.errors import IlactlError, catalogue
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines

__all__ = ["ENVIRONMENT", "SIGNALS", "TOPICS", "exit_codes", "exit_rows"]

SIGNALS: Sequence[tuple[int, str]] = (
    (130, "Ctrl-C (SIGINT)"),
    (141, "nobody reads the output any more (SIGPIPE); nothing is said. After a commit it is 75"),
    (143, "told to end (SIGTERM)"),
)
"""Statuses that tell of a signal."""

ENVIRONMENT: Sequence[tuple[str, str]] = (
    ("ILACTL_LEDGER", "the ledger's folder, where --ledger is not given"),
    ("ILACTL_ACTOR", "who acts, as claimed: recorded in the log beside the system's user and host"),
    ("ILACTL_LOCK_WAIT", "seconds to wait for another ilactl to finish, where --lock-wait is not given"),
    (
        "ILACTL_OUTPUT_FORMAT",
        "the usual format, where -O is not given; a change stays silent in cron all the same",
    ),
    ("ILACTL_DEBUG", "1 shows the traceback of a bug"),
    (
        "_ILACTL_COMPLETE",
        "set by the script of 'ilactl completion' where a shell asks how a line may go on; never by hand",
    ),
    ("COMP_WORDS", "the line that is to be completed, beside _ILACTL_COMPLETE"),
    ("COMP_CWORD", "which word of it, beside _ILACTL_COMPLETE"),
    ("NO_COLOR", "anything but empty: no colour on a terminal"),
    ("TERM", "dumb: no colour and no cursor movement"),
    ("COLUMNS", "the width of a terminal, where it is to be another, and of -O table in a pipe"),
)
"""Every variable that is read. The ledger's zone and the locale are never taken from here."""


def exit_rows() -> list[dict[str, Cell]]:
    """One row for each way to end: status, code, meaning, what to do."""
    rows: list[dict[str, Cell]] = [
        {"status": 0, "code": "", "meaning": "done, or nothing to do, or nothing found", "remedy": ""}
    ]
    for error in sorted(catalogue(), key=lambda error: error.exit_status):
        if error is IlactlError:
            continue
        meaning = (error.__doc__ or "").strip().splitlines()[0].rstrip(".")
        rows.append(
            {
                "status": error.exit_status,
                "code": error.code,
                "meaning": meaning[:1].lower() + meaning[1:],
                "remedy": error.hint,
            }
        )
    rows.append(
        {
            "status": IlactlError.exit_status,
            "code": IlactlError.code,
            "meaning": "a fault of ilactl itself",
            "remedy": "report the line it prints",
        }
    )
    rows.sort(key=lambda row: int(str(row["status"])))
    rows += [{"status": number, "code": "", "meaning": meaning, "remedy": ""} for number, meaning in SIGNALS]
    return rows


def exit_codes() -> Answer:
    """Exit statuses and the codes of messages."""
    columns = [Col("status", "Status", "int"), Col("code", "Code"), Col("meaning", "Meaning")]
    return Answer(
        "ilactl.help.exit-codes/1",
        rows=exit_rows(),
        columns=[*columns, Col("remedy", "What to do")],
        blocks=[
            Heading("How ilactl ends"),
            Grid(columns, exit_rows()),
            Lines(
                [
                    "75 alone means: run the same command again, it is safe.",
                    "With 3, 4, 65, 66, 74 and 78 nothing was written.",
                    "The code stands in the message on stderr: error: CODE what happened.",
                    "With -O json, stderr holds one JSON object instead.",
                ]
            ),
        ],
    )


def _environment() -> Answer:
    columns = [Col("variable", "Variable"), Col("meaning", "Meaning")]
    rows: list[dict[str, Cell]] = [{"variable": name, "meaning": meaning} for name, meaning in ENVIRONMENT]
    return Answer(
        "ilactl.help.environment/1",
        rows=rows,
        columns=columns,
        blocks=[
            Heading("What is read from the environment"),
            Grid(columns, rows),
            Lines(
                [
                    "An option on the command line goes before its variable.",
                    "A value that makes no sense is an error, never ignored.",
                ]
            ),
        ],
    )


def _formats() -> Answer:
    columns = [Col("format", "Format"), Col("meaning", "What it is")]
    rows: list[dict[str, Cell]] = [
        {"format": name, "meaning": meaning}
        for name, meaning in (
            ("table", "fitted to the terminal; what a terminal gets where nothing is said"),
            ("plain", "columns two spaces apart, never wrapped or cut; what a pipe gets"),
            ("csv", "comma, UTF-8, LF, one header line; amounts without their unit"),
            ("tsv", "the same with tabs and without quotes"),
            ("json", "one object: schema with its version, rows, totals; amounts and dates are strings"),
            ("jsonl", "one object a line, one for each row"),
            ("markdown", "a table for a document"),
        )
    ]
    return Answer(
        "ilactl.help.formats/1",
        rows=rows,
        columns=columns,
        blocks=[
            Heading("Formats of an answer (-O)"),
            Grid(columns, rows),
            Lines(
                [
                    "stdout holds the answer and nothing else; talk, warnings and errors go to stderr.",
                    "Amounts are written with a point and all decimals of their unit, dates as YYYY-MM-DD,",
                    "whatever the locale. Read amounts in JSON as decimals, not as floats.",
                    "In csv and tsv a text that starts with = + - @ gets a ' before it, so that no",
                    "spreadsheet runs it. Control characters are shown escaped.",
                    "A JSON form that would break its readers takes a new number: ilactl.balance/1, /2.",
                ]
            ),
        ],
    )


def _cron() -> Answer:
    return Answer(
        "ilactl.help.cron/1",
        blocks=[
            Heading("ilactl in cron and scripts"),
            Lines(
                [
                    "A line for every morning:",
                    "",
                    "  30 5 * * *  ilactl topup --ledger /srv/ila --yes --lock-wait 600",
                    "",
                    "- Without a terminal and without -O a change that went well says nothing, so cron sends",
                    "  no mail. -v makes it speak; -O json always prints the answer.",
                    "- The line may run twice, or late: a grant's key is its rule, period and person,",
                    "  and what is booked already is skipped. Give other changes a --key of your own.",
                    "- Nothing asks without a terminal: where a yes is needed, --yes must stand there,",
                    "  else ilactl ends with 4. --yes passes no guard of ledger.toml.",
                    "- Status 75 means: run the same line again, it is safe (ilactl help exit-codes).",
                    "- The result depends on the ledger, its rules and the day, not on the locale or the",
                    "  machine's time zone. --on DATE sets the day.",
                    "- A kill or a power cut leaves each change whole or absent; the next one tidies up.",
                    "- Ctrl-C and SIGTERM do, too: 130 or 143, or 75 where the change is booked and only",
                    "  its files wait. '-n -O json' shows what the same line then books.",
                    "- stdin, stdout and stderr may be closed: a change that says nothing needs none of",
                    "  them. An answer that cannot be written ends with 74, after a commit with 75; one",
                    "  that nobody reads, as with '| head -n 1', with 141 and without a word.",
                    "- HOME, TMPDIR and the locale may be missing or wrong; the folder it runs in must",
                    "  exist. A variable of ilactl's own that makes no sense is an error. Files are",
                    "  private whatever the umask.",
                ]
            ),
        ],
    )


def _files() -> Answer:
    from ilactl.ledger.columns import TABLES
    from ilactl.ledger.manifest import KEYS

    columns = [Col("column", "Column"), Col("grammar", "Holds"), Col("meaning", "Meaning")]
    blocks: list[Block] = [
        Heading("The files of a ledger"),
        Lines(
            [
                "CSV files are UTF-8 with comma and LF, a fixed header, one line a row; rows are only added.",
                "A column marked * is never empty.",
            ]
        ),
    ]
    rows: list[dict[str, Cell]] = []
    for table in TABLES:
        own: list[dict[str, Cell]] = [
            {
                "file": table.file,
                "column": column.name + ("*" if column.required else ""),
                "grammar": column.grammar.value,
                "meaning": column.meaning,
            }
            for column in table.columns
        ]
        rows += [{**row, "column": str(row["column"]).rstrip("*")} for row in own]
        blocks += [Heading(f"{table.file}: {table.meaning}"), Grid(columns, own)]
    keys: list[dict[str, Cell]] = [
        {"file": "ledger.toml", "column": key.name, "grammar": key.wants, "meaning": key.meaning}
        for key in KEYS
    ]
    rows += keys
    blocks += [
        Heading("ledger.toml: The ledger's format, agency, units, funds and guards."),
        Grid([Col("column", "Key"), *columns[1:]], keys),
        Heading("Besides"),
        Lines(
            [
                "rules/*.toml    the scheme; rules/used/ keeps the text of every version that booked",
                "commits.jsonl   one line a change: who, when, why, which bytes went where",
                "commits/        rows of a large change on their way",
                "credentials/    the signed documents of micro-credentials",
                "set-aside/      what 'ilactl restore' took out of the way; yours to look at and delete",
                ".ilactl/        lock and caches; may be deleted at any moment",
            ]
        ),
    ]
    return Answer("ilactl.help.files/1", rows=rows, columns=[Col("file", "File"), *columns], blocks=blocks)


def _findings() -> Answer:
    import importlib
    import pkgutil

    import ilactl
    from ilactl.findings import kinds

    for module in pkgutil.walk_packages(ilactl.__path__, "ilactl."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    columns = [Col("code", "Code"), Col("meaning", "Meaning"), Col("remedy", "What to do")]
    rows: list[dict[str, Cell]] = [
        {"code": kind.code, "meaning": kind.meaning, "remedy": kind.remedy} for kind in kinds()
    ]
    return Answer(
        "ilactl.help.findings/1",
        rows=rows,
        columns=columns,
        blocks=[Heading("What can be wrong with data"), Grid(columns, rows)],
    )


def _rules() -> Answer:
    from ilactl.commands.rules_manual import rules_manual

    return rules_manual()


def _facts() -> Answer:
    from ilactl.commands.facts_manual import facts_manual

    return facts_manual()


def _imports() -> Answer:
    from ilactl.commands.imports_manual import imports_manual

    return imports_manual()


TOPICS: dict[str, tuple[str, Callable[[], Answer]]] = {
    "exit-codes": ("how ilactl ends, and what to do then", exit_codes),
    "environment": ("the variables that are read", _environment),
    "formats": ("what -O gives", _formats),
    "cron": ("ilactl without a terminal", _cron),
    "rules": ("the language of rule files", _rules),
    "facts": ("every name an expression may use: when it is read, what makes it unknown", _facts),
    "imports": ("files of others: mappings, control figures, spreadsheets", _imports),
    "files": ("the ledger's files and their columns", _files),
    "findings": ("every fault that data can have", _findings),
}
"""Every topic with what it is about and its page."""
