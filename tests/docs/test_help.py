"""Every command and option is explained, and every example in a help runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ilactl import cli
from tests.conftest import Run
from tests.docs.walk import all_commands, examples_of

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
        wanted = (f"from {module} import", f"from {package} import {name}")
        assert any(form in text for text in sources for form in wanted), f"nobody uses {module}"


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


@pytest.mark.parametrize("words", [words for words, command in COMMANDS.items() if examples_of(command)])
def test_the_examples_run(words: str, invoke: Run, ledger: Path, sample_ledger: Path, tmp_path: Path) -> None:
    """In order: the registers' in a new ledger, all others in the sample with the persons P1 and P2."""
    fresh = words.startswith(("ilactl person", "ilactl organisation"))
    env = {"ILACTL_LEDGER": str(ledger if fresh else sample_ledger)}
    for person in () if fresh else ("P1", "P2"):
        given = ("--id", person, "--birth-date", "1990-05-17", "--set", "isced_level=2")
        invoke("person", "add", *given, env=env).ok()
    (tmp_path / "sample-data").symlink_to(ROOT / "sample-data")
    for example in examples_of(COMMANDS[words]):
        if example.needs_shell:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", example.line],
                env={"PATH": path, "HOME": str(tmp_path), **env},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            code, said = done.returncode, done.stdout + done.stderr
        else:
            result = invoke(*example.words, env=env, cwd=tmp_path)
            code, said = result.code, result.out + result.err
        assert code == example.status, f"$ {example.line}\nexit {code}\n{said}"
