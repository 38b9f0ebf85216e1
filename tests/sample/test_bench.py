"""The benchmark compares like with like: the bare script books the very rows that ilactl books."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bench.payable import make
from tests.sample.making import AGENCY, REPOSITORY


def test_the_bare_script_books_the_same_rows(sample_ledger: Path, tmp_path: Path, invoke) -> None:
    bare = Path(shutil.copytree(AGENCY, tmp_path / "bare"))
    script = REPOSITORY / "bench" / "bare_topup.py"
    subprocess.run([sys.executable, str(script), str(bare)], check=True, timeout=60)
    invoke("--ledger", sample_ledger, "topup", "--on", "2027-01-01", "--yes").ok()
    before = (AGENCY / "entitlements.csv").stat().st_size
    booked = [(folder / "entitlements.csv").read_bytes()[before:] for folder in (sample_ledger, bare)]
    assert booked[0]
    assert booked[0] == (b"\n" + booked[1]).replace(b"\nB", b"\nE")[1:]


def test_the_bare_settlement_books_the_same_rows(tmp_path: Path, invoke) -> None:
    make(tmp_path / "ours", 300, 7)
    bare = Path(shutil.copytree(tmp_path / "ours", tmp_path / "bare"))
    before = (bare / "entitlements.csv").stat().st_size
    subprocess.run(
        [sys.executable, str(REPOSITORY / "bench" / "bare_settle.py"), str(bare)], check=True, timeout=60
    )
    invoke("--ledger", tmp_path / "ours", "settle", "--on", "2027-01-01", "--yes").ok()
    booked = [(tmp_path / name / "entitlements.csv").read_bytes()[before:] for name in ("ours", "bare")]
    assert booked[0].count(b"\n") > 300
    assert booked[0] == (b"\n" + booked[1]).replace(b"\nB", b"\nE")[1:]
