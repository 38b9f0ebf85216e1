"""The form of a case: what it is about, the files it needs, the command lines, and all that they print.

    Excel's own idea of CSV: columns separated by semicolons.        what goes wrong, in words

    == pay.csv                                                       a file, up to the next mark
    person;amount;ref
    == persons.csv: add                                              lines added at a file's end
    P9,2026-01-01,,,,,,,,
    == ledger.toml: change                                           lines of it, old and new
    - zone = "Europe/Vilnius"
    + zone = "Europe/Vilnus"
    == latin.csv: bytes                                              text with \\xNN for what is no text
    == pay.xlsx: openpyxl                                            Python that fills `sheet` of `book`

    $ ilactl contribution import pay.csv --from O1                   run in the folder of the ledger
    pay.csv:1:7: IN-DELIMITER …                                      what stderr holds, as it is
    | …                                                              what stdout holds
    exit 65                                                          left out for 0

The last command line is the case; those before it set the scene. `unchecked FILE ROW` books a row that no
check has seen, as only a fault or a forger can; what else is no command of the system stands in `tools.py`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ilactl.ledger.change import Actor, Append, Change
from ilactl.ledger.commit import open_writer
from tests.conftest import Result, call_in_process
from tests.errors.moment import NOW

__all__ = ["Case", "Step", "read_case", "run_step", "scene"]

ROOT = Path(__file__).parents[2]
_SHELL = re.compile(r"[|<>;&`$*(){}]|^(?!(?:[A-Z_]+=\S* )*ilactl )")
_ELSEWHERE = re.compile(r"cd (/\S*) && (ilactl .*)")
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|[rnt0\\]|u[0-9a-f]{4}|\n)")
_PLAIN = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", "\n": b""}


@dataclass
class Given:
    """A file that a case needs: its path in the ledger's folder, how it is meant, its text."""

    path: str
    how: str
    text: str


@dataclass
class Step:
    """One command line and what it printed."""

    line: str
    printed: str = ""


@dataclass
class Case:
    """One case as written."""

    about: str
    files: list[Given] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def text(self) -> str:
        """The case as its file has it."""
        parts = [self.about.strip() + "\n"]
        for given in self.files:
            how = f": {given.how}" if given.how else ""
            parts.append(f"== {given.path}{how}\n{given.text}")
        parts += [f"$ {step.line}\n{step.printed}" for step in self.steps]
        head = parts[0] + ("\n" if len(parts) > 1 else "")
        files = "".join(parts[1 : 1 + len(self.files)])
        return head + files + ("\n" if files else "") + "\n".join(parts[1 + len(self.files) :])


def read_case(text: str) -> Case:
    """Take a case's file apart."""
    case = Case("")
    into = "about"
    for line in text.splitlines(keepends=True):
        if line.startswith("== ") and into in ("about", "file"):
            path, _, how = line[3:].rstrip("\n").partition(": ")
            case.files.append(Given(path, how, ""))
            into = "file"
        elif line.startswith("$ "):
            case.steps.append(Step(line[2:].rstrip("\n")))
            into = "step"
        elif into == "about":
            case.about += line
        elif into == "file":
            case.files[-1].text += line
        else:
            case.steps[-1].printed += line
    case.about = case.about.strip()
    if case.files and case.steps:  # an empty line divides files and commands
        case.files[-1].text = case.files[-1].text.removesuffix("\n")
    for step in case.steps[:-1]:
        step.printed = step.printed.removesuffix("\n")
    return case


def scene(case: Case, folder: Path) -> None:
    """Lay the case's files over the ledger in `folder`."""
    for given in case.files:
        path = folder / given.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if given.how == "add":
            with path.open("ab") as file:
                file.write(_bytes(given.text))
        elif given.how == "change":
            path.write_text(_changed(path.read_text(), given.text))
        elif given.how == "bytes":
            path.write_bytes(_bytes(given.text))
        elif given.how == "openpyxl":
            from openpyxl import Workbook

            book = Workbook()
            exec(given.text, {"book": book, "sheet": book.active})
            book.save(path)
        else:
            assert not given.how, f"== {given.path}: {given.how} is not known"
            path.write_text(given.text)
        path.chmod(0o600)


def _changed(old: str, edit: str) -> str:
    """The text with each `-` line of the edit taken out, and `+` lines where the last one stood."""
    lines, at = old.splitlines(), -1
    for mark, line in ((line[:2].strip(), line[2:]) for line in edit.splitlines()):
        if mark == "-":
            assert lines.count(line) == 1, f"{line!r} stands {lines.count(line)} times"
            at = lines.index(line)
            del lines[at]
        elif mark == "+":
            at = len(lines) if at < 0 else at
            lines.insert(at, line)
            at += 1
        else:
            raise AssertionError(f"{mark} {line}: a change has lines with - and +")
    return "\n".join(lines) + "\n"


def _bytes(text: str) -> bytes:
    """The text's bytes: escapes stand for bytes that are no text, and a backslash at the end joins lines."""
    out, at = b"", 0
    for match in _ESCAPE.finditer(text):
        out += text[at : match.start()].encode()
        name = match[1]
        if name[0] == "x":
            out += bytes([int(name[1:], 16)])
        elif name[0] == "u":
            out += chr(int(name[1:], 16)).encode()
        else:
            out += _PLAIN[name]
        at = match.end()
    return out + text[at:].encode()


def unchecked(folder: Path, file: str, row: str) -> None:
    """Book a row that no check has seen."""
    change = Change("forged", (Append(file, row.encode() + b"\n", rows=1),))
    with open_writer(folder, actor=Actor("forger", "host"), now=lambda: NOW, holder="forger") as held:
        held.commit(change)


def run_step(line: str, folder: Path, tools: Path) -> Result:
    """One command line in the folder: in this process where it is ilactl alone, else by the shell.

    `tools` holds what `tools.py` describes, for lines that need a shell.
    """
    if elsewhere := _ELSEWHERE.fullmatch(line):
        folder, line = Path(elsewhere[1]), elsewhere[2]
    if not _SHELL.search(line):
        words = shlex.split(line)
        env = {}
        while words[0] != "ilactl":
            name, _, env[name] = words.pop(0).partition("=")
        return call_in_process(tuple(words[1:]), None, env, folder, NOW)
    if line.startswith("unchecked "):
        _, file, row = shlex.split(line)
        unchecked(folder, file, row)
        return Result(0, "", "")
    env = {
        "PATH": f"{tools}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tools),
        "LANG": "C",
        "TZ": "UTC",
    }
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())
