"""The shared options: declared once, kept by the session wherever they stand on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from ilactl.dates import parse_date
from ilactl.printable import printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = [
    "ALWAYS",
    "FORMATS",
    "LOCK_WAIT",
    "SHARED",
    "Day",
    "Folder",
    "Key",
    "Seconds",
    "Session",
    "shared_option",
]

FORMATS = ("table", "plain", "csv", "tsv", "json", "jsonl", "markdown")
"""What -O takes."""

LOCK_WAIT = 10.0
"""Seconds to wait for the ledger's lock where nothing else is said."""

_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?", re.ASCII)


def _now() -> datetime:
    return datetime.now(UTC)


class Session:
    """One run of ilactl: what the command line gave, and what has happened so far.

    `now` is the only clock; tests give their own. `given` holds each shared option found on the
    command line with the words it stood behind (`ilactl`, `ilactl person`, …). `booked` is the
    number of the last commit this run made, 0 for none: an answer that cannot be written
    afterwards must not look as if nothing had happened. `engaged` says that something was taken from
    stdin or given to stdout, so that a reader cannot start over unnoticed.
    """

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        """Nothing has happened yet. A plain class: `ilactl --version` should import little."""
        self.now = now
        self.given: dict[str, tuple[Any, str]] = {}
        self.booked = 0
        self.engaged = False
        self.debug = False
        self.command = "ilactl"


class Day(click.ParamType[date]):
    """A day of the calendar, `YYYY-MM-DD` and nothing else."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that names what was given."""
        day = value if isinstance(value, date) else parse_date(value)
        if day is None:
            self.fail(f"{printable(value)!r} is not a day of the calendar, YYYY-MM-DD", param, ctx)
        return day


class Folder(click.Path):
    """A folder, for which shells offer folders. Whether there is one the command looks itself."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """A word to the shell, which knows its folders itself."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="dir")]


class Seconds(click.ParamType[float]):
    """A number of seconds: digits, and a fraction if need be."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds, or a usage error that names what was given."""
        if isinstance(value, float):
            return value
        if not _SECONDS.fullmatch(value):
            self.fail(f"{printable(value)!r} is not a number of seconds such as 0, 2.5 or 60", param, ctx)
        return float(value)


class Key(click.ParamType[str]):
    """A caller's key: up to 200 characters that can be shown."""

    name = "key"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The key, or a usage error that says why it cannot be one."""
        if not value or len(value) > 200 or value != value.strip() or printable(value) != value:
            self.fail("a key has 1 to 200 characters, none invisible, no space at either end", param, ctx)
        return str(value)


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Keep a shared option that stands on the command line; the nearer the command, the later it comes."""
    source = ctx.get_parameter_source(str(param.name))
    if source is click.core.ParameterSource.COMMANDLINE and isinstance(ctx.obj, Session):
        ctx.obj.given[str(param.name)] = (value, ctx.command_path)
    return value


SHARED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "on": (("--on",), {
        "type": Day(), "metavar": "DATE",
        "help": "Take DATE as today. Default: today, or the day the ledger is booked through if later.",
    }),
    "dry_run": (("-n", "--dry-run"), {"is_flag": True, "help": "Show what would be booked; write nothing."}),
    "yes": (("--yes",), {
        "is_flag": True, "help": "Answer prompts with yes. Guards in ledger.toml still hold.",
    }),
    "key": (("--key",), {
        "type": Key(), "metavar": "TEXT",
        "help": "Do this once: repeated with the same content it is done already, with other it is refused.",
    }),
    "lock_wait": (("--lock-wait",), {
        "type": Seconds(), "metavar": "SECONDS",
        "help": "Wait this long for another ilactl to finish. Default: 10.",
    }),
    "ledger": (("--ledger",), {
        "type": Folder(), "metavar": "DIR",
        "help": "The ledger's folder. Default: ILACTL_LEDGER, else the nearest ledger.toml upward.",
    }),
    "output_format": (("-O", "--output-format"), {
        "type": click.Choice(FORMATS), "metavar": "FORMAT",
        "help": f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}. Default: table on a terminal, else plain.",
    }),
    "quiet": (("-q", "--quiet"), {"is_flag": True, "help": "Say less: no talk, no answer to a change."}),
    "verbose": (("-v", "--verbose"), {"is_flag": True, "help": "Say more, also without a terminal."}),
}  # fmt: skip
"""The shared options in the order the help shows them: name → flags and settings."""

ALWAYS = ("ledger", "output_format", "quiet", "verbose")
"""Shared options that stand on every command."""


def shared_option(name: str, *, hidden: bool = False) -> click.Option:
    """A fresh option of that name. Its value goes to the session, not to the function."""
    flags, settings = SHARED[name]
    return click.Option([*flags, name], expose_value=False, callback=_remember, hidden=hidden, **settings)
