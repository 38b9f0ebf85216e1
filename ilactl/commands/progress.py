"""How far a long run has come, on stderr."""

from __future__ import annotations

import time

import click

__all__ = ["Progress"]


class Progress:
    """Says how far a long run has come. `advance(n)` counts on."""

    def __init__(self, label: str, total: int, *, shown: bool) -> None:
        """`total` 0 means that the end is not known."""
        self._label, self._total, self._shown = label, total, shown
        self._done = 0
        self._next = time.monotonic() + 1.0
        self._wrote = False

    def __enter__(self) -> Progress:
        """Begin; nothing shows yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the line."""
        if self._wrote:
            click.echo("\r\x1b[K", err=True, nl=False)

    def advance(self, number: int = 1) -> None:
        """`number` more are done."""
        self._done += number
        if not self._shown or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.2
        self._wrote = True
        share = f" {100 * self._done // self._total} %" if self._total else ""
        click.echo(f"\r\x1b[K{self._label} {self._done}{share}", err=True, nl=False)
