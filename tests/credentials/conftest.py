"""The sample's people with what they completed, an agency's key, and one credential issued."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ilactl.credentials.issuing import certified_now, is_due
from ilactl.credentials.keyfile import open_key
from ilactl.ledger.credential_keys import credential_keys
from ilactl.ledger.enrolments import Enrolment, all_enrolments
from ilactl.ledger.snapshot import Snapshot
from tests.conftest import TODAY, Result, call_in_process

DATA = Path(__file__).parents[3] / "shared" / "data" / "credentials"
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")
COURSE = "NET1"
"""A course of the sample with everything that a credential needs."""


class Agency:
    """A ledger with a key beside it, and ilactl run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = folder / "ledger"
        self.pem = folder / "keys" / "agency.pem"

    def __call__(self, *args: Any, stdin: bytes | str | None = None, at: Any = TODAY) -> Result:
        env = {"ILACTL_LEDGER": str(self.ledger)}
        return call_in_process(tuple(args), stdin, env, self.folder, at)

    def outside(self, *args: Any, stdin: bytes | str | None = None, at: Any = TODAY) -> Result:
        """The same where there is no ledger: an employer's machine."""
        return call_in_process(tuple(args), stdin, {}, self.folder, at)

    def issue(self, *args: str) -> Result:
        return self("credential", "issue", *args, "--sign-with", self.pem)

    def snapshot(self) -> Snapshot:
        return Snapshot.open(self.ledger)

    def due(self, course: str = COURSE) -> list[Enrolment]:
        snapshot = self.snapshot()
        certified = set(certified_now(snapshot))
        return [one for one in all_enrolments(snapshot) if one.course == course and is_due(one, certified)]

    @property
    def did(self) -> str:
        return credential_keys(self.snapshot())[-1].did

    @property
    def private(self) -> Any:
        return open_key(self.pem)

    def document(self, name: str = "") -> dict[str, Any]:
        return dict(json.loads(self.path(name).read_bytes()))

    def path(self, name: str = "") -> Path:
        folder = self.ledger / "credentials"
        return folder / f"{name}.json" if name else sorted(folder.iterdir())[0]


@pytest.fixture(scope="session")
def _keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    agency = Agency(tmp_path_factory.mktemp("keyed"))
    agency.outside("init", agency.ledger, "--sample").ok()
    agency("credential", "key", "new", agency.pem).ok()
    return agency.folder


@pytest.fixture(scope="session")
def _issued(tmp_path_factory: pytest.TempPathFactory, _keyed: Path) -> Path:
    folder = tmp_path_factory.mktemp("issued") / "agency"
    shutil.copytree(_keyed, folder)
    agency = Agency(folder)
    agency.issue(agency.due()[0].id).ok()
    return folder


def _copy(source: Path, target: Path) -> Agency:
    shutil.copytree(source, target)
    return Agency(target)


@pytest.fixture
def keyed(_keyed: Path, tmp_path: Path) -> Agency:
    """An agency with a key that has issued nothing yet."""
    return _copy(_keyed, tmp_path / "agency")


@pytest.fixture
def issued(_issued: Path, tmp_path: Path) -> Agency:
    """An agency that has issued one credential."""
    return _copy(_issued, tmp_path / "agency")
