"""Which commit did what: found by halving the log, since sizes only grow from commit to commit.

The exception is an adoption that took hand-edited rows in: from its base on the file's bytes are the
adoption's, and states before it are gone there.
"""

from __future__ import annotations

from ilactl.errors import ChangedOutside, NotFound
from ilactl.ledger.log import View, bisect
from ilactl.ledger.record import Record

__all__ = ["commit_of", "record_at", "refuse_replaced"]


def record_at(log: View, seq: int) -> tuple[Record, int]:
    """The record of commit `seq` and its line's end. Raises NotFound."""
    found = bisect(log, lambda record: record.seq < seq)
    if found is None or found[0].seq != seq:
        raise NotFound(what=f"commit {seq}")
    return found


def commit_of(log: View, head: Record, file: str, offset: int) -> Record:
    """Which commit put that byte of a file where it is, as of `head`. Raises NotFound beyond its size."""
    now = head.heads.get(file)
    if now is None or not 0 <= offset < now.size:
        raise NotFound(what=f"byte {offset} of {file}")
    while now.since and offset < now.since_base:  # the byte is older than that adoption
        now = record_at(log, now.since - 1)[0].heads[file]
    first = now.since

    def later(record: Record) -> bool:
        then = record.heads.get(file)
        return record.seq < first or then is None or then.size <= offset

    found = bisect(log, later)
    assert found is not None
    return found[0]


def refuse_replaced(log: View, head: Record, past: Record) -> None:
    """Refuse a past whose rows were replaced by hand and adopted since. Raises ChangedOutside."""
    for name, then in past.heads.items():
        now = head.heads[name]
        while now.since > past.seq:
            if now.since_base < then.size:
                reason = f"rows of commit {past.seq} were replaced by the adoption in commit {now.since}"
                raise ChangedOutside(path=name, reason=reason, hint="ask for a later commit")
            now = record_at(log, now.since - 1)[0].heads[name]
