"""Where a command finds its ledger, and where it must not look for one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.mark.parametrize("words", [["status"], ["person", "list"], ["topup", "-n"], ["init", "new"]])
def test_a_folder_that_was_removed_under_us_is_named(ledger: Path, tmp_path: Path, words: list[str]) -> None:
    """Relative paths lead nowhere there, and the engine would end the process."""
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", sys.executable, "-m", "ilactl", *words],
        env={"ILACTL_LEDGER": str(ledger), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path / "gone",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (66, "")
    assert done.stderr.startswith("error: NOT-FOUND the folder this runs in not found\nhint: it was removed")


def test_a_ledger_without_its_manifest_is_not_passed_by(ledger: Path, invoke: Run) -> None:
    inner = Path(shutil.copytree(ledger, ledger / "inner"))
    (inner / "ledger.toml").unlink()
    for place in ({"cwd": inner}, {"env": {"ILACTL_LEDGER": str(inner)}}):
        result = invoke("person", "add", "--id", "P1", **place)
        assert result.code == 66
        assert result.err == "error: NOT-FOUND ledger.toml not found\nhint: restore it from your copy\n"
