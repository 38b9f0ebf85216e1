"""Breaks the protocol on purpose, one step at a time, and demands that the harness sees each.

A break is a small change of the text of one file in a copy of the package. Where that text is not
found the self-test fails: it never passes because it changed nothing.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .cases import Field, attempt
from .running import HERE, SOURCE, Runner


@dataclass(frozen=True)
class Break:
    """A step of the protocol left out or done wrong, and the modes and operations that must show it."""

    name: str
    file: str
    change: tuple[dict[str, str], ...]
    modes: tuple[str, ...] = ()
    operations: tuple[str, ...] = ("contribution",)
    seeds: int = 8


BREAKS = tuple(
    Break(**{key: tuple(value) if isinstance(value, list) else value for key, value in one.items()})
    for one in tomllib.loads((HERE / "breaks.toml").read_text("utf-8"))["break"]
)


def changed(one: Break) -> str:
    """The text of its file with the break in it. Raises LookupError where that is not possible."""
    text = (SOURCE / "ilactl" / one.file).read_text("utf-8")
    for change in one.change:
        if (times := text.count(change["old"])) != 1:
            told = f"its text stands {times} times in {one.file}: put tests/faults/breaks.toml right"
            raise LookupError(told)
        text = text.replace(change["old"], change["new"])
    return text


def broken(one: Break, place: Path) -> Path:
    """A copy of the package with the break in it. Raises LookupError as `changed` does."""
    text = changed(one)
    place.mkdir(parents=True)
    shutil.copytree(SOURCE / "ilactl", place / "ilactl")
    (place / "ilactl" / one.file).write_text(text, "utf-8")
    return place


def verdict(one: Break, place: Path, field: Field) -> tuple[str, bool]:
    """What caught a break, or that nothing did. `field` was made by the whole package."""
    try:
        package = broken(one, place / "package")
    except LookupError as fault:
        return str(fault), False
    runner = Runner(package)
    try:
        tried = 0
        field = field.narrowed(set(one.operations))
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


def run(place: Path, workers: int, names: Sequence[str] | None = None) -> Iterator[tuple[str, str, bool]]:
    """Name, what happened, and whether it was caught, of every break."""
    wanted = [one for one in BREAKS if names is None or one.name in names]
    runner = Runner()
    try:
        field = Field(place / "field", runner, {scene for one in wanted for scene in one.operations})
    finally:
        runner.close()
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_judged, [(one, place / str(n), field) for n, one in enumerate(wanted)])
