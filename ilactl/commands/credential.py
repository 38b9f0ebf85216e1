"""`ilactl credential`: micro-credentials that others can verify."""

from __future__ import annotations

import click

from ilactl.commands import (
    credential_export,
    credential_issue,
    credential_key,
    credential_publish,
    credential_recognise,
    credential_stack,
    credential_steps,
    credential_verify,
    credential_views,
)

__all__ = ["command"]


@click.group("credential")
def command() -> None:
    """Micro-credentials: issue, verify, revoke them, and show who has which.

    \b
    Examples:
      $ ilactl credential list
    """


for _one in (
    credential_issue.issue,
    credential_verify.verify,
    credential_verify.import_,
    credential_export.export,
    credential_views.show,
    credential_views.list_,
    credential_steps.suspend,
    credential_steps.reinstate,
    credential_steps.revoke,
    credential_stack.stack,
    credential_recognise.recognise,
    credential_publish.publish,
    credential_key.key,
):
    command.add_command(_one)
