"""What a parameter's value may be, where a shell can offer it: ids of the ledger, words, files.

Each type is declared once and stands at the parameter; it converts as click's own types do and
tells besides how an unfinished value may go on. What cannot be read offers nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.options import Session
from ilactl.printable import printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = [
    "COMMIT",
    "CONTRIBUTION_RULE",
    "COURSE",
    "CREDENTIAL",
    "CREDENTIAL_HOLDER",
    "CREDENTIAL_KEY",
    "ENROLMENT",
    "FIELD",
    "FILE",
    "FOLDER",
    "GIVER",
    "GRANT_RULE",
    "ORGANISATION",
    "PERSON",
    "RELEVANT",
    "RULE",
    "RUN",
    "SPEND_RULE",
    "SUBJECT",
    "TRIAL_RULE",
    "UNIT",
    "Ids",
    "Words",
]

Offers = Iterable[tuple[str, str]]
"""Values with a word on each, which may be empty."""

_PLAIN = re.compile(r"[\w:./-]+")
"""What may be put into a shell's line: nothing that it would read as more than a word."""

_ALL_RULES = ("grant", "contribution", "amend", "convert", "closing", "spend", "ending")


def _ledger(ctx: click.Context) -> Path:
    """The folder that the command would take; in a line not yet run `~` and `$HOME` still stand as typed."""
    from ilactl.commands.face import Face

    given = (ctx.find_object(Session) or Session()).given
    options = {name: value for name, (value, _) in given.items() if name == "ledger"}
    if "ledger" in options:
        options["ledger"] = os.path.expanduser(os.path.expandvars(options["ledger"]))
    return Face(Session(), ctx.command_path, options).root()


def _persons(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import first_cells

    return ((person, "") for person in first_cells(root / "persons.csv", beginning))


def _organisations(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import first_cells

    return ((found, "") for found in first_cells(root / "organisations.csv", beginning))


def _courses(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import first_cells

    return ((found, "") for found in first_cells(root / "courses.csv", beginning))


def _runs(root: Path, beginning: str) -> Offers:
    """Courses, and behind a slash the runs of one."""
    from ilactl.ledger.ids import runs

    course, slash, _ = beginning.partition("/")
    return ((found, "") for found in runs(root, course)) if slash else _courses(root, beginning)


def _enrolments(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import first_cells

    return ((found, "") for found in first_cells(root / "enrolments.csv", beginning))


def _credentials(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import first_cells

    return ((found, "") for found in first_cells(root / "credentials.csv", beginning))


def _credential_keys(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import first_cells

    return ((found, "") for found in first_cells(root / "credential_keys.csv", beginning))


def _relevant(root: Path, beginning: str) -> Offers:
    """What evidence may be about: courses of the register, fields of the code list."""
    kind, colon, rest = beginning.partition(":")
    if kind == "course" and colon:
        return ((f"course:{found}", told) for found, told in _courses(root, rest))
    if kind == "field" and colon:
        from ilactl.ledger.isced_fields import fields

        return ((f"field:{code}", label) for code, label in sorted(fields().items()))
    return [("course:", "a course of the register"), ("field:", "an ISCED-F field")]


def _fields(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.isced_fields import fields

    return sorted(fields().items())


def _entries(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import entries

    return ((entry, "") for entry in entries(root, beginning))


def _commits(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import commits

    return commits(root, beginning)


def _payers(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import funds

    return [("own", "the holder's own money"), *((fund, "") for fund in funds(root))]


def _units(root: Path, beginning: str) -> Offers:
    from ilactl.ledger.ids import units

    return ((unit, "") for unit in units(root))


def _rules(*tables: str) -> Callable[[Path, str], Offers]:
    def read(root: Path, beginning: str) -> Offers:
        from ilactl.ledger.ids import rules

        return rules(root, tables).items()

    return read


def _items(offers: Offers, incomplete: str) -> Iterator[CompletionItem]:
    from click.shell_completion import CompletionItem

    for value, told in offers:
        if value.startswith(incomplete) and _PLAIN.fullmatch(value):
            yield CompletionItem(value, help=printable(told) or None)


class Ids(click.types.StringParamType):
    """A text that names something of the ledger; `sources` tell what there is."""

    def __init__(self, *sources: Callable[[Path, str], Offers]) -> None:
        """Each source gives, for the ledger's folder and the beginning of a value, what may be meant."""
        self.sources = sources

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What begins so."""
        root = _ledger(ctx)
        return [item for source in self.sources for item in _items(source(root, incomplete), incomplete)]


class _Commit(click.IntRange):
    """The number of a commit."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Numbers that begin so, the newest first."""
        return list(_items(_commits(_ledger(ctx), incomplete), incomplete))


class Words(click.types.StringParamType):
    """A text that is one of some words; the command says what is wrong with another."""

    def __init__(self, words: Callable[[click.Context, str], Offers]) -> None:
        """`words` is asked when a shell asks: what gives them may be slow to load."""
        self.words = words

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The words that begin so."""
        return list(_items(self.words(ctx, incomplete), incomplete))


class _Path(click.types.StringParamType):
    """The name of a file or folder, opened by nobody but the command."""

    def __init__(self, kind: str) -> None:
        """`kind` is what the shell is to offer: file or dir."""
        self.kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """A word to the shell, which knows its files itself."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=self.kind)]


PERSON = Ids(_persons)
ORGANISATION = Ids(_organisations)
COURSE = Ids(_courses)
RELEVANT = Ids(_relevant)
FIELD = Ids(_fields)
ENROLMENT = Ids(_enrolments)
CREDENTIAL = Ids(_credentials)
CREDENTIAL_HOLDER = Ids(_credentials, _persons)
CREDENTIAL_KEY = Ids(_credential_keys)
GIVER = Ids(_payers, _organisations)
SUBJECT = Ids(_persons, _entries, _enrolments)
RULE = Ids(_rules(*_ALL_RULES))
GRANT_RULE = Ids(_rules("grant"))
SPEND_RULE = Ids(_rules("spend"))
RUN = Ids(_runs)
TRIAL_RULE = Ids(_rules("grant", "spend", "ending"))
CONTRIBUTION_RULE = Ids(_rules("contribution"))
UNIT = Ids(_units)
COMMIT = _Commit(1)
FILE = _Path("file")
FOLDER = _Path("dir")
