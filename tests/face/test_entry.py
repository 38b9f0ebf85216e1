"""Ctrl-C at any moment, also while modules are still being loaded, ends without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.04, 0.06, 0.08, 0.12, 0.16])
def test_ctrl_c_while_starting_says_nothing(moment: float) -> None:
    code = "import sys, ilactl.entry as e; sys.argv = ['ilactl', 'help', 'findings']; "
    code += "print(end='!', flush=True); e.run()"
    started = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
    )
    assert started.stdout is not None
    assert started.stdout.read(1) == b"!"
    time.sleep(moment)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=30)
    assert b"Traceback" not in said
    assert started.returncode in (0, 130, -signal.SIGINT)
