"""The one error tree: each class owns its code, exit status, message and hint.

Bad *data* is a list of `Finding`s and never raised one by one; bad *use*, a refusal, or a
failing disk is one of these. `ilactl/cli.py` is the only place that turns them into an exit
status. A class's `message` is a template; its fields are given by keyword and kept in `details`,
so that the text, the JSON form and the manual cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from ilactl.findings import Finding

__all__ = [
    "BadInput",
    "BadManifest",
    "BadRules",
    "BookedNotConfirmed",
    "Cancelled",
    "ChangedMeanwhile",
    "ChangedOutside",
    "FindingsFound",
    "IlactlError",
    "IoFailed",
    "LedgerLocked",
    "NoCredential",
    "NotFound",
    "OutcomeUnknown",
    "Refused",
    "StartOver",
    "UsageError",
    "catalogue",
]


class IlactlError(Exception):
    """Root of the tree. Never raised itself."""

    code: ClassVar[str] = "BUG"
    exit_status: ClassVar[int] = 70
    message: ClassVar[str] = "{reason}"
    hint: ClassVar[str] = ""

    def __init__(self, *, findings: Sequence[Finding] = (), hint: str | None = None, **details: Any) -> None:
        """`details` fill the class's message; `hint` replaces the class's where more is known."""
        self.findings = tuple(findings)
        self.details = details
        self.text = self.message.format(**details)
        self.advice = self.hint.format(**details) if hint is None else hint
        super().__init__(self.text)


class FindingsFound(IlactlError):
    """The answer is no: a check found something."""

    code = "FINDINGS"
    exit_status = 1
    message = "{count}"
    hint = "each line above says where and what to do"


class UsageError(IlactlError):
    """The command line cannot be understood, or its options do not go together."""

    code = "USAGE"
    exit_status = 2
    hint = "see --help"


class Refused(IlactlError):
    """A rule, a guard or the ledger's own order forbids it; nothing was written."""

    code = "REFUSED"
    exit_status = 3


class KeyTaken(Refused):
    """A key given by the caller stands in the log with other content."""

    code = "KEY-TAKEN"
    message = "key {key} was used by commit {seq} for something else"
    hint = "use a new key, or repeat exactly what commit {seq} did"


class ContentDiffers(Refused):
    """What is booked once under its meaning is asked for with other content."""

    code = "CONTENT-DIFFERS"
    message = "{what} is booked as entry {entry} with {booked}, not {asked}"
    hint = "give another --ref if it is another payment; a wrong entry is corrected, never booked over"


class DateGoesBack(Refused):
    """booked_on never goes back."""

    code = "DATE-GOES-BACK"
    message = "the ledger is booked through {booked_through}, so nothing can be booked on {on}"
    hint = "leave --on out, or give {booked_through} or a later day; what is late is booked today"


class Closed(Refused):
    """ledger.toml closes the books up to a day."""

    code = "CLOSED"
    message = "the books are closed until {closed_until}, so nothing can be booked on {on}"
    hint = "book after {closed_until}, or move closed_until in ledger.toml back"


class AlreadyThere(Refused):
    """A thing to be created exists."""

    code = "ALREADY-THERE"
    message = "{what} exists already"
    hint = "name another, or go on with the one that is there"


class Unsafe(Refused):
    """A path is a link, not a regular file, or open to others."""

    code = "UNSAFE-PATH"
    message = "{path}: {reason}"
    hint = "put a plain file or folder of your own there, and no link to one"


class ChangedOutside(Refused):
    """A file of the ledger differs from what the log records."""

    code = "CHANGED-OUTSIDE"
    message = "{path} was changed outside ilactl: {reason}"
    hint = (
        "'ilactl adopt --why TEXT' shows the edit and takes it in, 'ilactl restore --why TEXT' undoes it;"
        " 'ilactl check' lists every file that differs"
    )


class Cancelled(IlactlError):
    """A prompt was declined, or one was needed and there is no terminal."""

    code = "CANCELLED"
    exit_status = 4
    message = "{reason}"


class BadInput(IlactlError):
    """An input file or the ledger's data cannot be used; all findings are listed."""

    code = "BAD-INPUT"
    exit_status = 65
    message = "{what}: {count}; nothing was written"
    hint = "each line above says where and what to do"


class NoCredential(BadInput):
    """A file holds no micro-credential that can be read."""

    code = "NO-CREDENTIAL"
    message = "{what} is no credential: {reason}"
    hint = "give the signed file (JSON) or the badge image (PNG, SVG) as its holder got it"


class NotFound(IlactlError):
    """A ledger, a file, a person, an entry … that was named is not there."""

    code = "NOT-FOUND"
    exit_status = 66
    message = "{what} not found"
    hint = "look again at how it is written"


class NoLedger(NotFound):
    """No ledger here, or the one named is missing."""

    code = "NO-LEDGER"
    message = "no ledger in {where}"
    hint = "name one with --ledger DIR or ILACTL_LEDGER, or make one with 'ilactl init DIR'"


class IoFailed(IlactlError):
    """The disk or the network refused; nothing changed."""

    code = "IO"
    exit_status = 74
    message = "{path}: {reason}; nothing was changed"
    hint = "make room or mend the permission, then run the same command again"


class TryAgain(IlactlError):
    """Repeating the same command is safe. Never raised itself."""

    exit_status = 75


class LedgerLocked(TryAgain):
    """Another process holds the ledger's lock."""

    code = "LOCKED"
    message = "the ledger is in use by {holder}"
    hint = "try again, or wait longer with --lock-wait SECONDS"


class ChangedMeanwhile(TryAgain):
    """The ledger changed between the plan that was shown and the yes."""

    code = "CHANGED-MEANWHILE"
    message = "the ledger changed since the plan was shown; nothing was written"
    hint = "run the command again to see the new plan"


class StartOver(ChangedMeanwhile):
    """A commit changed what was being read; readers start over by themselves, a few times."""

    message = "another command changed the ledger while it was read; nothing was written"
    hint = "run the command again"


class BookedNotConfirmed(TryAgain):
    """Decided and safe in the log, not yet in every file."""

    code = "BOOKED"
    message = "booked as commit {seq}, but {reason}"
    hint = "do not book it again by hand; any ilactl command that writes completes it"


class OutcomeUnknown(TryAgain):
    """The log could neither be confirmed nor taken back."""

    code = "OUTCOME-UNKNOWN"
    message = "{path}: {reason}; whether it was booked is not known"
    hint = "run the same command again: it books exactly once"


class BadRules(IlactlError):
    """A rule file cannot be used."""

    code = "BAD-RULES"
    exit_status = 78
    message = "the rules cannot be used: {count}; nothing was written"
    hint = "each line above says where and what to do; 'ilactl rules check' shows them again"


class BadManifest(IlactlError):
    """ledger.toml cannot be used."""

    code = "BAD-MANIFEST"
    exit_status = 78
    message = "ledger.toml cannot be used: {count}"
    hint = "each line above says where and what to do"


class NewerFormat(BadManifest):
    """The ledger was written by a newer ilactl."""

    code = "NEWER-FORMAT"
    message = "{path}: format {found} is newer than {known}, the newest this ilactl knows"
    hint = "install a newer ilactl"


def catalogue() -> Iterator[type[IlactlError]]:
    """Every class with a code of its own, parents first: the manual's table and its tests read this."""

    def walk(cls: type[IlactlError]) -> Iterator[type[IlactlError]]:
        if "code" in vars(cls):
            yield cls
        for child in cls.__subclasses__():
            yield from walk(child)

    yield from walk(IlactlError)
