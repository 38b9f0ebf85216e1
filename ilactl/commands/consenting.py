"""Consent of the account holder: who gave it, how, and on what evidence a caseworker acts on behalf."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from ilactl.errors import Cancelled, UsageError
from ilactl.ledger.words import CHANNELS, CONSENTERS

if TYPE_CHECKING:
    from ilactl.commands.face import Face

__all__ = ["Consent", "consent_options", "consent_text"]


class Consent(Struct, frozen=True):
    """What was given on the command line: how, by whom, over which channel, on what evidence."""

    how: str = ""
    by: str = "holder"
    channel: str = ""
    evidence: str = ""

    @property
    def text(self) -> str:
        """The cell that records it; "" where none was given."""
        return consent_text(self.how, self.by, self.channel, self.evidence) if self.how else ""

    def refuse(self) -> None:
        """Raise UsageError where the options do not go together or cannot stand in a cell."""
        from ilactl.commands.registering import refuse_cell
        from ilactl.ledger.columns import ENROLMENTS

        if self.by == "caseworker" and not self.evidence:
            hint = "name the document or recording that shows it with --evidence TEXT"
            raise UsageError(
                reason="a caseworker who agrees on the holder's behalf needs evidence", hint=hint
            )
        if self.by == "holder" and self.evidence and not self.how:
            raise UsageError(reason="--evidence stands without --consent", hint="say how it was given")
        for option, text in (
            ("--consent", self.how),
            ("--evidence", self.evidence),
            ("--consent", self.text),
        ):
            refuse_cell(option, ENROLMENTS.column("consent"), text)

    def asked(self, face: Face) -> Consent:
        """The consent, asked for on the terminal where the command line gives none. Raises Cancelled."""
        from ilactl.commands.registering import can_ask

        if self.how:
            return self
        if not can_ask():
            hint = "give --consent TEXT, and --yes; nobody is enrolled without consent"
            raise Cancelled(
                reason="the holder's consent is needed and there is no terminal to ask on", hint=hint
            )
        who = "the holder" if self.by == "holder" else "the holder, for whom you act,"
        how = face.ask(f"How did {who} agree").strip()
        if not how:
            raise Cancelled(reason="no consent was given, so nothing was written", hint="")
        given = replace(self, how=how)
        given.refuse()
        return given


def consent_text(how: str, by: str, channel: str, evidence: str) -> str:
    """Who agreed, over which channel, how, and on what evidence, in one cell."""
    who = by + (f" ({channel})" if channel else "")
    return f"{who}: {how}" + (f"; evidence: {evidence}" if evidence else "")


def consent_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the four options of consent, as one `consent`."""

    @functools.wraps(function)
    def call(
        *args: Any, consent: str, consent_by: str, channel: str | None, evidence: str, **kwargs: Any
    ) -> Any:
        given = Consent(consent.strip(), consent_by, channel or "", evidence.strip())
        return function(*args, consent=given, **kwargs)

    for option in (
        click.option(
            "--evidence", metavar="TEXT", default="", help="What shows the consent, such as a signed form."
        ),
        click.option("--channel", type=click.Choice(CHANNELS), help="Over which channel it was given."),
        click.option(
            "--consent-by",
            type=click.Choice(CONSENTERS),
            default="holder",
            help="Who agreed. A caseworker acts on the holder's behalf, with evidence.",
        ),
        click.option("--consent", metavar="TEXT", default="", help="How the holder's consent was given."),
    ):
        call = option(call)
    return call
