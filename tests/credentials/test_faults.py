"""A fault at any call to the disk while issuing: the ledger knows every credential that is there."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from ilactl.ledger.credentials import all_credentials
from ilactl.ledger.snapshot import Snapshot
from tests.conftest import TODAY, call_in_process
from tests.credentials.conftest import Agency
from tests.killing import EVERY
from tests.storage.faults import CHANGING, disk, failing, killing


def known(ledger: Path) -> set[str]:
    return {one.document for one in all_credentials(Snapshot.open(ledger))}


def there(ledger: Path) -> set[str]:
    folder = ledger / "credentials"
    return {f"credentials/{path.name}" for path in folder.iterdir()} if folder.is_dir() else set()


def issue(agency: Agency) -> int:
    return agency.issue(*(one.id for one in agency.due()[:2])).code


def settled(agency: Agency) -> None:
    """After the next writer, every document has its row and every row its document, as it was signed."""
    agency("credential", "key", "new", agency.folder / "after.pem").ok()
    assert known(agency.ledger) == there(agency.ledger)
    assert agency("check").ok().out == ""
    for name in known(agency.ledger):
        assert agency("credential", "verify", agency.ledger / name).code == 0


@pytest.mark.parametrize("trouble", ["no space", "killed"])
def test_no_credential_that_the_ledger_does_not_know(keyed: Agency, trouble: str) -> None:
    fault = failing(errno.ENOSPC) if trouble == "no space" else killing
    seen, nth = set(), 1
    while True:
        agency = Agency(keyed.folder.parent / f"{trouble.replace(' ', '-')}-{nth}")
        shutil.copytree(keyed.folder, agency.folder)
        fired = _attempt(agency, fault, nth)
        if not fired:
            break
        at_once = there(agency.ledger)
        assert at_once <= known(agency.ledger), "a document came before the row that knows it"
        settled(agency)
        seen.add(bool(known(agency.ledger)))
        shutil.rmtree(agency.folder)
        nth += EVERY
    assert seen == {True, False}, "faults on both sides of the commit point"


def _attempt(agency: Agency, fault: object, nth: int) -> bool:
    """Issue in a child, which the fault may kill; whether it came to it."""
    child = os.fork()
    if child == 0:
        with disk(fault, nth, CHANGING) as watched:  # type: ignore[arg-type]
            issue(agency)
        os._exit(1 if watched.fired else 0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 1


def test_the_ledger_moves_on_while_it_is_signed(keyed: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    from ilactl.credentials import signing

    real, moved = signing.sign_all, []

    def slow(*args: object) -> object:
        made = real(*args)  # type: ignore[arg-type]
        if not moved:
            moved.append(1)
            env = {"ILACTL_LEDGER": str(keyed.ledger)}
            call_in_process(("credential", "key", "new", keyed.folder / "k.pem"), None, env, None, TODAY).ok()
        return made

    monkeypatch.setattr(signing, "sign_all", slow)
    keyed.issue("--all-due").ok()
    monkeypatch.undo()
    assert known(keyed.ledger) == there(keyed.ledger)
    assert keyed("check").ok().out == ""
