"""Somebody else changes the same while a command asks, or waits for the lock: it looks again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ilactl.commands.face import Face
from ilactl.ledger.credential_keys import credential_keys
from ilactl.ledger.credentials import all_credentials
from tests.credentials.conftest import Agency

BADGES = Path(__file__).parents[2] / "sample-data" / "badges"
GIVE = ("credential", "import", BADGES / "networks.json", "--trust", BADGES / "trust.txt", "--person")


@pytest.fixture
def before_the_lock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something done once, right before the next command takes the lock."""

    def arrange(other: Callable[[], object]) -> None:
        real, waiting = Face.writer, [other]

        @contextmanager
        def writer(self: Face, *args: Any, **kw: Any) -> Iterator[Any]:
            while waiting:
                waiting.pop()()
            with real(self, *args, **kw) as one:
                yield one

        monkeypatch.setattr(Face, "writer", writer)

    return arrange


def test_one_document_is_kept_once(issued: Agency, before_the_lock: Callable[..., None]) -> None:
    holder = all_credentials(issued.snapshot())[0].person
    before_the_lock(lambda: issued(*GIVE, holder).ok())
    assert "kept already" in issued(*GIVE, holder, "-v").ok().out
    assert len([one for one in all_credentials(issued.snapshot()) if one.imported]) == 1


def test_one_document_is_of_one_person_and_one_course(issued: Agency) -> None:
    holder, other = (
        all_credentials(issued.snapshot())[0].person,
        next(one.person for one in issued.due("SEC1")),
    )
    unknown = issued(*GIVE, holder, "--course", "NOPE", "-n")
    assert (unknown.code, "course NOPE not found" in unknown.err) == (66, True)
    assert issued(*GIVE, holder, "--course", "NOPE").code == 66
    issued(*GIVE, holder, "--course", "SEC1").ok()
    for words in ((other,), (other, "-n"), (holder, "--course", "NET1")):
        refused = issued(*GIVE, *words)
        assert (refused.code, "keeps this document already" in refused.err) == (3, True), refused.err
    for words in ((holder,), (holder, "--course", "SEC1")):
        assert "kept already" in issued(*GIVE, *words, "-v").ok().out


def test_a_compromised_key_stays_so(issued: Agency, before_the_lock: Callable[..., None]) -> None:
    retire = ("credential", "key", "retire", issued.did, "--yes")
    before_the_lock(lambda: issued(*retire, "--compromised-since", "2026-11-01").ok())
    issued(*retire).ok()
    assert credential_keys(issued.snapshot())[-1].state == "compromised"


def test_what_was_known_and_is_no_longer(issued: Agency, before_the_lock: Callable[..., None]) -> None:
    name = all_credentials(issued.snapshot())[0].id
    step = ("--reason", "appeal", "--yes")
    issued("credential", "suspend", name, *step).ok()
    before_the_lock(lambda: issued("credential", "reinstate", name, *step).ok())
    assert issued("credential", "suspend", name, *step).code == 75, "nobody was asked whether to"
    assert all_credentials(issued.snapshot())[0].state == "valid"
