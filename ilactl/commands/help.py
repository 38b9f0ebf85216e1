"""`ilactl help [TOPIC]`: pages about the whole program, and every command's help."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import Words
from ilactl.errors import UsageError


def _offered(ctx: click.Context, beginning: str) -> list[tuple[str, str]]:
    """Topics and commands; behind a command's words, those of its own."""
    from ilactl.commands.topics import TOPICS

    words = ctx.params.get("topic") or ()
    found: click.Command | None = ctx.find_root().command
    for word in words:
        found = found.get_command(ctx, word) if isinstance(found, click.Group) else None
    if not isinstance(found, click.Group):
        return []
    names = [name for name in found.list_commands(ctx) if name.startswith(beginning)]
    inner = [(name, found.get_command(ctx, name)) for name in names]
    commands = [(name, command.get_short_help_str(200) if command else "") for name, command in inner]
    return commands if words else [*((name, meaning) for name, (meaning, _) in TOPICS.items()), *commands]


@click.command("help")
@click.argument("topic", type=Words(_offered), nargs=-1)
@face_options()
def command(face: Face, topic: tuple[str, ...]) -> None:
    """Explain a TOPIC, or a command: its words as one would type them.

    Without a topic: list the topics.

    \b
    Examples:
      $ ilactl help
      $ ilactl help exit-codes
      $ ilactl help balance
      $ ilactl help files -O csv
    """
    from ilactl.commands.topics import TOPICS
    from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines

    if not topic:
        columns = [Col("topic", "Topic"), Col("meaning", "What it is about")]
        rows: list[dict[str, Cell]] = [
            {"topic": name, "meaning": meaning} for name, (meaning, _) in TOPICS.items()
        ]
        blocks: list[Block] = [
            Heading("Topics (ilactl help TOPIC)"),
            Grid(columns, rows),
            Lines(
                [
                    "'ilactl --help' lists the commands, 'ilactl COMMAND --help' explains one.",
                    "'ilactl completion --help' says how the tab key completes commands, options and ids.",
                ]
            ),
        ]
        face.answer(Answer("ilactl.help/1", rows=rows, columns=columns, blocks=blocks))
        return
    if len(topic) == 1 and topic[0] in TOPICS:
        face.answer(TOPICS[topic[0]][1]())
        return
    face.answer(Answer("ilactl.help.command/1", blocks=[Lines(_help_of(topic).splitlines())]))


def _help_of(words: tuple[str, ...]) -> str:
    """The help of the command that these words name."""
    from ilactl.commands.topics import TOPICS
    from ilactl.nearest import did_you_mean

    ctx = click.get_current_context().find_root()
    found: click.Command = ctx.command
    for word in words:
        inner = found.get_command(ctx, word) if isinstance(found, click.Group) else None
        if inner is None:
            names = found.list_commands(ctx) if isinstance(found, click.Group) else []
            offered = [*names, *(TOPICS if len(words) == 1 else ())]
            raise UsageError(
                reason=f"no topic or command '{' '.join(words)}'",
                hint=did_you_mean(word, offered) or "'ilactl help' lists topics, 'ilactl --help' commands",
            )
        found, ctx = inner, click.Context(inner, info_name=word, parent=ctx)
    return found.get_help(ctx)
