"""The operations that faults are tried on: a ledger to begin with, and a command line.

All start from a ledger that is made once by the command line and copied for each case. What the
command makes of it without any fault is the other end: a case must come out at one of the two.
"""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .oracle import State, faults, state
from .running import Done, Runner
from .shim.faulty import CHANGES

LEDGER = "ledger"
"""The name of the ledger's folder in its box."""


@dataclass(frozen=True)
class Scene:
    """An operation: where it starts, what is run, what it comes to."""

    name: str
    words: tuple[str, ...]
    base: Path
    stdin: str = ""
    edited: bool = False
    """Files were edited by hand before: they are what they are, whatever the log says."""
    aside: bool = False
    """A file or a torn line is set aside on the way."""
    more: tuple[int, ...] = (1,)
    """How many commits it may take until it is done, with a repeat."""
    again: tuple[int, ...] = (0,)
    """The statuses that a repeat may end with where it was done already."""

    def run(
        self, runner: Runner, box: Path, *, plan: dict[str, object] | None = None, under: Sequence[str] = ()
    ) -> Done:
        """Run it in a box: with a plan for the shim, or under strace."""
        if plan is not None:
            plan = {"root": str(box), **plan}
        return runner(self.line(box), box, plan=plan, stdin=self.stdin, under=under)

    def line(self, box: Path) -> list[str]:
        """Its command line."""
        place = str(box / LEDGER)
        return [*self.words, place] if self.words[0] == "init" else [*self.words, "--ledger", place]

    def copy(self, box: Path) -> Path:
        """A box with the ledger as it begins."""
        shutil.copytree(self.base, box, symlinks=True)
        return box

    def seen(self, box: Path) -> State:
        """What the ledger in a box is; of one edited by hand, the files as they stand."""
        found = state(box / LEDGER)
        if not self.edited:
            return found
        names = found.records[-1]["heads"] if found.records else ()
        return State(found.records, {name: (box / LEDGER / name).read_bytes() for name in names}, found.torn)


CONTRIBUTE = ("contribution", "add", "P1", "100.00", "--from", "O1", "--ref", "R1", "--on", "2026-01-02")
LATER = ("contribution", "add", "P2", "25.50", "--from", "O1", "--ref", "R2", "--on", "2026-01-03")
END = ("contribution", "add", "P3", "1.00", "--from", "O1", "--ref", "END", "--on", "2026-02-01")
PERSON = ("person", "add", "--id", "P9", "--name", "-", "--from", "2025-06-01", "--birth-date", "1970-01-31")
ERASE = ("person", "erase", "P4", "--why", "request 12", "--yes")
MANY = 460
"""Persons whose grants are more bytes than the log takes into its line."""


def small(runner: Runner, box: Path) -> Path:
    """A ledger of four persons, an employer, a top-up and no contribution yet."""
    box.mkdir(mode=0o700, parents=True)
    place = ("--ledger", str(box / LEDGER))
    runner(["init", str(box / LEDGER)], box).ok()
    runner(
        [
            "organisation",
            "add",
            "--id",
            "O1",
            "--name",
            "Works",
            "--kind",
            "employer",
            "--on",
            "2025-01-01",
            *place,
        ],
        box,
    ).ok()
    for number in range(1, 5):
        born = ("--birth-date", f"199{number}-03-14") if number < 4 else ()
        runner(
            [
                "person",
                "add",
                "--id",
                f"P{number}",
                "--name",
                "-",
                "--from",
                "2025-01-01",
                *born,
                "--set",
                "isced_level=2",
                *place,
            ],
            box,
            stdin=f"Nr {number}\n",
        ).ok()
    runner(["topup", "--on", "2026-01-01", "--yes", *place], box).ok()
    return box


def many(runner: Runner, box: Path, source: Path, *, wide: int = 1) -> Path:
    """The small ledger with many persons more; `wide` rows each make its files large."""
    shutil.copytree(source, box)
    people = ["person,valid_from,isced_level,birth_date"]
    people += [f"Q{n:04},2025-01-01,2,1980-01-01" for n in range(MANY)]
    moves = ["person,valid_from,region"]
    moves += [
        f"Q{n:04},2025-{2 + turn // 28:02}-{turn % 28 + 1:02},{'x' * 90}{turn}"
        for turn in range(wide - 1)
        for n in range(MANY)
    ]
    for rows in (people, moves)[: min(2, wide)]:
        words = ["person", "import", "-", "--ledger", str(box / LEDGER)]
        runner(words, box, stdin="\n".join(rows) + "\n").ok()
    return box


ENROL = ("enrol", "P1", "C1/R1", "--yes", "--consent", "signed", "--key", "FORM-7", "--on", "2026-03-01")
COMPLETE = ("enrolment", "complete", "P1/C1", "--attendance", "0.5", "--on", "2026-06-30")
SETTLE = ("settle", "--on", "2026-07-01", "--yes")
COURSE = """\
organisation add --id O3 --kind provider --name Academy --quality-label EQAVET --on 2026-01-02
course add --id C1 --provider O3 --kind training --title Welding --field 0715 --price 400.00 --on 2026-01-02
course run add C1 --id R1 --starts 2026-05-04 --ends 2026-06-30 --seats 2 --on 2026-01-02
course relevance add field:0715 --evidence list --on 2026-01-02
"""
AWARD = """\
course update C1 --hours 30 --level 4 --assessment quiz --on 2026-01-02
course outcome add C1 --kind skill --text Welds --on 2026-01-02
course run update C1/R1 --mode on_site --on 2026-01-02
"""
"""What a micro-credential for the course needs besides."""
ISSUE = ("credential", "issue", "--all-due", "--on", "2026-07-01", "--sign-with")
REVOKE = ("credential", "revoke", "P1/C1", "--reason", "wrong person", "--yes", "--on", "2026-07-02")


def spending(runner: Runner, box: Path, source: Path, steps: Sequence[Sequence[str]] = ()) -> Path:
    """The small ledger with a course, and what was done of one enrolment in it.

    The holder paid before, so that a settlement needs nobody else to confirm an account.
    """
    shutil.copytree(source, box)
    rules = box / LEDGER / "rules" / "scheme.toml"
    rules.write_text(rules.read_text().replace("[[spend]]", '[[spend]]\npayee = "own"', 1))
    lines = [["adopt", "--why", "the holder pays first", "--yes"], *map(str.split, COURSE.splitlines())]
    for words in (*lines, *steps):
        runner([*words, "--ledger", str(box / LEDGER)], box).ok()
    return box


def cut_off(runner: Runner, scene: Scene, box: Path, kind: str) -> Path:
    """The scene killed right after the decision: at its first call of a kind that follows the log's sync."""
    notes = box.with_name(f"{box.name}.notes")
    trial = scene.copy(box.with_name(f"{box.name}.trial"))
    scene.run(runner, trial, plan={"record": str(notes)}).ok()
    calls = [json.loads(line) for line in notes.read_text().splitlines()]
    changes = [call for call in calls if call["kind"] in CHANGES]
    log = f"{LEDGER}/commits.jsonl"
    decided = max(n for n, call in enumerate(changes) if call["kind"] == "sync" and call["path"] == log)
    at = next(n for n, call in enumerate(changes) if n > decided and call["kind"] == kind)
    scene.copy(box)
    done = scene.run(runner, box, plan={"do": "kill", "at": at + 1})
    assert done.status == -signal.SIGKILL, done
    assert faults(box / LEDGER) != [], "decided, and not in its files"
    shutil.rmtree(trial)
    notes.unlink()
    return box


def scenes(runner: Runner, place: Path, names: set[str] | None = None) -> dict[str, Scene]:
    """All scenes, or those named, made in a folder."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    base = small(runner, place / "small")
    empty = place / "empty"
    empty.mkdir(mode=0o700)

    def edited(name: str, edit: Callable[[bytes], bytes]) -> Path:
        box = Path(shutil.copytree(base, place / name))
        file = box / LEDGER / "persons.csv"
        file.write_bytes(edit(file.read_bytes()))
        return box

    def contributed() -> Path:
        box = Path(shutil.copytree(base, place / "contributed"))
        runner([*CONTRIBUTE, "--ledger", str(box / LEDGER)], box).ok()
        return box

    def torn() -> Path:
        box = contribute().copy(place / "torn")
        with (box / LEDGER / "commits.jsonl").open("ab") as log:
            log.write(b'{"format":1,"seq":8,"prev":"77')
        return box

    def contribute() -> Scene:
        return Scene("contribution", CONTRIBUTE, base)

    def person() -> Scene:
        return Scene("person", PERSON, base, stdin="Ona Šimkutė\n")

    def erase() -> Scene:
        box = place / "copied"
        if not box.exists():  # a copy that names the person is to go, too
            aside = Path(shutil.copytree(base, box)) / LEDGER / "set-aside"
            aside.mkdir(mode=0o700)
            shutil.copy2(box / LEDGER / "identities.csv", aside / "2.identities.csv")
        return Scene("erase", ERASE, box)

    start = ("enrolment", "start", "P1/C1", "--on", "2026-05-04")

    def enrol() -> Scene:
        box = place / "spending"
        return Scene("enrol", ENROL, box if box.exists() else spending(runner, box, base))

    def completed() -> Path:
        box = place / "completed"
        return box if box.exists() else spending(runner, box, base, (ENROL, start, COMPLETE))

    def issue() -> Scene:
        box, key = place / "passed", str(place / "keys" / "agency.pem")
        if not box.exists():
            passed = (*COMPLETE, "--result", "pass")
            made = ("credential", "key", "new", key, "--on", "2026-07-01")
            spending(runner, box, base, (*map(str.split, AWARD.splitlines()), ENROL, start, passed, made))
        return Scene("issue", (*ISSUE, key), box)

    def revoke() -> Scene:
        box = issue().copy(place / "issued")
        issue().run(runner, box).ok()
        return Scene("revoke", REVOKE, box)

    def undo_step() -> Scene:
        seq = state(completed() / LEDGER).count
        words = ("undo", str(seq), "--why", "the wrong list", "--yes", "--on", "2026-07-01")
        return Scene("undo a step", words, completed())

    topup = ("topup", "--on", "2026-02-01", "--yes")
    makers: dict[str, Callable[[], Scene]] = {
        "init": lambda: Scene("init", ("init",), empty, again=(0, 3)),
        "contribution": contribute,
        "person": person,
        "topup": lambda: Scene("topup", topup, many(runner, place / "many", base)),
        "undo": lambda: Scene(
            "undo", ("undo", "8", "--why", "twice", "--yes", "--on", "2026-02-01"), contributed()
        ),
        "enrol": enrol,
        "complete": lambda: Scene(
            "complete", COMPLETE, spending(runner, place / "started", base, (ENROL, start))
        ),
        "settle": lambda: Scene("settle", SETTLE, completed()),
        "undo a step": undo_step,
        "issue": issue,
        "revoke": revoke,
        "erase": erase,
        "restore": lambda: Scene(
            "restore",
            ("restore", "--why", "lost a row"),
            edited("lost", lambda rows: rows[: rows.index(b"P2,")]),
            edited=True,
            aside=True,
            more=(1, 2),
        ),
        "adopt": lambda: Scene(
            "adopt",
            ("adopt", "--why", "moved", "--yes"),
            edited(
                "moved", lambda rows: rows.replace(b"P2,2025-01-01,2,,,,", b"P2,2025-01-01,2,,,,Coast", 1)
            ),
            edited=True,
        ),
        "finish a contribution": lambda: Scene(
            "finish a contribution", LATER, cut_off(runner, contribute(), place / "cut1", "write")
        ),
        "finish a person": lambda: Scene(
            "finish a person", LATER, cut_off(runner, person(), place / "cut2", "write")
        ),
        "finish an enrolment": lambda: Scene(
            "finish an enrolment",
            ("contribution", "add", "P2", "25.50", "--from", "O1", "--ref", "R2", "--on", "2026-03-02"),
            cut_off(runner, enrol(), place / "cut4", "write"),
        ),
        "finish an issue": lambda: Scene(
            "finish an issue", (*END[:-1], "2026-07-02"), cut_off(runner, issue(), place / "cut5", "write")
        ),
        "finish an erasure": lambda: Scene(
            "finish an erasure", LATER, cut_off(runner, erase(), place / "cut3", "rename")
        ),
        "cut a torn line": lambda: Scene("cut a torn line", LATER, torn(), aside=True),
        "engine": lambda: Scene("engine", topup, many(runner, place / "wide", base, wide=36)),
    }
    if names is not None and (unknown := names - set(makers)):
        raise ValueError(f"no operation {', '.join(sorted(unknown))}")
    return {name: make() for name, make in makers.items() if names is None or name in names}
