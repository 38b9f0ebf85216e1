"""Every case there is, by mode, operation and number; and how one is run."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

from . import oracle
from .judging import Ends, Wrong, claim, ends_of, judge, relaxed, told_well
from .powercut import Disk, Event, Remains, put
from .running import Done, Runner
from .scenes import END, LEDGER, Scene, scenes
from .shim.faulty import CHANGES, READS

SEEDS = 5
"""Disks drawn for each moment of a power cut."""

KILLED = "killed before a call"
FORGETS = "a sync that fails and forgets, with and without a power cut later"
READING = "reading, opening or closing fails"
"""What a table calls several modes."""

MAKING = frozenset({"create", "mkdir", "write", "sync", "rename", "allocate", "link"})
NAMING = frozenset({"create", "openw", "rename", "unlink", "mkdir", "chmod", "link"})
OPENING = frozenset({"create", "openw"})


@dataclass(frozen=True)
class Mode:
    """A kind of fault: what the shim does, at which calls."""

    title: str
    """Its line in the table, which others may share."""
    plan: dict[str, Any] = field(default_factory=dict)
    kinds: frozenset[str] = CHANGES
    reads: bool = False
    thin: bool = False
    """Of calls of one kind on one path only the first and the last."""


def _errors(code: int, words: str, kinds: frozenset[str]) -> dict[str, Mode]:
    name = errno.errorcode[code].lower()
    plan = {"do": "fail", "errno": code}
    return {
        name: Mode(f"{words}, once or from then on", plan, kinds),
        f"{name}+": Mode(f"{words}, once or from then on", {**plan, "lasting": True}, kinds),
    }


MODES: dict[str, Mode] = {
    "kill": Mode(KILLED, {"do": "kill"}, reads=True),
    "tear": Mode("killed within a write", {"do": "tear"}, frozenset({"write"}), reads=True),
    **_errors(errno.ENOSPC, "no space", MAKING),
    **_errors(errno.EIO, "input/output error", CHANGES),
    **_errors(errno.EACCES, "no permission, too many open files", NAMING),
    **_errors(errno.EMFILE, "no permission, too many open files", OPENING),
    "short": Mode("short writes", {"do": "short"}, frozenset({"write"})),
    "short+": Mode("short writes", {"do": "short", "lasting": True}, frozenset({"write"})),
    "short-full": Mode("no space, once or from then on", {"do": "short-full", "lasting": True}, MAKING),
    "forget": Mode(FORGETS, {"do": "forget"}, frozenset({"sync"}), reads=True),
    "lose": Mode(FORGETS, {"do": "lose"}, frozenset({"sync"})),
    "lose+": Mode(
        FORGETS,
        {"do": "lose", "lasting": True},
        frozenset({"sync", "truncate"}),
    ),
    "other": Mode(KILLED, {"do": "kill"}),
    "powercut": Mode("power cut: what was not synced lost, kept, torn, blank, reordered", reads=True),
    "read": Mode(READING, {"do": "fail", "errno": errno.EIO}, READS, thin=True),
    "open": Mode(READING, {"do": "fail", "errno": errno.EMFILE}, frozenset({"open", "list"}), thin=True),
    "close": Mode(READING, {"do": "fail", "errno": errno.EIO}, frozenset({"close"}), thin=True),
    "close+": Mode(
        READING,
        {"do": "fail", "errno": errno.EIO, "lasting": True},
        frozenset({"close"}),
        thin=True,
    ),
    "stdout": Mode("nobody can read the answer: stdout full, closed, a broken pipe"),
    "held": Mode("a second writer while the first is at a write", {"do": "pause"}, frozenset({"write"})),
    "meet": Mode(
        "two writers that want the same reach the lock together", {"do": "pause"}, frozenset({"lock"})
    ),
    "rot": Mode("an acknowledged line of the log rots"),
}

_LONG = frozenset(
    {
        "kill",
        "tear",
        "enospc",
        "enospc+",
        "eio",
        "short",
        "short-full",
        "forget",
        "lose",
        "powercut",
        "stdout",
        "meet",
        "rot",
    }
)
SOME_MODES = {"topup": _LONG | {"open"}, "engine": frozenset({"kill", "enospc", "eio", "forget", "lose"})}
"""Operations that take long: the modes they are put to."""

_READERS = frozenset({"contribution", "adopt", "finish a person", "cut a torn line"})
SOME_SCENES = {
    "held": frozenset({"contribution", "person", "adopt"}),
    "other": frozenset({"person", "topup", "erase"}),
    "rot": frozenset({"contribution", "person", "erase", "topup", "finish a person"}),
    "read": _READERS,
    "open": _READERS | {"topup"},
    "close": _READERS,
}
"""Modes of many calls that are much alike: the operations they are tried on."""


@dataclass(frozen=True)
class Case:
    """One fault at one place."""

    mode: str
    scene: str
    at: int
    seed: int = 0

    def __str__(self) -> str:
        return "/".join(str(part) for part in (self.mode, self.scene, self.at, self.seed))

    @staticmethod
    def of(text: str) -> Case:
        """The case of that name."""
        mode, scene, at, seed = text.split("/")
        return Case(mode, scene, int(at), int(seed))


class Field:
    """The operations, made in a folder, with their ends and the calls they make."""

    def __init__(self, place: Path, runner: Runner, names: set[str] | None = None) -> None:
        self.place = place
        self.scenes: dict[str, Scene] = scenes(runner, place / "scenes", names)
        self.ends: dict[str, Ends] = {}
        self.calls: dict[str, list[Event]] = {}
        for name, scene in self.scenes.items():
            self.ends[name] = ends_of(scene, runner, place / f"ends-{_flat(name)}")
        self.note_calls(runner, place / "noted")

    def narrowed(self, names: set[str]) -> Field:
        """Some of the operations."""
        other = Field.__new__(Field)
        other.place, other.ends = self.place, self.ends
        other.scenes = {name: scene for name, scene in self.scenes.items() if name in names}
        other.calls = {}
        return other

    def note_calls(self, runner: Runner, place: Path) -> None:
        """Note the calls that each operation makes where nothing fails."""
        place.mkdir(mode=0o700)
        for name, scene in self.scenes.items():
            notes = place / f"notes-{_flat(name)}"
            box = scene.copy(place / _flat(name))
            scene.run(runner, box, plan={"record": str(notes)}).ok()
            self.calls[name] = [json.loads(line) for line in notes.read_text().splitlines()]

    def cases(self, modes: set[str] | None = None, seeds: int = SEEDS) -> Iterator[Case]:
        """All cases of the modes, in a settled order."""
        for (name, mode), scene in itertools.product(MODES.items(), self.scenes):
            if modes is not None and name not in modes:
                continue
            if name not in SOME_MODES.get(scene, {name}) or scene not in SOME_SCENES.get(name, {scene}):
                continue
            if name == "powercut":
                yield from self._cuts(scene, seeds)
            elif name in ("stdout", "rot"):
                yield from (Case(name, scene, n) for n in range(len(_OUTPUTS if name == "stdout" else _ROTS)))
            else:
                yield from (Case(name, scene, at) for at in self._places(scene, mode))

    def _places(self, scene: str, mode: Mode) -> list[int]:
        found = [call for call in self.calls[scene] if call["kind"] in mode.kinds and "unseen" not in call]
        if mode.plan.get("lasting") and mode.thin:
            return [1]
        if not mode.thin:
            return list(range(1, len(found) + 1))
        first: dict[tuple[str, str], int] = {}
        last: dict[tuple[str, str], int] = {}
        for at, call in enumerate(found, 1):
            key = (call["kind"], call["path"])
            first.setdefault(key, at)
            last[key] = at
        return sorted({*first.values(), *last.values()})

    def _cuts(self, scene: str, seeds: int) -> Iterator[Case]:
        """The disks that differ."""
        seen = set()
        changes = self.changes(scene)
        disk = Disk(self.scenes[scene].base)
        for at, change in enumerate(changes, 1):
            disk.replay([change])
            for seed in range(seeds):
                key = (_digest(disk.after_the_cut(seed)), at == len(changes))
                if key not in seen:
                    seen.add(key)
                    yield Case("powercut", scene, at, seed)

    def changes(self, scene: str) -> list[Event]:
        """The calls of an operation that change the disk."""
        return [call for call in self.calls[scene] if call["kind"] in CHANGES]

    def disk_after(self, scene: str, events: list[Event], seed: int) -> Remains:
        """What may be there after these calls and a power cut."""
        disk = Disk(self.scenes[scene].base)
        disk.replay(events)
        return disk.after_the_cut(seed)

    def try_case(self, case: Case, runner: Runner, box: Path) -> None:
        """Run a case in a new box. Raises AssertionError where a promise was not kept."""
        for old in box.parent.glob(f"{box.name}*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        scene, ends, mode = self.scenes[case.scene], self.ends[case.scene], MODES[case.mode]
        if case.mode == "powercut":
            self._power_cut(case, runner, box)
        elif case.mode == "held":
            self._held(case, runner, box)
        elif case.mode == "meet":
            self._meet(case, runner, box)
        elif case.mode == "other":
            self._other(case, runner, box)
        elif case.mode in ("lose", "lose+"):
            self._lose(case, runner, box)
        elif case.mode == "stdout":
            scene.copy(box)
            words = [*scene.line(box), "-O", "json"]
            done = runner.unheard(words, box, _OUTPUTS[case.at], stdin=scene.stdin)
            claim(done.status == 75, f"nobody could read the answer, exit {done.status}: {done.err}")
            judge(scene, runner, box, ends, done)
        elif case.mode == "rot":
            self._rot(case, runner, box)
        else:
            scene.copy(box)
            plan = {**mode.plan, "at": case.at, "kinds": sorted(mode.kinds)}
            done = scene.run(runner, box, plan=plan)
            claim(
                done.status == -9 if mode.plan["do"] in ("kill", "tear") else True, "the call was never made"
            )
            claim(
                not case.mode.startswith(("short", "close")) or case.mode == "short-full" or done.status == 0,
                f"no fault at all, exit {done.status}: {done.err}",
            )
            judge(scene, runner, box, ends, done, reads=mode.reads)

    def _power_cut(self, case: Case, runner: Runner, box: Path) -> None:
        """The last moment is after the acknowledgement: what was acknowledged must be there, in its files."""
        changes = self.changes(case.scene)
        put(self.disk_after(case.scene, changes[: case.at], case.seed), box)
        done = Done(0 if case.at == len(changes) else -9, "", "")
        judge(self.scenes[case.scene], runner, box, self.ends[case.scene], done, reads=True)

    def _rot(self, case: Case, runner: Runner, box: Path) -> None:
        """The log's last line goes bad after it was acknowledged: every command refuses, nothing is cut."""
        self.scenes[case.scene].copy(box)
        self.scenes[case.scene].run(runner, box).ok()
        root = box / LEDGER
        log = root / "commits.jsonl"
        log.write_bytes(_ROTS[case.at](log.read_bytes()))
        if case.at % 2:
            (root / ".ilactl" / "clean").unlink()

        def files() -> dict[str, bytes]:
            there = [path for path in root.rglob("*") if path.is_file() and ".ilactl" not in path.parts]
            return {path.relative_to(root).as_posix(): path.read_bytes() for path in there}

        before = files()
        for words in (END, ("adopt", "--why", "what is there", "--yes")):
            done = runner([*words, "--ledger", str(root)], box)
            told_well(replace(done, status=0))
            claim(done.status == 3 and "CHANGED-OUTSIDE" in done.err, f"exit {done.status}: {done.err}")
            claim(files() == before, f"{words[0]} changed the files")

    def _held(self, case: Case, runner: Runner, box: Path) -> None:
        """While one stands still before a write, another is turned away, and the first then ends well."""
        scene, mode = self.scenes[case.scene], MODES["held"]
        scene.copy(box)
        go = box.with_name(f"{box.name}.go")
        plan = {**mode.plan, "at": case.at, "kinds": sorted(mode.kinds), "until": str(go)}
        first: list[Done] = []
        thread = Thread(target=lambda: first.append(scene.run(runner, box, plan=plan)))
        thread.start()
        while thread.is_alive() and not go.with_name(f"{go.name}.there").exists():
            time.sleep(0.005)
        words = [*END, "--lock-wait", "0", "--ledger", str(box / LEDGER)]
        second = Runner(runner.package, cold=True, suffix=".second")(words, box)
        go.touch()
        thread.join()
        claim(second.status == 75 and "LOCKED" in second.err, f"let in, exit {second.status}: {second.err}")
        claim(first[0].status == 0, f"the first ended with {first[0].status}: {first[0].err}")
        judge(scene, runner, box, self.ends[case.scene], first[0])

    def _meet(self, case: Case, runner: Runner, box: Path) -> None:
        """Two of the same command line have read what they want to, and stand before the lock: one books."""
        scene, mode = self.scenes[case.scene], MODES["meet"]
        scene.copy(box)
        ended: list[Done] = []
        pair = [runner, Runner(runner.package, cold=True, suffix=".second")]
        gates = [box.with_name(f"{box.name}.go{n}") for n in range(len(pair))]

        def go(one: Runner, gate: Path) -> None:
            plan = {**mode.plan, "at": case.at, "kinds": sorted(mode.kinds), "until": str(gate)}
            ended.append(scene.run(one, box, plan=plan))

        threads = [Thread(target=go, args=each) for each in zip(pair, gates, strict=True)]
        for thread, gate in zip(threads, gates, strict=True):
            thread.start()
            while thread.is_alive() and not gate.with_name(f"{gate.name}.there").exists():
                time.sleep(0.005)
        for gate in gates:
            gate.touch()
        for thread in threads:
            thread.join()
        allowed = {0, *scene.again}
        claim(all(done.status in allowed for done in ended), f"they ended with {ended}")
        claim(0 in {done.status for done in ended}, f"neither booked: {ended}")
        judge(scene, runner, box, self.ends[case.scene], min(ended, key=lambda done: done.status))

    def _other(self, case: Case, runner: Runner, box: Path) -> None:
        """Whatever a kill left, another command clears up; what was asked for comes after."""
        scene, ends = self.scenes[case.scene], self.ends[case.scene]
        scene.copy(box)
        plan = {**MODES["other"].plan, "at": case.at}
        claim(scene.run(runner, box, plan=plan).status == -9, "the call was never made")
        runner([*END, "--ledger", str(box / LEDGER)], box).ok()
        left = oracle.faults(box / LEDGER) + oracle.strays(box / LEDGER, aside=True)
        claim(not left, f"after another command: {left}")
        again = scene.run(runner, box)
        claim(again.status in {0, *scene.again}, f"the repeat ended with {again.status}: {again.err}")
        left = oracle.faults(box / LEDGER) + oracle.strays(box / LEDGER, aside=scene.aside)
        claim(not left, f"after the repeat: {left}")
        found = scene.seen(box)
        claim(found.count == ends.new.count + 1, f"{found.count - ends.old.count} commits")
        others = {"entitlements.csv", "rules/used/employer.toml"}
        same = [n for n, data in ends.new.content.items() if n not in others and found.content.get(n) != data]
        claim(not same, f"not exactly once: {same}")

    def _lose(self, case: Case, runner: Runner, box: Path) -> None:
        """A sync fails and its pages are never written; the same command again is done; the power goes."""
        scene, notes = self.scenes[case.scene], box.with_name(f"{box.name}.notes")
        scene.copy(box)
        mode = MODES[case.mode]
        plan = {**mode.plan, "at": case.at, "kinds": sorted(mode.kinds), "record": str(notes)}
        told_well(scene.run(runner, box, plan=plan))
        again = scene.run(runner, box, plan={"record": str(notes)})
        claim(again.status in (*scene.again, 0), f"the repeat ended with {again.status}: {again.err}")
        events = [json.loads(line) for line in notes.read_text().splitlines()]
        events = [event for event in events if event["kind"] in CHANGES | {"lost"}]
        shutil.rmtree(box)
        put(self.disk_after(case.scene, events, 0), box)
        judge(relaxed(scene), runner, box, self.ends[case.scene], Done(0, "", ""), reads=True)


def _digest(disk: Remains) -> str:
    return hashlib.sha256(repr(sorted(disk.items())).encode()).hexdigest()


def _flat(name: str) -> str:
    return name.replace(" ", "-")


_ROTS: tuple[Callable[[bytes], bytes], ...] = tuple(
    rot
    for rot in (
        lambda log: log[:-40] + bytes([log[-40] ^ 1]) + log[-39:],
        lambda log: log[:-9],
        lambda log: log[:-1],
        lambda log: log[: log.rindex(b"\n", 0, -1) + 1].ljust(len(log), b"\0"),
    )
    for _ in range(2)
)
"""Ways to go bad, each with the hint that the commit left and without it: a bit, its end, all of it."""


_OUTPUTS = ("full", "closed", "broken", "full, stderr too", "closed, stderr too")
"""What may become of stdout."""


def attempt(field_: Field, case: Case, runner: Runner, box: Path) -> str:
    """Run a case; what is wrong, or nothing."""
    try:
        field_.try_case(case, runner, box)
    except (Wrong, AssertionError, OSError, ValueError, KeyError) as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        shutil.rmtree(box, ignore_errors=True)
        for name in ("notes", "stdin", "stdout", "stderr"):
            if os.path.exists(f"{box}.{name}"):
                os.unlink(f"{box}.{name}")
    return ""
