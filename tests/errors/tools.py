"""Commands that cases use beside ilactl: the same clock, and faults that a machine has now and then.

ilactl …                          with the clock of the cases, where a line needs a shell
while-locked COMMAND              while another process holds the ledger's lock
while-asked 'OTHER' COMMAND       on a terminal; OTHER runs before the question is answered with yes
answering WORD COMMAND            on a terminal, with WORD for an answer
failing CALLS ilactl …             on a disk whose calls (fsync, pwrite …) fail from the first on
broken MODULE:NAME ilactl …        with a fault of ilactl's own in that function
"""

from __future__ import annotations

import errno
import fcntl
import importlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from ilactl import cli
from ilactl.commands.face import Session
from tests.errors.moment import NOW

NAMES = ("ilactl", "while-locked", "while-asked", "failing", "broken")
SCRIPT = '#!/bin/sh\nexec python -m tests.errors.tools {name} "$@"\n'
HOLDER = {"pid": 4711, "host": "office-pc", "command": "ilactl topup", "since": "2026-03-10T08:59:58+00:00"}


def main(name: str, words: list[str]) -> None:
    """Run one of the tools; ends the process."""
    if name == "while-locked":
        with open(".ilactl/lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            Path(".ilactl/holder").write_text(json.dumps(HOLDER))
            sys.exit(subprocess.run(words, check=False).returncode)
    if name == "while-asked":
        sys.exit(_asked(words[0], words[1:]))
    if name == "failing":
        from tests.storage.faults import Disk, failing
        from tests.storage.faults import bytes_of as bytes_module
        from tests.storage.faults import names_of as names_module

        faulty = Disk(tuple(words[0].split(",")), 1, failing(errno.EIO), lasting=True)
        bytes_module.os = names_module.os = faulty  # type: ignore[assignment]
        words = words[2:]  # without the word ilactl
    if name == "broken":
        module, _, function = words[0].partition(":")
        setattr(importlib.import_module(module), function, _bug)
        words = words[2:]  # without the word ilactl
    session = Session(now=lambda: NOW)
    usual = cli.main
    cli.main = lambda args, _=None: usual(args, session)
    sys.argv[1:] = words
    cli.run()


def _bug(*args: object, **kwargs: object) -> object:
    raise ZeroDivisionError


def _asked(other: str, words: list[str]) -> int:
    """Run the command with a terminal for stdin; when it asks, do the other thing, then say yes."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(words, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.close(theirs)
    assert done.stderr is not None
    said = b""
    while chunk := os.read(done.stderr.fileno(), 4096):
        said += chunk
        if said.endswith(b"[y/N] "):
            subprocess.run(other, shell=True, check=True, stdin=subprocess.DEVNULL)
            os.write(ours, b"y\n")
            said += b"\n"
    sys.stderr.write(said.decode())
    return done.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
