"""The command tree: every command by its name and heading, loaded when it is wanted."""

from __future__ import annotations

import importlib

import click

from ilactl import __version__
from ilactl.commands.options import SHARED, Session, shared_option

__all__ = ["COMMANDS", "SECTIONS", "root"]

SECTIONS: dict[str, dict[str, str]] = {
    "The ledger": {
        "init": "ilactl.commands.init",
        "status": "ilactl.commands.status",
        "check": "ilactl.commands.check",
        "log": "ilactl.commands.log",
        "adopt": "ilactl.commands.adopt",
        "restore": "ilactl.commands.restore",
        "undo": "ilactl.commands.undo",
        "doctor": "ilactl.commands.doctor",
        "backup": "ilactl.commands.backup",
    },
    "The registers": {
        "person": "ilactl.commands.person",
        "organisation": "ilactl.commands.organisation",
        "course": "ilactl.commands.course",
    },
    "What goes in": {
        "contribution": "ilactl.commands.contribution",
        "topup": "ilactl.commands.topup",
        "expire": "ilactl.commands.expire",
    },
    "What it is spent on": {
        "enrol": "ilactl.commands.enrol",
        "enrolment": "ilactl.commands.enrolment",
        "settle": "ilactl.commands.settle",
    },
    "What comes out": {"credential": "ilactl.commands.credential"},
    "What a person has, and why": {
        "balance": "ilactl.commands.balance",
        "statement": "ilactl.commands.statement",
        "explain": "ilactl.commands.explain",
    },
    "The scheme": {"rules": "ilactl.commands.rules"},
    "For other tools": {"export": "ilactl.commands.export"},
    "More": {"help": "ilactl.commands.help", "completion": "ilactl.commands.completion"},
}
"""Commands by the heading they stand under in the help, each with the module that holds it."""

COMMANDS: dict[str, str] = {name: module for section in SECTIONS.values() for name, module in section.items()}
"""Every command with its module; each module has `command`, a click command or group."""

FIRST_SENTENCE = 200
"""Characters that the list of commands shows of each: more than any first sentence has."""


class LazyRoot(click.Group):
    """The root group: knows its commands by name and loads each when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names in the help's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module loaded now; None where there is none."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        command.name = cmd_name
        _share_options(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest names offered though no command is loaded."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands first: they are what one looks for."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their headings, each with the first sentence of its help."""
        width = max(map(len, COMMANDS))
        for heading, names in SECTIONS.items():
            with formatter.section(heading):
                rows = []
                for name in names:
                    command = self.get_command(ctx, name)
                    rows.append(
                        (name.ljust(width), command.get_short_help_str(FIRST_SENTENCE) if command else "")
                    )
                formatter.write_dl(rows)


def _share_options(command: click.Command) -> None:
    """Let shared options stand between a group's name and its command's, too."""
    if not isinstance(command, click.Group):
        return
    there = {param.name for param in command.params}
    command.params.extend(shared_option(name, hidden=True) for name in SHARED if name not in there)
    for inner in command.commands.values():
        _share_options(inner)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"ilactl {__version__}")
        ctx.exit()


def _debug(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and isinstance(ctx.obj, Session):
        ctx.obj.debug = True


root = LazyRoot(
    name="ilactl",
    help="""Keep individual learning accounts in a folder of CSV and TOML files.

    Options may stand before or after a command's name; 'ilactl COMMAND --help' says which ones it
    takes. 'ilactl help' lists topics: exit codes, cron, the files, the language of rules.

    \b
    Examples:
      $ ilactl help
      $ ilactl --version
    """,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[
        *(shared_option(name) for name in SHARED),
        click.Option(
            ["--debug"], is_flag=True, expose_value=False, is_eager=True, callback=_debug,
            help="Show the traceback of a bug. Also: ILACTL_DEBUG=1.",
        ),
        click.Option(
            ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_version,
            help="Show the version and exit.",
        ),
    ],
)  # fmt: skip
"""The whole command tree."""
