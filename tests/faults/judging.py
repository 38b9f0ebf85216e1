"""What must hold after every case: old or new, what was said is true, a repeat gives exactly once."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from . import oracle
from .oracle import State
from .running import Done, Runner
from .scenes import LEDGER, Scene

KILLED = -9
READER = ("balance", "P1", "-O", "json")


@dataclass(frozen=True)
class Ends:
    """The two ends of an operation: what the ledger is and what a reader is told, before and after."""

    old: State
    new: State
    old_answer: str
    new_answer: str


class Wrong(AssertionError):
    """A promise that was not kept."""


def claim(true: object, what: str) -> None:
    """Fail the case where it does not hold."""
    if not true:
        raise Wrong(what)


def ends_of(scene: Scene, runner: Runner, box: Path) -> Ends:
    """Run the operation without a fault: where it starts, where it ends."""
    scene.copy(box)
    old = scene.seen(box)
    before = answer(runner, box, scene)
    scene.run(runner, box).ok()
    new = scene.seen(box)
    complete(scene, runner, box, Ends(old, new, "", ""))
    return Ends(old, new, before, answer(runner, box, scene))


def answer(runner: Runner, box: Path, scene: Scene) -> str:
    """What a reader is told; nothing of a ledger that is not one yet, or is edited."""
    if scene.edited or not oracle.state(box / LEDGER).count:
        return ""
    done = runner([*READER, "--ledger", str(box / LEDGER)], box)
    if "init" in scene.words:
        claim(done.status in (0, 66), f"a reader ended with {done.status}: {done.err}")
        return ""
    claim(done.status == 0, f"a reader ended with {done.status}: {done.err}")
    return done.out


def told_well(done: Done) -> None:
    """Whatever happens: no traceback, and a status that stands in the contract for a failing disk."""
    text = done.out + done.err
    claim("Traceback" not in text, f"a traceback:\n{text}")
    claim("a bug in ilactl" not in text, f"called a bug:\n{text}")
    claim(done.status in (0, 74, 75, KILLED), f"exit {done.status}: {text}")
    claim(done.status in (0, KILLED) or done.err.strip(), f"exit {done.status} without a word")


def judge(scene: Scene, runner: Runner, box: Path, ends: Ends, done: Done, *, reads: bool = False) -> None:
    """Judge the ledger that a case left. `reads` has readers look at it before anything else is run."""
    told_well(done)
    found = scene.seen(box)
    fresh = found.count - ends.old.count
    claim(found.records[: ends.old.count] == ends.old.records, "an earlier line of the log is another one")
    new = fresh > 0 and (not scene.edited or found.content == ends.new.content)
    old = fresh == 0 and found.content == ends.old.content
    between = fresh > 0 and scene.edited and found.content == ends.old.content
    claim(old or new or between, f"neither old nor new: {difference(found, ends)}")
    claim(
        not new or found.content == ends.new.content, f"not what was to be booked: {difference(found, ends)}"
    )
    claim(fresh <= max(scene.more), f"{fresh} commits")
    if done.status == 0:
        claim(new, "acknowledged, and not there")
        claim(not oracle.faults(box / LEDGER), f"acknowledged, and {oracle.faults(box / LEDGER)}")
    elif done.status == 75 and "BOOKED" in done.err:
        claim(new or between, "said to be booked, and not there")
    elif done.status in (74, 75) and "OUTCOME-UNKNOWN" not in done.err:
        claim(old, f"said not to be booked (exit {done.status}), and there: {done.err}")
    claim(not oracle.loose(box), f"open to others: {oracle.loose(box)}")
    if reads and (key := _likeness(found, box / LEDGER)) not in _looked:
        told = answer(runner, box, scene)
        claim(told == (ends.new_answer if new else ends.old_answer), "a reader was told something else")
        look_around(scene, runner, box)
        _looked.add(key)
    again = scene.run(runner, box)
    allowed = scene.again if new else (0,)
    claim(again.status in allowed, f"the repeat ended with {again.status}: {again.err}")
    complete(scene, runner, box, ends)


def look_around(scene: Scene, runner: Runner, box: Path) -> None:
    """`ilactl check` finds nothing wrong with a ledger that a crash left."""
    if not scene.edited and scene.words[0] != "init":
        done = runner(["check", "--ledger", str(box / LEDGER)], box)
        claim(done.status == 0, f"check after the crash ended with {done.status}: {done.out}{done.err}")


def complete(scene: Scene, runner: Runner, box: Path, ends: Ends) -> None:
    """After the repeat: exactly once, every byte vouched for, nothing left over, and check agrees."""
    root = box / LEDGER
    found = scene.seen(box)
    claim(
        found.count - ends.old.count in scene.more, f"{found.count - ends.old.count} commits after the repeat"
    )
    claim(found.content == ends.new.content, f"not exactly once: {difference(found, ends)}")
    claim(not oracle.faults(root), f"after the repeat {oracle.faults(root)}")
    claim(not (strays := oracle.strays(root, aside=scene.aside or aside(box))), f"left over: {strays}")
    claim(not oracle.loose(box), f"open to others: {oracle.loose(box)}")
    claim(sorted(path.name for path in box.iterdir()) == [LEDGER], "something beside the ledger")
    if (key := _likeness(found, root)) not in _checked:
        check = runner(["check", "--ledger", str(root)], box)
        claim(check.status == 0 and not check.out, f"check ended with {check.status}: {check.out}{check.err}")
        _checked.add(key)


_checked: set[str] = set()
_looked: set[str] = set()
"""Ledgers in which `ilactl check` and a reader found nothing wrong: one that is alike is not asked again."""


def _likeness(found: State, root: Path) -> str:
    """A digest of all that is there, but for what differs from run to run: times and salts."""
    log = [{k: v for k, v in record.items() if k not in ("at", "prev", "heads")} for record in found.records]
    lines = re.sub(r'"sha256": "[0-9a-f]{64}"', "", json.dumps(log, sort_keys=True))
    digest = hashlib.sha256(lines.encode())
    hint = root / ".ilactl" / "clean"
    last = found.records[-1]["heads"] if found.records else {}
    told = hint.read_bytes() if hint.exists() else b""
    digest.update(told.split(b",")[0] + told[-1:] + f"{len(found.torn)} {len(last)}\n".encode())
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        digest.update(f"{name} {path.lstat().st_mode}\n".encode())
        if path.is_file() and not name.startswith((".ilactl/", "commits.jsonl", "set-aside/")):
            digest.update(oracle.settled(name, path.read_bytes()))
    return digest.hexdigest()


def aside(box: Path) -> bool:
    """Whether what was set aside is a torn line of the log: that is kept, whatever was run."""
    names = [path.name for path in (box / LEDGER / "set-aside").glob("*")]
    return bool(names) and all(re.fullmatch(r"commits\.jsonl\.[0-9]+-[0-9]+", name) for name in names)


def difference(found: State, ends: Ends) -> str:
    """In what a state differs from both ends, for people."""
    told = {"commits": [found.count, ends.old.count, ends.new.count]}
    for name in sorted({*found.files, *ends.new.files}):
        three = [each.content.get(name) for each in (found, ends.old, ends.new)]
        if len(set(three)) > 1:
            told[name] = [len(data or b"") for data in three]
    return json.dumps(told) + " (found, old, new)"


def relaxed(scene: Scene) -> Scene:
    """The scene for a case in which the operation was run once more on the way."""
    return replace(scene, more=(*scene.more, max(scene.more) + 1))
