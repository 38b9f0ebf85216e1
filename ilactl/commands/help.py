"""`ilactl help [TOPIC]`: pages about the whole program."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options


@click.command("help")
@click.argument("topic", required=False)
@face_options()
def command(face: Face, topic: str | None) -> None:
    """Explain a command or a topic.

    \b
    Examples:
      $ ilactl help
    """
    from ilactl.output import Answer, Lines

    face.answer(Answer("ilactl.help/1", blocks=[Lines([str(topic)])]))
