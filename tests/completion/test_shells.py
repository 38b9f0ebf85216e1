"""The scripts of `ilactl completion`, read by the shells themselves: as functions, and at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ilactl.commands.completion import SHELLS
from ilactl.commands.shells import SHELLS as SERVED
from ilactl.commands.shells import script
from tests.conftest import Run

BIN = Path(sys.executable).parent
ESCAPE = re.compile(r"\x1b(?:[\[\]][0-9;?]*[ -/]*[A-Za-z]|[()=>][0-9A-Z]?)|[\x07\x0f\x0e]")


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


def environment(home: Path, there: Path) -> dict[str, str]:
    """A small one, with this ilactl before any other."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(home), "TERM": "dumb", "LC_ALL": "C", "ILACTL_LEDGER": str(there)}


def said(shell: list[str], text: str, home: Path, there: Path) -> list[str]:
    """The lines that a shell prints for a script of its own. It may say nothing on stderr."""
    done = subprocess.run(
        [*shell, text], env=environment(home, there), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_command_prints_what_a_shell_reads(invoke: Run) -> None:
    assert tuple(SERVED) == SHELLS
    for shell in SHELLS:
        assert invoke("completion", shell).ok().out == script(shell)
        assert f'"shell": "{shell}"' in invoke("completion", shell, "-O", "json").ok().out
    assert invoke("completion", "bash", env={"ILACTL_OUTPUT_FORMAT": "json"}).ok().out == script("bash")
    assert invoke("completion", "ksh").code == 2


BASH = """\
eval "$(ilactl completion bash)"
complete -p ilactl > /dev/null || exit 1
completes() {
  COMPREPLY=()
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _ilactl_completion ilactl
  echo "${COMPREPLY[*]}"
}
"""
LINES = {
    "ilactl balance RM-09PY": ["RM-09PYRHTS"],
    "ilactl contribution list --from O12": ["O12"],
    "ilactl contribution list --from fund : s": ["state"],
    "ilactl undo 64": ["64"],
    "ilactl stat": ["status", "statement"],
    "ilactl -O mark": ["markdown"],
}


@needs("bash")
def test_bash_completes(tmp_path: Path, there: Path) -> None:
    text = BASH + "".join(f"completes {line}\n" for line in LINES)
    found = said(["bash", "--norc", "-c"], text, tmp_path, there)
    assert dict(zip(LINES, found, strict=True)) == {line: " ".join(words) for line, words in LINES.items()}


@needs("fish")
def test_fish_completes_and_explains(tmp_path: Path, there: Path) -> None:
    lines = [line for line in LINES if " : " not in line]
    text = "ilactl completion fish | source\n" + "\n".join(f"complete -C'{line}'" for line in lines)
    found = said(["fish", "--no-config", "-c"], text, tmp_path, there)
    wanted = [word for line in lines for word in LINES[line]]
    assert sorted(word.partition("\t")[0] for word in found) == sorted(wanted)
    told = next(word for word in found if word.startswith("status\t"))
    assert told.endswith(".")


@needs("fish")
def test_fish_keeps_the_option_before_its_value(tmp_path: Path, there: Path) -> None:
    text = "ilactl completion fish | source\ncomplete -C'ilactl contribution list --from=fund:e'"
    assert said(["fish", "--no-config", "-c"], text, tmp_path, there) == ["--from=fund:esf"]


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        master, slave = pty.openpty()
        self.master = master
        self.shell = subprocess.Popen(
            command, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.text = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def until(self, wanted: str, seconds: float = 30) -> str:
        """What is shown until the wanted text stands there."""
        end = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < end, f"no {wanted!r} in {self.text!r}"
            if select.select([self.master], [], [], 0.2)[0]:
                self.text += ESCAPE.sub("", os.read(self.master, 65536).decode("utf-8", "replace"))
        shown, self.text = self.text, ""
        return shown

    def close(self) -> None:
        self.shell.kill()
        self.shell.wait()
        os.close(self.master)


AT_TERMINALS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'PS1="> "; eval "$(ilactl completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'PS1="> "; autoload -U compinit && compinit -D -u; eval "$(ilactl completion zsh)"',
    ),
}


@pytest.mark.parametrize("shell", [pytest.param(name, marks=needs(name)) for name in AT_TERMINALS])
def test_the_tab_key_completes_an_id_at_a_terminal(shell: str, tmp_path: Path, there: Path) -> None:
    command, begin = AT_TERMINALS[shell]
    terminal = Terminal(command, environment(tmp_path, there))
    try:
        terminal.type(f"{begin}; echo rea''dy\n")
        terminal.until("ready")
        terminal.type("ilactl balance RM-09P\t")
        assert "rror" not in terminal.until("RM-09PYRHTS")
        terminal.type("\x15ilactl contribution list --from=fund:e\t")
        terminal.type("\x01echo an''swer \x05\n")  # at the line's beginning and end: what stands there now
        assert "answer ilactl contribution list --from=fund:esf" in terminal.until("esf\r\n")[-200:].replace(
            "''", ""
        )
        terminal.type("\x15ilactl undo nobody\t")  # nothing to offer
        terminal.type("\x15echo an''swered\n")
        assert "Traceback" not in terminal.until("answered")
    finally:
        terminal.close()
