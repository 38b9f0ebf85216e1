"""Breaks the protocol on purpose, one step at a time, and demands that the harness sees each.

A break is a small change of the text of one file in a copy of the package. Where that text is not
found the self-test fails: it never passes because it changed nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import crowd
from .cases import Field, attempt
from .running import SOURCE, Runner


@dataclass(frozen=True)
class Break:
    """A step of the protocol left out or done wrong, and the modes and operations that must show it."""

    name: str
    file: str
    old: str
    new: str
    modes: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ("contribution",)
    seeds: int = 8
    crowd: bool = False
    more: tuple[tuple[str, str], ...] = ()
    """Further changes of the same file that belong to it."""


BREAKS = (
    Break("no sync of the log", "commit.py", "                    sync(fd)\n                    if self._snapshot is None",
          "                    if self._snapshot is None", ("powercut",)),
    Break("no sync of the data files before the hint", "recovery.py",
          "            at += len(part)\n    sync(fd)\n", "            at += len(part)\n", ("powercut",)),
    Break("no sync of the folder after a file was made", "recovery.py",
          "    if act.base == 0:\n        folder.sync_parent(act.path)\n", "", ("powercut",)),
    Break("no sync of commits/ before the decision", "draft.py",
          "            self.folder.sync_folder(STAGED)\n", "            pass\n", ("powercut",), ("person",), 24),
    Break("no sync of staged rows", "draft.py", "            sync(fd)\n        finally:\n            close_quietly(fd)\n        if append",
          "        finally:\n            close_quietly(fd)\n        if append", ("powercut",), ("person",), 24),
    Break("no sync of the folder after an erasure's rename", "cutting.py", "    folder.sync_parent(act.path)\n", "",
          ("powercut",), ("erase",)),
    Break("no sync of the folder after documents went", "recovery.py",
          "        with suppress(FileNotFoundError):\n            folder.sync_folder(above)\n", "        pass\n",
          ("powercut",), ("erase",)),
    Break("staged rows go before they are in their file", "recovery.py",
          "    stamps = {}\n    for act in record.files:\n",
          "    stamps = {}\n    for name in [act.staged for act in record.files if act.staged]:\n"
          "        folder.remove(name)\n    for act in record.files:\n", ("kill", "eio"), ("person",)),
    Break("rows written before the log's line", "commit.py", "            self._decide(record, line)\n",
          "            apply(self._folder, record, draft.targets)\n            self._decide(record, line)\n", ("kill", "eio")),
    Break("acknowledged before the commit", "commit.py",
          "            self._decide(record, line)\n            return self._finish(record, len(line), draft.targets)\n",
          "            try:\n                self._decide(record, line)\n            except IoFailed:\n"
          "                return record\n            return self._finish(record, len(line), draft.targets)\n", ("eio", "enospc")),
    Break("a repair that believes what it reads back", "recovery.py",
          "            if hint is None or hint.sha != tail.record.sha:\n".replace("            if", "                if"),
          "                if (hint is None or hint.sha != tail.record.sha) and not all(\n"
          "                    a.data and folder.exists(a.path) and a.data in folder.read(a.path) for a in tail.record.files\n"
          "                ):\n", ("lose",)),
    Break("a repair that does not write the log's line again", "recovery.py",
          "    write_at(fd, tail.start, read_at(fd, tail.start, tail.end - tail.start, LOG))\n    sync(fd)\n",
          "    sync(fd)\n", ("lose",), ("contribution", "person")),
    Break("no repair at all", "recovery.py", "                    _redo(folder, fd, tail, tail.record, adopting=adopting)\n",
          "                    pass\n", ("kill",)),
    Break("a torn line is left where it is", "recovery.py", "                    cut(fd, tail.end)\n                    sync(fd)\n",
          "", ("kill",), ("cut a torn line",)),
    Break("a failed line is not taken back", "commit.py", "            cut(fd, self._log_end)\n            sync(fd)\n", "            pass\n",
          ("eio", "enospc"), ("contribution",)),
    Break("a rotten line that was booked is cut as if torn", "recovery.py",
          "    if later or moved:\n", "    if False:\n", ("rot",), ("contribution", "erase")),
    Break("the hint is written before the rows are safe", "commit.py",
          "            self._stamps |= apply(self._folder, record, targets)\n",
          "            write_hint(self._folder, record, {})\n"
          "            self._stamps |= apply(self._folder, record, targets)\n", ("kill", "eio")),
    Break("errors of writing are swallowed", "disk.py", "        done = os.pwrite(fd, rest, offset)\n",
          "        try:\n            done = os.pwrite(fd, rest, offset)\n        except OSError:\n            return\n", ("eio", "enospc")),
    Break("a short write does not go on", "disk.py", "        rest, offset = rest[done:], offset + done\n", "        return\n", ("short",)),
    Break("errors of syncing are swallowed", "disk.py", "            return\n    os.fsync(fd)\n",
          "            return\n    with suppress(OSError):\n        os.fsync(fd)\n", ("forget",)),
    Break("a failed sync is tried again", "disk.py", "            return\n    os.fsync(fd)\n",
          "            return\n    try:\n        os.fsync(fd)\n    except OSError:\n        os.fsync(fd)\n", ("lose", "forget")),
    Break("an error of closing undoes a commit", "disk.py", "    with suppress(OSError):\n        os.close(fd)\n", "    os.close(fd)\n",
          ("close+", "close")),
    Break("new files are open to others", "files.py", "        mode = 0o660 if self.shared else 0o600\n        with self._parent",
          "        mode = 0o644\n        with self._parent", ("kill",), ("person",)),
    Break("staged leftovers stay", "recovery.py", "        folder.remove(f\"{STAGED}/{name}\")\n", "        pass\n", ("kill",), ("person",)),
    Break("no lock", "lock.py", "        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)\n", "        pass\n", crowd=True),
    Break("a plan made before the lock is booked without a second look", "commands/contributing.py",
          "    with face.writer(f\"ilactl {command}\") as writer:\n",
          "    face.early = face.snapshot()\n    face.early.view('entitlements.csv')\n"
          "    with face.writer(f\"ilactl {command}\") as writer:\n",
          more=(("    snapshot = writer.snapshot\n    content", "    snapshot = face.early\n    content"),), crowd=True),
)  # fmt: skip


def broken(one: Break, place: Path) -> Path:
    """A copy of the package with the break in it. Raises LookupError where its text is not there once."""
    place.mkdir(parents=True)
    shutil.copytree(SOURCE / "ilactl", place / "ilactl", ignore=shutil.ignore_patterns("__pycache__"))
    file = place / "ilactl" / ("" if "/" in one.file else "ledger") / one.file
    text = file.read_text()
    for old, new in ((one.old, one.new), *one.more):
        if text.count(old) != 1:
            raise LookupError(
                f"its text stands {text.count(old)} times in {one.file}: put tests/faults/mutants.py right"
            )
        text = text.replace(old, new)
    file.write_text(text)
    return place


def verdict(one: Break, place: Path, field: Field) -> tuple[str, bool]:
    """What caught a break, or that nothing did. `field` was made by the whole package."""
    try:
        package = broken(one, place / "package")
    except LookupError as fault:
        return str(fault), False
    runner = Runner(package)
    try:
        if one.crowd:
            seen = crowd.faults_of(runner, place / "crowd")
            return (f"crowd: {seen}", True) if seen else ("the crowd came to its end", False)
        tried = 0
        field = field.narrowed(set(one.scenes))
        field.note_calls(runner, place / "noted")
        for case in field.cases(set(one.modes), one.seeds):
            tried += 1
            if seen := attempt(field, case, runner, place / "box"):
                return f"{case}: {_short(seen)}", True
        return f"{tried} cases passed", False
    except AssertionError as fault:
        return f"without any fault: {_short(str(fault))}", True
    finally:
        runner.close()
        shutil.rmtree(place, ignore_errors=True)


def _short(text: str) -> str:
    return text if len(text) < 140 else text[:137] + "..."


def _judged(task: tuple[Break, Path, Field]) -> tuple[str, str, bool]:
    one, place, field = task
    return one.name, *verdict(one, place, field)


def run(place: Path, workers: int, names: set[str] | None = None) -> Iterator[tuple[str, str, bool]]:
    """Name, what happened, and whether it was caught, of every break."""
    wanted = [one for one in BREAKS if names is None or one.name in names]
    runner = Runner()
    try:
        field = Field(place / "field", runner, {scene for one in wanted for scene in one.scenes})
    finally:
        runner.close()
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_judged, [(one, place / str(n), field) for n, one in enumerate(wanted)])
