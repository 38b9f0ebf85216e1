"""Every command and option is explained, and every example in a help runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

from ilactl import cli
from ilactl.commands.options import SHARED
from tests.conftest import Run
from tests.docs.walk import Example, all_commands, example_of, examples_of
from tools.pages.examples import BEFORE, MORE, RULES

COMMANDS = all_commands()
ROOT = Path(__file__).parents[2]


def test_every_module_of_the_commands_folder_is_a_command_or_shared() -> None:
    modules = {f"ilactl.commands.{p.stem}" for p in (ROOT / "ilactl" / "commands").glob("*.py")}
    named = set(cli.COMMANDS.values())
    assert named <= modules
    loose = [m for m in modules - named if not m.endswith("__init__")]
    sources = [p.read_text() for p in (ROOT / "ilactl").rglob("*.py")]
    for module in loose:
        package, _, name = module.rpartition(".")
        wanted = re.compile(rf"from {module} import|from {package} import [\w, ]*\b{name}\b")
        assert any(wanted.search(text) for text in sources), f"nobody uses {module}"


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help_and_examples(words: str) -> None:
    command = COMMANDS[words]
    assert command.help, "no help"
    first = command.help.strip().splitlines()[0]
    assert first.endswith((".", ":")), f"the first line is no sentence: {first}"
    if not isinstance(command, click.Group):
        assert examples_of(command), "no Examples section with lines '$ ilactl …'"
        own = [example for example in examples_of(command) if words in example.line]
        assert own, f"no example runs {words}"


@pytest.mark.parametrize("words", COMMANDS)
def test_every_parameter_is_explained(words: str) -> None:
    command = COMMANDS[words]
    ctx = click.Context(command)
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, f"{param.opts} has no help"
        else:
            for name in param.make_metavar(ctx).strip("[].").replace("|-", "").split("|"):
                assert name.lower() in (command.help or "").lower(), f"the help does not mention {name}"


class Place:
    """Where examples run: the registers' in a new ledger, all others in the sample with P1 and P2."""

    def __init__(self, invoke: Run, words: str, new: Path, sample: Path, folder: Path) -> None:
        self.invoke = invoke
        self.folder = folder
        registers = words.startswith(("ilactl person", "ilactl organisation", "ilactl course"))
        fresh = registers or words in BEFORE
        self.env = {"ILACTL_LEDGER": str(new if fresh else sample)}
        for person in () if fresh and words not in BEFORE else ("P1", "P2"):
            given = ("--id", person, "--birth-date", "1990-05-17", "--set", "isced_level=2")
            invoke("person", "add", *given, env=self.env).ok()
        (folder / "sample-data").symlink_to(ROOT / "sample-data")
        for line in BEFORE.get(words, ()):
            self.run(example_of(line))

    def run(self, example: Example) -> None:
        """Run a line; its status is to be the one it says."""
        if example.needs_shell:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", example.line],
                env={"PATH": path, "HOME": str(self.folder), **self.env},
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            code, said = done.returncode, done.stdout + done.stderr
        else:
            result = self.invoke(*example.words, env=self.env, cwd=self.folder)
            code, said = result.code, result.out + result.err
        assert code == example.status, f"$ {example.line}\nexit {code}\n{said}"


@pytest.fixture
def place(
    request: pytest.FixtureRequest, invoke: Run, ledger: Path, sample_ledger: Path, tmp_path: Path
) -> Place:
    words: str = request.getfixturevalue("words")
    return Place(invoke, words, ledger, sample_ledger, tmp_path)


@pytest.mark.parametrize("words", [words for words, command in COMMANDS.items() if examples_of(command)])
def test_the_examples_run(words: str, place: Place) -> None:
    for example in examples_of(COMMANDS[words]):
        place.run(example)


@pytest.mark.parametrize("words", MORE)
def test_the_lines_for_other_options_run(words: str, place: Place) -> None:
    (Path(place.env["ILACTL_LEDGER"]) / "rules" / "more.toml").write_text(RULES)
    for line in MORE[words]:
        place.run(example_of(line))


def options_of(words: str) -> set[tuple[str, ...]]:
    """The flags of each option that a command takes for itself."""
    params = COMMANDS[words].params
    return {tuple(p.opts) for p in params if isinstance(p, click.Option) and p.expose_value and not p.hidden}


def shown(flags: tuple[str, ...], lines: Iterable[str]) -> bool:
    """Whether one of the lines has the option in one of its forms."""
    forms = "|".join(re.escape(flag) for flag in flags)
    return any(re.search(rf"(?<![\w-])(?:{forms})(?![\w-])", line) for line in lines)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_stands_in_a_line_that_runs(words: str) -> None:
    lines = [example.line for example in examples_of(COMMANDS[words])] + list(MORE.get(words, ()))
    own = [line for line in lines if f"{words} " in f"{line} "]
    assert [flags for flags in options_of(words) if not shown(flags, own)] == []


def test_every_shared_option_stands_in_a_line_that_runs() -> None:
    lines = [example.line for command in COMMANDS.values() for example in examples_of(command)]
    lines += [line for more in MORE.values() for line in more]
    assert [flags for flags, _ in SHARED.values() if not shown(flags, lines)] == []
    assert set(MORE) <= set(COMMANDS)
