"""The command tree, for tests that visit every command."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

import click

from ilactl import cli

MARK = re.compile(r"exit (\d+)$")


@dataclass(frozen=True)
class Example:
    """A line of a help's Examples: its words, and the status it ends with (`# exit 3` where not 0)."""

    line: str
    status: int

    @property
    def words(self) -> list[str]:
        """The words after `ilactl`."""
        return shlex.split(self.line, comments=True)[1:]

    @property
    def needs_shell(self) -> bool:
        """Whether the line is more than one plain command."""
        return any(sign in self.words for sign in ("|", ">", "<", "&&"))


def all_commands() -> dict[str, click.Command]:
    """Every command and group by its words, `ilactl` itself included."""
    found: dict[str, click.Command] = {}

    def walk(words: str, command: click.Command) -> None:
        found[words] = command
        if isinstance(command, click.Group):
            ctx = click.Context(command, info_name=words)
            for name in command.list_commands(ctx):
                inner = command.get_command(ctx, name)
                assert inner is not None, f"{words} lists {name} and has none"
                walk(f"{words} {name}", inner)

    walk("ilactl", cli.root)
    return found


def examples_of(command: click.Command) -> list[Example]:
    """The runnable lines of a command's help."""
    _, found, text = (command.help or "").partition("Examples:")
    lines = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("$ ")] if found else []
    return [example_of(line) for line in lines]


def example_of(line: str) -> Example:
    """A line as an example."""
    return Example(line, int(m[1]) if (m := MARK.search(line)) else 0)
