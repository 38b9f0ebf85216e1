"""The command line's front door and the one boundary where errors end.

`run` is the console script: streams, signals, then `main`. Whatever goes wrong below comes out as
text (or, under `-O json`, as one JSON object) on stderr and an exit status from the error tree,
never as a traceback. Nothing heavy is imported, so that `ilactl --version` costs little more than
importing click.
"""

from __future__ import annotations

import errno
import io
import os
import re
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from ilactl import __version__
from ilactl.commands.options import Session
from ilactl.commands.root import COMMANDS, root
from ilactl.commands.talk import talk
from ilactl.errors import BookedNotConfirmed, IlactlError, IoFailed, UsageError
from ilactl.printable import printable

__all__ = ["COMMANDS", "Terminated", "main", "root", "run"]

COMPLETE = "_ILACTL_COMPLETE"
"""The variable by which a shell asks for completions."""

INTERRUPTED, CLOSED_PIPE, TERMINATED = 130, 141, 143

_PACKAGE = os.path.join(os.path.dirname(__file__), "")
"""Where our own code lies, whatever else on its path is called ilactl."""


class Terminated(BaseException):
    """SIGTERM arrived. No `Exception`, so that nothing on the way out takes it for one."""


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
        if isinstance(error, UsageError) and error.advice == UsageError.hint:
            error.advice = f"see '{session.command} --help'"
        return _report(error, as_json)
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
            talk(error.format_message(), whole=True)
        return _report(_usage(error), as_json)
    except (KeyboardInterrupt, click.Abort):
        if sys.stderr is not None and sys.stderr.isatty():
            talk("")
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except OSError as error:
        return _output_failed(error, session, as_json)
    except Exception as error:
        return _cut_short_by(error) or _bug(error, session, as_json)
    return 0


_asked_to_end: list[int] = []
"""SIGTERM, once it came."""


def _cut_short_by(error: BaseException | None) -> int:
    """The status of the signal behind an error, 0 where there is none.

    Python may tell what was cut short in loading as another error, and the engine, in a query, as its own.
    """
    if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
        return TERMINATED if _asked_to_end else INTERRUPTED
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return INTERRUPTED if error is not None else 0


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
    text = re.sub(r"\s*\n\s*", " ", text)  # click lists the choices of a missing option one a line
    text = text.replace("is not a valid integer range", "is not a whole number")
    text = text.replace("\n\t", " ")  # click lists the choices of a missing option one a line
    if text.startswith("Got unexpected extra argument"):
        hint = f"put what belongs together in quotes; {hint}"
    return UsageError(reason=text[:1].lower() + text[1:].rstrip("."), hint=hint)


def _report(error: IlactlError, as_json: bool) -> int:
    """Say what went wrong and return the status. Findings are all listed, warnings among them."""
    if as_json:
        from ilactl.output.data import json_text

        body = {
            "schema": "ilactl.error/1",
            "code": error.code,
            "message": error.text,
            "hint": error.advice,
            "exit_status": error.exit_status,
            "findings": [finding.as_dict() for finding in error.findings],
        }
        talk(json_text(body), whole=True)
        return error.exit_status
    for finding in error.findings:
        talk(("warning: " if finding.warning else "") + finding.format(), whole=True)
    talk(f"error: {error.code} {printable(error.text)}")
    for line in error.advice.splitlines():
        talk(f"hint: {line}")
    return error.exit_status


def _output_failed(error: OSError, session: Session, as_json: bool) -> int:
    """The disk or stdout refused. What was booked before stays booked, and is said to be."""
    reason = error.strerror or str(error)
    reason = reason[:1].lower() + reason[1:]
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "stdout"
    if session.booked:
        return _report(BookedNotConfirmed(seq=session.booked, reason=f"{path}: {reason}"), as_json)
    if error.errno == errno.EPIPE:
        return CLOSED_PIPE
    return _report(IoFailed(path=path, reason=reason), as_json)


def _bug(error: Exception, session: Session, as_json: bool) -> int:
    """A fault of ilactl's own: one line that says what to report, the traceback only on demand."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(_PACKAGE):
            place = f" at {code.co_filename.removeprefix(_PACKAGE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    if session.debug:
        import traceback

        talk("".join(traceback.format_exception(error)).rstrip(), whole=True)
    booked = f"; commit {session.booked} is booked" if session.booked else ""
    text = f"a bug in ilactl {__version__}, '{session.command}': {type(error).__name__}{place}{booked}"
    bug = IlactlError(
        reason=text,
        hint="please report this line in the project's issue tracker; ILACTL_DEBUG=1 shows more",
    )
    return _report(bug, as_json)


def _terminate(number: int, frame: FrameType | None) -> None:
    _asked_to_end.append(signal.SIGTERM)
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
    """Send nowhere what stdout or stderr could not take: the interpreter would end with 120 for it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _deafen() -> None:
    """From here on the status is known: a signal that comes as the process ends must not make it another."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _complete(instruction: str) -> int:
    """Answer a shell that asks how a line may go on. What fails gives no suggestion and no noise."""
    import gc

    gc.disable()  # nothing lives long enough to be collected
    from ilactl.commands.shells import answer

    return answer(root, instruction)


def run() -> None:
    """The console script: streams, signals, then `main`; ends the process."""
    os.umask(0o077)  # for files that an engine makes on our behalf; ours are given their modes besides
    _open_standard_streams()
    if COMPLETE in os.environ:
        os._exit(_complete(os.environ[COMPLETE]))  # all is said: a shell need not wait for the tidying up
    signal.signal(signal.SIGTERM, _terminate)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # `entry.py` left it to the system
        status = main(sys.argv[1:])
        _deafen()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Terminated:
        status = TERMINATED
    _deafen()
    _hush()
    sys.exit(status)
