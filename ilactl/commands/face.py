"""What every command is given: the shared options, the ledger's place, the clock, the terminal.

A command declares which shared options it takes with `face_options`; they may stand before or
after its name, and what stands nearer to the command wins. Nothing else in ilactl asks the
environment, the terminal or what day it is.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from ilactl.commands.options import ALWAYS, FORMATS, LOCK_WAIT, SHARED, Day, Seconds, Session, shared_option
from ilactl.commands.reading import read_bytes
from ilactl.commands.talk import ask, talk, working
from ilactl.errors import Cancelled, NoLedger, NotFound, StartOver, UsageError
from ilactl.printable import printable

if TYPE_CHECKING:
    from ilactl.ledger.commit import Actor, Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["Day", "Face", "Session", "face_options"]

_STARTS = 5
"""How often a reader begins when commits change what it reads."""

_FAR_AHEAD = 731
"""Days from now after which a day is rather mistyped than meant."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def face_options(
    *names: str,
) -> Callable[[Callable[Concatenate[Face, _P], _R]], Callable[_P, _R]]:
    """Give a command the shared options named (`ALWAYS` ones need no naming) and a `Face` to begin with.

    A shared option that stands before the name of a command that does not take it is a usage
    error: an option is never silently without effect.
    """
    unknown = set(names) - set(SHARED)
    if unknown:
        raise ValueError(f"no shared option {', '.join(sorted(unknown))}")
    accepted = tuple(name for name in SHARED if name in names or name in ALWAYS)

    def decorate(function: Callable[Concatenate[Face, _P], _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            ctx = click.get_current_context()
            session = ctx.find_object(Session) or Session()
            session.command = ctx.command_path
            for _ in range(_STARTS - 1):
                try:
                    return function(_face(session, ctx.command_path, accepted), *args, **kwargs)
                except StartOver:
                    if session.engaged or session.booked:
                        raise
            return function(_face(session, ctx.command_path, accepted), *args, **kwargs)

        params: list[click.Parameter] = getattr(call, "__click_params__", [])
        # click reads the list backwards, so what the command itself declares comes first in its help
        own = [shared_option(name) for name in reversed(accepted)]
        call.__click_params__ = [*own, *params]  # type: ignore[attr-defined]
        return call

    return decorate


def _face(session: Session, path: str, accepted: tuple[str, ...]) -> Face:
    _stand_somewhere()
    given: dict[str, Any] = {}
    for name, (value, where) in session.given.items():
        if name not in accepted:
            flag = SHARED[name][0][-1]
            raise UsageError(
                reason=f"{flag} stands before '{path}', which does not take it",
                hint=f"leave {flag} out; '{path} --help' lists what it takes ({where} only passes it on)",
            )
        given[name] = value
    if given.get("quiet") and given.get("verbose"):
        raise UsageError(reason="-q and -v cannot both be meant", hint="give one of them")
    return Face(session, path, given)


def _stand_somewhere() -> None:
    """Refuse to run in a folder that is gone: relative paths lead nowhere, and the engine would end us."""
    try:
        os.getcwd()
    except OSError:
        hint = "it was removed or may not be read: cd to another one and run the same command there"
        raise NotFound(what="the folder this runs in", hint=hint) from None


def _is_ledger(folder: Path) -> bool:
    """One whose ledger.toml is gone is still a ledger: never passed by for another one above it."""
    return (folder / "ledger.toml").is_file() or (folder / "commits.jsonl").is_file()


def _from_environment(name: str, kind: click.ParamType[Any]) -> Any:
    text = os.environ.get(name)
    if text is None:
        return None
    try:
        return kind.convert(text, None, None)
    except click.BadParameter as fault:
        raise UsageError(
            reason=f"{name} in the environment: {fault.message.rstrip('.')}",
            hint=f"correct {name}, or unset it; 'ilactl help environment' lists what is read",
        ) from None


class Face:
    """What a command talks to: options, ledger, clock, stdin, stdout, stderr."""

    def __init__(self, session: Session, command: str, given: dict[str, Any]) -> None:
        """`given` holds the values of shared options from the command line, by name."""
        self.session = session
        self.command = command
        self.given_on: date | None = given.get("on")
        self.dry_run: bool = bool(given.get("dry_run"))
        self.yes: bool = bool(given.get("yes"))
        self.key: str = given.get("key") or ""
        self.quiet: bool = bool(given.get("quiet"))
        self.verbose: bool = bool(given.get("verbose"))
        self.output_format: str | None = given.get("output_format")
        self._ledger: str | None = given.get("ledger")
        environment_format = _from_environment("ILACTL_OUTPUT_FORMAT", click.Choice(FORMATS))
        environment_wait = _from_environment("ILACTL_LOCK_WAIT", Seconds())
        self._usual_format: str | None = environment_format
        wait = given.get("lock_wait")
        self.lock_wait: float = next((w for w in (wait, environment_wait) if w is not None), LOCK_WAIT)
        self.terminal: bool = sys.stdout is not None and sys.stdout.isatty()
        self.talks: bool = sys.stderr is not None and sys.stderr.isatty()

    # ---- the ledger -------------------------------------------------------------------------

    def named_ledger(self) -> str | None:
        """The folder named with --ledger or ILACTL_LEDGER, as given; None where neither is."""
        if self._ledger is not None:
            return self._ledger
        return os.environ.get("ILACTL_LEDGER")

    def root(self) -> Path:
        """The ledger's folder: --ledger, else ILACTL_LEDGER, else the nearest ledger.toml upward.

        Raises NoLedger. A folder that was named is never replaced by one that was found.
        """
        named = self.named_ledger()
        if named is not None:
            if named and _is_ledger(Path(named)):
                return Path(named)
            where = named or "'' (ILACTL_LEDGER or --ledger is empty)"
            raise NoLedger(where=where)
        here = Path.cwd()
        for folder in (here, *here.parents):
            if _is_ledger(folder):
                return folder
        raise NoLedger(where=f"{here} or any folder above it")

    def snapshot(self) -> Snapshot:
        """The ledger as of its last commit. Takes no lock."""
        from ilactl.ledger.snapshot import Snapshot

        return Snapshot.open(self.root())

    def today(self, zone: str) -> date:
        """The day it is now in a time zone of the ledger's choosing."""
        from zoneinfo import ZoneInfo

        return self.session.now().astimezone(ZoneInfo(zone)).date()

    def on(self, snapshot: Snapshot) -> date:
        """The day to take as today: --on, else the later of today and the day booked through."""
        if self.given_on is not None:
            return self.given_on
        today = self.today(snapshot.manifest.zone)
        through = snapshot.head.booked_through
        return today if through is None else max(today, through)

    @property
    def actor(self) -> Actor:
        """Who acts: the system's user and host, and ILACTL_ACTOR as claimed."""
        import pwd

        from ilactl.ledger.commit import Actor

        claimed = os.environ.get("ILACTL_ACTOR", "")
        if len(claimed) > 100 or printable(claimed) != claimed:
            raise UsageError(
                reason="ILACTL_ACTOR in the environment: at most 100 characters, none invisible",
                hint="correct ILACTL_ACTOR, or unset it",
            )
        try:
            user = pwd.getpwuid(os.getuid()).pw_name  # the environment could say anything
        except KeyError:
            user = str(os.getuid())
        return Actor(user=printable(user), host=printable(os.uname().nodename), claimed=claimed)

    @contextmanager
    def writer(self, command: str = "", *, adopting: bool = False, rotten: bool = False) -> Iterator[Writer]:
        """The ledger under its lock, ready for a commit. `command` is what the lock's holder is called.

        With `adopting` its files may differ from the log: for what takes edits in, or undoes them.
        With `rotten` a damaged line at the log's end that was booked once is set aside, too.
        """
        from ilactl.ledger.commit import open_writer

        self._confirm_day()
        with open_writer(
            self.root(),
            actor=self.actor,
            now=self.session.now,
            lock_wait=self.lock_wait,
            holder=command or self.command,
            adopting=adopting,
            rotten=rotten,
        ) as writer:
            if writer.set_aside:
                self.warn(f"the log's unfinished or damaged last line was moved to {writer.set_aside}")
            before = writer.snapshot.head.seq
            try:
                yield writer
            finally:
                if writer.snapshot.head.seq > before:
                    self.session.booked = writer.snapshot.head.seq

    def complete(self) -> None:
        """See to it that what the ledger has is on disk, before it is told as done already.

        A reader goes by the log, whose last line a crash may have left unsynced and without its rows.
        """
        with self.writer():
            pass

    # ---- talk -------------------------------------------------------------------------------

    def answer(self, answer: Answer, *, change: bool = False) -> None:
        """Print the answer to stdout.

        With `change` it is the outcome of something booked: without a terminal and without -O
        that is silent, so that a cron line that went well sends no mail. -v speaks all the same.
        What a dry run shows is always printed.
        """
        if change and not self.hears():
            return
        from ilactl.output import render

        self.session.engaged = True
        render(answer, self.output_format or self._usual_format)

    def hears(self) -> bool:
        """Whether the outcome of a change is printed: who needs long to put it into words can ask first."""
        heard = self.verbose or (self.terminal and not self.quiet)
        return heard or self.dry_run or self.output_format is not None

    def pass_on(self, pieces: Iterable[str]) -> None:
        """Print a file for another program to stdout, as it is made: the answer of an export."""
        from ilactl.output import write_pieces

        def engaged() -> Iterator[str]:
            for piece in pieces:
                self.session.engaged = True  # from here on nothing can start over
                yield piece

        write_pieces(engaged())

    def say(self, text: str) -> None:
        """A remark on stderr: on a terminal or with -v, never with -q."""
        if not self.quiet and (self.talks or self.verbose):
            talk(text)

    def warn(self, text: str) -> None:
        """A warning on stderr, always."""
        talk(f"warning: {text}")

    def working(self, label: str) -> AbstractContextManager[Callable[[str], None]]:
        """Progress on stderr: what a long run is at, on a terminal only, never with -q.

        What it gives changes the label.
        """
        return working(label, shown=self.talks and not self.quiet)

    def confirm(self, question: str) -> None:
        """Ask on the terminal; return on yes. Raises Cancelled on no, or where nobody can be asked."""
        if self.yes:
            return
        if sys.stdin is None or not sys.stdin.isatty():
            raise Cancelled(reason="a yes is needed and there is no terminal to ask on", hint="give --yes")
        self.session.engaged = True
        ask(f"{question} [y/N]")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Cancelled(reason="nothing was written", hint="")

    def _confirm_day(self) -> None:
        """Ask about a day that is years ahead, where somebody sits at a terminal: it is hard to take back."""
        if self.given_on is None or sys.stdin is None or not sys.stdin.isatty():
            return
        ahead = (self.given_on - self.session.now().date()).days
        if ahead > _FAR_AHEAD:
            years = ahead // 365
            self.confirm(
                f"{self.given_on} is {years} years ahead, and what is booked on it bars every earlier day. "
                "Is that day meant?"
            )

    def ask(self, question: str) -> str:
        """One line from the terminal, for what must not stand on a command line. Raises Cancelled."""
        if sys.stdin is None or not sys.stdin.isatty():
            raise Cancelled(
                reason=f"'{question}' cannot be asked without a terminal",
                hint="give it in a file or on stdin",
            )
        self.session.engaged = True
        ask(f"{question}:")
        line = sys.stdin.readline()
        if not line:
            raise Cancelled(reason="no answer was given", hint="")
        return line.rstrip("\r\n")

    def read_input(self, argument: str, at_most: int | None = None) -> tuple[bytes, str]:
        """The bytes of a file, or of stdin for `-`, and the name to call it by, as `read_bytes` has them."""
        if argument == "-" and sys.stdin is not None:
            if sys.stdin.isatty():
                self.say("reading from the terminal; Ctrl-D on a line of its own ends it")
            self.session.engaged = True
        return read_bytes(argument, at_most)
