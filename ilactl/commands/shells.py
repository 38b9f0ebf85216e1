"""How a shell asks for completions and is answered: click's scripts and click's search, with three mends.

bash takes a word apart at `=` and `:`, so that `--from=fund:s` arrives in five pieces; zsh and fish
put an offer in the place of all of it; fish's script cuts an explanation at its first comma.
Whatever fails gives no offer and no word: a shell that completes must not be disturbed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

from ilactl.commands.options import Session
from ilactl.commands.root import COMMANDS

__all__ = ["SHELLS", "VARIABLE", "answer", "script"]

VARIABLE = "_ILACTL_COMPLETE"
"""The variable by which a shell asks."""

_BREAK = re.compile("[=:]+")


def _joined(words: list[str]) -> list[str]:
    """The words as they were typed: what bash broke at `=` and `:` is one again."""
    whole: list[str] = []
    glue = False
    for word in words:
        apart = _BREAK.fullmatch(word) is not None
        if whole and (apart or glue):
            whole[-1] += word
        else:
            whole.append(word)
        glue = apart
    return whole


class _Bash(BashComplete):
    """Whole words in, and out only what stands behind the last break."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that one."""
        words = split_arg_string(os.environ["COMP_WORDS"])
        at = int(os.environ["COMP_CWORD"])
        typed = words[: at + 1] if at < len(words) else [*words, ""]
        whole = _joined(typed)
        self.behind = whole[-1].rpartition("=")[2].rpartition(":")[0]
        return whole[1:-1], whole[-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """As click finds them, but for the first word: bash shows no explanation, so no command is loaded."""
        if args or incomplete.startswith("-"):
            return super().get_completions(args, incomplete)
        return [CompletionItem(name) for name in COMMANDS if name.startswith(incomplete)]

    def format_completion(self, item: CompletionItem) -> str:
        """A value without what bash keeps in front of it."""
        value = str(item.value)
        if self.behind and value.startswith(f"{self.behind}:"):
            value = value[len(self.behind) + 1 :]
        return f"{item.type},{value}"


class _WholeWord(ShellComplete):
    """Where the shell puts an offer in the place of a whole word: `--from=` stands before the value again."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """As click finds them, for a word as the shell has it."""
        items = super().get_completions(args, incomplete)
        if incomplete.startswith("--") and "=" in incomplete:
            for item in items:
                item.value = f"{incomplete.partition('=')[0]}={item.value}"
        return items


class _Zsh(_WholeWord, ZshComplete):
    """As click has it."""


class _Fish(_WholeWord, FishComplete):
    """Explanations without commas, at which the script would cut them."""

    def format_completion(self, item: CompletionItem) -> str:
        """A value and its explanation."""
        item.help = item.help and item.help.replace(", ", " / ").replace(",", "/")
        return super().format_completion(item)


SHELLS: Mapping[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}
"""The shells that are served."""


def script(shell: str) -> str:
    """What that shell is to read once, so that it asks."""
    maker = SHELLS[shell](click.Command("ilactl"), {}, "ilactl", VARIABLE)
    return ShellComplete.source(maker)  # not bash's own, which runs a bash to look at its version


def answer(root: click.Command, instruction: str) -> int:
    """Answer `bash_complete` and the like, from what stands in the environment. Returns the status."""
    shell, _, wish = instruction.partition("_")
    if shell not in SHELLS or wish not in ("source", "complete"):
        return 1
    try:
        if wish == "source":
            text = script(shell)
        else:
            text = SHELLS[shell](root, {"obj": Session()}, "ilactl", VARIABLE).complete() + "\n"
        sys.stdout.write(text)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt):
        return 1
    return 0
