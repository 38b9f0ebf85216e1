"""All balances: ilactl on its ledger, other accounting programs on what it exports.

    yield from peer_cases(ledger_of, folder, only, say)  # in the bench's list of cases

`ledger_of(size)` gives a ledger of so many persons, which is only read; `folder` takes the journals;
`only` is a part of the names of the cases wanted. What is not installed is said and left out. Every
answer is compared: a figure that differs by a cent ends the benchmark.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bench.ledgers import ilactl
from bench.measure import Command, Gates, Pairs, run

__all__ = ["PEERS", "Figures", "Peer", "ilactl_balances", "peer_cases", "standings"]

Figures = dict[tuple[str, str], tuple[Decimal, Decimal]]
"""Balance and reserved by person and unit; who has neither is not there."""

GATE = 1 / 20
"""Of what hledger takes at 100,000 persons, ilactl takes at most this."""

_NAUGHT = Decimal(0)


@dataclass(frozen=True)
class Peer:
    """A program that reads an export: how it is asked for all wallets, and how its answer is read."""

    name: str
    program: str
    format: str
    ask: Callable[[str], tuple[str, ...]]
    read: Callable[[str], Iterator[tuple[str, str, str]]]
    """From its answer account, unit and amount of each line."""

    def found(self) -> str | None:
        """The program, beside this Python or on the path; None where it is not installed."""
        beside = Path(sys.executable).with_name(self.program)
        return str(beside) if beside.exists() else shutil.which(self.program)

    def command(self, journal: Path) -> Command:
        """The command line that tells what is on every wallet and held."""
        program = self.found()
        assert program is not None
        return ("env", "BEANCOUNT_DISABLE_LOAD_CACHE=1", program, *self.ask(str(journal)))


def _hledger(answer: str) -> Iterator[tuple[str, str, str]]:
    for row in csv.DictReader(io.StringIO(answer)):
        yield row["account"], row["commodity"], row["balance"]


def _ledger(answer: str) -> Iterator[tuple[str, str, str]]:
    for line in answer.splitlines():
        account, _, amounts = line.partition("\t")
        for amount in amounts.split("\\n"):
            number, _, unit = amount.partition(" ")
            yield account, unit.strip('"') or "?", number


def _beanquery(answer: str) -> Iterator[tuple[str, str, str]]:
    for row in csv.DictReader(io.StringIO(answer)):
        account, unit, amount = row["account"], row["currency"], row["sum(number)"]
        kind, person, name = account.removeprefix("Assets:").split(":")
        yield f"{kind.lower()}:{person}:{name[0].lower()}{name[1:].replace('-', '_')}", unit, amount.strip()


PEERS = {
    "hledger": Peer(
        "hledger",
        "hledger",
        "hledger",
        lambda path: (
            "-f", path, "balance", "^wallet:", "^held:", "--flat", "-N", "-O", "csv", "--layout=bare",
        ),
        _hledger,
    ),
    "ledger": Peer(
        "ledger",
        "ledger",
        "hledger",
        lambda path: (
            "-f", path, "balance", "^wallet:", "^held:", "--flat", "--no-total",
            "--format", "%(account)\\t%(join(scrub(display_total)))\\n",
        ),
        _ledger,
    ),
    "beanquery": Peer(
        "beanquery",
        "bean-query",
        "beancount",
        lambda path: (
            "-f", "csv", path,
            "SELECT account, currency, sum(number) WHERE account ~ '^Assets:' GROUP BY account, currency",
        ),
        _beanquery,
    ),
}  # fmt: skip
"""Every program that balances are compared with, by its name."""


def standings(lines: Iterator[tuple[str, str, str]], units: Mapping[str, str]) -> Figures:
    """What a peer's lines come to by person; `units` leads its names of units to ours."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [_NAUGHT, _NAUGHT])
    for account, unit, amount in lines:
        kind, person, _ = account.split(":")
        sums[person, units.get(unit, unit)][kind == "held"] += Decimal(amount)
    return {key: (free, held) for key, (free, held) in sums.items() if free or held}


def ilactl_balances(answer: str) -> Figures:
    """The same of `ilactl balance --by person -O csv`."""
    rows = csv.DictReader(io.StringIO(answer))
    found = {
        (row["person"], row["unit"]): (Decimal(row["balance"]), Decimal(row["reserved"])) for row in rows
    }
    return {key: figures for key, figures in found.items() if any(figures)}


def peer_cases(
    ledger_of: Callable[[int], Path], folder: Path, only: str, say: Callable[[str], None]
) -> Iterator[Pairs]:
    """Ours over each peer: all at 10,000 persons, hledger and Ledger once at 100,000, too."""
    wanted = [
        ("hledger", 100_000, 1, GATE),
        ("ledger", 100_000, 1, None),
        ("hledger", 10_000, 2, None),
        ("ledger", 10_000, 2, None),
        ("beanquery", 10_000, 2, None),
    ]
    for name, size, count, gate in wanted:
        title = f"balance of all at {size:,} against {name}"
        if only not in title:
            continue
        if PEERS[name].found() is None:
            say(f"{name} is not installed: {title} is left out")
            continue
        yield _case(title, PEERS[name], ledger_of(size), folder / f"{size}.{PEERS[name].format}", count, gate)


def _case(title: str, peer: Peer, ledger: Path, journal: Path, count: int, gate: float | None) -> Pairs:
    """Both in turn. A peer at full size takes minutes, so it is not run once more beforehand.

    Ours runs three times for each time of theirs, and the middle one counts.
    """
    if not journal.exists():
        export = ilactl("--ledger", str(ledger), "export", "--format", peer.format, "-o", str(journal))
        subprocess.run(export, check=True, stdin=subprocess.DEVNULL)
    ask = ilactl("--ledger", str(ledger), "balance", "--by", "person", "-O", "csv")
    ours, theirs = journal.with_suffix(".ours"), journal.with_suffix(".theirs")
    pairs = Pairs(title, f"{peer.name} on the export", gates=Gates(gate))
    run(ask)
    for _ in range(count):
        pairs.a.append(sorted((run(ask, ours) for _ in range(3)), key=lambda done: done.wall)[1])
        pairs.b.append(run(peer.command(journal), theirs))
    wanted = ilactl_balances(ours.read_text("utf-8"))
    found = standings(peer.read(theirs.read_text("utf-8")), {})
    if not wanted or found != wanted:
        differ = sorted(key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key))
        sys.exit(f"{title}: {len(differ)} of {len(wanted)} figures differ, {differ[:3]} among them")
    return pairs
