"""Run the console blocks of README.md and write down what the commands print: `make readme`.

In a ```console block a line that starts with `$ ` is a command; what follows up to the next one is
what it prints, stdout and stderr together. All blocks run in order in one scratch folder; `cd` goes
along. A test compares README.md with what this module makes of it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)


class Shell:
    """A folder to be in, and a settled environment."""

    def __init__(self, home: Path) -> None:
        """Begin in a folder that is home, too."""
        self.folder = home
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {"PATH": path, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}

    def run(self, command: str) -> str:
        """What the command prints; a command that fails says so in a last line, as no shell would."""
        if command.startswith("cd "):
            self.folder /= command[3:]
            return ""
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.stdout.decode() + (f"[exit status {done.returncode}]\n" if done.returncode else "")


def refreshed(text: str) -> str:
    """The text with the output of every command as it is today."""
    with tempfile.TemporaryDirectory() as home:
        shell = Shell(Path(home))

        def run_block(match: re.Match[str]) -> str:
            commands = [line[2:] for line in match[1].splitlines() if line.startswith("$ ")]
            return "".join(f"$ {command}\n{shell.run(command)}" for command in commands)

        return BLOCK.sub(run_block, text)


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text()))
