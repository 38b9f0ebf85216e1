"""Random small ledgers that are possible: people whose facts change, and wallets that never go below zero.

hypothesis chooses the size and a seed; the rest follows from the seed, so that most worlds are full
ones, in which rules give, cut and stay undecided.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, PERSONS
from tests.rules.books import row

FIRST = date(2023, 11, 1)
SPECIAL_DAYS = [date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 1)]
SPECIAL_DAYS += [
    date(2025, 6, 15),
    date(2025, 6, 30),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 2, 28),
]
BIRTHS = [
    "",
    "2008-02-29",
    "2008-03-01",
    "2007-06-15",
    "1961-01-01",
    "1990-02-28",
    "2026-06-01",
    "1980-07-07",
]
BOOLS = ["true", "false"]
STATES = {
    "isced_level": ["0", "2", "3", "8"],
    "labour_status": ["employed", "unemployed", "retired"],
    "work_share": ["0", "0.5", "0.0312", "1"],
    "region": ["Vilnius", "Kaunas", "Rīga, centrs", "x" * 150, 'a "quoted" region'],
    "groups": ["returners", "young returners", "returners2 old", " ".join(f"group{n}" for n in range(20))],
}
FACTS = {
    "low_qualified": BOOLS,
    "caring": BOOLS,
    "grade": ["-5", "-6", "-2", "0", "7", "3.0", "3.5"],
    "rate": ["0", "0.001", "1.5", "999.999", "1000", "0.0010", "2.5000000"],
    "reference_hours": ["0.01", "1600", "1607.00", "1e3"],
    "since": ["2025-02-28", "2025-02-28", "2024-02-29", "2025-02-29", "2025-3-1", "2025-03-01"],
    "sector": ["care", "it's new", "other"],
    "remark": ["x", "x ", "y" * 120],
}
SENSITIVE = {"disabled": BOOLS, "need": ["0", "10.01", "999.99", "-1"]}
FIGURE_VALUES = {
    "hours_worked": ["0", "1.76", "600", "803.5", "1607", "1607.005", "-3"],
    "income": ["-500000", "2999.99", "12000.5", "-0.01", "-600000"],
    "months": ["0", "7", "12", "3.5"],
}
PERSONS_IDS = ["A", "A1", "B-2", "Z9", "0", "A-", "Y", "X"]


def _day(rng: Random) -> date:
    return rng.choice(SPECIAL_DAYS) if rng.random() < 0.4 else FIRST + timedelta(days=rng.randrange(1000))


def _cells(rng: Random, options: dict[str, list[str]]) -> dict[str, str]:
    """Most of the names with a value; whatever is left out is unknown."""
    return {name: rng.choice(texts) for name, texts in options.items() if rng.random() < 0.8}


def _facts(cells: dict[str, str]) -> str:
    return ";".join(f"{name}={cells[name]}" for name in sorted(cells))


def states(rng: Random, person: str) -> list[str]:
    """Rows of persons.csv, in any order, more than one for a day among them."""
    days = [FIRST] * rng.randrange(2) + [_day(rng) for _ in range(rng.randrange(1, 4))]
    rng.shuffle(days)
    rows = []
    for day in days:
        cells = {"person": person, "valid_from": day.isoformat(), **_cells(rng, STATES)}
        rows.append(row(PERSONS, {**cells, "facts": _facts(_cells(rng, FACTS))}))
    return rows


def identities(rng: Random, person: str) -> list[str]:
    rows = []
    for day in [FIRST, _day(rng), _day(rng)][: rng.choice([0, 1, 1, 1, 2, 3])]:
        cells = {"person": person, "valid_from": day.isoformat(), "birth_date": rng.choice(BIRTHS)}
        rows.append(row(IDENTITIES, {**cells, "facts": _facts(_cells(rng, SENSITIVE)), "salt": "0" * 16}))
    return rows


def _span(rng: Random) -> tuple[str, str]:
    if rng.random() < 0.8:
        return rng.choice(SPANS)
    ends = sorted([_day(rng), _day(rng)])
    return ends[0].isoformat(), ends[1].isoformat()


SPANS = [("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")]
SPANS += [("2026-01-01", "2026-12-31"), ("2025-03-01", "2025-03-31"), ("2025-06-01", "2025-06-30")]
SPANS += [("2024-12-01", "2025-11-30")]


def figures(rng: Random, person: str) -> list[str]:
    """Rows of figures.csv: replaced ones, spans that cross a year's edge, values of no declared type."""
    rows = []
    for _ in range(rng.randrange(7)):
        name = rng.choice(sorted(FIGURE_VALUES))
        first, last = _span(rng)
        cells = {"person": person, "figure": name, "from": first, "to": last}
        value, source = rng.choice(FIGURE_VALUES[name]), rng.choice(["", "O1", "O2"])
        rows.append(row(FIGURES, {**cells, "value": value, "source": source}))
    return rows


@dataclass
class Purse:
    """One person's lots while entries are made; amounts in the unit's smallest part."""

    person: str
    free: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    terms: dict[str, dict[str, str]] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    """The newest correction of a lot."""


UNITS = {"own": "EUR", "paid": "EUR", "start": "EUR", "leave": "hour"}
RULES = [
    "base@2020-01-01",
    "base",
    "supplement",
    "matched",
    "leave",
    "leave_more@2025-02-01",
    "purse",
    "yearly",
]
RULES += ["start", "jubilee", "by_rate", "paid"]
PERIODS = ["2023", "2024", "2025", "2026", "2025-01", "2025-05", "2025-06", "2026-01", "ever"]
MOVES = ["grant", "grant", "contribute", "contribute", "reserve", "reserve", "release", "settle", "forfeit"]
MOVES += ["return", "expire", "correct", "reverse", "reverse", "raise", "restore", "owe"]


def _amount(amount: int, unit: str) -> str:
    return f"{amount // 100}.{amount % 100:02}" if unit == "EUR" else str(amount)


def moves(rng: Random, person: str) -> list[dict[str, str]]:
    """Entries of many kinds, each possible after those before it."""
    purse, entries = Purse(person), []
    for number in range(rng.randrange(9)):
        entry = _move(rng, purse, f"{person}-{number}")
        if entry:
            entries.append({"person": person, "entry": f"S-{person}-{number}", **entry})
    return entries


def _move(rng: Random, purse: Purse, number: str) -> dict[str, str] | None:
    kind = rng.choice(MOVES)
    if kind in ("grant", "contribute"):
        return _opening(rng, purse, kind, f"S-{number}")
    takes_held = kind in ("release", "settle", "forfeit", "return")
    lots = purse.held if takes_held else purse.free
    lot = rng.choice(sorted(purse.terms)) if purse.terms else ""
    terms = purse.terms.get(lot, {})
    if not lot or (kind in ("correct", "raise", "owe") and not terms["from"].startswith("fund:")):
        return None
    most = lots.get(lot, 0)
    free = kind in ("raise", "restore", "owe")
    amount = most if kind == "reverse" else rng.randint(0, max(most, 50_00) if free else most)
    wallet, held = terms["to"], terms["to"].replace("wallet:", "held:")
    ends = {
        "reserve": (wallet, held),
        "release": (held, wallet),
        "settle": (held, "provider:O3"),
        "forfeit": (held, "pool"),
        "return": (held, terms["from"]),
        "expire": (wallet, "expired"),
        "correct": (wallet, terms["from"]),
        "reverse": (wallet, terms["from"]),
        "raise": (terms["from"], wallet),
        "restore": (terms["from"], wallet),
        "owe": ("owed", terms["from"]),
    }
    source, target = ends[kind]
    for account, sign in ((source, -1), (target, 1)):
        if account == wallet:
            purse.free[lot] = purse.free.get(lot, 0) + sign * amount
        elif account == held:
            purse.held[lot] = purse.held.get(lot, 0) + sign * amount
    corrects = kind in ("correct", "reverse", "raise", "restore", "owe")
    entry = {"kind": "correct" if corrects else kind, "lot": lot, "unit": terms["unit"]}
    entry |= {"amount": _amount(amount, terms["unit"]), "from": source, "to": target}
    if corrects:
        due = "" if kind in ("reverse", "restore") else _amount(rng.randrange(500_00), terms["unit"])
        entry |= {"rule": terms["rule"], "period": terms["period"], "due": due}
        entry["of"] = purse.last.get(lot, lot) if kind == "restore" else lot
        purse.last[lot] = f"S-{number}"
    return entry


def _opening(rng: Random, purse: Purse, kind: str, lot: str) -> dict[str, str]:
    class_ = rng.choice(sorted(UNITS))
    unit = UNITS[class_]
    amount = rng.randrange(600_00 if unit == "EUR" else 160) * rng.choice([0, 1, 1, 1])
    sources = (
        ["fund:state", "fund:esf"] if kind == "grant" else ["employer:O1", "own", "service:O2", "provider:O3"]
    )
    entry = {"kind": kind, "unit": unit, "amount": _amount(amount, unit), "to": f"wallet:{class_}"}
    entry |= {"from": rng.choice(sources), "rule": "paid", "period": ""}
    if kind == "grant":
        entry |= {"rule": rng.choice(RULES), "period": rng.choice(PERIODS)}
        if rng.random() < 0.3:
            entry["due"] = _amount(amount + rng.randrange(100_00), unit)
    if rng.random() < 0.2:
        entry["expires_on"] = rng.choice(["never", _day(rng).isoformat()])
    purse.free[lot], purse.terms[lot] = amount, entry
    return entry


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, str]:
    """The rows of a ledger by table: a few persons, some of whom turn out to be one."""
    ids = PERSONS_IDS[: draw(st.sampled_from([5, 1, 2, 3, 8]))]
    rng = Random(draw(st.integers(0, 2**32)))
    rows: dict[str, list[str]] = {"persons": [], "identities": [], "figures": []}
    entries: list[dict[str, str]] = []
    for person in ids:
        rows["persons"] += states(rng, person)
        rows["identities"] += identities(rng, person)
        rows["figures"] += figures(rng, person)
        entries += moves(rng, person)
    for person in rng.choices(ids, k=rng.choice([0, 0, 1, 2])):
        earlier = ids[: ids.index(person)]  # an alias of nobody, or a ring, is a finding of `check`
        alias = {"person": person, "same_as": rng.choice(["", *earlier]), "facts": "caring=true"}
        rows["persons"].append(row(PERSONS, {**alias, "valid_from": _day(rng).isoformat()}))
    days = sorted(_day(rng) for _ in entries)
    booked = [{**entry, "booked_on": day.isoformat()} for entry, day in zip(entries, days, strict=True)]
    found = {table: "".join(lines) for table, lines in rows.items()}
    return {**found, "entitlements": "".join(row(ENTITLEMENTS, entry) for entry in booked)}


RUN_DAYS = st.one_of(
    st.sampled_from([date(2025, 6, 14), date(2025, 6, 15), date(2025, 12, 31), date(2026, 6, 28)]),
    st.dates(date(2025, 1, 1), date(2027, 8, 31)),
)
