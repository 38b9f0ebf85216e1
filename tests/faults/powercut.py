"""What a disk may hold after a power cut: noted calls are replayed, what was not synced is in doubt.

Files and names are kept apart, as file systems do. A file's bytes are sure once it was synced; a name
is sure once its folder was. Of what is in doubt anything may be there: nothing, everything, some of it
in any order, half a write, blanks in its place. A rename is one step in a folder; between two, the new
name is there before the old one goes, and the old one may stay (as a file of its own: what journals
keeps no file with two names after a rename).
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Event = dict[str, Any]
Remains = dict[str, tuple[int, bytes | None]]
"""Mode and bytes by name; None for a folder."""

POLICIES = ("nothing", "everything", "names only", "bytes only")
"""What the first seeds keep of what is in doubt; further seeds throw dice."""


@dataclass(eq=False)
class Node:
    """A file or a folder, whatever it is called."""

    is_folder: bool
    mode: int
    sure: bytes = b""
    doubtful: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Writes (offset, bytes) and truncations (size, None) since the last sync."""


@dataclass(eq=False)
class Step:
    """A change of names that is not sure yet: a name that comes, one that goes, or both in one."""

    comes: str | None = None
    node: Node | None = None
    goes: str | None = None
    done: set[str] = field(default_factory=set)


class Disk:
    """A disk and, in front of it, what the system holds in memory."""

    def __init__(self, base: Path) -> None:
        self.seen: dict[str, Node] = {}
        for path in sorted(base.rglob("*")):
            name, mode = path.relative_to(base).as_posix(), os.lstat(path).st_mode & 0o7777
            self.seen[name] = Node(path.is_dir(), mode, b"" if path.is_dir() else path.read_bytes())
        self.sure = dict(self.seen)
        self.steps: dict[str, list[Step]] = {}

    def replay(self, events: Iterable[Event]) -> None:
        """Do what was noted."""
        for event in events:
            if "failed" not in event:
                getattr(self, f"_{event['kind']}", self._nothing)(event["path"], event)

    def _nothing(self, path: str, event: Event) -> None:
        pass

    def _name(self, step: Step) -> None:
        for name in dict.fromkeys(filter(None, (step.comes, step.goes))):
            self.steps.setdefault(_above(name), []).append(step)

    def _create(self, path: str, event: Event) -> None:
        self.seen[path] = Node(False, event["mode"])
        self._name(Step(comes=path, node=self.seen[path]))

    def _mkdir(self, path: str, event: Event) -> None:
        self.seen[path] = Node(True, event["mode"])
        self._name(Step(comes=path, node=self.seen[path]))

    def _chmod(self, path: str, event: Event) -> None:
        if path in self.seen:
            self.seen[path].mode = event["mode"]

    def _write(self, path: str, event: Event) -> None:
        if path in self.seen:
            self.seen[path].doubtful.append((event["offset"], bytes.fromhex(event["data"])))

    def _truncate(self, path: str, event: Event) -> None:
        if path in self.seen:
            self.seen[path].doubtful.append((event["size"], None))

    def _sync(self, path: str, event: Event) -> None:
        node = self.seen.get(path)
        if path == "." or (node and node.is_folder):
            folder = "" if path == "." else path
            for step in self.steps.pop(folder, []):
                if step.comes and _above(step.comes) != folder and "comes" not in step.done:
                    self.steps.setdefault(folder, []).append(step)  # nothing goes before it has come
                else:
                    self._settle(step, folder)
        elif node:
            node.sure, node.doubtful = _played(node.sure, node.doubtful), []

    def _lost(self, path: str, event: Event) -> None:
        """A sync that failed: the system takes its pages for written, and never writes them."""
        node = self.seen.get(path)
        if node and not node.is_folder:
            node.doubtful = []

    def _rename(self, path: str, event: Event) -> None:
        if path in self.seen:
            node = self.seen.pop(path)
            self.seen[event["to"]] = node
            self._name(Step(comes=event["to"], node=node, goes=path))

    def _link(self, path: str, event: Event) -> None:
        if path in self.seen:
            self.seen[event["to"]] = self.seen[path]
            self._name(Step(comes=event["to"], node=self.seen[path]))

    def _unlink(self, path: str, event: Event) -> None:
        if self.seen.pop(path, None):
            self._name(Step(goes=path))

    _rmdir = _unlink

    def _settle(self, step: Step, folder: str) -> None:
        """Make a step sure, as far as it concerns a folder; what comes is sure before anything goes."""
        if step.comes and step.node and "comes" not in step.done:
            step.done.add("comes")
            self.sure[step.comes] = step.node
        if step.goes and _above(step.goes) == folder and "goes" not in step.done:
            step.done.add("goes")
            if self.sure.get(step.goes) is not None and (
                step.node is None or self.sure[step.goes] is step.node
            ):
                del self.sure[step.goes]

    def _copy(self) -> Disk:
        """Another disk on which the same is sure and the same in doubt."""
        other = Disk.__new__(Disk)
        other.seen, other.sure = {}, dict(self.sure)
        copies = {id(s): replace(s, done=set(s.done)) for steps in self.steps.values() for s in steps}
        other.steps = {folder: [copies[id(s)] for s in steps] for folder, steps in self.steps.items()}
        return other

    def after_the_cut(self, seed: int) -> Remains:
        """What is there when power is back, if it goes now."""
        return self._copy()._cut(seed)

    def _cut(self, seed: int) -> Remains:
        policy = POLICIES[seed] if seed < len(POLICIES) else "some"
        lot = random.Random(seed)
        for folder in list(self.steps):
            for step in self.steps[folder]:
                if policy in ("everything", "names only") or (policy == "some" and lot.random() < 0.5):
                    self._settle(step, folder)
        kept: Remains = {}
        for name, node in sorted(self.sure.items()):
            parts = name.split("/")
            if any("/".join(parts[:n]) not in self.sure for n in range(1, len(parts))):
                continue  # nothing leads to it
            kept[name] = (node.mode, None if node.is_folder else _remains(node, policy, lot))
        return kept


def _above(name: str) -> str:
    return name.rpartition("/")[0]


def _played(data: bytes, changes: Sequence[tuple[int, bytes | None]]) -> bytes:
    for at, part in changes:
        if part is None:
            data = data[:at].ljust(at, b"\0")
        else:
            data = data[:at].ljust(at, b"\0") + part + data[at + len(part) :]
    return data


def _remains(node: Node, policy: str, lot: random.Random) -> bytes:
    """The bytes of a file after the cut."""
    if policy in ("everything", "bytes only"):
        return _played(node.sure, node.doubtful)
    if policy != "some":
        return node.sure
    kept: list[tuple[int, bytes | None]] = []
    for at, part in node.doubtful:
        fate = lot.choice(("lost", "kept", "kept", "torn", "blank"))
        if fate == "kept" or (part is None and fate != "lost"):
            kept.append((at, part))
        elif part is not None and fate == "torn":
            kept.append((at, part[: lot.randrange(len(part) + 1)]))
        elif part is not None and fate == "blank":  # the size grew, the bytes never came
            kept.append((at, bytes(len(part))))
    return _played(node.sure, kept)


def put(there: Remains, box: Path) -> None:
    """Make a folder hold what a disk holds."""
    box.mkdir(mode=0o700)
    for name, (mode, data) in sorted(there.items()):
        path = box / name
        if data is None:
            path.mkdir()
        else:
            path.write_bytes(data)
        path.chmod(mode)
