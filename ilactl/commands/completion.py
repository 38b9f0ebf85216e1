"""`ilactl completion SHELL`: the script that lets a shell complete commands, options and ids."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options

__all__ = ["command"]

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@face_options()
def command(face: Face, shell: str) -> None:
    """Print what a SHELL (bash, zsh or fish) has to read to complete ilactl's lines.

    The tab key then offers commands, options, formats, topics, files, and what stands in the ledger: persons,
    organisations, rules, commits, entries. Ids come from the ledger that --ledger earlier on the
    line, ILACTL_LEDGER or the folder tells; at most some hundred are offered, and a few more
    letters find the others. No name of a person is ever offered. Where nothing can be read, nothing
    is offered; completing takes no lock and writes nothing.

    \b
    For every new shell, in ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish:
      eval "$(ilactl completion bash)"
      autoload -U compinit && compinit && eval "$(ilactl completion zsh)"
      ilactl completion fish | source

    bash must be 4.4 or newer.

    \b
    Examples:
      $ ilactl completion bash
      $ ilactl completion zsh > _ilactl
      $ ilactl completion fish > ilactl.fish
    """
    from ilactl.commands.shells import script
    from ilactl.output import Answer, Lines

    text = script(shell)
    if face.output_format is None:  # as it stands: a line broken at the terminal's edge would be no script
        click.echo(text, nl=False)
        return
    data = {"shell": shell, "script": text}
    face.answer(Answer("ilactl.completion/1", blocks=[Lines(text.splitlines())], data=data))
