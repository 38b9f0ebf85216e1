"""Several processes on one ledger at once, killed at random: each payment once, readers see whole states.

Every writer has the same payments to book, each for three persons in one commit, in an order of its
own; it tries each until it is acknowledged. So most are asked for several times at the same moment.
"""

from __future__ import annotations

import json
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import oracle
from .running import Runner
from .scenes import LEDGER, small

TITLES = {"crowd": "writers killed at random, readers beside them"}
PERSONS = ("P1", "P2", "P3")
TRIES = 60


class Crowd:
    """Writers and readers that share a ledger, and what was seen wrong."""

    def __init__(self, package: Path, box: Path, seed: int, *, writers: int = 4, payments: int = 12) -> None:
        self.package, self.box, self.seed = package, box, seed
        self.writers, self.payments = writers, payments
        self.wrong: list[str] = []
        self.kills = self.looks = 0
        self.takes = 0.0
        self.over = threading.Event()
        self.place = ("--ledger", str(box / LEDGER))

    def write(self, number: int, runner: Runner) -> None:
        """Book every payment until it is acknowledged."""
        lot = random.Random(self.seed * 100 + number)
        payments = list(range(self.payments))
        lot.shuffle(payments)
        for payment in payments:
            rows = "person,amount,ref\n" + "".join(f"{person},10.00,PAY-{payment}\n" for person in PERSONS)
            words = ["contribution", "import", "-", "--from", "O1", "--on", "2026-01-02", "--lock-wait", "60"]
            for tries in range(TRIES):
                after = lot.uniform(0, 2 * self.takes) if lot.random() < 0.6 and tries < TRIES / 2 else None
                done = runner([*words, *self.place], self.box, stdin=rows, kill_after=after)
                if done.status == 0 or self.wrong:
                    break
                self.kills += done.status == -9
                if done.status not in (-9, 75):
                    self.wrong.append(f"writer {number}, payment {payment}: exit {done.status}: {done.err}")
            else:
                self.wrong.append(f"writer {number}, payment {payment}: never acknowledged")
            if self.wrong:
                return

    def read(self, runner: Runner) -> None:
        """Look again and again: the three persons have the same, and never less than before."""
        seen = 0
        while not (self.over.is_set() or self.wrong):
            done = runner(["balance", *PERSONS, "-O", "json", *self.place], self.box)
            check = runner(["check", *self.place], self.box)
            if done.status or check.status:
                self.wrong.append(
                    f"a reader: {done.status} {done.err} {check.status} {check.out} {check.err}"
                )
                return
            sums = {row["person"]: row["balance"] for row in json.loads(done.out)["rows"]}
            had = {sums[person] for person in PERSONS}
            if len(had) != 1 or float(min(had)) < seen:
                self.wrong.append(f"a reader saw {sums} after {seen}")
                return
            seen, self.looks = float(min(had)), self.looks + 1

    def run(self) -> None:
        """All at once; then the whole ledger is looked through."""
        runners = [Runner(self.package, suffix=f".{n}") for n in range(self.writers + 1)]
        small(runners[0], self.box)
        begun = time.monotonic()
        self.add(runners[0], "BEGIN")
        self.takes = time.monotonic() - begun

        def guarded(act: Callable[..., None], *args: object) -> None:
            try:
                act(*args)
            except Exception as fault:
                self.wrong.append(f"{type(fault).__name__}: {fault}")

        work: Sequence[tuple[object, ...]] = [(self.write, n, runners[n]) for n in range(self.writers)]
        threads = [threading.Thread(target=guarded, args=one) for one in work]
        reader = threading.Thread(target=guarded, args=(self.read, runners[-1]))
        for thread in (*threads, reader):
            thread.start()
        for thread in threads:
            thread.join()
        self.over.set()
        reader.join()
        if not self.wrong:
            guarded(self.look_through, runners[0])
        for runner in runners:
            runner.close()

    def add(self, runner: Runner, ref: str) -> None:
        """A contribution of another kind than the crowd's, by nobody else at work."""
        words = ["contribution", "add", "P4", "1.00", "--from", "O1", "--ref", ref, "--on", "2026-01-02"]
        runner([*words, *self.place], self.box).ok()

    def look_through(self, runner: Runner) -> None:
        """Each payment stands there once for each person, each byte is vouched for, nothing is left over."""
        self.add(runner, "END")
        root = self.box / LEDGER
        rows = [line.split(",") for line in (root / "entitlements.csv").read_text().splitlines()]
        found = Counter((row[2], row[-1]) for row in rows if row[3] == "contribute" and row[2] != "P4")
        wanted = {(person, f"PAY-{payment}") for person in PERSONS for payment in range(self.payments)}
        if set(found) != wanted or set(found.values()) != {1}:
            self.wrong.append(f"not exactly once: {found}")
        own = [r for r in oracle.read_log(root)[0] if r["command"] == "contribution import"]
        if len(own) != self.payments:
            self.wrong.append(f"{len(own)} commits for {self.payments} payments")
        self.wrong += oracle.faults(root) + oracle.loose(self.box)
        self.wrong += oracle.strays(root, aside=(root / "set-aside").exists())


def run(modes: list[str] | None, place: Path, rounds: int = 3) -> Iterator[tuple[str, str, str]]:
    """A case for every round."""
    for seed in range(rounds) if modes is None or "crowd" in modes else ():
        begun = time.monotonic()
        crowd = Crowd(Runner().package, place / str(seed) / "box", seed)
        crowd.run()
        if not (crowd.kills and crowd.looks) and not crowd.wrong:
            crowd.wrong.append(
                f"{crowd.kills} kills and {crowd.looks} looks in {time.monotonic() - begun:.0f} s"
            )
        yield "crowd", f"crowd/{seed}", "; ".join(crowd.wrong)
        shutil.rmtree(place / str(seed))
