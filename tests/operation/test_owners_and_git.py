"""Whose the files are, and what git may take in: the doctor tells."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

from .examining import NOW, signs, states, unwell

MODES: dict[str, tuple[Callable[[Path], object], dict[str, str]]] = {
    "the folder for its group": (lambda r: r.chmod(0o770), {"modes": "fault"}),
    "the folder read-only": (lambda r: r.chmod(0o500), {"modes": "look"}),
    "a file for all to change": (lambda r: (r / "persons.csv").chmod(0o666), {"modes": "fault"}),
    "a file in a closed folder": (lambda r: (r / "persons.csv").chmod(0o644), {}),
    "a file for all to read": (
        lambda r: (r.chmod(0o755), (r / "persons.csv").chmod(0o644)),
        {"modes": "look"},
    ),
    "names for all to read": (
        lambda r: (r.chmod(0o755), (r / "identities.csv").chmod(0o644)),
        {"modes": "fault"},
    ),
}


@pytest.mark.parametrize("name", MODES)
def test_modes(books: Path, name: str) -> None:
    act, wanted = MODES[name]
    assert unwell(books) == {}
    act(books)
    assert unwell(books) == wanted
    books.chmod(0o700)


@pytest.fixture
def shared(tmp_path: Path, invoke: Run) -> Path:
    invoke("init", tmp_path / "shared", "--shared", now=NOW).ok()
    return tmp_path / "shared"


SHARED: dict[str, Callable[[Path], object]] = {
    "a private file": lambda r: (r / "persons.csv").chmod(0o600),
    "no setgid": lambda r: (r / "rules").chmod(0o770),
    "a folder of one's own": lambda r: r.chmod(0o2700),
    "open to everyone": lambda r: r.chmod(0o2777),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_ledger_is_its_groups(shared: Path, name: str) -> None:
    assert unwell(shared) == {}
    SHARED[name](shared)
    assert unwell(shared) == {"modes": "fault"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_strange_owners_are_seen(books: Path, shared: Path) -> None:
    os.chown(books / "persons.csv", 4711, -1)
    assert unwell(books) == {"owners": "fault"}
    os.chown(shared / "persons.csv", -1, 4711)
    assert unwell(shared) == {"owners": "fault"}
    os.chown(shared / "persons.csv", 4711, os.getgid())
    assert unwell(shared) == {}
    os.chown(books / "persons.csv", 0, -1)
    os.chown(books, 4711, -1)
    assert "owners" in unwell(books)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
class TestGit:
    """A repository around the ledger."""

    def git(self, root: Path, *words: str) -> None:
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)

    @pytest.mark.parametrize("above", [False, True])
    def test_what_git_would_take_in_is_told(self, books: Path, above: bool) -> None:
        top = books.parent if above else books
        self.git(top, "init", "-q")
        said = " ".join(sign.text for sign in signs(books, "git"))
        assert "taking identities.csv in" in said
        assert states(books, "git") == {"look"}
        (books / ".gitignore").write_text("identities.csv\n")
        assert states(books, "git") == {"ok"}  # .ilactl has a .gitignore of its own
        shutil.rmtree(books / ".ilactl")
        assert states(books, "git") == {"look"}
        (top / ".gitignore").write_text(f"identities.csv\n{'ledger/' if above else ''}.ilactl/\n")
        assert states(books, "git") == {"ok"}

    @pytest.mark.parametrize("above", [False, True])
    def test_names_and_hints_in_the_index_are_a_fault(self, books: Path, above: bool) -> None:
        top = books.parent if above else books
        self.git(top, "init", "-q")
        self.git(books, "add", "-f", "persons.csv", ".ilactl/lock")
        assert "fault" in states(books, "git")
        self.git(books, "rm", "-q", "--cached", "-r", ".ilactl")
        assert states(books, "git") == {"look"}
        self.git(books, "add", "-f", "identities.csv")
        texts = [sign.text for sign in signs(books, "git") if sign.state == "fault"]
        assert texts == ["identities.csv is under version control, which keeps every name for ever"]

    def test_a_union_merge_is_a_fault(self, ledger: Path) -> None:
        self.git(ledger, "init", "-q")
        assert states(ledger, "git") == {"ok"}
        (ledger / ".gitattributes").write_text("*.csv merge=union\n")
        assert states(ledger, "git") == {"fault"}
