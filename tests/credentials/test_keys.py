"""Key files: whose they are, where they may lie, and which are refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ilactl.commands.face import Face
from ilactl.credentials.dids import did_key, key_of_multikey, web_address
from ilactl.credentials.keyfile import SAMPLE_KEY, new_key, pem_of, public_of
from ilactl.ledger.credential_keys import credential_keys
from tests.credentials.conftest import Agency

ROOT = Path(__file__).parents[2]
PEM = ROOT / "sample-data" / "sample-signing-key.pem"


def refusal(agency: Agency, pem: Path, *args: object) -> tuple[int, str]:
    said = agency("credential", "issue", "--all-due", "--sign-with", pem, *args)
    return said.code, said.err


def test_a_key_is_private_and_its_public_half_is_recorded(keyed: Agency) -> None:
    assert keyed.pem.stat().st_mode & 0o777 == 0o600
    (one,) = credential_keys(keyed.snapshot())
    assert one.did == did_key(one.public) == did_key(public_of(keyed.private))
    assert key_of_multikey(one.public) == keyed.private.public_key().public_bytes_raw()
    for path in keyed.ledger.rglob("*"):
        assert not path.is_file() or b"PRIVATE KEY" not in path.read_bytes()


def test_a_key_that_is_there_is_taken_as_it_is(keyed: Agency) -> None:
    path = keyed.folder / "own.pem"
    path.touch(0o600)
    path.write_bytes(pem_of(new_key()))
    keyed("credential", "key", "new", path).ok()
    assert len(credential_keys(keyed.snapshot())) == 2
    again = keyed("credential", "key", "new", path)
    assert (again.code, "is recorded as" in again.err) == (3, True)


def test_a_passphrase_is_needed_and_has_to_be_right(keyed: Agency) -> None:
    secret, wrong = keyed.folder / "pass.txt", keyed.folder / "wrong.txt"
    secret.write_text("a long passphrase\n")
    wrong.write_text("another\n")
    path = keyed.folder / "locked.pem"
    keyed("credential", "key", "new", path, "--passphrase-file", secret).ok()
    assert b"ENCRYPTED" in path.read_bytes()
    assert refusal(keyed, path)[0] == 4, "nobody can be asked"
    code, told = refusal(keyed, path, "--passphrase-file", wrong)
    assert (code, "does not open" in told) == (2, True)
    keyed("credential", "issue", "--all-due", "--sign-with", path, "--passphrase-file", secret).ok()


def test_the_samples_key_signs_in_the_sample_alone(keyed: Agency) -> None:
    shutil.copy(PEM, keyed.folder / "sample.pem")
    keyed("credential", "key", "new", keyed.folder / "sample.pem").ok()
    own = keyed.folder / "own"
    keyed.outside("init", own).ok()
    said = keyed.outside("credential", "key", "new", keyed.folder / "sample.pem", "--ledger", own)
    assert (said.code, "the sample's key" in said.err) == (3, True)
    assert SAMPLE_KEY.startswith("z6Mk")


def test_files_that_are_no_keys(keyed: Agency) -> None:
    path = keyed.folder / "x.pem"
    assert refusal(keyed, path)[0] == 66
    path.touch(0o600)
    path.write_text("hello")
    assert refusal(keyed, path)[0] == 2
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    code, told = refusal(keyed, path)
    assert (code, "another kind than Ed25519" in told) == (2, True)
    path.write_bytes(pem_of(new_key()))
    code, told = refusal(keyed, path)
    assert (code, "does not know this key" in told) == (3, True)
    path.chmod(0o640)
    code, told = refusal(keyed, path)
    assert (code, "others than its owner" in told) == (3, True)
    link = keyed.folder / "link.pem"
    link.symlink_to(keyed.pem)
    code, told = refusal(keyed, link)
    assert (code, "it is a link" in told) == (3, True)
    assert refusal(keyed, keyed.folder)[0] in (3, 74)


def test_a_key_in_the_ledger_is_refused(keyed: Agency) -> None:
    said = keyed("credential", "key", "new", keyed.ledger / "k.pem")
    assert (said.code, "inside the ledger" in said.err) == (3, True)
    assert not (keyed.ledger / "k.pem").exists()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_a_key_that_git_tracks_is_refused(keyed: Agency) -> None:
    git = ("git", "-C", str(keyed.folder), "-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run((*git, "init", "-q"), check=True)
    subprocess.run((*git, "add", "keys/agency.pem"), check=True)
    code, told = refusal(keyed, keyed.pem)
    assert (code, "under version control" in told) == (3, True)
    subprocess.run((*git, "rm", "-q", "--cached", "keys/agency.pem"), check=True)
    keyed.issue("--all-due").ok()


def test_days_on_which_a_key_cannot_end(keyed: Agency) -> None:
    early = keyed("credential", "key", "retire", "--on", "2020-01-01", "--yes")
    assert (early.code, "only, after 2020-01-01" in early.err) == (2, True), "all it signed would be bad"
    late = keyed("credential", "key", "retire", "--compromised-since", "2030-01-01", "-n")
    assert (late.code, "2030-01-01 lies after" in late.err) == (2, True)
    assert credential_keys(keyed.snapshot())[0].state == "signs"


def test_keys_can_be_edited_by_hand_and_adopted(keyed: Agency) -> None:
    path = keyed.ledger / "credential_keys.csv"
    row = path.read_text().splitlines()[-1].split(",")
    row[1], row[4] = "2026-12-01", "2026-12-01"
    with open(path, "a") as file:
        file.write(",".join(row) + "\n")
    keyed("adopt", "--why", "the key was retired", "--yes").ok()
    assert credential_keys(keyed.snapshot())[0].state == "retired"


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:example.org", "https://example.org/.well-known/did.json"),
        ("did:web:example.org:badges:x", "https://example.org/badges/x/did.json"),
        ("did:web:localhost%3A8443", "https://localhost:8443/.well-known/did.json"),
        ("did:web:", None),
        ("did:key:z6Mk", None),
        ("did:web:a/b", None),
    ],
)
def test_addresses_of_did_web(did: str, address: str | None) -> None:
    assert web_address(did) == address


def test_a_did_web_is_published(keyed: Agency) -> None:
    path = keyed.folder / "web.pem"
    keyed("credential", "key", "new", path, "--did", "did:web:badges.example.org").ok()
    bad = keyed("credential", "key", "new", keyed.folder / "b.pem", "--did", "did:web:a b")
    assert bad.code == 2
    keyed("credential", "issue", keyed.due()[0].id, "--sign-with", path).ok()
    keyed("credential", "publish", "--to", keyed.folder, "--sign-with", path).ok()
    badge, page = keyed.path(), keyed.folder / "did.json"
    keyed.outside(
        "credential", "verify", badge, "--trust", page, "--status", keyed.folder / "status-1.json"
    ).ok()


def test_a_retirement_does_not_take_back_what_was_said_meanwhile(
    keyed: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    retire = ("credential", "key", "retire", "--yes")
    confirm = Face.confirm

    def after_another(face: Face, question: str) -> None:
        monkeypatch.setattr(Face, "confirm", confirm)
        keyed(*retire, "--compromised-since", "2026-11-01").ok()

    monkeypatch.setattr(Face, "confirm", after_another)
    said = keyed(*retire)
    assert said.code == 0
    assert [one.state for one in credential_keys(keyed.snapshot())] == ["compromised"]
