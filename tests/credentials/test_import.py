"""Somebody else's credential: kept after verification, for the person it was shown for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ilactl.commands.face import Face
from ilactl.ledger.credentials import all_credentials
from tests.credentials.conftest import Agency


def test_anothers_credential_is_kept_as_it_came(issued: Agency) -> None:
    other = Agency(issued.folder / "other")
    other.folder.mkdir()
    other.outside("init", other.ledger, "--sample").ok()
    holder = all_credentials(issued.snapshot())[0].person
    give = ("credential", "import", issued.path(), "--person", holder, "--ref", "SEEN-1")
    refused = other(*give)
    assert (refused.code, "nobody here knows the issuer" in refused.out) == (3, True)
    other(*give, "--trust", issued.did, "-n").ok()
    assert all_credentials(other.snapshot()) == []
    other(*give, "--trust", issued.did).ok()
    (one,) = all_credentials(other.snapshot())
    assert (one.imported, one.person, one.issuer, one.state) == (True, holder, issued.did, "valid")
    assert (other.ledger / one.document).read_bytes() == issued.path().read_bytes()
    assert "kept already" in other(*give, "--trust", issued.did, "-v").ok().out
    refused = other("credential", "revoke", one.id, "--reason", "x", "--yes")
    assert (refused.code, "issued by somebody else" in refused.err) == (3, True)
    assert other("check").ok().out == ""


def test_two_who_keep_the_same_one_at_once_keep_it_once(
    issued: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Agency(issued.folder / "other")
    other.folder.mkdir()
    other.outside("init", other.ledger, "--sample").ok()
    holder = all_credentials(issued.snapshot())[0].person
    give = ("credential", "import", issued.path(), "--person", holder, "--trust", issued.did, "-v")
    writer = Face.writer

    def after_another(face: Face, *words: str) -> object:
        monkeypatch.setattr(Face, "writer", writer)
        other(*give).ok()
        return face.writer(*words)

    monkeypatch.setattr(Face, "writer", after_another)
    assert "kept already" in other(*give).ok().out
    assert len(all_credentials(other.snapshot())) == 1


def test_one_kept_for_the_wrong_person_is_taken_back_and_kept_for_the_right_one(
    issued: Agency, tmp_path: Path
) -> None:
    """Its issuer is not asked: only what this ledger makes of it changes."""
    other = Agency(Path(shutil.copytree(issued.folder, tmp_path / "other")))
    shutil.rmtree(other.ledger)
    other("init", other.ledger).ok()
    for person in ("P1", "P2"):
        other("person", "add", "--id", person, "--name", "Somebody").ok()
    give = ("credential", "import", issued.path(), "--trust", issued.did, "--person")
    other(*give, "P1").ok()
    wrong = all_credentials(other.snapshot())[0].id
    refused = other(*give, "P2")
    assert (refused.code, f"'ilactl credential discard {wrong}" in refused.err) == (3, True)
    own = all_credentials(issued.snapshot())[0].id
    refused = issued("credential", "discard", own, "--reason", "x", "--yes")
    assert (refused.code, "revoke" in refused.err) == (3, True)
    other("credential", "discard", wrong, "--reason", "the wrong person", "--yes").ok()
    other(*give, "P2").ok()
    kept = {one.person: one.state for one in all_credentials(other.snapshot())}
    assert kept == {"P1": "discarded", "P2": "valid"}
    assert "kept already" in other(*give, "P2", "-v").ok().out
    assert other("check", "--full").ok().out == ""


def test_a_course_that_is_not_there_is_not_recorded(issued: Agency) -> None:
    holder = all_credentials(issued.snapshot())[0].person
    give = ("credential", "import", issued.path(), "--person", holder, "--trust", issued.did)
    for course in ("NET9", "net 1,x"):
        refused = issued(*give, "--course", course)
        assert (refused.code, f"course {course} not found" in refused.err) == (66, True)
    assert issued("check").ok().out == ""


def test_what_is_not_valid_is_not_kept(issued: Agency) -> None:
    holder = all_credentials(issued.snapshot())[0].person
    changed = issued.path().read_bytes().replace(b"passed", b"Passed")
    said = issued("credential", "import", "-", "--person", holder, "--trust", issued.did, stdin=changed)
    assert (said.code, "something was changed" in said.out) == (1, True)
    missing = issued("credential", "import", "-", "--person", "NOBODY", "--trust", issued.did, stdin=changed)
    assert missing.code == 66


def test_checks_hold_documents_against_rows(issued: Agency) -> None:
    stray = issued.ledger / "credentials" / "X1.json"
    stray.write_text("{}\n")
    stray.chmod(0o600)
    assert "CHECK-STRAY-DOCUMENT" in issued("check", "--tier", "strict").err
    stray.unlink()
    path = issued.path()
    path.write_bytes(path.read_bytes().replace(b"passed", b"Passed"))
    assert issued("check").code == 1
