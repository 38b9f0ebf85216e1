"""A fault at any call to the disk while issuing: the ledger knows every credential that is there."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ilactl.ledger.credentials import all_credentials
from ilactl.ledger.snapshot import Snapshot
from tests.conftest import TODAY, Result, call_in_process
from tests.credentials.conftest import Agency
from tests.faults.oracle import faults
from tests.killing import EVERY
from tests.storage.faults import CHANGING, disk, failing, killing

BADGES = Path(__file__).parents[2] / "sample-data" / "badges"


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


def _attempt(agency: Agency, fault: object, nth: int, action: Callable[[Agency], object] = issue) -> bool:
    """Issue, or do another thing, in a child, which the fault may kill; whether it came to it."""
    child = os.fork()
    if child == 0:
        with disk(fault, nth, CHANGING) as watched:  # type: ignore[arg-type]
            action(agency)
        os._exit(1 if watched.fired else 0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 1


def later(agency: Agency, step: str) -> Result:
    """A step after the issue, the same each time."""
    first = all_credentials(agency.snapshot())[0]
    one, holder = first.id, first.person
    words: dict[str, tuple[object, ...]] = {
        "revoke": (one, "--reason", "wrong", "--yes"),
        "recognise": (one, "--by", "O1", "--as", "a module"),
        "key retire": (agency.did, "--yes"),
        "import": (BADGES / "networks.json", "--person", holder, "--trust", BADGES / "trust.txt"),
    }
    return agency("credential", *step.split(), *words[step])


@pytest.mark.parametrize("step", ["revoke", "recognise", "key retire", "import"])
def test_what_is_said_to_be_done_already_is_in_its_files(issued: Agency, step: str) -> None:
    seen, nth = set(), 1
    while True:
        agency = Agency(issued.folder.parent / f"killed-{nth}")
        shutil.copytree(issued.folder, agency.folder)
        if not _attempt(agency, killing, nth, lambda one: later(one, step)):
            break
        seen.add(bool(faults(agency.ledger)))
        later(agency, step).ok()
        assert faults(agency.ledger) == []
        shutil.rmtree(agency.folder)
        nth += 1
    assert seen == {True, False}


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
