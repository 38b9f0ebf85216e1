"""An erasure as an answer: what would go, and the certificate of what went. Neither says who it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ilactl.ledger.erasures import day_of
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Pairs

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.erasure import ErasurePlan

__all__ = ["NOT_REACHED", "certificate", "erased_notes", "plan_answer"]

NOT_REACHED = (
    "backups and other copies of the ledger that were made before",
    "the history of a version control system that ever followed identities.csv (git filter-repo rewrites it)",
    "exports, statements, mails and the files that persons were imported from",
    "what a disk keeps of a deleted file until it is written over",
)
"""Where an identity may still be that ilactl cannot erase."""

_NAMED = 5
_SCHEMA = "ilactl.erasure/1"
_COLUMNS = (Col("person"), Col("ids"), Col("erased_on", "erased on", "date"), Col("commit", kind="int"))


def plan_answer(plan: ErasurePlan, snapshot: Snapshot, *, dry_run: bool) -> Answer:
    """What an erasure would take away."""
    rows: list[dict[str, Cell]] = [
        {
            "person": one.person,
            "ids": " ".join(one.ids),
            "rows": len(one.rows),
            "documents": len(one.documents),
            "entries_stay": one.last is not None,
            "kept_until": one.kept_until,
        }
        for one in plan.leaving
    ]
    columns = [Col("person"), Col("ids"), Col("rows", "rows of identities.csv", "int")]
    columns += [Col("documents", kind="int"), Col("kept_until", "had to be kept until", "date")]
    blocks: list[Block] = [Heading("What would be erased"), Grid(columns, rows, "nothing")]
    blocks += _places("copies that would be removed", plan.copies)
    blocks += _places("still names a person, and stays", [_place(one) for one in plan.traces])
    if dry_run:
        blocks.append(Lines(["dry run, nothing was erased"]))
    data = {
        "dry_run": dry_run,
        "counts": plan.counts,
        "copies": list(plan.copies),
        "traces": [one.as_dict() for one in plan.traces],
        "done": {person: record.seq for person, record in plan.done.items()},
        "not_reached": list(NOT_REACHED),
    }
    return Answer(_SCHEMA, rows, columns, blocks, data, _done_notes(plan.done, snapshot))


def certificate(
    snapshot: Snapshot, records: Sequence[Record], done: Mapping[str, Record], traces: Sequence[Finding] = ()
) -> Answer:
    """The certificate of one commit or more, read off the log alone. `done` are persons erased earlier."""
    blocks: list[Block] = []
    rows: list[dict[str, Cell]] = []
    commits = []
    for record in records:
        day, erased = day_of(snapshot, record), record.note["erased"]
        counts: Mapping[str, int] = record.note.get("counts", {})
        for person, ids in erased.items():
            rows.append({"person": person, "ids": " ".join(ids), "erased_on": day, "commit": record.seq})
        pairs: list[tuple[str, Cell]] = [
            ("persons", " ".join(one for ids in erased.values() for one in ids)),
            ("erased on", f"{day} ({record.at})"),
            ("by", f"{record.actor or record.user} on {record.host}"),
            ("because", record.why),
            *((f"erased from {name}", count) for name, count in counts.items()),
            ("stays under the id", "entries, enrolments, credentials' numbers, figures, rows of persons.csv"),
            ("commit", record.seq),
            ("digest", record.sha),
        ]
        blocks += [Heading("Certificate of erasure"), Pairs(pairs)]
        blocks += _places("still names a person, and stays", record.note.get("traces", ()))
        commits.append(_data(snapshot, record))
    blocks += [Heading("What ilactl cannot reach"), Lines(NOT_REACHED)]
    data: dict[str, Any] = {
        "dry_run": False,
        "agency": snapshot.manifest.agency,
        "commits": commits,
        "done_already": sorted(done),
        "traces": [one.as_dict() for one in traces],
        "not_reached": list(NOT_REACHED),
        "head": {"commit": snapshot.head.seq, "sha256": snapshot.head.sha},
    }
    return Answer(_SCHEMA, rows, _COLUMNS, blocks, data, _done_notes(done, snapshot))


def _data(snapshot: Snapshot, record: Record) -> dict[str, Any]:
    return {
        "commit": record.seq,
        "sha256": record.sha,
        "at": record.at,
        "erased_on": day_of(snapshot, record),
        "why": record.why,
        "user": record.user,
        "actor": record.actor,
        "host": record.host,
        "persons": record.note["erased"],
        "counts": record.note.get("counts", {}),
        "traces": record.note.get("traces", []),
    }


def _place(finding: Finding) -> str:
    line = f":{finding.place.line}" if finding.place.line else ""
    return f"{finding.place.path}{line} {finding.message}"


def _places(title: str, places: Sequence[str]) -> list[Block]:
    return [Heading(title), Lines(list(places))] if places else []


def _done_notes(done: Mapping[str, Record], snapshot: Snapshot) -> list[str]:
    return [
        f"{person} was erased on {day_of(snapshot, record)} already (commit {record.seq})"
        for person, record in done.items()
    ]


def erased_notes(snapshot: Snapshot, persons: Mapping[str, Record]) -> list[str]:
    """What a view of erased persons says of them; of many only how many they are."""
    if len(persons) > _NAMED:
        return [f"{len(persons)} of these persons were erased: who they were is no longer known"]
    return [
        f"{person} was erased on {day_of(snapshot, record)} (commit {record.seq}):"
        " who it was is no longer known"
        for person, record in sorted(persons.items())
    ]
