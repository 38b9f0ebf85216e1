"""What a person at a terminal sees: tables that fit, prompts, colour that may be missing."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from ilactl.output.table import fitted
from tests.conftest import TODAY, Result
from tests.face.conftest import COMMAND, SCRIPT

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _take_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def at_terminal(*args: str, typed: str = "", columns: int = 80, env: dict[str, str] | None = None) -> Result:
    """Run the probe with a terminal for all three streams; `typed` is typed when it asks."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    full = {"PATH": os.environ["PATH"], "TERM": "xterm", "PYTHONPATH": str(SCRIPT), **(env or {})}
    streams = {"stdin": slave, "stdout": slave, "stderr": slave}
    process = subprocess.Popen([*COMMAND, *args], env=full, cwd=SCRIPT, preexec_fn=_take_terminal, **streams)
    os.close(slave)
    said = b""
    while select.select([master], [], [], 30)[0]:
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux says in this way that the other end is gone
            break
        if not part:
            break
        said += part
        if typed and b"[y/N]" in said:
            os.write(master, typed.encode())
            typed = ""
    os.close(master)
    return Result(process.wait(timeout=30), said.decode().replace("\r\n", "\n"), "")


def test_a_terminal_gets_a_table() -> None:
    out = ESCAPE.sub("", at_terminal("probe", "answer").ok().out)
    assert "──" in out
    assert re.search(r"P1 +Ona Petraitytė +500\.00 EUR", out)
    assert re.search(r"P2 +=HYPERLINK\(1\) +-0\.05 EUR", out)
    assert "some talk" in out


def test_a_change_is_reported_at_a_terminal_and_not_with_q() -> None:
    assert "P1" in at_terminal("probe", "answer", "--change").ok().out
    assert at_terminal("probe", "answer", "--change", "-q").ok().out == ""


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(columns: int) -> None:
    out = ESCAPE.sub("", at_terminal("probe", "wide", columns=columns).ok().out)
    assert max(map(len, out.splitlines())) <= columns
    for number in range(12):
        assert f"value{number:02}" in out
    squeezed = re.sub(r"\s+", "", out)
    assert squeezed.count("word") == 40


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_left_out(env: dict[str, str]) -> None:
    assert not re.search(r"\x1b\[3[0-9]m", at_terminal("probe", "answer", env=env).ok().out)
    if "TERM" in env:
        assert "\x1b" not in at_terminal("probe", "answer", env=env).out


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("yes\n", 0), ("\n", 4), ("n\n", 4), ("\x04", 4)])
def test_a_prompt_is_answered_at_a_terminal(typed: str, status: int) -> None:
    result = at_terminal("probe", "ask", typed=typed)
    assert result.code == status
    assert "Book 3 entries? [y/N]" in result.out


@pytest.mark.parametrize(("typed", "status"), [("n\n", 4), ("y\n", 0)])
def test_a_day_that_is_years_ahead_is_asked_about_at_a_terminal(
    ledger: Path, typed: str, status: int
) -> None:
    words = ("organisation", "add", "--id", "O1", "--kind", "employer", "--name", "Works")
    where = ("--ledger", str(ledger))
    before = (ledger / "organisations.csv").read_bytes()
    done = at_terminal(*words, "--on", "2099-11-20", *where, typed=typed)
    assert done.code == status
    assert "2099-11-20 is" in done.out
    assert ((ledger / "organisations.csv").read_bytes() == before) == (status == 4)
    near = at_terminal(*words[:3], "O2", *words[4:], "--on", TODAY.date().isoformat(), *where).ok()
    assert "[y/N]" not in near.out


def test_ctrl_c_at_a_prompt_ends_with_130() -> None:
    assert at_terminal("probe", "ask", typed="\x03").code == 130


def test_completion_offers_commands_and_options() -> None:
    env = {"PATH": os.environ["PATH"], "_ILACTL_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    env["COMP_WORDS"] = "ilactl bal"
    words = [COMMAND[0], "-m", "ilactl"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, cwd="/", check=False)
    assert done.stdout == "plain,balance\n"


def test_columns_shrink_from_the_widest_and_never_below_their_least() -> None:
    assert fitted([30, 10, 8], [12, 10, 0], 60) == [30, 10, 8]
    assert fitted([30, 20, 8], [12, 12, 0], 48) == [20, 20, 8]
    assert fitted([30, 20, 8], [12, 12, 0], 32) == [12, 12, 8]
    assert fitted([30, 20, 8], [12, 12, 0], 31) is None


def test_an_error_is_broken_between_words_at_a_terminal_and_json_is_not() -> None:
    text = at_terminal("probe", "fail", "refused", columns=40).out
    assert text == (
        "error: KEY-TAKEN key k\\x1b[2J was used\n"
        "  by commit 7 for something else\n"
        "hint: use a new key, or repeat exactly\n"
        "  what commit 7 did\n"
    )
    body = at_terminal("probe", "fail", "refused", "-O", "json", columns=40).out
    assert json.loads(body)["code"] == "KEY-TAKEN"


def test_a_long_run_says_what_it_is_at_on_a_terminal_and_wipes_it_away() -> None:
    seen = at_terminal("probe", "slow").ok().out
    assert re.search(r"\r\x1b\[Kcounting … [0-9]+ s", seen)
    assert seen.rstrip().endswith("\r\x1b[K")
    assert "counting" not in at_terminal("probe", "slow", "-q").ok().out
