"""The one error boundary: statuses, words, and never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ilactl.errors import catalogue
from tests.conftest import Run
from tests.face.conftest import COMMAND, finish, start


@pytest.fixture
def full_disk() -> Iterator[BinaryIO]:
    """A file that takes nothing."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as file:
        yield file


def test_findings_are_all_on_stderr_with_controls_escaped(probe: Run) -> None:
    result = probe("probe", "fail", "findings")
    assert (result.code, result.out) == (1, "")
    assert result.err.count("persons.csv:3:5: ISCED") == 2
    assert "\x1b" not in result.err
    assert "\\x1b[31m" in result.err
    assert "error: FINDINGS 2 findings\nhint: " in result.err


def test_a_refusal_names_its_code_and_what_to_do(probe: Run) -> None:
    result = probe("probe", "fail", "refused")
    assert result.code == 3
    assert result.err == (
        "error: KEY-TAKEN key k\\x1b[2J was used by commit 7 for something else\n"
        "hint: use a new key, or repeat exactly what commit 7 did\n"
    )


def test_json_errors_are_one_object_on_stderr(probe: Run) -> None:
    result = probe("probe", "fail", "input", "-O", "json")
    assert (result.code, result.out) == (65, "")
    body = json.loads(result.err)
    assert body["schema"] == "ilactl.error/1"
    assert body["code"] == "BAD-INPUT"
    assert body["exit_status"] == 65
    assert [(f["file"], f["line"], f["column"]) for f in body["findings"]] == [("persons.csv", 3, 5)]


@pytest.mark.parametrize("options", [("-O", "json"), ("-Ojson",), ("--output-format=json",)])
def test_usage_errors_are_json_too(probe: Run, options: tuple[str, ...]) -> None:
    result = probe(*options, "probe", "show", "--nonsense")
    assert result.code == 2
    assert json.loads(result.err)["code"] == "USAGE"


def test_an_unknown_command_offers_the_nearest(probe: Run) -> None:
    result = probe("topupp")
    assert result.code == 2
    assert "did you mean topup?" in result.err


def test_an_unknown_subcommand_and_option_offer_the_nearest(probe: Run) -> None:
    assert "did you mean answer?" in probe("probe", "anwser").err
    assert "did you mean --yes?" in probe("probe", "show", "--yess").err


def test_a_bare_group_is_a_usage_error_that_shows_its_commands(probe: Run) -> None:
    result = probe("probe")
    assert (result.code, result.out) == (2, "")
    assert "Answer something fixed" in result.err


def test_a_bug_is_one_line_without_the_data_it_met(probe: Run) -> None:
    result = probe("probe", "fail", "bug")
    assert result.code == 70
    assert "Traceback" not in result.err
    assert "secret name" not in result.err
    assert "ValueError" in result.err
    assert "'ilactl probe fail'" in result.err
    assert len(result.err.splitlines()) == 2


def test_a_bugs_place_is_in_our_own_code_and_not_in_a_folder_of_that_name(
    invoke: Run, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who clones the project into ilactl/ has tests and libraries below that name, too."""
    broken = compile("def broken(*_, **__):\n    1 / 0\n", "/home/x/ilactl/lib/other.py", "exec")
    names: dict[str, Any] = {}
    exec(broken, names)
    monkeypatch.setattr("ilactl.reports.overview.expiring", names["broken"])
    result = invoke("status", "--ledger", ledger)
    assert (result.code, "ZeroDivisionError at commands/status.py:" in result.err) == (70, True)


def test_endless_recursion_is_a_bug_like_any_other(probe: Run) -> None:
    assert probe("probe", "fail", "recursion").code == 70


@pytest.mark.parametrize("how", ["option", "environment"])
def test_debug_shows_the_traceback(probe: Run, how: str) -> None:
    given = ("--debug",) if how == "option" else ()
    result = probe(*given, "probe", "fail", "bug", env={} if given else {"ILACTL_DEBUG": "1"})
    assert result.code == 70
    assert "Traceback" in result.err


def test_a_closed_pipe_is_silent() -> None:
    process = start("probe", "many")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    result = finish(process)
    assert (result.code, result.err) == (141, "")


@pytest.mark.parametrize("words", ["probe answer", "--help", "--version"])
def test_a_stdout_closed_from_the_start_is_a_closed_pipe(words: str) -> None:
    result = finish(start(*words.split(), stdout=None, preexec_fn=lambda: os.close(1)))
    assert (result.code, result.err) == (141, "")


def test_a_silent_change_needs_no_stdout() -> None:
    result = finish(start("probe", "answer", "--change", stdout=None, preexec_fn=lambda: os.close(1)))
    assert (result.code, result.err) == (0, "")


def test_all_streams_closed_is_survived() -> None:
    def close() -> None:
        for number in (0, 1, 2):
            os.close(number)

    process = start("probe", "fail", "refused", stdin=None, stdout=None, stderr=None, preexec_fn=close)
    assert finish(process).code == 3


@pytest.mark.parametrize("words", ["probe answer", "--help", "--version", "probe many"])
def test_a_full_disk_is_an_io_error(words: str, full_disk: BinaryIO) -> None:
    result = finish(start(*words.split(), stdout=full_disk))
    assert result.code == 74
    assert result.err.startswith("error: IO stdout: no space left on device")


def test_a_full_disk_after_a_commit_says_that_it_is_booked(full_disk: BinaryIO) -> None:
    result = finish(start("probe", "answer", "--booked", "9", stdout=full_disk))
    assert result.code == 75
    assert "booked as commit 9, but stdout: no space left on device" in result.err


def test_a_closed_stdout_after_a_commit_says_that_it_is_booked() -> None:
    words = ("probe", "answer", "--booked", "9")
    result = finish(start(*words, stdout=None, preexec_fn=lambda: os.close(1)))
    assert result.code == 75
    assert "booked as commit 9, but stdout: " in result.err


def test_a_stderr_that_takes_nothing_leaves_the_status_alone(full_disk: BinaryIO) -> None:
    assert finish(start("probe", "fail", "refused", stderr=full_disk)).code == 3


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_quietly(number: int, status: int) -> None:
    process = start("probe", "wait")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    result = finish(process)
    assert (result.code, result.err) == (status, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_when_all_is_done_changes_no_status(number: int) -> None:
    code = (
        "import os\n"
        "from ilactl import cli\n"
        "cli.main = lambda words: 3\n"
        "hush = cli._hush\n"
        f"cli._hush = lambda: (os.kill(os.getpid(), {int(number)}), hush())\n"
        "cli.run()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"")


@pytest.mark.parametrize("locale", ["C", "POSIX", "lt_LT.ISO-8859-13"])
def test_output_is_utf8_whatever_the_locale(locale: str) -> None:
    env = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert "Petraitytė" in finish(start("probe", "answer", env=env)).out


def test_words_that_are_no_utf8_are_shown_escaped() -> None:
    process = subprocess.Popen(
        [*COMMAND, "probe", "read", b"no\xffsuch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    result = finish(process)
    assert result.code == 66
    assert "no\\udcffsuch not found" in result.err


def test_every_error_has_a_status_of_the_contract_and_a_code_of_its_own() -> None:
    classes = list(catalogue())
    assert {c.exit_status for c in classes} <= {1, 2, 3, 4, 65, 66, 70, 74, 75, 78}
    codes = [c.code for c in classes if "code" in vars(c)]
    assert len(codes) == len(set(codes))


def test_ctrl_c_that_python_tells_as_another_error_is_no_bug() -> None:
    """Older versions wrap whatever ends a class statement, an interrupt included."""
    from ilactl.cli import _cut_short_by

    wrapped = RuntimeError("Error calling __set_name__")
    wrapped.__cause__ = KeyboardInterrupt()
    assert _cut_short_by(wrapped) == 130
    assert _cut_short_by(RuntimeError("else")) == 0


def test_a_signal_in_a_query_of_the_engine_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine says in its own words that it was cut short; the status is the signal's all the same."""
    from ilactl import cli

    monkeypatch.setattr(cli, "_asked_to_end", [])
    assert cli._cut_short_by(RuntimeError("Query interrupted")) == 130
    with pytest.raises(cli.Terminated):
        cli._terminate(signal.SIGTERM, None)
    assert cli._cut_short_by(RuntimeError("Query interrupted")) == 143
