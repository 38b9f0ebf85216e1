"""A caseworker's day, at a terminal of 80 columns: find a course, enrol somebody, follow them to the end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable

import pytest

from ilactl.ledger.columns import ENROLMENTS
from tests.enrolment.conftest import Agency, made

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLUMNS = 80


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Desk:
    """A terminal at which somebody types commands and answers questions."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency

    def __call__(self, *words: str, typed: tuple[tuple[str, str], ...] = (), code: int = 0) -> str:
        """What is shown, every line no wider than the terminal; `typed` are questions and answers."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        env = {"PATH": os.environ["PATH"], "TERM": "xterm", "ILACTL_LEDGER": str(self.agency.root)}
        process = subprocess.Popen(
            [sys.executable, "-m", "ilactl", *words],
            env=env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=_own_terminal,
        )
        os.close(slave)
        waiting, said = list(typed), b""
        while select.select([master], [], [], 30)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end is gone
                break
            if not part:
                break
            said += part
            if waiting and waiting[0][0].encode() in said:
                os.write(master, f"{waiting.pop(0)[1]}\n".encode())
        os.close(master)
        text = ESCAPE.sub("", said.decode()).replace("\r\n", "\n")
        assert process.wait(timeout=30) == code, text
        assert not waiting, f"was not asked: {waiting}\n{text}"
        assert max(map(len, text.splitlines()), default=0) <= COLUMNS, text
        return text


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    root = tmp_path_factory.mktemp("desk") / "ledger"
    made(root)
    return Desk(Agency(root))


@pytest.fixture(scope="module")
def told(desk: Desk) -> Callable[[str], str]:
    """The day, told once: what was shown at each step, by its name."""
    agree = (("How did the holder agree", "signed the form"), ("Enrol?", "y"))
    shown = {
        "found": desk("course", "find", "welding", "--on", "2026-12-01"),
        "offer": desk("enrol", "P1", "C1/R1", "--on", "2026-12-01", typed=agree),
        "declined": desk(
            "enrol", "P2", "C1/R1", "--on", "2026-12-01", typed=(*agree[:1], ("Enrol?", "n")), code=4
        ),
        "second": desk("enrol", "P2", "C1/R1", "--on", "2026-12-01", typed=agree),
        "third": desk("enrol", "P3", "C1/R1", "--on", "2026-12-01", code=3),
        "reason": desk("enrolment", "decline", "P3", "C1", "--reason", "full", "--on", "2026-12-01"),
        "listed": desk("enrolment", "list", "--open"),
        "started": desk("enrolment", "start", "P1/C1", "--on", "2027-01-12"),
        "cancelled": desk(
            *("enrolment", "cancel", "P2/C1", "--by", "holder", "--reason", "health", "--on", "2027-01-12"),
            typed=(("Cancel it?", "y"),),
        ),
        "attended": desk("enrolment", "attend", "P1/C1", "--share", "0.5", "--on", "2027-02-10"),
        "completed": desk(
            *("enrolment", "complete", "P1/C1", "--attendance", "0.9", "--result", "pass"),
            *("--on", "2027-03-12"),
        ),
        "again": desk(
            *("enrolment", "complete", "P1/C1", "--attendance", "0.9", "--result", "pass"),
            *("--on", "2027-03-12"),
        ),
        "shown": desk("enrolment", "show", "P1/C1"),
        "explained": desk("explain", "P1/C1"),
        "statement": desk("statement", "P1"),
        "reasons": desk("enrolment", "reasons"),
    }
    return lambda name: shown[name]


def test_the_course_is_found(told: Callable[[str], str]) -> None:
    assert "Welding, the first steps" in told("found")


def test_the_offer_stands_before_the_question_and_adds_up(told: Callable[[str], str]) -> None:
    offer = told("offer")
    assert offer.index("from the wallet") < offer.index("How did the holder agree") < offer.index("Enrol?")
    assert re.search(r"price +600\.00 EUR\n", offer)
    assert re.search(r"employer:O7 .*300\.00 +300\.00 +0\.00\n", offer)
    assert re.search(r"enrolled as N\d+ \(commit \d+\)\n", offer)


def test_a_no_books_nothing_and_a_full_run_says_so_at_once(told: Callable[[str], str]) -> None:
    assert "CANCELLED" in told("declined")
    assert "ENROL-SEATS" in told("third")
    assert "How did the holder agree" not in told("third")


def test_a_cancellation_shows_where_the_money_goes_before_it_asks(told: Callable[[str], str]) -> None:
    text = told("cancelled")
    assert text.index("to the pool") < text.index("Cancel it?")
    assert "5 %" in text


def test_the_end_is_told_once(told: Callable[[str], str]) -> None:
    assert "attended enough: paid in full" in told("completed")
    assert "done already" in told("again")


def test_what_is_left_says_why(told: Callable[[str], str]) -> None:
    assert "possible now: certified, reclaimed" in told("shown")
    assert "training@2026-01-01" in told("explained")
    assert "attended enough" in told("explained")
    assert "What you are enrolled in" in told("statement")


def test_the_reasons_are_counted(told: Callable[[str], str]) -> None:
    for row in (r"full .* 1 +0 +0 +1", r"health .* 0 +1 +0 +1"):
        assert re.search(row, told("reasons")), told("reasons")


def test_the_books_are_right_in_the_end(desk: Desk, told: Callable[[str], str]) -> None:
    assert told("listed").count("enrolled") >= 2
    steps = [(row["person"], row["step"]) for row in desk.agency.rows(ENROLMENTS)]
    assert steps == [
        ("P1", "enrolled"),
        ("P2", "enrolled"),
        ("P1", "started"),
        ("P2", "cancelled"),
        ("P1", "attended"),
        ("P1", "completed"),
    ]
    assert desk.agency("check", "--full").code == 0
