"""The command line's front door: finds the command, and is the one boundary where errors end.

`run` is the console script. Commands are loaded when named, so that `ilactl --version` costs
little more than importing click. Whatever goes wrong below comes out as text (or, under
`-O json`, as one JSON object) on stderr and an exit status from the error tree, never as a
traceback.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from ilactl import __version__
from ilactl.commands.options import SHARED, Session, shared_option
from ilactl.errors import BookedNotConfirmed, IlactlError, IoFailed, UsageError
from ilactl.findings import printable

__all__ = ["COMMANDS", "SECTIONS", "Terminated", "main", "root", "run"]

SECTIONS: dict[str, dict[str, str]] = {
    "The ledger": {
        "init": "ilactl.commands.init",
        "status": "ilactl.commands.status",
        "check": "ilactl.commands.check",
        "log": "ilactl.commands.log",
    },
    "The registers": {
        "person": "ilactl.commands.person",
        "organisation": "ilactl.commands.organisation",
    },
    "What goes in": {
        "contribution": "ilactl.commands.contribution",
        "topup": "ilactl.commands.topup",
    },
    "What a person has, and why": {
        "balance": "ilactl.commands.balance",
        "statement": "ilactl.commands.statement",
        "explain": "ilactl.commands.explain",
    },
    "The scheme": {"rules": "ilactl.commands.rules"},
    "More": {"help": "ilactl.commands.help"},
}
"""Commands by the heading they stand under in the help, each with the module that holds it."""

COMMANDS: dict[str, str] = {name: module for section in SECTIONS.values() for name, module in section.items()}
"""Every command with its module; each module has `command`, a click command or group."""

FIRST_SENTENCE = 200
"""Characters that the list of commands shows of each: more than any first sentence has."""

COMPLETE = "_ILACTL_COMPLETE"
"""The variable by which a shell asks for completions."""

INTERRUPTED, CLOSED_PIPE, TERMINATED = 130, 141, 143


class Terminated(BaseException):
    """SIGTERM arrived. No `Exception`, so that nothing on the way out takes it for one."""


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


def main(args: Sequence[str], session: Session | None = None) -> int:
    """Run one command line and return its exit status. Everything that fails ends here."""
    session = session or Session()
    session.debug = session.debug or os.environ.get("ILACTL_DEBUG", "") not in ("", "0")
    as_json = _wants_json(args)
    try:
        try:
            with root.make_context("ilactl", list(args), obj=session) as ctx:
                root.invoke(ctx)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except IlactlError as error:
        return _report(error, as_json)
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
            _talk(error.format_message())
        return _report(_usage(error), as_json)
    except (KeyboardInterrupt, click.Abort):
        if sys.stderr is not None and sys.stderr.isatty():
            _talk("")
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        return CLOSED_PIPE
    except OSError as error:
        return _output_failed(error, session, as_json)
    except Exception as error:
        return _bug(error, session, as_json)
    return 0


def _wants_json(args: Sequence[str]) -> bool:
    """Whether errors are to be JSON: read from the raw words, since a usage error may be about them."""
    wanted = os.environ.get("ILACTL_OUTPUT_FORMAT", "")
    for index, word in enumerate(args):
        if word == "--":
            break
        if word in ("-O", "--output-format"):
            wanted = args[index + 1] if index + 1 < len(args) else ""
        elif word.startswith("--output-format="):
            wanted = word.partition("=")[2]
        elif word.startswith("-O"):
            wanted = word[2:].removeprefix("=")
    return wanted in ("json", "jsonl")


def _usage(error: click.ClickException) -> UsageError:
    """A click error in our own form."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "ilactl"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return UsageError(reason=f"'{path}' needs a command", hint=f"one of those that '{path} --help' lists")
    near = getattr(error, "possibilities", None)
    hint = f"see '{path} --help'"
    if near:
        hint = f"did you mean {' or '.join(near)}? {hint}"
    text = error.message if near else error.format_message()
    return UsageError(reason=text[:1].lower() + text[1:].rstrip("."), hint=hint)


def _report(error: IlactlError, as_json: bool) -> int:
    """Say what went wrong and return the status. Findings are all listed, warnings among them."""
    if as_json:
        from ilactl.output.data import json_text

        _talk(json_text({
            "schema": "ilactl.error/1",
            "code": error.code,
            "message": error.text,
            "hint": error.advice,
            "exit_status": error.exit_status,
            "findings": [finding.as_dict() for finding in error.findings],
        }))  # fmt: skip
        return error.exit_status
    for finding in error.findings:
        _talk(finding.format())
    _talk(f"error: {error.code} {printable(error.text)}")
    for line in error.advice.splitlines():
        _talk(f"hint: {printable(line)}")
    return error.exit_status


def _output_failed(error: OSError, session: Session, as_json: bool) -> int:
    """The disk or stdout refused. What was booked before stays booked, and is said to be."""
    if error.errno == errno.EPIPE:
        return CLOSED_PIPE
    reason = error.strerror or str(error)
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "stdout"
    if session.booked:
        return _report(BookedNotConfirmed(seq=session.booked, reason=f"{path}: {reason}"), as_json)
    return _report(IoFailed(path=path, reason=reason), as_json)


def _bug(error: Exception, session: Session, as_json: bool) -> int:
    """A fault of ilactl's own: one line that says what to report, the traceback only on demand."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if f"{os.sep}ilactl{os.sep}" in code.co_filename:
            place = f" at {code.co_filename.rpartition(f'{os.sep}ilactl{os.sep}')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    if session.debug:
        import traceback

        _talk("".join(traceback.format_exception(error)).rstrip())
    booked = f"; commit {session.booked} is booked" if session.booked else ""
    text = f"a bug in ilactl {__version__}, '{session.command}': {type(error).__name__}{place}{booked}"
    bug = IlactlError(
        reason=text,
        hint="please report this line in the project's issue tracker; ILACTL_DEBUG=1 shows more",
    )
    return _report(bug, as_json)


def _talk(line: str) -> None:
    """A line on stderr, if anybody is there to read it."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
    except (OSError, ValueError):
        pass


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _open_standard_streams() -> None:
    """Fill closed descriptors, so that no file of the ledger becomes stdout; UTF-8 whatever the locale."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = _Closed()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


class _Closed(io.TextIOBase):
    """What stands for a stdout that was closed before we began: nobody reads it."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "stdout is closed")


def _hush() -> None:
    """Send nowhere what stdout could not take: the interpreter would complain of it while it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _complete(instruction: str) -> int:
    """Answer a shell that asks how a line may go on. What fails gives no suggestion and no noise."""
    from click.shell_completion import shell_complete

    try:
        return shell_complete(root, {}, "ilactl", COMPLETE, instruction)
    except Exception:
        return 1


def run() -> None:
    """The console script: streams, signals, then `main`; ends the process."""
    _open_standard_streams()
    signal.signal(signal.SIGTERM, _terminate)
    if COMPLETE in os.environ:
        sys.exit(_complete(os.environ[COMPLETE]))
    try:
        status = main(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Terminated:
        status = TERMINATED
    _hush()
    sys.exit(status)
