"""The traps of SQL expressions that were met before a line was written, each by its number."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ilactl.money import round_to
from ilactl.rules.expressions import (
    ExpressionFault,
    SqlColumn,
    check_expression,
    compile_sql,
    decimal,
    evaluate,
    from_json,
    integer,
    parse_expression,
    round_sql,
    text_of,
    to_json,
    value_of,
)
from tests.expressions.engine import columns_of, connection, disagreements, load, query
from tests.expressions.scheme import CPF, NAMES, checked, facts, refused


def codes(text, want="number", **more):
    return [fault.code for fault in refused(text, want, **more)]


def amounts(text, row, mode="up"):
    """The amount in cents by both ways, which must agree."""
    one = checked(text)
    assert disagreements([one], NAMES, [row]) == []
    value = value_of(one, row)
    return None if value is None else round_to(value, 2, mode)


def test_t1_half_of_a_cent_is_not_lifted_by_a_double():
    assert amounts(CPF, facts(hours_worked="1.76", reference_hours="1600")) == 55
    assert amounts(CPF, facts(hours_worked="7.84", reference_hours="1600")) == 245
    assert amounts(CPF, facts(hours_worked="600", reference_hours="1607")) == 18669
    assert amounts(CPF, facts(hours_worked="803", reference_hours="1607")) == 24985
    assert amounts(CPF, facts(hours_worked="803.5", reference_hours="1607")) == 50000
    assert amounts("800 * (7 / 100)", {}) == 5600


def test_t1_scan_of_hours_and_references():
    # Every 29th hundredth of an hour against four yearly references; ceil of a double fails on some.
    pairs = [(hours, 100 * ref) for ref in (1600, 1607, 1720, 2080) for hours in range(1, 100 * ref // 2, 29)]
    connection().execute("CREATE OR REPLACE TABLE pairs (hours_worked BIGINT, reference_hours BIGINT)")
    connection().execute(
        "INSERT INTO pairs SELECT unnest(?), unnest(?)", [[p[0] for p in pairs], [p[1] for p in pairs]]
    )
    one = checked("500.00 * hours_worked / reference_hours")
    sql = round_sql(compile_sql(one, columns_of(NAMES)), 2, "up")
    got = connection().execute(f"SELECT hours_worked, reference_hours, {sql} FROM pairs").fetchall()
    assert [row for row in got if row[2] != -(-50000 * row[0] // row[1])] == []
    doubles = (
        connection()
        .execute(f"SELECT count(*) FROM pairs WHERE ceil(50000 * (hours_worked / reference_hours)) <> {sql}")
        .fetchone()
    )
    assert doubles[0] > 0  # the trap is real


def test_t2_scales_that_meet_do_not_round_before_the_end():
    text = "LEAST(500.00 * hours_worked / reference_hours, balance.own)"
    row = facts(hours_worked="600", reference_hours="1607", balance__own="5000")
    assert amounts(text, row) == 18669
    for text in (
        "CASE WHEN low_qualified THEN balance.own ELSE 186.6833 END",
        "COALESCE(balance.own, 186.6833)",
        "GREATEST(granted_period.base, 186.6833)",
    ):
        assert amounts(text, facts(low_qualified=False, granted_period__base="1.00")) == 18669


def test_t3_products_of_the_widest_facts_are_exact():
    hi = "9999999.99"
    row = facts(hours_worked=hi, reference_hours=hi, price=hi, isced_level="8")
    assert amounts("hours_worked * price / reference_hours", row) == 999999999
    assert (
        disagreements([checked("hours_worked * price * reference_hours / 999999999999")], NAMES, [row]) == []
    )
    assert amounts("1000000 * 100000", {}) == 10_000_000_000_000
    assert amounts("isced_level * 100", row) == 80000


def test_t3_what_128_bits_cannot_hold_is_refused_at_the_check():
    (found,) = refused("price * hours_worked * price * hours_worked * price")
    assert (found.code, "too wide to compute exactly" in found.message) == ("EXPRESSION-WIDE", True)


def test_t3_a_result_of_more_than_twelve_digits_is_unknown_not_an_overflow():
    one = checked("price * hours_worked * 1000")
    row = facts(price="9999999.99", hours_worked="9999999.99")
    assert disagreements([one], NAMES, [row]) == []
    assert evaluate(one, row).notes == ("the result has more than 12 digits before the point",)
    assert evaluate(one, row, trace=True).value is None


def test_t4_a_divisor_that_is_not_above_zero_leaves_it_open():
    one = checked("500.00 * hours_worked / reference_hours")
    row = facts(hours_worked="10", reference_hours="0")
    assert disagreements([one], NAMES, [row]) == []
    assert evaluate(one, row).notes == ("divisor reference_hours is 0",)
    assert evaluate(one, row).missing == ()
    test = checked("1 / margin > 3", "bool")
    assert [value_of(test, facts(margin=m)) for m in ("0", "-1", "0.25")] == [None, None, True]
    assert disagreements([test], NAMES, [facts(margin=m) for m in ("0", "-1", "0.25")]) == []


def test_t4_a_constant_divisor_is_looked_at_when_the_rule_is_checked():
    assert codes("price / 0") == codes("price / (2 - 2)") == codes("price / -4") == ["EXPRESSION-DIVISOR"]


@pytest.mark.parametrize(
    "text", ["1e3", "1_000", "0x1F", "1.", ".5", "01.50", "1e", "1234567890123", "0.1234567891"]
)
def test_t5_numbers_are_plain(text):
    with pytest.raises(ExpressionFault):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "5 = '5'",
        "age = TRUE",
        "'10' < 9",
        "low_qualified + 1 > 0",
        "low_qualified = 1",
        "birth_date > '2008-01-01'",
        "CASE WHEN low_qualified THEN 500.00 ELSE '1' END = 500.00",
        "age AND low_qualified",
        "NOT age",
        "age IN ('1', 2)",
        "COALESCE(age, 'none') = 1",
        "LEAST(age, birth_date) = 1",
        "birth_date + 1 > birth_date",
        "region < 'x'",
        "low_qualified > FALSE",
    ],
)
def test_t5_nothing_is_converted(text):
    assert set(codes(text, "bool")) == {"EXPRESSION-TYPE"}


@pytest.mark.parametrize(
    "text",
    [
        "CAST(2.5 AS INTEGER)",
        "age::VARCHAR",
        "TRY_CAST(age AS INTEGER)",
        "trunc(price, 2)",
        "round(price)",
        "ceil(price)",
        "nvl(age, 1)",
        "concat(region, region)",
        "ifnull(age, 1)",
        "nullif(age, 1)",
        "age % 2",
        "age // 2",
        "age ^ 2",
        '"age"',
        '"Age"',
        "region || region",
        "region LIKE 'x'",
    ],
)
def test_t6_what_engines_do_differently_is_not_used(text):
    with pytest.raises(ExpressionFault) as caught:
        parse_expression(text)
    assert {fault.code for fault in caught.value.faults} == {"EXPRESSION-FORBIDDEN"}


def test_t7_amounts_in_cents_stay_in_64_bits():
    sql = round_sql(compile_sql(checked(CPF), columns_of(NAMES)), 2, "up")
    assert "HUGEINT" not in sql
    assert "HUGEINT" in round_sql(
        compile_sql(checked("price * hours_worked * age"), columns_of(NAMES)), 2, "up"
    )


@pytest.mark.parametrize(
    "text",
    [
        "age BETWEEN 18 AND 65",
        "low_qualified AND TRUE",
        "labour_status IN ('employed')",
        "in_group('carers')",
        "NOT low_qualified",
    ],
)
def test_t9_an_unknown_fact_leaves_a_condition_open(text):
    one = checked(text, "bool")
    assert disagreements([one], NAMES, [{}]) == []
    outcome = evaluate(one, {})
    assert outcome.value is None
    assert len(outcome.missing) == 1


def test_t9_case_least_and_greatest_are_strict():
    for text in (
        "CASE WHEN low_qualified THEN 8000 ELSE 5000 END",
        "GREATEST(0.00, 5000 - balance.own)",
        "LEAST(500.00, balance.own)",
        "CASE WHEN age > 3 THEN 1 WHEN TRUE THEN 2 ELSE 3 END",
    ):
        assert amounts(text, {}) is None
    late = "CASE WHEN age > 3 THEN 1 WHEN low_qualified THEN 2 ELSE 3 END"
    assert amounts(late, facts(age="4")) == 100
    assert amounts(late, facts(low_qualified=True)) is None


def test_t9_what_is_decided_without_the_unknown_stays_decided():
    rows = [facts(low_qualified=True), facts(low_qualified=False), {}]
    one = checked("low_qualified OR age > 3", "bool")
    assert [value_of(one, row) for row in rows] == [True, None, None]
    assert disagreements([one], NAMES, rows) == []
    assert amounts("COALESCE(balance.own, 0)", {}) == 0
    assert amounts("CASE WHEN TRUE THEN 1 ELSE balance.own END", {}) == 100


def test_t11_the_expression_is_all_there_is():
    for text in (
        "age; select 2",
        "age;",
        "age, age",
        "age FROM persons",
        "age -- the age",
        "age /* the age */",
        "age AS x",
        "age x",
        "(SELECT 1)",
        "EXISTS (SELECT 1)",
        "age IN (SELECT 1)",
        "x -> x + 1",
        "read_csv('/etc/passwd')",
        "random()",
        "?",
        "$1",
        "*",
        "age.*",
        "count(*) OVER ()",
        "DISTINCT age",
        "age WHERE TRUE",
        "age LIMIT 1",
        "age ORDER BY 1",
        "age GROUP BY 1",
        "age HAVING TRUE",
        "age QUALIFY TRUE",
        "age UNION SELECT 2",
        "age USING SAMPLE 1",
        "greatest(DISTINCT age, 1)",
        "s.in_group('x')",
        "age COLLATE nocase",
        "age IS TRUE",
        "age IS UNKNOWN",
        "age ISNULL",
        "age IS DISTINCT FROM 1",
        "[age]",
        "{'a': age}",
        "(age, 1)",
        "age[1]",
        "INTERVAL 1 YEAR",
        "TIMESTAMP '2026-01-01 00:00:00'",
        "x'41'",
        "E'a'",
        "$$a$$",
        "+age",
        "DEFAULT",
    ):
        assert refused(text), text


def test_t11_engine_words_that_look_like_names_are_unknown_names():
    for text in ("current_date", "user", "current_user", "rowid"):
        assert codes(text, "date") in (["EXPRESSION-NAME"], ["EXPRESSION-FORBIDDEN"]), text


def test_t12_positions_count_characters():
    (found,) = refused("region = 'é' AND nosuch", "bool")
    assert (found.position, found.length, found.code) == (17, 6, "EXPRESSION-NAME")


def test_t13_what_the_parser_makes_of_interval_and_like_is_refused_by_name():
    (found,) = refused("region LIKE 'x'", "bool")
    assert found.message == "LIKE is not used in rules"
    assert any("to_years" in fault.message for fault in refused("birth_date + INTERVAL 5 YEAR"))
    assert codes("CASE WHEN low_qualified THEN 1 END") == ["EXPRESSION-UNDECIDED"]
    assert codes("CASE WHEN low_qualified THEN 1 ELSE NULL END") == ["EXPRESSION-UNDECIDED"]
    assert codes("COALESCE(NULL, 1)") == ["EXPRESSION-UNDECIDED"]


def test_t14_sums_are_qualified_columns():
    assert refused("granted.this_year('base') > 1", "bool")
    found = refused("balance.low-qualified > 1", "bool")
    assert [fault.message.split(";")[0] for fault in found] == [
        "nothing is called balance.low",
        "nothing is called qualified",
    ]
    assert codes("a.b.c") == ["EXPRESSION-NAME"]
    names = {"at_end.end": decimal(9, 2), "ever.group": integer(0, 1)}
    assert check_expression(parse_expression("at_end.end + ever.group"), names, want="number")


@pytest.mark.parametrize("depth", [61, 500, 5000])
@pytest.mark.parametrize(
    ("before", "middle", "after"),
    [
        ("-(", "age", ")"),
        ("1+", "1", ""),
        ("NOT ", "a", ""),
        ("CASE WHEN a THEN ", "1", " ELSE 2 END"),
        ("((", "1", "))"),
    ],
)
def test_t15_deep_nesting_is_a_fault_and_fast(before, middle, after, depth):
    faults = refused(before * depth + middle + after * depth)
    assert {fault.code for fault in faults} == {"EXPRESSION-LIMIT"}
    assert all("MAX_" in fault.message for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(["age"] * 60),
        "CASE WHEN low_qualified THEN age ELSE " * 55 + "1" + " END" * 55,
        "LEAST(age, " * 55 + "1" + ")" * 55,
        "-(" * 55 + "age" + ")" * 55,
    ],
)
def test_t15_up_to_the_limit_everything_works(text):
    one = checked(text)
    assert from_json(to_json(one.node)) == one.node
    assert parse_expression(text_of(one.node)) == one.node
    assert disagreements([one], NAMES, [facts(age="3", low_qualified=False), {}]) == []


def test_t16_and_t17_ages_and_durations_are_no_arithmetic_of_dates():
    assert codes("birth_date - birth_date > 18", "bool") == ["EXPRESSION-TYPE"] * 2
    one = checked("birth_date <= DATE '2008-02-29'", "bool")
    assert value_of(one, {"birth_date": parse_expression("DATE '2008-02-29'").value}) is True
    assert codes("birth_date <= DATE '2008-2-29'", "bool") == ["EXPRESSION-NUMBER"]
    assert codes("birth_date <= DATE '2009-02-29'", "bool") == ["EXPRESSION-NUMBER"]
    assert codes("birth_date <= DATE('2008-02-29')", "bool") == ["EXPRESSION-FORBIDDEN"]
    assert codes("birth_date <= CAST('2008-02-29' AS DATE)", "bool") == ["EXPRESSION-FORBIDDEN"]
    assert codes("birth_date <= DATE 'infinity'", "bool") == ["EXPRESSION-NUMBER"]


def test_text_of_a_rule_reaches_the_engine_as_a_literal_only():
    text = "region = 'x''; DROP TABLE facts; --'"
    one = checked(text, "bool")
    load(NAMES, [{"region": "x'; DROP TABLE facts; --"}, {"region": "y"}])
    assert query([compile_sql(one, columns_of(NAMES)).sql]) == [(True,), (False,)]


def test_a_column_of_another_scale_is_the_callers_fault():
    one = checked("price * 2")
    with pytest.raises(ValueError, match="scale"):
        compile_sql(one, {"price": SqlColumn("price", 3)})
    with pytest.raises(ValueError, match="scale"):
        round_sql(compile_sql(one, columns_of(NAMES)), 3, "up")
    with pytest.raises(ValueError, match="mode"):
        round_sql(compile_sql(one, columns_of(NAMES)), 2, "even")
    with pytest.raises(TypeError, match="price"):
        value_of(one, {"price": 1.5})


def test_values_are_fractions_whatever_numbers_came_in():
    outcome = evaluate(checked("isced_level / age"), {"isced_level": 1, "age": 3})
    assert outcome.value == Fraction(1, 3)
    assert isinstance(outcome.value, Fraction)
