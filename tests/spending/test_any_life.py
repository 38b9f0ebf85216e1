"""Whatever the scheme, the wallet and the life: each held cent has one fate, nothing falls below zero."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.check_entries import _GRAMMAR
from ilactl.ledger.enrolments import possible_steps
from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import fates_of, wallet_of
from ilactl.rules.ending import plan_step
from ilactl.rules.held import held_of
from ilactl.rules.moving import plan_move
from ilactl.rules.offer import Ask
from ilactl.rules.reclaim import plan_reclaim
from ilactl.rules.shares import split_within
from ilactl.rules.spending import plan_offer
from ilactl.rules.step_plan import Happening, StepPlan
from tests.spending.paper import Paper
from tests.spending.pieces import course_row, person_record, run_row, scheme_of
from tests.thorough import LONG, examples

FIRST = date(2026, 1, 1)
CLASSES = ("a", "b", "c", "v")
RESTS = ("wallet", "pool", "funder", "own")
SHARES = ("0", "1", "0.05", "0.3333", "0.7", "attendance", "elapsed", "LEAST(1, attendance + 0.2)")


def rules_of(rng: Random) -> str:
    """A scheme: three classes paid in, a grant for enrolments, one rule of spending, one table."""
    texts = [
        f'[[contribution]]\nid = "in_{name}"\nclass = "{name}"\nunit = "EUR"\n'
        f'from = ["funder", "employer", "own"]\nearmarks = ["kind", "course", "field"]\n{_terms(rng)}'
        for name in CLASSES[:3]
    ]
    if rng.random() < 0.4:
        amount = rng.choice(["200.00", "net * 0.3333", "LEAST(net, 100.01)"])
        at = rng.choice(["enrolled", "completed"])
        texts.append(
            '[[grant]]\nid = "voucher"\nclass = "v"\nfund = "fund:rrf"\nunit = "EUR"\nevery = "enrolment"\n'
            f'at = "{at}"\namount = "{amount}"\nround = "{_round(rng)}"\n'
        )
    else:
        texts.append('[[contribution]]\nid = "in_v"\nclass = "v"\nunit = "EUR"\nfrom = ["funder"]\n')
    texts += [_spend(rng), _ending(rng)]
    if rng.random() < 0.2:
        unused = rng.choice(["expired", "funder", "pool"])
        texts.append(f'[[closing]]\nid = "end"\ndue = "04-01"\nwhen = "age > 44"\nunused = "{unused}"\n')
    return "\n".join(texts)


def _round(rng: Random) -> str:
    return rng.choice(["up", "down", "half_up"])


def _terms(rng: Random) -> str:
    if rng.random() < 0.5:
        return ""
    unused = rng.choice(["expired", "funder", "pool"])
    end = rng.choice(["2026-03-31", "60 days", "30 days after first use"])
    return f'expires = "{end}"\nunused = "{unused}"\n'


def _spend(rng: Random) -> str:
    classes = rng.sample(CLASSES, rng.randrange(2, 5))
    order = rng.sample(["class", "expiry", "restriction", "age"], rng.randrange(1, 5))
    order += ["even"] if rng.random() < 0.3 else []
    most = rng.choice(["LEAST(net, wallet)", "LEAST(net, wallet) / 3", "LEAST(net - 50, wallet)"])
    lines = [
        '[[spend]]\nid = "s"\nunit = "EUR"',
        f"classes = {classes}".replace("'", '"'),
        f"order = {order}".replace("'", '"'),
        f'round = "{_round(rng)}"',
        'net = "price * 0.9"' if rng.random() < 0.3 else "",
        f'from_wallet = "{most}"',
        'own_class = "c"' if rng.random() < 0.5 else "",
        f'payee = "{rng.choice(["provider", "provider", "own", "employer"])}"',
        f'only = [{{ classes = ["{classes[0]}"], when = "course = \'C1\'" }}]' if rng.random() < 0.3 else "",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _ending(rng: Random) -> str:
    grace = 'grace = "20 days"\n' if rng.random() < 0.3 else ""
    rows = [
        _row(rng, step) for step in ("started", "attended", "completed", "certified") if rng.random() < 0.6
    ]
    rows += [_row(rng, "cancelled", "force_majeure", last=True), _row(rng, "cancelled", last=True)]
    rows += [_row(rng, "completed", last=True)]
    return f'[[ending]]\nid = "e"\nround = "{_round(rng)}"\n{grace}' + "".join(rows)


def _row(rng: Random, step: str, when: str = "", *, last: bool = False) -> str:
    early = step in ("started", "attended")
    share = rng.choice(["0.25", "elapsed"] if early else SHARES)
    rest = "held" if early else rng.choice(RESTS if last else (*RESTS, "held", "held"))
    lines = [
        f'[[ending.row]]\non = "{step}"',
        f'when = "{when or "attendance > 0.5 OR NOT force_majeure OR TRUE"}"',
        f'provider = "{share}"',
        f'rest = "{rest}"',
    ]
    if rest != "held" and rng.random() < 0.5:
        lines.append(f'rest_of = {{ {rng.choice(CLASSES)} = "{rng.choice(RESTS)}" }}')
    if rest != "held" and rng.random() < 0.3:
        lines.append(f'provider_of = {{ {rng.choice(CLASSES)} = "{rng.choice(SHARES[:5])}" }}')
    return "\n".join(lines) + "\n"


def paper_of(rng: Random) -> Paper:
    """A person with up to eight lots, two courses, runs of several prices."""
    runs = [
        run_row(
            course,
            f"R{n}",
            "2026-02-01",
            "2026-04-30",
            price=rng.choice([None, rng.randrange(1, 200000)]),
            unit="EUR",
        )
        for course in ("C1", "C2")
        for n in (1, 2)
    ]
    courses = [
        course_row(name, f"{rng.randrange(0, 150000) / 100:.2f}", field="0715") for name in ("C1", "C2")
    ]
    record = person_record(employer="O7", born=date(1981, 2, 1))
    paper = Paper(scheme_of(rules_of(rng), warned=True), persons=[record], courses=courses, runs=runs)
    for _ in range(rng.randrange(9)):
        class_ = rng.choice(CLASSES[:3])
        terms = {}
        if rng.random() < 0.5:
            terms["expires_on"] = (FIRST + timedelta(days=rng.randrange(0, 200))).isoformat()
        if rng.random() < 0.3:
            terms["earmark"] = rng.choice(["kind:training", "kind:exam", "course:C1", "field:07", "field:06"])
        source = rng.choice(["fund:state", "fund:esf", "employer:O7", "own"])
        amount = f"{rng.randrange(1, 60000) / 100:.2f}"
        paper.lot(amount, class_, source, "2026-01-01", rule=f"in_{class_}", **terms)
    return paper


def holds(paper: Paper) -> None:
    """What holds after every booking."""
    running: Counter[tuple[str, str]] = Counter()
    for row in paper.booked.entries:
        source, target = _GRAMMAR[row.kind]
        assert source.fullmatch(row.source), row
        assert target.fullmatch(row.target), row
        for account, sign in ((row.source, -1), (row.target, 1)):
            kind = account.partition(":")[0]
            if kind in ("wallet", "held"):
                running[row.lot or row.entry, kind] += sign * row.amount
                assert running[row.lot or row.entry, kind] >= 0, row
    lots = wallet_of(paper.booked.entries).lots
    for lot in lots:
        assert lot.balance >= 0
        assert all(held >= 0 for held in lot.held_for.values())
    held = {(lot.entry, name): amount for lot in lots for name, amount in lot.held_for.items()}
    for key, fates in fates_of(paper.booked.entries).items():
        assert fates.held == held[key], "each held cent has exactly one fate, or none yet"


def of_plan(plan: StepPlan, paper: Paper) -> None:
    """What holds of a step's plan before it is booked."""
    parts = held_of(paper.booked.entries, wallet_of(paper.booked.entries).lots, plan.enrolment)
    if plan.happening.step not in ("moved", "reclaimed") and plan.rule:
        assert sum(fate.held for fate in plan.fates) == sum(part.held for part in parts)
        assert plan.due is not None
        given = sum(one.amount for one in plan.grants)
        assert plan.due - given == plan.paid + plan.unpaid, "what is due is paid or still held for it"
        assert plan.due - given <= sum(part.held + part.paid for part in parts)
    for fate in plan.fates:
        assert 0 <= fate.pays <= fate.held
        assert fate.pays + fate.stays + fate.amount == fate.held


def live(paper: Paper, rng: Random) -> None:
    """Some enrolments, each going through steps that are possible, with settlements in between."""
    on, number = FIRST, 0
    for _ in range(rng.randrange(2, 14)):
        on += timedelta(days=rng.randrange(0, 25))
        there = [one for one in paper.enrolments(paper.person("P1")) if possible_steps(one.state)]
        if not there or rng.random() < 0.3:
            course = rng.choice(["C1", "C2"])
            ask = Ask("P1", course, on, run=rng.choice(["", "R1", "R2"]))
            offer = plan_offer(paper, paper.scheme, ask, look_ahead=False)
            assert offer.net == offer.from_wallet + offer.own or offer.payee.startswith("employer")
            assert offer.from_wallet == sum(p.pays for p in offer.parts) + sum(g.amount for g in offer.grants)
            rows = offer.entries("N0", 1)
            assert sum(row.amount for row in rows if row.kind == "reserve") == offer.reserved
            if offer.can_be_booked:
                number += 1
                paper.take(offer, f"N{number}")
        else:
            act(paper, rng, rng.choice(there).id, on)
        if rng.random() < 0.4:
            for one in paper.enrolments(paper.person("P1")):
                paper.settle(on.isoformat(), one.id)
        holds(paper)


def act(paper: Paper, rng: Random, name: str, on: date) -> None:
    """One step of one enrolment, if nothing speaks against it."""
    one = paper.state(name)
    step = rng.choice(possible_steps(one.state))
    run = rng.choice(["R1", "R2"])
    if step == "moved":
        plan = plan_move(paper, paper.scheme, one, run, on)
    elif step == "reclaimed":
        paid = sum(part.paid for part in _parts(paper, name))
        plan = plan_reclaim(paper, paper.scheme, one, rng.choice([None, rng.randrange(1, paid + 2)]), on)
    else:
        share = Fraction(rng.randrange(0, 10001), 10000)
        by = rng.choice(["holder", "provider", "agency"])
        majeure = rng.random() < 0.3
        plan = plan_step(
            paper, paper.scheme, one, Happening(step, on, attendance=share, by=by, force_majeure=majeure)
        )
    if not plan.can_be_booked:
        return
    of_plan(plan, paper)
    before = _state(paper)
    paper.record(plan, run if step == "moved" else "")
    after_undo(paper, before, len(plan.rows))
    if plan.fates and step not in ("moved", "reclaimed") and rng.random() < 0.5:
        as_told(paper, plan, on)
    if step == "cancelled":
        paper.settle(on.isoformat(), name)
        assert all(part.held == 0 for part in _parts(paper, name)), "nothing stays held when all is over"


def as_told(paper: Paper, plan: StepPlan, on: date) -> None:
    """A settlement right after a step pays of each lot what the step told, and what completion brought."""
    before = len(paper.booked.entries)
    paper.settle(on.isoformat(), plan.enrolment)
    told = {fate.lot: fate.pays for fate in plan.fates if fate.pays}
    paid = {row.lot: row.amount for row in paper.booked.entries[before:]}
    assert {lot: paid[lot] for lot in paid if lot in told} == told
    assert sum(paid.values()) == sum(told.values()) + sum(grant.amount for grant in plan.grants)


def after_undo(paper: Paper, before: object, number: int) -> None:
    """Corrections of the newest rows restore every balance and every part (amendments move nothing)."""
    rows = paper.booked.entries
    back = [
        row._replace(
            entry=f"X{i}",
            kind="correct",
            lot=row.lot or row.entry,
            source=row.target,
            target=row.source,
            of=row.entry,
        )
        for i, row in enumerate(reversed(rows[len(rows) - number :]))
        if row.amount
    ]
    assert _state(paper, back) == before


def _parts(paper: Paper, name: str, more: list[Entry] | None = None) -> list[object]:
    rows = [*paper.booked.entries, *(more or [])]
    return held_of(rows, wallet_of(rows).lots, name)  # type: ignore[return-value]


def _state(paper: Paper, more: list[Entry] | None = None) -> object:
    rows = [*paper.booked.entries, *(more or [])]
    lots = {lot.entry: (lot.balance, lot.held) for lot in wallet_of(rows).lots if lot.balance or lot.held}
    names = {row.enrolment for row in rows if row.enrolment}
    parts = {
        (name, part.lot.entry): (part.reserved, part.paid, part.held)
        for name in names
        for part in held_of(rows, wallet_of(rows).lots, name)
    }
    return lots, {key: figures for key, figures in parts.items() if any(figures)}


@settings(max_examples=examples(30), deadline=None, derandomize=not LONG)
@given(seed=st.integers(0, 2**32))
def test_each_held_cent_has_one_fate_in_any_life(seed: int) -> None:
    rng = Random(seed)
    paper = paper_of(rng)
    for _ in range(3):
        live(paper, rng)


amounts = st.integers(0, 10**6)


@given(st.lists(st.tuples(st.fractions(0, 10**4), amounts), min_size=1, max_size=9), st.data())
def test_splits_sum_and_stay_within_their_limits(
    lots: list[tuple[Fraction, int]], data: st.DataObject
) -> None:
    weights, limits = [weight for weight, _ in lots], [limit for _, limit in lots]
    amount = data.draw(st.integers(0, sum(limits)))
    parts = split_within(amount, weights, limits)
    assert sum(parts) == amount
    assert all(0 <= part <= limit for part, limit in zip(parts, limits, strict=True))
    if amount <= sum(limits) and limits == weights:
        assert all(
            abs(part - amount * w / (sum(limits) or 1)) < 1 for part, w in zip(parts, limits, strict=True)
        )
