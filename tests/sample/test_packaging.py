"""The sample travels with the package: in a wheel as `ilactl/sample`, in a checkout as it stands."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from ilactl.ledger.sample import sample_folder
from tests.sample.making import AGENCY, REPOSITORY, digests


def test_a_wheel_holds_the_sample_and_the_manual(tmp_path: Path) -> None:
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", build], check=True, cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    with zipfile.ZipFile(tmp_path / done.stdout.split()[-1]) as wheel:
        wheel.extractall(tmp_path / "wheel")
    assert digests(tmp_path / "wheel" / "ilactl" / "sample") == digests(AGENCY)
    assert (tmp_path / "wheel" / "ilactl" / "rules" / "template.toml").is_file()
    pages = {
        path.name: path.read_bytes() for path in (tmp_path / "wheel").glob("*.data/data/share/man/man?/*")
    }
    assert pages == {path.name: path.read_bytes() for path in (REPOSITORY / "man").iterdir()}


def test_a_checkout_uses_the_sample_as_it_stands() -> None:
    assert sample_folder().resolve() == AGENCY


def test_the_copy_is_the_sample_and_private(sample_ledger: Path) -> None:
    assert digests(sample_ledger) == digests(AGENCY)
    assert {path.stat().st_mode & 0o077 for path in sample_ledger.rglob("*")} == {0}
