"""Register rows for a person whom another agency hands over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.person_plan import IDENTITY_COLUMNS, STATE_COLUMNS, FigurePlanner, PersonPlanner
from ilactl.ledger.registers import parse_facts

if TYPE_CHECKING:
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.transfer_file import TransferFile

__all__ = ["register_rows"]


def register_rows(
    content: TransferFile,
    person: str,
    planner: PersonPlanner,
    figures: FigurePlanner,
    facts: Mapping[str, Fact],
) -> list[str]:
    """Plan the rows; the facts and organisations that are not known here, by name."""
    unknown: dict[str, None] = {}
    identity = content.identities[-1] if content.identities else {}
    rows = sorted(content.states, key=lambda row: row["valid_from"]) or [{"valid_from": content.head["on"]}]
    for nth, row in enumerate(rows):
        given = {name: row.get(name, "") for name in STATE_COLUMNS if row.get(name)}
        own = parse_facts(row.get("facts", ""))
        if nth == 0:
            given |= {name: identity[name] for name in IDENTITY_COLUMNS if identity.get(name)}
            own |= parse_facts(identity.get("facts", ""))
        for name, text in own.items():
            if name in facts and facts[name].kind == "state":
                given[name] = text
            else:
                unknown[f"fact {name}"] = None
        day = row["valid_from"]
        for problem in planner.problems(person, day, given):
            unknown[f"{problem.column} {given.pop(problem.column, '')}".rstrip()] = None
        planner.take(person, day, given)
    for row in content.figures:
        cells = (person, *(row[name] for name in ("figure", "from", "to", "value", "source")))
        if figures.problems(cells):
            unknown[f"figure {row['figure']}"] = None
        else:
            figures.take(cells)
    return list(unknown)
