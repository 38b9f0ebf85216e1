"""The same from outside Python: strace makes system calls on the ledger's files fail, or kills before them.

So what compiled code does by itself is reached, too: the engine that writes a batch's staged rows, the
maps of large files, room that is reserved. Where strace is missing, or may not trace, there are no cases.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .cases import KILLED, READING, Field
from .judging import Wrong, claim, judge
from .running import Runner
from .scenes import LEDGER, Scene

TITLES = {"strace-kill": KILLED, "strace-error": READING}

CHANGING = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fallocate",
    "unlink",
    "unlinkat",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
    "fchmod",
    "fchmodat",
)
ERRORS = {
    "openat": ("EIO", "EMFILE"),
    "read": ("EIO",),
    "pread64": ("EIO",),
    "newfstatat": ("EIO",),
    "fstat": ("EIO",),
    "statx": ("EIO",),
    "getdents64": ("EIO",),
    "mmap": ("ENOMEM",),
    "flock": ("EIO", "ENOLCK"),
    "close": ("EIO",),
    "faccessat2": ("EIO",),
    "faccessat": ("EIO",),
    "fstatfs": ("EIO",),
    "lseek": ("EIO",),
    "write": ("ENOSPC",),
    "pwrite64": ("ENOSPC", "EDQUOT"),
    "fsync": ("EIO",),
    "ftruncate": ("EIO",),
    "fallocate": ("ENOSPC", "EOPNOTSUPP"),
    "unlinkat": ("EIO",),
    "unlink": ("EIO",),
    "mkdirat": ("ENOSPC",),
    "rename": ("EIO",),
    "renameat": ("EIO",),
    "renameat2": ("EIO",),
    "fchmod": ("EIO",),
    "fchmodat": ("EIO",),
}
TO_KILL = ("engine", "topup")
TO_FAIL = ("engine", "contribution", "adopt", "finish a person")
NEW = ("commits", "commits/tmp_10.entitlements.csv", "commits/10.entitlements.csv", "rules/used", "set-aside")
"""Names that an operation makes: strace knows a file by its path."""


@dataclass(frozen=True)
class Injection:
    """What strace does before the `when`-th call of a kind on the ledger's files."""

    scene: str
    call: str
    what: str
    when: int

    def __str__(self) -> str:
        return f"strace/{self.scene}/{self.call}:{self.what}/{self.when}"

    @property
    def mode(self) -> str:
        return "strace-kill" if self.what == "SIGKILL" else "strace-error"

    @staticmethod
    def of(text: str) -> Injection:
        """The one of that name."""
        _, scene, both, when = text.split("/")
        return Injection(scene, *both.split(":"), int(when))


def can_trace() -> bool:
    """Whether strace is there and may trace."""
    probe = ["strace", "-f", "--seccomp-bpf", "-e", "trace=write", "-o", os.devnull, "true"]
    return (
        bool(shutil.which("strace"))
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )


def strace(box: Path, *options: str, notes: str = os.devnull) -> list[str]:
    """The words before a command line: only calls on the ledger's files count."""
    root = box / LEDGER
    there = [root, *sorted(root.rglob("*")), *(root / name for name in NEW)]
    paths = [word for path in dict.fromkeys(there) for word in ("-P", str(path))]
    return ["strace", "-f", "-qq", *options, "-o", notes, *paths]


def injections(field: Field, runner: Runner) -> Iterator[Injection]:
    """All kills, and of each call that fails the first, the last and some between."""
    for name in [name for name in dict.fromkeys((*TO_KILL, *TO_FAIL)) if name in field.scenes]:
        counts = _counts(field.scenes[name], runner, field.place)
        if name in TO_KILL:
            for call in CHANGING:
                yield from (Injection(name, call, "SIGKILL", n + 1) for n in range(counts[call]))
        if name in TO_FAIL:
            for call, errors in ERRORS.items():
                yield from (Injection(name, call, e, n) for e in errors for n in _some(counts[call]))


def _some(count: int) -> list[int]:
    step = max(1, count // 5)
    return sorted({*range(1, count + 1, step), count} - {0})


def _counts(scene: Scene, runner: Runner, place: Path) -> Counter[str]:
    box, notes = scene.copy(place / "traced"), place / "traced.calls"
    known = "trace=" + ",".join(f"?{call}" for call in {*CHANGING, *ERRORS})
    scene.run(runner, box, under=strace(box, "-e", known, notes=str(notes))).ok()
    shutil.rmtree(box)
    each = Counter(re.findall(r"^([0-9]+) +([a-z0-9]+)\(", notes.read_text(), re.MULTILINE))
    counts: Counter[str] = Counter()
    for (_, call), times in each.items():
        counts[call] = max(counts[call], times)  # strace counts each thread's calls by themselves
    return counts


def attempt(field: Field, one: Injection, runner: Runner, box: Path) -> str:
    """Run one; what is wrong, or nothing.

    Calls are counted by thread, and an engine shares its work out to threads as it comes: what no thread
    of it reaches is tried again, and at last judged as a run without a fault.
    """
    scene, engine = field.scenes[one.scene], one.scene == "engine"
    what = f"signal={one.what}" if one.what == "SIGKILL" else f"error={one.what}"
    inject = f"inject={one.call}:{what}:when={one.when}"
    try:
        for _ in range(6 if engine else 1):
            shutil.rmtree(box, ignore_errors=True)
            scene.copy(box)
            done = scene.run(runner, box, under=strace(box, "-e", f"trace={one.call}", "-e", inject))
            if one.what != "SIGKILL" or done.status == -9:
                break
        else:
            claim(engine and done.status == 0, f"the call was never made: exit {done.status}: {done.err}")
        judge(scene, runner, box, field.ends[one.scene], done, reads=one.what == "SIGKILL")
    except (Wrong, AssertionError, OSError, ValueError, KeyError) as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        shutil.rmtree(box, ignore_errors=True)
    return ""
