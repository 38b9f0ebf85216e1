"""What happens at the desks from June to November 2026: people enrol, learn, cancel, and are paid for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sampling.desk import Desk

__all__ = ["desk_days"]

_OFFERS = Path(__file__).resolve().parent.parent / "offers"
_REGISTERS = (
    ("organisation", "import", "providers.csv"),
    ("course", "import", "courses.csv"),
    ("course", "run", "import", "runs.csv"),
    ("course", "outcome", "import", "outcomes.csv"),
    ("course", "relevance", "import", "relevance.csv"),
)
_OPENED = "2026-06-01"


class _Class(NamedTuple):
    """Those who enrol in a run on a day, and what becomes of each: one letter a person.

    `.` enrolled, `m` moved, `s` started, `a` attends, `c` completes, `z` completes with a certificate,
    `f` fails, `k` cancels in time, `l` late, `d` drops out, `h` falls ill.
    """

    day: str
    course: str
    run: str
    fates: str


_CLASSES = (
    _Class("2026-06-15", "GUIDE1", "", "cc.k"),
    _Class("2026-07-01", "VPL1", "", "c."),
    _Class("2026-08-20", "NET1", "SEP26", "zcl"),
    _Class("2026-08-20", "SEC1", "SEP26", "zzc"),
    _Class("2026-08-21", "WELD1", "SEP26", "ckd"),
    _Class("2026-08-24", "BOOK1", "SEP26", "cf"),
    _Class("2026-08-24", "VID1", "SEP26", "ch"),
    _Class("2026-08-25", "FORK1", "SEP26", "cl"),
    _Class("2026-10-12", "CNC1", "NOV26", "as"),
    _Class("2026-10-12", "PLC1", "NOV26", "aa"),
    _Class("2026-10-13", "PHOTO1", "NOV26", "sh"),
    _Class("2026-11-10", "DIT622", "EVE27", "..k"),
    _Class("2026-11-11", "DIT408", "DIS27", "..."),
    _Class("2026-11-12", "WEB1", "FEB27", "m."),
)
_SEPTEMBER, _NOVEMBER = ("2026-09-07", "2026-10-30"), ("2026-11-02", "2026-12-18")
_DECLINED = (
    ("2026-06-16", "cost"), ("2026-06-23", "time"), ("2026-07-14", "awareness"), ("2026-08-25", "income"),
    ("2026-09-01", "time"), ("2026-09-22", "recognition"), ("2026-10-13", "care"), ("2026-11-10", "time"),
)  # fmt: skip

Action = Callable[[Desk], None]


def desk_days(persons: Sequence[str], steady: frozenset[str] = frozenset()) -> Iterator[tuple[str, Action]]:
    """What is done on which day. `persons` enrol in this order; `steady` ones never do."""
    yield _OPENED, _registers
    queue = [person for person in persons if person not in steady][7::5]
    found: dict[_Class, list[str]] = {}
    for one in _CLASSES:
        yield one.day, partial(_enrol, one, queue, found)
        yield from _course_of(one, found)
    for number, (day, reason) in enumerate(_DECLINED):
        person = persons[-3 - 4 * number]
        yield day, partial(_do, day, ("enrolment", "decline", person, "--reason", reason))
    for day in ("2026-08-03", "2026-09-15", "2026-11-05"):
        yield day, partial(_do, day, ("settle", "--yes"))


def _do(day: str, words: tuple[str, ...], desk: Desk) -> None:
    desk.run(day, *words)


def _registers(desk: Desk) -> None:
    for *words, file in _REGISTERS:
        desk.run(_OPENED, *words, str(_OFFERS / file))
    for provider in ("O21", "O22", "O23"):
        # who put an account in cannot confirm it
        desk.run(_OPENED, "organisation", "confirm", provider, "--iban", "--yes", user="second")


def _enrol(one: _Class, queue: list[str], found: dict[_Class, list[str]], desk: Desk) -> None:
    """The next in the queue whose wallets can pay; who is refused is asked no more."""
    found[one] = []
    where = f"{one.course}/{one.run}" if one.run else one.course
    while len(found[one]) < len(one.fates):
        person = queue.pop(0)
        consent = (
            "--consent",
            "signed at the desk",
            "--channel",
            "in_person",
            "--ref",
            f"FORM-{len(queue):03}",
        )
        if desk.run(one.day, "enrol", person, where, "--yes", *consent):
            found[one].append(person)


def _course_of(one: _Class, found: dict[_Class, list[str]]) -> Iterator[tuple[str, Action]]:
    """The days on which something happens to those in a class."""
    starts, ends = _NOVEMBER if one.run == "NOV26" else _SEPTEMBER if one.run else (one.day, "2026-07-10")
    under_way = "sacfzdh"
    plans: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("2026-08-26" if one.day < "2026-09" else "2026-11-16", "k", _cancel("holder", "time")),
        ("2026-09-03", "l", _cancel("holder", "care")),
        ("2026-11-17", "m", ("move", "WEEK27", "--ref", "MAIL-2", "--yes")),
        (starts, under_way, ("start",)),
        (
            "2026-09-24" if one.run == "SEP26" else "2026-11-12",
            "h",
            (*_cancel("holder", "health"), "--force-majeure"),
        ),
        ("2026-09-29", "d", _cancel("holder", "work")),
        ("2026-11-20", "a", ("attend", "--share", "0.4", "--ref", "LIST-11")),
        (
            ends,
            "cz",
            ("complete", "--attendance", "0.95", "--result", "passed", "--ref", f"INV-{one.course}"),
        ),
        (ends, "f", ("complete", "--attendance", "0.6", "--result", "failed", "--ref", f"INV-{one.course}")),
        ("2026-11-10", "z", ("certify", "--ref", f"CERT-{one.course}")),
    )
    for day, letters, words in plans:
        if set(letters) & set(one.fates):
            yield day, partial(_step, one, found, letters, day, words)


def _cancel(by: str, reason: str) -> tuple[str, ...]:
    return ("cancel", "--by", by, "--reason", reason, "--yes")


def _step(
    one: _Class, found: dict[_Class, list[str]], letters: str, day: str, words: tuple[str, ...], desk: Desk
) -> None:
    name, *rest = words
    for person, fate in zip(found[one], one.fates, strict=True):
        if fate in letters and not desk.run(day, "enrolment", name, f"{person}/{one.course}", *rest):
            raise RuntimeError(f"{day}: {name} of {person}/{one.course} was refused")
