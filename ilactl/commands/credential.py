"""`ilactl credential`: micro-credentials that others can verify."""

from __future__ import annotations

import click

from ilactl.commands.credential_export import export
from ilactl.commands.credential_import import import_
from ilactl.commands.credential_issue import issue
from ilactl.commands.credential_key import key
from ilactl.commands.credential_publish import publish
from ilactl.commands.credential_recognise import recognise
from ilactl.commands.credential_stack import stack
from ilactl.commands.credential_steps import discard, reinstate, revoke, suspend
from ilactl.commands.credential_verify import verify
from ilactl.commands.credential_views import list_, show

__all__ = ["command"]


@click.group("credential")
def command() -> None:
    """Micro-credentials: issue, verify, revoke them, and show who has which.

    \b
    Examples:
      $ ilactl credential list
    """


_COMMANDS = (
    *(issue, verify, export, show, list_, stack, recognise),
    *(suspend, reinstate, revoke, publish, import_, discard, key),
)
for _one in _COMMANDS:
    command.add_command(_one)
