"""A git repository around the ledger: what it must not take in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ilactl.ledger.columns import TABLES
from ilactl.ledger.diagnosis.signs import Sign, fault, look, ok
from ilactl.ledger.lock import HINTS

__all__ = ["is_tracked", "repository"]

_PRIVATE = tuple(table.file for table in TABLES if table.private)
_MERGED = re.compile(r"^[^#\n]*\.(?:csv|jsonl)\b.*\bmerge=union\b", re.MULTILINE)


def repository(root: Path) -> Iterator[Sign]:
    """Whether git holds names for ever, or carries hints from one machine to another."""
    root = root.resolve()
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if top is None:
        yield ok("git", "no repository around the ledger")
        return
    index = _index(top)
    above = root.relative_to(top).as_posix()
    prefix = "" if above == "." else f"{above}/"
    signs = [
        *(sign for name in _PRIVATE for sign in _private(root, top, prefix, name, index)),
        *_hints(root, top, prefix, index),
        *_merging(root, top),
    ]
    yield from signs
    if not signs:
        yield ok("git", f"a repository in {top}: it has no names and no {HINTS}")


def _private(root: Path, top: Path, prefix: str, name: str, index: bytes) -> Iterator[Sign]:
    if _tracked(index, prefix + name):
        text = f"{name} is under version control, which keeps every name for ever"
        remedy = f"git rm --cached {name}, and keep it in .gitignore; its past needs git filter-repo"
        yield fault("git", text, remedy)
    elif not _ignored(root, top, prefix, name):
        text = f"a repository in {top}: nothing keeps 'git add' from taking {name} in"
        yield look("git", text, f"add a line {name} to {root / '.gitignore'}")


def _hints(root: Path, top: Path, prefix: str, index: bytes) -> Iterator[Sign]:
    if _below(index, f"{prefix}{HINTS}/"):
        text = f"{HINTS}/ is under version control: hints of one machine would mislead another"
        yield fault("git", text, f"git rm -r --cached {HINTS}, and keep {HINTS}/ in .gitignore")
    elif not _own_ignore(root) and not _ignored(root, top, prefix, f"{HINTS}/"):
        text = f"a repository in {top}: nothing keeps 'git add' from taking {HINTS}/ in"
        yield look("git", text, f"add a line {HINTS}/ to {root / '.gitignore'}")


def _merging(root: Path, top: Path) -> Iterator[Sign]:
    for folder in dict.fromkeys((root, top)):
        if _MERGED.search(_text(folder / ".gitattributes")):
            text = f"{folder / '.gitattributes'} merges the ledger's files line by line (merge=union)"
            yield fault("git", text, "take that out: two histories of one ledger cannot be joined so")


def _own_ignore(root: Path) -> bool:
    """.ilactl has a .gitignore of its own, that names everything in it."""
    return "*" in _text(root / HINTS / ".gitignore").split()


def _ignored(root: Path, top: Path, prefix: str, name: str) -> bool:
    """Whether a line of the usual files ignores the name; cleverer patterns are not read."""
    near = {name, f"/{name}", f"**/{name}", *(("*.csv",) if name.endswith(".csv") else ())}
    bare = {line.removesuffix("/") for line in near}
    above = {f"{prefix}{name}", f"/{prefix}{name}", *((prefix, f"/{prefix}") if prefix else ())}
    if (near | bare) & set(_text(root / ".gitignore").split("\n")):
        return True
    lines = _text(top / ".gitignore") + "\n" + _text(top / ".git" / "info" / "exclude")
    return bool((near - {f"/{name}"} | above) & set(lines.split("\n")))


def _index(top: Path) -> bytes:
    """Git's index for a work tree; nothing where there is none or it cannot be read."""
    git = top / ".git"
    if git.is_file():
        git = top / _text(git).removeprefix("gitdir:").strip()
    try:
        return (git / "index").read_bytes()
    except OSError:
        return b""


def _tracked(index: bytes, path: str) -> bool:
    """An index entry ends with its path's length, the path, and a NUL."""
    name = path.encode("utf-8", "surrogateescape")
    return bytes([len(name) & 0xFF]) + name + b"\0" in index


def _below(index: bytes, folder: str) -> bool:
    """Whether any entry's path starts so: its length, of at most 4095, stands in two bytes before it."""
    name = folder.encode("utf-8", "surrogateescape")
    at = index.find(name)
    while at >= 0:
        length = int.from_bytes(index[at - 2 : at], "big") & 0xFFF
        if at >= 2 and index[at + length : at + length + 1] == b"\0" and length >= len(name):
            return True
        at = index.find(name, at + 1)
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def is_tracked(path: Path) -> bool:
    """Whether a git repository around the file has it in its index."""
    path = path.absolute().parent.resolve() / path.name
    top = next((folder for folder in path.parents if (folder / ".git").exists()), None)
    return top is not None and _tracked(_index(top), path.relative_to(top).as_posix())
