"""`ilactl credential key`: the keys that sign, their private halves in files, their public ones recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import CREDENTIAL_KEY, FILE
from ilactl.commands.signing import ask_passphrase, is_sample, passphrase_option, read_passphrase
from ilactl.errors import ChangedMeanwhile, Refused, UsageError

if TYPE_CHECKING:
    from datetime import date

    from ilactl.ledger.commit import Writer
    from ilactl.ledger.credential_keys import CredentialKey
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["key"]


@click.group("key")
def key() -> None:
    """The keys that sign micro-credentials.

    \b
    Examples:
      $ ilactl credential key list
    """


@key.command("new")
@click.argument("file", type=FILE)
@click.option("--did", metavar="DID", default="", help="A did:web whose site you keep; default: did:key.")
@click.option("--passphrase", is_flag=True, help="Ask for a passphrase and lock the file with it.")
@passphrase_option
@face_options("on", "dry_run", "lock_wait")
def new(face: Face, file: str, did: str, passphrase: bool, passphrase_file: str | None) -> None:
    """Make a key in FILE and record its public half, so that it signs from --on.

    FILE is new, readable by its owner alone, outside the ledger and outside git: whoever has it can
    sign in the agency's name. A key file that is there already is taken as it is. By default the
    key is its own identifier (did:key); with --did did:web:example.org verifiers find it in
    https://example.org/.well-known/did.json, which 'ilactl credential publish' writes. Keep a copy of
    the file and of its passphrase where you keep what must not be lost.

    \b
    Examples:
      $ ilactl credential key new keys/agency.pem -n
      $ ilactl credential key new keys/agency.pem
      $ printf 'a long passphrase\\n' > pass.txt
      $ ilactl credential key new keys/locked.pem --passphrase-file pass.txt --did did:web:example.org
      $ ilactl credential key new keys/other.pem --passphrase  # exit 4
    """
    from ilactl.credentials.dids import did_key, web_address
    from ilactl.credentials.keyfile import new_key, open_key, pem_of, public_of, refuse_in_git
    from ilactl.ledger.outside import make_private_folder, refuse_place, write_outside

    if did and web_address(did) is None:
        hint = "write it as did:web:example.org or did:web:example.org:folder"
        raise UsageError(reason=f"--did: {did} is no did:web", hint=hint)
    snapshot = face.snapshot()
    path, secret = Path(file), read_passphrase(face, passphrase_file)
    there = path.exists() or path.is_symlink()
    if passphrase and secret is None:
        secret = ask_passphrase(f"passphrase for {path}")
        if not there and ask_passphrase("the same again") != secret:
            raise UsageError(reason="the two passphrases differ", hint="nothing was written: try again")
    if passphrase_file is not None and not secret:
        raise UsageError(reason=f"{passphrase_file} is empty", hint="put the passphrase on its first line")
    if there:
        private = open_key(path, secret, sample=is_sample(snapshot))
    else:
        refuse_place(face.root(), path)
        refuse_in_git(path)
        private = new_key()
    public = public_of(private)
    identifier = did or did_key(public)
    on = face.on(snapshot)
    if face.dry_run:
        _refuse_known(snapshot, public)
        face.answer(_made(identifier, path, "", None))
        return
    with face.writer() as writer:
        _refuse_known(writer.snapshot, public)
        if not there:
            make_private_folder(path.parent)
            write_outside(face.root(), path, pem_of(private, secret or b""))
        name = f"K{writer.snapshot.head.seq + 1}"
        seq = _commit(writer, "credential key new", (name, on.isoformat(), identifier, public, "", ""))
    face.answer(_made(identifier, path, name, seq), change=True)


def _refuse_known(snapshot: Snapshot, public: str) -> None:
    from ilactl.ledger.credential_keys import credential_keys

    for one in credential_keys(snapshot):
        if one.public == public:
            raise Refused(
                reason=f"this key is recorded as {one.key} already",
                hint="'ilactl credential key list' shows it; name a new FILE for another key",
            )


def _commit(writer: Writer, command: str, cells: tuple[str, ...]) -> int:
    from ilactl.ledger.columns import CREDENTIAL_KEYS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.credential_keys import key_appends

    row = Append(CREDENTIAL_KEYS.file, key_appends(writer.snapshot, cells), rows=1)
    return writer.commit(Change(command, (row,))).seq


def _made(did: str, path: Path, name: str, seq: int | None) -> Answer:
    from ilactl.credentials.dids import web_address
    from ilactl.output import Answer, Lines

    lines = [f"key {name} of {did} is in {path} (commit {seq})" if seq else "dry run: no key was made"]
    if did.startswith("did:web:"):
        lines.append(f"publish its document as {web_address(did)}: 'ilactl credential publish' writes it")
    data = {
        "key": name or None,
        "did": did if seq else None,
        "file": str(path),
        "commit": seq,
        "dry_run": not seq,
    }
    return Answer("ilactl.credential_key_new/1", blocks=[Lines(lines)], data=data)


@key.command("list")
@face_options()
def list_(face: Face) -> None:
    """List the keys that sign or signed, oldest first.

    \b
    Examples:
      $ ilactl credential key list
      $ ilactl credential key list -O json
    """
    from ilactl.ledger.credential_keys import credential_keys
    from ilactl.output import Answer, Cell, Col, Grid

    keys = credential_keys(face.snapshot())
    rows: list[dict[str, Cell]] = [
        {
            "key": one.key,
            "state": one.state,
            "since": one.since,
            "retired_on": one.retired_on,
            "compromised_since": one.compromised_since,
            "did": one.did,
            "public": one.public,
        }
        for one in keys
    ]
    columns = [Col("key"), Col("state"), Col("since", kind="date"), Col("retired_on", kind="date")]
    columns += [Col("compromised_since", kind="date"), Col("did"), Col("public")]
    shown = [one for one in columns[:-1] if one.name != "compromised_since" or any(r[one.name] for r in rows)]
    face.answer(Answer("ilactl.credential_key_list/1", rows, columns, [Grid(shown, rows, "no key")]))


@key.command("retire")
@click.argument("key_id", metavar="[KEY]", type=CREDENTIAL_KEY, default="")
@click.option(
    "--compromised-since",
    metavar="DATE",
    type=Day(),
    help="The day from which somebody else may have signed with it.",
)
@face_options("on", "dry_run", "yes", "lock_wait")
def retire(face: Face, key_id: str, compromised_since: date | None) -> None:
    """Let KEY sign no more after --on; what it signed until then stays good.

    KEY is an id such as K12, or left out where one alone signs. With --compromised-since nothing it
    signed is believed any more: when it was signed is only what the signer says. Issue those
    credentials again with a new key. Keep a retired key's file: it signs the status lists of what it
    issued.

    \b
    Examples:
      $ ilactl credential key retire -n
      $ ilactl credential key retire --compromised-since 2026-11-20 --yes
      $ ilactl credential key retire K1 --yes  # exit 66
    """
    one, row = _retirement(face, face.snapshot(), key_id, compromised_since)
    again, known = "retired already, nothing to write", row is None
    if face.dry_run:
        said = again if row is None else "dry run, nothing was written"
        face.answer(_retired(one, row, None, said), change=known)
        return
    if not known:
        face.confirm(f"Retire {one.key}, {one.did}?")
    with face.writer() as writer:  # a crash may have left it half done
        one, row = _retirement(face, writer.snapshot, one.key, compromised_since)
        if known and row is not None:
            raise ChangedMeanwhile()
        seq = _commit(writer, "credential key retire", row) if row is not None else None
    face.answer(_retired(one, row, seq, f"commit {seq}" if seq else again), change=True)


def _retirement(
    face: Face, snapshot: Snapshot, key_id: str, compromised_since: date | None
) -> tuple[CredentialKey, tuple[str, ...] | None]:
    """The key, and the row that retires it; None where it is so already."""
    one = _to_retire(snapshot, key_id)
    since = compromised_since or one.compromised_since
    if one.retired_on is not None and since == one.compromised_since:
        return one, None
    on, today = one.retired_on or face.on(snapshot), max(face.on(snapshot), one.since)
    if on < one.since:
        raise UsageError(
            reason=f"{one.key} signs since {one.since} only, after {on}", hint="give a later --on"
        )
    if since is not None and since > face.on(snapshot):
        told = f"--compromised-since {since} lies after {face.on(snapshot)}"
        raise UsageError(reason=told, hint="give the first day on which somebody else may have had it")
    ends = (on.isoformat(), since.isoformat() if since else "")
    return one, (one.key, today.isoformat(), one.did, one.public, *ends)


def _to_retire(snapshot: Snapshot, key_id: str) -> CredentialKey:
    from ilactl.ledger.credential_keys import credential_key, credential_keys

    if key_id:
        return credential_key(snapshot, key_id)
    signing = [one for one in credential_keys(snapshot) if one.state == "signs"]
    if len(signing) != 1:
        listed = ", ".join(one.key for one in signing) or "none"
        raise UsageError(reason=f"which KEY is to be retired? These sign: {listed}", hint="name one")
    return signing[0]


def _retired(one: CredentialKey, row: tuple[str, ...] | None, seq: int | None, done: str) -> Answer:
    from ilactl.dates import parse_date
    from ilactl.output import Answer, Lines

    on = parse_date(row[4]) if row is not None else one.retired_on
    line = f"{one.key} signs no more after {on}: {done}"
    data = {"key": one.key, "retired_on": on, "commit": seq}
    return Answer("ilactl.credential_key_retire/1", blocks=[Lines([line])], data=data)
