"""A sample of `make faults`: a case of each mode, from outside, judged without ilactl's code."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import outside
from tests.faults.cases import MODES, Case, Field, attempt
from tests.faults.crowd import Crowd
from tests.faults.mutants import BREAKS, changed, verdict
from tests.faults.outside import Injection
from tests.faults.running import SOURCE, Runner

OPERATIONS = {"contribution", "person", "erase", "adopt", "finish a person"}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder in memory, where that can be had."""
    memory = Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="ilactl-faults-", dir=where) as path:
        yield Path(path)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """One server of warm processes for all."""
    made = Runner()
    yield made
    made.close()


@pytest.fixture(scope="module")
def field(place: Path, runner: Runner) -> Field:
    """The operations, their ends and their calls."""
    return Field(place / "field", runner, OPERATIONS)


def sample(field: Field, mode: str) -> list[Case]:
    """Two cases of a mode, apart from each other."""
    cases = list(field.cases({mode}))
    step = max(1, len(cases) // 2)
    return cases[step // 2 :: step][:2]


@pytest.mark.parametrize("mode", MODES)
def test_every_answer_is_the_truth_and_a_repeat_gives_exactly_once(
    mode: str, field: Field, runner: Runner, place: Path
) -> None:
    cases = sample(field, mode)
    assert cases
    wrong = {str(case): fault for case in cases if (fault := attempt(field, case, runner, place / "box"))}
    assert wrong == {}


def names_of_calls(calls: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Kind and path of each call; a file that a process names by its own number loses the number."""
    return [(call["kind"], re.sub(r"\.[0-9]+$", "", call["path"])) for call in calls]


@pytest.mark.parametrize("operation", ["contribution", "erase"])
def test_a_warm_process_makes_the_same_calls_as_one_that_a_user_starts(
    operation: str, field: Field, place: Path, tmp_path: Path
) -> None:
    warm = names_of_calls(field.calls[operation])
    some = field.narrowed({operation})
    some.note_calls(Runner(cold=True), tmp_path / "cold")
    assert names_of_calls(some.calls[operation]) == warm
    assert len(warm) > 100


def test_a_call_that_strace_makes_fail(field: Field, runner: Runner, place: Path) -> None:
    if not outside.can_trace():
        pytest.skip("strace is not installed, or may not trace here")
    for one in (Injection("contribution", "pwrite64", "SIGKILL", 3), Injection("adopt", "pread64", "EIO", 9)):
        assert outside.attempt(field, one, runner, place / "traced-box") == ""


def test_writers_killed_at_random_and_a_reader(place: Path) -> None:
    crowd = Crowd(SOURCE, place / "crowd" / "box", 1, writers=2, payments=12)
    crowd.run()
    assert crowd.wrong == []
    assert crowd.kills
    assert crowd.looks


def test_every_break_of_the_self_test_finds_its_text() -> None:
    assert len({one.name for one in BREAKS}) == len(BREAKS) > 12
    for one in BREAKS:
        compile(changed(one), one.file, "exec")


@pytest.mark.parametrize("name", ["errors of writing are swallowed", "no repair at all"])
def test_a_break_is_caught(name: str, field: Field, place: Path) -> None:
    one = next(one for one in BREAKS if one.name == name)
    told, caught = verdict(one, place / "break", field)
    assert caught, told
