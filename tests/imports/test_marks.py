"""Numbers and days are read by the declared marks alone, exactly, or are a fault."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilactl.ledger.number_marks import THOUSANDS_MARKS, day_format_fault, read_day, read_number


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "plain"),
    [
        ("1.234,56", ",", ".", "1234.56"),
        ("12.345", ",", ".", "12345"),
        ("12.345", ".", "", "12.345"),
        ("1234,5", ",", ".", "1234.5"),
        ("1'234.50", ".", "'", "1234.50"),
        ("1\u00a0234\u00a0567,8", ",", "\u00a0", "1234567.8"),
        ("1\u202f234", ",", "\u202f", "1234"),
        ("1,234.56", ".", ",", "1234.56"),
        ("-0,50", ",", ".", "-0.50"),
        ("0,00", ",", "", "0.00"),
    ],
)
def test_declared_marks_are_read(text: str, decimal: str, thousands: str, plain: str) -> None:
    assert read_number(text, decimal, thousands) == (plain, "")


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1.234,56", ",", ""),
        ("1.234,56", ".", ""),
        ("1.234,56", ".", ","),
        ("12.34", ",", "."),
        ("1.23.456", ",", "."),
        ("1234.567", ",", "."),
        ("0.123", ",", "."),
        ("01,5", ",", "."),
        (",5", ",", "."),
        ("5,", ",", "."),
        ("+5", ",", "."),
        ("5 EUR", ",", "."),
        ("5,0,0", ",", "."),
        ("1 234", ",", "\u00a0"),
        ("\u0661", ",", "."),
        ("1e3", ",", "."),
        ("(5,00)", ",", "."),
        ("5,00-", ",", "."),
        (" 5", ",", "."),
        ("--5", ",", "."),
    ],
)
def test_everything_else_is_a_fault(text: str, decimal: str, thousands: str) -> None:
    plain, fault = read_number(text, decimal, thousands)
    assert plain == ""
    assert repr(text) in fault


@given(
    st.integers(-(10**11), 10**11),
    st.text("0123456789", max_size=6),
    st.sampled_from([(d, t) for d in ".," for t in THOUSANDS_MARKS.values() if d != t]),
)
def test_what_is_written_with_the_marks_comes_back_exactly(
    whole: int, decimals: str, marks: tuple[str, str]
) -> None:
    decimal, thousands = marks
    shown = f"{whole:,}".replace(",", thousands) + (decimal + decimals if decimals else "")
    plain, fault = read_number(shown, decimal, thousands)
    assert fault == ""
    wanted = Fraction(int(str(abs(whole)) + decimals), 10 ** len(decimals))
    assert abs(Fraction(plain)) == wanted
    assert plain.startswith("-") == (whole < 0)


@given(
    st.text("0123456789.,' \u00a0-", max_size=12), st.sampled_from(".,"), st.sampled_from(["", ".", ",", "'"])
)
def test_what_is_read_is_a_number_with_the_same_digits(text: str, decimal: str, thousands: str) -> None:
    if decimal == thousands:
        return
    plain, fault = read_number(text, decimal, thousands)
    if not fault:
        Fraction(plain)
        assert [c for c in plain if c.isdigit()] == [c for c in text if c.isdigit()]


def test_days_of_several_formats() -> None:
    formats = ("DD.MM.YYYY", "YYYY-MM-DD", "D/M/YYYY")
    for text in ("17.05.1990", "1990-05-17", "17/5/1990"):
        assert read_day(text, formats) == ("1990-05-17", "")
    for text in ("17.5.1990", "31.02.2026", "1990-5-17", "17.05.90", "0000-01-01", "١٧.05.1990"):
        assert "is not a day of the calendar" in read_day(text, formats)[1]


def test_a_day_that_two_formats_read_as_two_days_is_refused() -> None:
    formats = ("DD/MM/YYYY", "MM/DD/YYYY")
    assert "can be two days" in read_day("03/04/2026", formats)[1]
    assert read_day("13/04/2026", formats) == ("2026-04-13", "")
    assert read_day("04/04/2026", formats) == ("2026-04-04", "")


@given(
    st.dates(min_value=date(1, 1, 1)), st.sampled_from(["DD.MM.YYYY", "YYYYMMDD", "D.M.YYYY", "MM/DD/YYYY"])
)
def test_a_day_comes_back(day: date, pattern: str) -> None:
    text = pattern.replace("YYYY", f"{day.year:04}")
    text = text.replace("MM", f"{day.month:02}").replace("DD", f"{day.day:02}")
    text = text.replace("M", str(day.month)).replace("D", str(day.day))
    assert read_day(text, (pattern,)) == (day.isoformat(), "")


@pytest.mark.parametrize(
    "pattern", ["", "YYYY", "DD.MM.YY", "DMYYYY", "DD.MM.YYYY HH", "DD.DD.YYYY", 3, "D.MYYYY"]
)
def test_a_format_that_is_none(pattern: object) -> None:
    assert day_format_fault(pattern)
