"""ilactl(1): every command, made from the commands' own help."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ilactl import cli
from ilactl.commands.options import SHARED
from ilactl.commands.topics import ENVIRONMENT, TOPICS, exit_rows
from ilactl.ledger.columns import TABLES
from ilactl.output import text_of
from tools.pages.examples import MORE
from tools.roff import as_it_stands, escaped, paragraphs, see_also, term, title

__all__ = ["commands", "page"]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words, in the help's order."""

    def walk(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        if isinstance(command, click.Group):
            ctx = click.Context(command)
            for name in command.list_commands(ctx):
                inner = command.get_command(ctx, name)
                if inner is not None and not inner.hidden:
                    yield from walk(f"{words} {name}", inner)
        else:
            yield words, command

    yield from walk("ilactl", cli.root)


def synopsis(words: str, command: click.Command) -> str:
    """The command's words and arguments, as its usage line has them."""
    ctx = click.Context(command, info_name=words)
    return " ".join([words, *command.collect_usage_pieces(ctx)])


def option_lines(option: click.Option) -> Iterator[str]:
    """One option of a list."""
    flags = ", ".join([*option.opts, *option.secondary_opts])
    ctx = click.Context(click.Command("x"))
    value = "" if option.is_flag or option.count else f" {option.make_metavar(ctx)}"
    yield ".TP"
    yield f".B {escaped(flags + value)}"
    yield escaped(option.help or "")


def command_lines(words: str, command: click.Command) -> Iterator[str]:
    """One command's part: synopsis, help, options of its own, shared options by name."""
    yield f".SS {escaped(words)}"
    yield f".B {escaped(synopsis(words, command))}"
    yield ".PP"
    yield from paragraphs(command.help or "")
    options = [p for p in command.params if isinstance(p, click.Option)]
    for option in options:
        if option.expose_value and not option.hidden:
            yield from option_lines(option)
    shared = [SHARED[str(o.name)][0][-1] for o in options if o.name in SHARED and not o.expose_value]
    if shared:
        yield ".PP"
        yield escaped(f"Also takes {', '.join(shared)}.")
    if words in MORE:
        yield ".PP"
        yield "More examples:"
        yield from as_it_stands(f"  $ {line}" for line in MORE[words])


def page() -> Iterator[str]:
    """The lines of the whole page."""
    yield from title("ilactl", 1, "User Commands")
    yield ".SH NAME"
    yield "ilactl \\- individual learning accounts in a folder of CSV and TOML files"
    yield ".SH SYNOPSIS"
    yield ".B ilactl"
    yield "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]..."
    yield ".SH DESCRIPTION"
    yield from paragraphs(
        """ilactl keeps a whole individual learning account scheme in a folder: who holds an account, which
        training entitlements went in, and why. The ledger only grows; every entry says which rule in which
        version put it there; a change is there whole or not at all.

        stdout holds the answer and nothing else; talk, warnings and errors go to stderr. Without a terminal
        and without -O, a change that went well says nothing."""
    )
    yield ".SH OPTIONS"
    yield "These may stand before or after the name of a command that takes them."
    for option in cli.root.params:
        if isinstance(option, click.Option):
            yield from option_lines(option)
    yield from term("-h, --help", "Show the help of ilactl or of a command and exit.")
    yield ".SH COMMANDS"
    yield "Every example runs as it stands, in the sample ledger or a new one. Some need what a scheme of"
    yield "your own may declare: a figure hours_worked, a contribution rule voucher."
    for words, command in commands():
        yield from command_lines(words, command)
    yield ".SH EXIT STATUS"
    for row in exit_rows():
        code = f" {row['code']}" if row["code"] else ""
        yield from term(f"{row['status']}{code}", str(row["meaning"]))
    yield ".SH ENVIRONMENT"
    for name, meaning in ENVIRONMENT:
        yield from term(name, meaning)
    yield ".SH FILES"
    for table in TABLES:
        yield from term(table.file, table.meaning)
    yield from term("ledger.toml", "The ledger's format, agency, units, funds and guards.")
    yield from term("rules/*.toml", "The scheme. What a rule file may hold stands in ilactl-rules(5).")
    yield from term("commits.jsonl", "One line for each change: who, when, why, and which bytes went where.")
    yield ".PP"
    yield escaped("Every column and key, and the folders beside them, stand in ilactl-ledger(5).")
    for topic in ("formats", "cron", "imports"):
        yield f".SH {escaped(topic.upper())}"
        yield ".nf"
        yield escaped(text_of(TOPICS[topic][1](), "plain").rstrip("\n"))
        yield ".fi"
    yield from see_also("ilactl.1")
