"""The sender's control figures: where one differs, nothing is booked and both figures are said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import entries

SENT = "person,amount,ref\nP1,800.00,A\nP2,125.50,B\n"


def give(cli, *options: str, stdin: str = SENT):
    return cli("contribution", "import", "-", "--from", "O1", *options, stdin=stdin)


@pytest.mark.parametrize("total", ["925.50", "925.5", "925.50 EUR"])
def test_the_right_total_is_booked(cli, ledger: Path, total: str) -> None:
    give(cli, "--expect-total", total, "--expect-rows", "2").ok()
    assert len(entries(ledger)) == 2
    answer = json.loads(give(cli, "--expect-total", total, "-O", "json").ok().out)
    assert answer["known"] == 2


@pytest.mark.parametrize("total", ["925.51", "925.505", "1000 EUR", "0"])
def test_a_wrong_total_books_nothing(cli, ledger: Path, total: str) -> None:
    result = give(cli, "--expect-total", total)
    assert result.code == 65
    assert f"the rows add up to 925.50 EUR instead of the {total} expected; nothing was written" in result.err
    assert entries(ledger) == []
    assert give(cli, "--expect-total", total, "-n").code == 65


def test_a_wrong_number_of_rows_books_nothing(cli, ledger: Path) -> None:
    result = give(cli, "--expect-rows", "3")
    assert result.code == 65
    assert "2 rows instead of the 3 expected; nothing was written" in result.err
    assert entries(ledger) == []


@pytest.mark.parametrize("total", ["925,50", "1e3", "925.50 USD", "925.50EUR", "", " EUR", "925.50 "])
def test_a_total_that_cannot_be_read_is_bad_use(cli, ledger: Path, total: str) -> None:
    assert give(cli, "--expect-total", total).code == 2
    assert entries(ledger) == []


def test_findings_are_shown_before_control_figures(cli) -> None:
    result = give(cli, "--expect-total", "1", "--expect-rows", "1", stdin=SENT + "P9,1,C\n")
    assert "CONTRIBUTION-PERSON" in result.err
    assert "expected" not in result.err


def test_an_empty_file_adds_up_to_nothing(cli) -> None:
    give(cli, "--expect-total", "0", stdin="person,amount,ref\n").ok()
    assert give(cli, "--expect-total", "5 EUR", stdin="person,amount,ref\n").code == 65
