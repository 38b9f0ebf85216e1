"""The console script. Until the command line is loaded, Ctrl-C ends the process without a word."""

from __future__ import annotations

import gc
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)
# A command lives for moments: to look for rings of garbage as often as Python does takes a tenth of it.
gc.set_threshold(100_000, 50, 100)


def run() -> None:
    """Load the command line and hand over to it; from then on it answers for interrupts itself."""
    from ilactl.cli import run as start

    start()
