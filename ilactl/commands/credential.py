"""`ilactl credential`: micro-credentials that others can verify."""

from __future__ import annotations

import click

from ilactl.commands.credential_issue import issue
from ilactl.commands.credential_key import key
from ilactl.commands.credential_publish import publish
from ilactl.commands.credential_steps import reinstate, revoke, suspend
from ilactl.commands.credential_verify import import_, verify
from ilactl.commands.credential_views import list_, show

__all__ = ["command"]


@click.group("credential")
def command() -> None:
    """Micro-credentials: issue, verify, revoke them, and show who has which.

    \b
    Examples:
      $ ilactl credential list
    """


for _one in (issue, verify, show, list_, suspend, reinstate, revoke, publish, import_, key):
    command.add_command(_one)
