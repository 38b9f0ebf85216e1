"""A ledger of a group: two members write in turn, whatever their umask, and nobody else may."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.conftest import TODAY, Result, call_in_process

GROUP, ONE, OTHER, STRANGER = 23456, 12345, 12346, 12347

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs to become other users")
SCHEME = '[[contribution]]\nid = "paid"\nclass = "paid"\nunit = "EUR"\nfrom = ["own"]\n'


def as_user(user: int, group: int, umask: int, *words: object) -> Result:
    """One command line by another user: in a child of this process, which has read all it needs."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(reading)
            os.umask(umask)
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)
            done = call_in_process(tuple(map(str, words)), None, None, Path("/"), TODAY)
            os.write(writing, json.dumps([done.code, done.out, done.err])[:60_000].encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        text = told.read()
    os.waitpid(child, 0)
    return Result(*json.loads(text))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that anybody may walk to, and where the group may make a ledger."""
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            if folder.stat().st_uid != os.geteuid() or len(folder.parts) < 3:
                pytest.skip("others may not walk here")
            folder.chmod(folder.stat().st_mode | 0o011)
    home = tmp_path / "agency"
    home.mkdir()
    os.chown(home, ONE, GROUP)
    home.chmod(0o770)
    return home


def warm_up(ledger: Path) -> None:
    """Import whatever the commands import, while every file may still be read."""
    at = ("--ledger", ledger)
    for words in (
        ("init", ledger, "--shared"),
        ("person", "add", "--id", "P1", "--set", "isced_level=2", *at),
        ("contribution", "add", "P1", "5.00", "--from", "own", "--ref", "P1", *at),
        ("check", "--tier", "strict", *at),
        ("backup", ledger.parent / "warm", *at),
        ("balance", *at),
    ):
        call_in_process(tuple(map(str, words)), None, None, None, TODAY)


def modes(ledger: Path) -> None:
    for path in (ledger, *ledger.rglob("*")):
        found = path.lstat()
        assert found.st_gid == GROUP, path
        assert stat.S_IMODE(found.st_mode) == (0o2770 if path.is_dir() else 0o660), path


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o000])
def test_members_write_in_turn_and_strangers_do_not(place: Path, umask: int, tmp_path: Path) -> None:
    warm_up(tmp_path / "mine")
    ledger = place / "ledger"
    at = ("--ledger", ledger)
    made = as_user(ONE, GROUP, umask, "init", ledger, "--shared")
    assert made.code == 0, made.err
    modes(ledger)
    scheme = ledger / "rules/scheme.toml"
    scheme.write_text(SCHEME)
    os.chown(scheme, ONE, GROUP)
    scheme.chmod(0o660)
    for user, person in ((ONE, "P1"), (OTHER, "P2"), (ONE, "P3")):
        added = as_user(user, GROUP, umask, "person", "add", "--id", person, "--set", "isced_level=2", *at)
        assert added.code == 0, added.err
        give = ("contribution", "add", person, "5.00", "--from", "own", "--ref", person)
        assert as_user(user, GROUP, umask, *give, *at).code == 0
    modes(ledger)
    checked = as_user(OTHER, GROUP, umask, "check", "--tier", "strict", *at)
    assert "MODE" not in checked.out
    assert as_user(STRANGER, STRANGER, 0o022, "balance", *at).code != 0
    assert as_user(STRANGER, STRANGER, 0o022, "person", "add", "--id", "X", *at).code != 0
    copied = as_user(OTHER, GROUP, umask, "backup", place / "copy", *at)
    assert copied.code == 0, copied.err
