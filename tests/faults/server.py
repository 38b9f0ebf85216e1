"""Runs ilactl again and again in forked processes that need not load it anew: `python server.py`.

One request a line on stdin, one answer a line on stdout, both JSON. Each request is a command line of
its own in a process of its own, with its own streams, environment and fault.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

LONGEST = 60.0
"""Seconds after which a command counts as hanging."""


def load() -> None:
    """Import all there is, so that no child has to."""
    import ilactl

    for found in pkgutil.walk_packages(ilactl.__path__, "ilactl."):
        if not found.name.endswith("__main__") and found.name != "ilactl.entry":
            importlib.import_module(found.name)
    for name in ("duckdb", "tomlkit", "pydantic", "tabulate", "zoneinfo", "getpass", "ctypes", "_strptime"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def child(request: dict[str, Any], shim: Any) -> None:
    """Become the command; never returns."""
    code: Any = 70
    try:
        for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            fd = os.open(request[name], flags, 0o600)
            os.dup2(fd, number)
            os.close(fd)
        os.environ.clear()
        os.environ.update(request["env"])
        time.tzset()
        os.chdir(request["cwd"])
        sys.stdin = os.fdopen(0, "r", closefd=False)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        sys.argv = ["ilactl", *request["argv"]]
        if request["plan"]:
            shim.install(request["plan"])
        from ilactl.entry import run

        run()
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        code = 120  # as the interpreter itself ends where it cannot write
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def wait(pid: int, kill_after: float | None) -> int:
    """The child's exit status, or minus the signal that ended it; -99 for one that hangs."""
    begun = time.monotonic()
    end = begun + LONGEST
    pause = 0.0005
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if kill_after is not None and time.monotonic() - begun >= kill_after:
            os.kill(pid, signal.SIGKILL)
        time.sleep(pause)
        pause = min(pause * 1.3, 0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -99


def main() -> None:
    """Serve until stdin ends."""
    sys.path.insert(0, str(Path(__file__).parent / "shim"))
    shim = importlib.import_module("wrapping")
    sys.path.pop(0)
    load()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests = os.fdopen(os.dup(0), "r")
    for line in requests:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(request, shim)
        answers.write(json.dumps({"status": wait(pid, request["kill_after"])}) + "\n")
        answers.flush()
    os._exit(0)  # nothing to tear down: the engine's bindings would complain of what lives on


if __name__ == "__main__":
    main()
