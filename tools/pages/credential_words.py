"""What ilactl-ledger(5) says of the files of micro-credentials: what was issued, and with which keys."""

from __future__ import annotations

__all__ = ["CELLS", "FILES", "VALUES"]

FILES: dict[str, str] = {
    "credentials.csv": "One row a step: what issued or imported a credential, and what became of it. The "
    "signed documents lie in credentials/, one file each; the digest holds a row and its document "
    "together. A place in a status list is drawn at random and never used twice.",
    "credential_keys.csv": "Public halves alone: a private key never comes near the ledger. A key that was "
    "retired stays, since what it signed until then is good; of a compromised one nothing is believed.",
}
"""A paragraph on each file."""

CELLS: dict[str, dict[str, tuple[str, str]]] = {
    "credentials.csv": {
        "credential": ("C1812", ""),
        "booked_on": ("2027-01-10", ""),
        "person": ("RM-09PYRHTS", ""),
        "enrolment": ("N1776", "somebody else issued it"),
        "course": ("C12", "it stands for no course of the register"),
        "step": ("issued", ""),
        "on": ("2027-01-10", ""),
        "issuer": (
            "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
            "the row only changes its status",
        ),
        "status_list": ("1", "somebody else issued it, or the row only changes its status"),
        "status_index": ("4711", "somebody else issued it, or the row only changes its status"),
        "valid_until": ("2032-01-09", "it has no end"),
        "digest": (
            "5f70bf18a086007016e948b04aed3b82d2bd3b1b9dc07ea7d4fd3ea8dbd56d3f",
            "the row only changes its status",
        ),
        "by": ("O7", "nobody recognised it with this row"),
        "reason": ("issued to the wrong person", "none was given"),
        "ref": ("DECISION-12", "none"),
    },
    "credential_keys.csv": {
        "key": ("K1811", ""),
        "valid_from": ("2027-01-01", ""),
        "did": ("did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", ""),
        "public": ("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", ""),
        "retired_on": ("2028-12-31", "it signs"),
        "compromised_since": ("2028-11-20", "nobody else has it, as far as is known"),
    },
}
"""For each column an example, and what an empty cell means; nothing where the cell is never empty."""

VALUES: dict[str, str] = {
    "step of a credential": "issued, suspended, reinstated, revoked, imported, discarded, recognised",
    "digest": "a SHA-256 digest: 64 hexadecimal digits",
    "public key": "an Ed25519 key as a Multikey: z and base58btc",
}
"""What cells of each grammar look like."""
