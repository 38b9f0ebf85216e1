"""The ledger with its files as they are at this moment, whatever the log says of them."""

from __future__ import annotations

from hashlib import sha256

from ilactl.errors import ChangedOutside
from ilactl.ledger.disk import Stamp
from ilactl.ledger.log import View, map_file
from ilactl.ledger.snapshot import Snapshot

__all__ = ["AsItStands"]


class AsItStands(Snapshot):
    """A snapshot of edited files, for checking them before they are taken in.

    `stamps` are those of the files that are there. `overlaid` are files as the log has them, but for
    rows that a crash kept from them and the next writer appends: those rows are seen here already.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Every listed file is opened now. Raises Unsafe, IoFailed."""
        pending = tuple(snapshot.pending_acts())
        super().__init__(snapshot.folder, snapshot.record, snapshot._log_end, pending)
        self.stamps: dict[str, Stamp] = {}
        self.overlaid: set[str] = set()
        self._texts = snapshot._texts  # what is checked is what the commit's digests vouch for
        sizes = {name: len(self.view(name)) for name in snapshot.head.sizes}
        self.head = snapshot.head._replace(sizes=sizes)

    def _load(self, file: str) -> View:
        try:
            with self.folder.reading(file) as fd:
                self.stamps[file] = Stamp.of(fd)
                raw = map_file(fd, self.stamps[file].size, file)
        except FileNotFoundError:
            raw = b""
        if file not in self._pending:
            return raw
        try:
            whole = super()._load(file)
        except ChangedOutside:
            return raw
        cuts = self._pending[file].cuts
        if cuts and sha256(raw).hexdigest() not in (cuts.sha256, self._pending[file].sha256):
            return raw
        if not cuts and whole[: len(raw)] != raw[:]:
            return raw
        self.overlaid.add(file)
        return whole
