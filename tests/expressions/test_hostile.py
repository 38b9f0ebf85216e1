"""Whatever text stands in a rule file: a list of faults comes back, soon, and nothing is run."""

from __future__ import annotations

import random
import time

import pytest

from ilactl.rules.expressions import ExpressionFault, Fault, parse_expression
from tests.expressions.scheme import CPF, refused

HOSTILE = {
    "second statement": "age; select 2",
    "file": "read_csv('/etc/passwd')",
    "random": "random()",
    "nul": "age\0",
    "nul in text": "region = 'a\0b'",
    "only nul": "\0",
    "surrogate": "region = '\ud800'",
    "bare surrogate": "\udfff",
    "bidi": "region = '\u202eabc'",
    "byte order mark": "\ufeffage",
    "no-break space": "age\u00a0+ 1",
    "em space": "age\u2003+ 1",
    "letters": "Ålder",
    "newline in text": "region = 'a\nb'",
    "open text": "region = 'a",
    "open text, doubled": "region = 'a''",
    "open comment": "age /*",
    "closing comment": "age */ 2",
    "comment that eats": "age = 3 -- x",
    "minus minus": "1--2",
    "dollar quotes": "$x$ a $x$",
    "backslash text": "region = E'\\' OR 1=1 --'",
    "megabyte": "age + " * 170_000 + "1",
    "megabyte of brackets": "(" * 1_000_000,
    "megabyte of quotes": "'" * 1_000_001,
    "long name": "a" * 5000,
    "long number": "9" * 5000,
    "long chain": "age + " * 1300 + "1",
    "long list": "age IN (" + "1, " * 2500 + "1)",
    "wide and": "low_qualified AND " * 440 + "TRUE",
    "arrow": "age -> age",
    "json": "age ->> 'x'",
    "pragma": "PRAGMA version",
    "attach": "ATTACH 'x'",
    "copy": "COPY facts TO 'x'",
    "values": "VALUES (1)",
    "lateral": "age, LATERAL (SELECT 1)",
    "columns": "COLUMNS('.*')",
    "variable": "getvariable('x')",
    "try": "TRY(age)",
    "positional": "#1",
    "struct": "{'a': 1}.a",
    "at": "@age",
    "factorial": "age!",
    "keyword": "SELECT",
    "semicolons": ";;;",
    "empty brackets": "()",
    "empty in": "age IN ()",
    "empty least": "LEAST()",
    "one least": "LEAST(age)",
    "named argument": "LEAST(a := 1, b := 2)",
    "group of nothing": "in_group()",
    "group by fact": "in_group(region)",
    "group with quote": "in_group('x'' OR TRUE')",
    "case that doubles": "CASE " * 60 + "age" + " WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 3 END" * 60,
    "case of brackets": "CASE (age) WHEN 1 THEN 2 ELSE 3 END",
    "between that doubles": "CASE WHEN (" * 40 + "age" + ") BETWEEN 0 AND 1 THEN 1 ELSE 2 END" * 40,
    "template": "{{ age }}",
    "percent": "100%",
    "backtick": "`age`",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_a_list_of_faults(name):
    text = HOSTILE[name]
    started = time.monotonic()
    found = refused(text) or refused(text, "bool")
    assert found
    assert time.monotonic() - started < 2
    for fault in found:
        assert isinstance(fault, Fault)
        assert 0 <= fault.position <= len(text)
        assert 0 <= fault.length <= len(text)
        assert fault.position + fault.length <= len(text)
        assert fault.message
        assert fault.remedy
        assert len(fault.message) < 400


NOISE = [
    *(
        "age",
        "low_qualified",
        "region",
        "'x'",
        "1",
        "2.50",
        "+",
        "-",
        "*",
        "/",
        "(",
        ")",
        ",",
        "CASE",
        "WHEN",
    ),
    *(
        "THEN",
        "ELSE",
        "END",
        "AND",
        "OR",
        "NOT",
        "IN",
        "BETWEEN",
        "IS",
        "NULL",
        "=",
        "<",
        "LEAST(",
        ";",
        "--",
    ),
    *('"', "é", "\0", ".", "DATE"),
]


def test_noise_never_ends_in_anything_but_faults():
    chance = random.Random(20261123)
    for _ in range(1500):
        text = " ".join(chance.choice(NOISE) for _ in range(chance.randrange(1, 12)))
        refused(text)
        refused(text, "bool")


def test_cut_anywhere_an_expression_is_faulty_or_whole():
    for end in range(len(CPF)):
        refused(CPF[:end])
        refused(CPF[end:])


def test_nothing_is_left_behind_by_a_refused_text():
    with pytest.raises(ExpressionFault):
        parse_expression("SET threads = 8; 1")
    assert not refused("age + 1")
