"""A small agency with a person who asks to be forgotten, and ways to look for what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import Result

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2032, 1, 1, 9, 0, tzinfo=UTC)
"""The first day on which nothing of 2026 has to be kept any more."""

SCHEME = """\
[facts]
disability = { kind = "state", type = "bool", default = "false", sensitive = true }

[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
when = "age >= 18"
amount = "CASE WHEN disability THEN 700.00 ELSE 500.00 END"
valid_from = "2026-01-01"
"""
PEOPLE = """\
person,valid_from,name,birth_date,contact,external_id,region,disability
P1,2026-01-01,Ona Kazlauskienė,1961-02-03,ona.kaz@example.org,HR-7731,Vilnius,true
P2,2026-01-01,Jonas Petraitis,1990-05-17,jonas@example.org,HR-7732,Kaunas,false
P3,2026-01-01,Rasa Šimkutė,1985-11-30,,,Kaunas,false
"""
TELLING = ("Kazlausk", "1961-02-03", "ona.kaz", "HR-7731", "Onutė")

Call = Callable[..., Result]


def left_of(ledger: Path, telling: tuple[str, ...] = TELLING) -> list[str]:
    """Every file below the ledger that holds one of these texts, in any encoding, names of files included."""
    found = set()
    for path in sorted(ledger.rglob("*")):
        name = path.relative_to(ledger).as_posix()
        data = name.encode() + (path.read_bytes() if path.is_file() else b"")
        for text in telling:
            shapes = {text, text.lower(), text.upper()}
            if any(s.encode(e) in data for s in shapes for e in ("utf-8", "utf-16-le", "utf-16-be")):
                found.add(name)
    return sorted(found)


def files_of(ledger: Path) -> dict[str, bytes]:
    """Every file of the ledger but those that may be deleted."""
    paths = [p for p in sorted(ledger.rglob("*")) if p.is_file() and ".ilactl" not in p.parts]
    return {p.relative_to(ledger).as_posix(): p.read_bytes() for p in paths}
