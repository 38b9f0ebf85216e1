"""France's scheme as a ledger, from the rule files that stand beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rules.books import Book

RULES = Path(__file__).parent


def rule_files(*names: str) -> dict[str, str]:
    """The texts of rule files of this folder."""
    return {f"{name}.toml": (RULES / f"{name}.toml").read_text("utf-8") for name in names}


@pytest.fixture
def cpf(tmp_path: Path) -> Book:
    """A ledger with the rules for employees, and one person without any fact."""
    book = Book.make(tmp_path, rule_files("cpf"))
    book.person()
    return book


@pytest.fixture
def make_book(tmp_path: Path) -> Callable[..., Book]:
    """`make_book(*names)`: a ledger with these rule files of the folder."""
    return lambda *names: Book.make(tmp_path, rule_files(*names))
