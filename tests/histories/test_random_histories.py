"""Commands in any order, facts arriving late, laws changing: what must always hold of a ledger.

hypothesis chooses the commands. Whatever they are and however they end, the books balance, no key is
taken twice, a second run changes nothing, one person alone and the batch agree, and the log tells
every byte of every public file.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ilactl.ledger.entries import Entry, all_entries
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.wallets import fates_of
from ilactl.rules.load import load_scheme
from ilactl.rules.plan import Request
from tests.conftest import TODAY, Result, call_in_process
from tests.rules.books import plan_both
from tests.stories.conftest import digests

FAST = Path("/dev/shm")
PERSONS = ("P1", "P2", "P3")
SCHEME = """\
[facts]
low = { kind = "state", type = "bool", default = "false" }
hours = { kind = "figure", type = "decimal(9,2)" }
[[cap]]
id = "most"
over = ["own"]
unit = "EUR"
limit = "CASE WHEN low THEN 900.00 ELSE 700.00 END"
[[cap]]
id = "rolling"
over = ["matched"]
measure = "granted"
window = "2 years"
unit = "EUR"
limit = "150.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "CASE WHEN low THEN 400.00 ELSE LEAST(250.00, hours / 7) END"
round = "up"
caps = ["most"]
expires = "3 years"
[[grant]]
id = "match"
class = "matched"
fund = "fund:esf"
unit = "EUR"
every = "year"
due = "01-01"
facts_on = "period-end"
amount = "contributed_period.paid / 3"
round = "down"
true_up = true
caps = ["rolling"]
[[contribution]]
id = "paid"
class = "paid"
unit = "EUR"
from = ["own"]
expires = "14 months"
unused = "funder"
"""
LAWS = (
    '[[amend]]\nid = "longer"\non = "2025-07-01"\nrules = ["base"]\nexpires = "never"\nrevive = true\n',
    '[[convert]]\nid = "merge"\non = "2026-01-01"\nclasses = ["matched"]\nclass = "own"\nunit = "EUR"\n',
    '[[closing]]\nid = "gone"\ndue = "01-01"\nclasses = ["paid"]\nwhen = "low"\nunused = "pool"\n',
)


STEPS = ["topup", "topup", "expire", "pay", "pay", "late", "late", "hours", "hours", "correct", "undo"]
STEPS += ["law", "spend", "spend", "merge", "part"]


class History:
    """A ledger, a day that only goes on, and the dice."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.root = folder / "ledger"
        self.rng = Random(seed)
        self.day = date(2023, 3, 1)
        self.refs = 0
        self.laws = list(LAWS)
        self("init", self.root).ok()
        (self.root / "rules/scheme.toml").write_text(SCHEME, "utf-8")
        self("organisation", "add", "--id", "O3", "--kind", "provider", "--name", "School").ok()
        self("course", "add", "--id", "C1", "--provider", "O3", "--kind", "training", "--title", "A").ok()
        for person in PERSONS:
            self("person", "add", "--id", person, "--birth-date", "1980-05-01", "--set", "isced_level=3").ok()

    def __call__(self, *words: object) -> Result:
        ledger = () if words[0] == "init" else ("--ledger", str(self.root))
        return call_in_process(tuple(str(w) for w in (*words, *ledger)), None, None, None, TODAY)

    def step(self) -> None:
        """One command; it may be refused, never fail otherwise."""
        rng = self.rng
        self.day += timedelta(days=rng.choice([0, 0, 1, 40, 200]))
        name = rng.choice(STEPS)
        if name == "law" and self.laws:
            law = self.laws.pop(rng.randrange(len(self.laws)))
            (self.root / f"rules/law{len(self.laws)}.toml").write_text(law, "utf-8")
        elif name == "spend":
            self.spend(rng.choice(PERSONS))
        elif name != "law":
            words = self.words(name)
            done = self(*words)
            assert done.code in (0, 3, 66), f"{words}: exit {done.code}\n{done.err}"

    def words(self, name: str) -> tuple[object, ...]:
        """The command line of a step."""
        rng, on, person = self.rng, ("--on", self.day, "--yes"), self.rng.choice(PERSONS)
        past = date(2022, 1, 1) + timedelta(days=rng.randrange((self.day - date(2022, 1, 1)).days + 1))
        update = ("person", "update", person)
        if name == "pay":
            self.refs += 1
            paid = (person, rng.randrange(1, 300), "--from", "own", "--ref", self.refs)
            return ("contribution", "add", *paid, *on)
        if name == "late":
            return (*update, "--set", f"low={rng.choice(('true', 'false'))}", "--from", past)
        if name == "hours":
            return (*update, "--figure", f"hours={rng.randrange(2000)}", "--span", past.year)
        if name == "correct":
            return ("topup", "--correct", "--why", "late facts", *on)
        if name == "undo":
            seq = rng.randint(2, Snapshot.open(self.root).head.seq)
            return ("undo", seq, "--why", "mistake", "--except-spent", *on)
        if name == "merge":
            return ("person", "merge", "P3", "--into", "P1", "--why", "one person", *on)
        if name == "part":
            return ("person", "merge", "P3", "--end", "--why", "two persons", *on)
        return (name, *on)

    def spend(self, person: str) -> None:
        """Reserve from a lot, then settle or release: the rows that an enrolment books, as a commit."""
        from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
        from ilactl.ledger.commit import Append, Change, open_writer
        from ilactl.ledger.wallets import wallet_of
        from tests.rules.books import ACTOR, NOW, row

        with open_writer(self.root, actor=ACTOR, now=lambda: NOW) as writer:
            through = writer.snapshot.head.booked_through
            day = max(self.day, through) if through else self.day
            mine = [e for e in all_entries(writer.snapshot) if e.person == person]
            lots = [lot for lot in wallet_of(mine).lots if lot.usable_on(day) and lot.unit == "EUR"]
            if not lots:
                return
            lot = self.rng.choice(lots)
            amount = self.rng.randrange(1, lot.balance + 1)
            wallet, held = f"wallet:{lot.class_}", f"held:{lot.class_}"
            fate = self.rng.choice([("settle", held, "provider:O3"), ("release", held, wallet), None])
            number = writer.snapshot.head.next_entry
            cells = {"booked_on": str(day), "person": lot.person, "lot": lot.entry, "unit": "EUR"}
            cells |= {"amount": f"{amount // 100}.{amount % 100:02}", "enrolment": f"N{number}"}
            steps = [("reserve", wallet, held), *([fate] if fate else [])]
            lines = [
                row(ENTITLEMENTS, {**cells, "entry": f"E{number + n}", "kind": kind, "from": out, "to": into})
                for n, (kind, out, into) in enumerate(steps)
            ]
            told = {"enrolment": f"N{number}", "booked_on": str(day), "person": person, "course": "C1"}
            told |= {"on": str(day), "unit": "EUR"}
            said = [{"step": "enrolled", "price": cells["amount"], "payee": "provider:O3"}]
            if fate and fate[0] == "settle":
                said += [{"step": "started"}, {"step": "completed", "due": cells["amount"]}]
            elif fate:
                said += [{"step": "cancelled", "due": "0.00", "by": "agency"}]
            rows = [row(ENROLMENTS, {**told, **one}) for one in said]
            appends = (
                Append(ENTITLEMENTS.file, "".join(lines).encode(), rows=len(lines)),
                Append(ENROLMENTS.file, "".join(rows).encode(), rows=len(rows)),
            )
            writer.commit(Change("enrol", appends, booked_on=day, entries=len(lines)))


def balances(entries: list[Entry]) -> Counter[tuple[str, str]]:
    """What each account holds of each lot."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        lot = entry.lot or entry.entry
        found[lot, entry.target] += entry.amount
        found[lot, entry.source] -= entry.amount
    return found


def invariants(history: History, scratch: Path) -> None:
    checked = history("check")
    assert (checked.code, checked.out) == (0, ""), checked.out + checked.err
    snapshot = Snapshot.open(history.root)
    entries = all_entries(snapshot)
    for (_, account), amount in balances(entries).items():
        assert amount >= 0 or not account.startswith(("wallet:", "held:"))
    for fates in fates_of(entries).values():
        ended = fates.settled + fates.released + fates.forfeited + fates.returned + fates.corrected
        assert fates.reserved + fates.reclaimed == ended + fates.held >= 0
    through = snapshot.head.booked_through or history.day
    plan_both(snapshot, load_scheme(snapshot), Request(max(history.day, through)), scratch)


def retold(root: Path) -> dict[str, bytes]:
    """The public files as the log alone tells them, from nothing."""
    files: dict[str, bytearray] = {}
    for record in Snapshot.open(root).records():
        for act in record.files:
            if act.path == "identities.csv":
                continue
            assert act.data is not None, f"{act.path} of commit {record.seq}"
            file = files.setdefault(act.path, bytearray())
            assert len(file) == act.base
            file += act.data
    return {name: bytes(data) for name, data in files.items()}


def twice(history: History, *words: object) -> None:
    """A command run again books nothing."""
    first = history(*words, "--yes")
    assert first.code in (0, 3), first.err
    before = digests(history.root)
    assert history(*words, "--yes").code == first.code
    assert digests(history.root) == before, words


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32), length=st.integers(4, 14))
def test_whatever_happens_the_books_hold(seed: int, length: int) -> None:
    folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))
    try:
        history = History(folder, seed)
        for _ in range(length):
            history.step()
        invariants(history, folder)
        on = ("--on", history.day)
        twice(history, "topup", "--correct", "--why", "end", *on)
        twice(history, "topup", *on)
        invariants(history, folder)
        for name, data in retold(history.root).items():
            assert (history.root / name).read_bytes() == data, name
    finally:
        shutil.rmtree(folder)
