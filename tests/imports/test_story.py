"""An employer's own file against the sample ledger, by the mappings that come with ilactl."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path

import pytest

from ilactl.commands.imports_manual import _COMMAND, EXAMPLE
from ilactl.commands.topics import TOPICS
from ilactl.ledger.mapping import load_mapping
from ilactl.ledger.mapping_keys import KEYS

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "sample-data" / "mappings"
HOLDERS = {"RM-GJ2RGD7M": "1234.56", "RM-GNNJM524": "80.00", "RM-G3J1XAKA": "0.50"}


def digests(ledger: Path) -> dict[str, str]:
    files = [path for path in sorted(ledger.rglob("*")) if path.is_file() and ".ilactl" not in path.parts]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def booked(ledger: Path) -> list[tuple[str, ...]]:
    rows = [line.split(",") for line in (ledger / "entitlements.csv").read_text().splitlines()]
    return [(row[2], row[5], row[7], row[-1]) for row in rows if row[-1].startswith("2026-11/")]


def test_an_employers_file_comes_in_as_it_is(sample_ledger: Path, invoke) -> None:
    args = ("contribution", "import", MAPPINGS / "pay.csv", "--from", "O4", "--map", MAPPINGS / "pay.toml",
            "--ledger", sample_ledger, "--expect-rows", "3")  # fmt: skip
    before = digests(sample_ledger)
    wrong = invoke(*args, "--expect-total", "1315.60 EUR")
    assert wrong.code == 65
    assert (
        "the rows add up to 1315.06 EUR instead of the 1315.60 EUR expected; nothing was written" in wrong.err
    )
    assert digests(sample_ledger) == before
    invoke(*args, "--expect-total", "1315.06 EUR").ok()
    assert booked(sample_ledger) == [
        (person, amount, "employer:O4", f"2026-11/{number}")
        for number, (person, amount) in enumerate(HOLDERS.items(), 1)
    ]
    after = digests(sample_ledger)
    assert "0 new, 3 known" in invoke(*args, "-v").ok().out
    assert digests(sample_ledger) == after
    assert invoke("check", "--ledger", sample_ledger).ok()


def test_one_wrong_row_books_nothing(sample_ledger: Path, invoke) -> None:
    sent = (MAPPINGS / "pay.csv").read_bytes().replace(b"0,50", b"0.50")
    before = digests(sample_ledger)
    result = invoke("contribution", "import", "-", "--from", "O4", "--map", MAPPINGS / "pay.toml",
                    "--ledger", sample_ledger, stdin=sent)  # fmt: skip
    assert result.code == 65
    assert result.err.startswith("stdin:4:23: IN-CELL amount: '0.50' is not a number such as 1.234,50")
    assert '    HR-000005;"Ona; Rasa";0.50;2026-11/3\n' in result.err
    assert digests(sample_ledger) == before


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.name)
def test_every_mapping_of_the_sample_is_good(path: Path) -> None:
    load_mapping(path.read_bytes(), path.name)


def test_the_help_topic_shows_every_key_and_an_example_that_runs(
    sample_ledger: Path, invoke, tmp_path: Path
) -> None:
    page = invoke("help", "imports").ok().out
    assert all(key.name in page and key.meaning in page for key in KEYS)
    assert (MAPPINGS / "pay.toml").read_text() == EXAMPLE
    assert all(line in page for line in EXAMPLE.splitlines())
    assert "imports" in TOPICS
    (tmp_path / "sample-data").symlink_to(ROOT / "sample-data")
    (tmp_path / "pay.csv").write_bytes((MAPPINGS / "pay.csv").read_bytes())
    words = shlex.split(_COMMAND)[1:]
    invoke(*words, cwd=tmp_path, env={"ILACTL_LEDGER": str(sample_ledger)}).ok()
    assert len(booked(sample_ledger)) == 3
