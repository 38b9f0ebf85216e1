"""Bad rule files: each fault is one finding with its code, at its line and column, and what to do.

The mark ‸ stands where the finding must point; it is taken out before the text is read.
"""

from __future__ import annotations

import pytest

from ilactl.findings import Finding
from ilactl.ledger.manifest import load_manifest
from ilactl.rules.load import read_rules
from tests.rules.books import MANIFEST

MARK = "‸"
GRANT = """\
[facts]
hours = { kind = "figure", type = "decimal(9,2)" }
rate = { kind = "state", type = "decimal(5,2)" }
trained = { kind = "state", type = "bool" }
sector = { kind = "state", type = "text", values = ["care", "craft"] }
[values]
yearly = [{ from = "2020-01-01", value = "500.00" }]
[[cap]]
id = "own"
over = ["own"]
unit = "EUR"
limit = "5000.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
when = "hours > 0"
amount = "value.yearly"
round = "up"
caps = ["own"]
order = 1
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
"""
SECOND = """\
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "1.00"
"""


def with_(old: str, new: str) -> str:
    """The good file with one thing changed."""
    assert GRANT.count(old) == 1, old
    return GRANT.replace(old, new)


def amount(text: str) -> str:
    return with_('amount = "value.yearly"', f'amount = "{text}"')


def when(text: str) -> str:
    return with_('when = "hours > 0"', f'when = "{text}"')


def findings_of(data: bytes, **others: str) -> list[Finding]:
    """What the rule files are found to be; never an exception."""
    texts = {
        "rules/scheme.toml": data,
        **{f"rules/{name}.toml": text.encode() for name, text in others.items()},
    }
    return read_rules(texts, load_manifest(MANIFEST.encode()))[1]


BAD: dict[str, tuple[str, str, str]] = {
    # name: the file, the code, a part of message or remedy
    "unknown name, nearest offered": (
        amount("500.00 * ‸hour / 1607"),
        "EXPRESSION-NAME",
        "did you mean hours?",
    ),
    "unknown value, nearest offered": (
        amount("‸value.yearley"),
        "EXPRESSION-NAME",
        "did you mean value.yearly?",
    ),
    "unknown class in a sum": (amount("‸balance.onw"), "EXPRESSION-NAME", "did you mean balance.own?"),
    "é before an unknown name": (
        when("region = 'é' AND ‸trainde"),
        "EXPRESSION-NAME",
        "did you mean trained?",
    ),
    "moment of a figure": (when("‸ever.hours > 0"), "EXPRESSION-NAME", "ever.hours"),
    "ever of a number": (when("‸ever.rate > 0"), "EXPRESSION-NAME", "ever.rate"),
    "upper case name": (when("‸Hours > 0"), "EXPRESSION-NAME", ""),
    "name with a hyphen": (amount("‸un-hours"), "EXPRESSION-NAME", "nothing is called un"),
    "amount that can be negative": (amount("‸500.00 - hours"), "EXPRESSION-NEGATIVE", "GREATEST"),
    "negative amount": (amount("‸-5.00"), "EXPRESSION-NEGATIVE", "GREATEST"),
    "zero divisor": (amount("500.00 / ‸0"), "EXPRESSION-DIVISOR", ""),
    "divisor never above zero": (amount("500.00 / (‸1 - 1)"), "EXPRESSION-DIVISOR", ""),
    "exponent": (amount("‸1e3"), "EXPRESSION-NUMBER", ""),
    "digits with underscores": (amount("‸1_000"), "EXPRESSION-NUMBER", ""),
    "comma in a number": (amount("‸1,000"), "EXPRESSION-FORBIDDEN", "commas"),
    "empty expression": (amount("‸ "), "EXPRESSION-SYNTAX", "empty"),
    "ends too early": (amount("500.00 ‸*"), "EXPRESSION-SYNTAX", "cannot be read from"),
    "two statements": (amount("1.00‸; SELECT 2"), "EXPRESSION-FORBIDDEN", "semicolon"),
    "comment": (amount("1.00 ‸-- one"), "EXPRESSION-FORBIDDEN", "comment"),
    "subquery": (amount("‸(SELECT 1)"), "EXPRESSION-FORBIDDEN", ""),
    "a file read": (amount("‸read_csv('x')"), "EXPRESSION-FORBIDDEN", ""),
    "the clock": (when("‸current_date > DATE '2026-01-01'"), "EXPRESSION-NAME", "current_date"),
    "chance": (amount("‸random()"), "EXPRESSION-FORBIDDEN", ""),
    "a cast": (amount("‸CAST('5' AS DECIMAL(9,2))"), "EXPRESSION-FORBIDDEN", ""),
    "number against text": (when("hours > ‸'5'"), "EXPRESSION-TYPE", "without quotes"),
    "number for a condition": (when("‸hours"), "EXPRESSION-TYPE", "condition"),
    "condition for a number": (amount("‸trained"), "EXPRESSION-TYPE", "number"),
    "text never among the values": (when("sector = ‸'cars'"), "EXPRESSION-VALUE", "did you mean care?"),
    "unknown labour status": (
        when("labour_status = ‸'employd'"),
        "EXPRESSION-VALUE",
        "did you mean employed?",
    ),
    "CASE without ELSE": (amount("‸CASE WHEN trained THEN 5.00 END"), "EXPRESSION-UNDECIDED", "ELSE"),
    "compared with NULL": (when("trained = ‸NULL"), "EXPRESSION-UNDECIDED", ""),
    "text without closing quote": (when("sector = ‸'care"), "EXPRESSION-SYNTAX", "closing quote"),
    "too wide": (amount("‸balance.own * balance.own * balance.own * balance.own"), "EXPRESSION-WIDE", ""),
    "too deep": (amount("(" * 100 + "‸(" + "1.00" + ")" * 101), "EXPRESSION-LIMIT", "MAX_NESTING"),
    "day of no calendar in an expression": (
        when("birth_date < ‸DATE '2026-02-30'"),
        "EXPRESSION-NUMBER",
        "calendar",
    ),
    "limit that is a text": (with_('limit = "5000.00"', "limit = \"‸'much'\""), "EXPRESSION-TYPE", "number"),
    "limit of an unknown name": (with_('limit = "5000.00"', 'limit = "‸much"'), "EXPRESSION-NAME", "much"),
    "cap over an unknown class": (
        with_('over = ["own"]', 'over = [‸"onw"]'),
        "UNKNOWN-NAME",
        "did you mean own?",
    ),
    "cap over no class": (with_('over = ["own"]', "‸over = []"), "BAD-VALUE", "over"),
    "cap over one class twice": (with_('over = ["own"]', 'over = ["own", ‸"own"]'), "DOUBLED-RULE", "own"),
    "cap over another unit": (
        GRANT.replace('over = ["own"]\nunit = "EUR"', 'over = [‸"own"]\nunit = "hour"').replace(
            'caps = ["own"]\n', ""
        ),
        "BAD-VALUE",
        "hour",
    ),
    "unknown cap": (with_('caps = ["own"]', 'caps = [‸"onw"]'), "UNKNOWN-NAME", "did you mean own?"),
    "unknown fund": (
        with_('fund = "fund:state"', '‸fund = "fund:stat"'),
        "UNKNOWN-NAME",
        "did you mean fund:state?",
    ),
    "fund that is no account": (with_('fund = "fund:state"', '‸fund = "state"'), "BAD-VALUE", "fund:NAME"),
    "unknown unit": (
        GRANT.replace('class = "employer"\nunit = "EUR"', 'class = "employer"\n‸unit = "EURO"'),
        "UNKNOWN-NAME",
        "did you mean EUR?",
    ),
    "class in two units": (
        GRANT + SECOND.replace('"base"', '"other"').replace('unit = "EUR"', '‸unit = "hour"'),
        "BAD-VALUE",
        "another class",
    ),
    "unquoted amount": (with_('amount = "value.yearly"', "‸amount = 500.00"), "UNQUOTED-NUMBER", "quotes"),
    "unquoted whole amount": (with_('amount = "value.yearly"', "‸amount = 500"), "UNQUOTED-NUMBER", "quotes"),
    "nan": (with_('amount = "value.yearly"', "‸amount = nan"), "UNQUOTED-NUMBER", "quotes"),
    "inf": (with_('limit = "5000.00"', "‸limit = inf"), "UNQUOTED-NUMBER", "quotes"),
    "unquoted value": (with_('value = "500.00" }', "‸value = 500.00 }"), "UNQUOTED-NUMBER", "quotes"),
    "value with an exponent": (with_('value = "500.00" }', '‸value = "5e2" }'), "BAD-VALUE", "plain number"),
    "value of NaN": (with_('value = "500.00" }', '‸value = "NaN" }'), "BAD-VALUE", "plain number"),
    "value with other digits": (with_('value = "500.00" }', '‸value = "٥٠٠" }'), "BAD-VALUE", "plain number"),
    "value from 30 February": (with_('from = "2020-01-01"', '‸from = "2020-02-30"'), "BAD-VALUE", "calendar"),
    "value twice from a day": (
        with_('value = "500.00" }]', 'value = "500.00" }, ‸{ from = "2020-01-01", value = "1" }]'),
        "DOUBLED-RULE",
        "2020-01-01",
    ),
    "value without steps": (
        with_('yearly = [{ from = "2020-01-01", value = "500.00" }]', "‸yearly = []"),
        "BAD-VALUE",
        "no value",
    ),
    "typo in a key": (
        with_('amount = "value.yearly"', 'amount = "1.00"\n‸amuont = "2.00"'),
        "UNKNOWN-KEY",
        "write amount",
    ),
    "typo in a table": (GRANT + "‸[[grants]]\n", "UNKNOWN-KEY", "write grant"),
    "key of no table": ('‸amount = "1.00"\n' + GRANT, "UNKNOWN-KEY", "amount"),
    "typo in a fact's key": (
        with_('rate = { kind = "state", type', 'rate = { kind = "state", ‸typ = "text", type'),
        "UNKNOWN-KEY",
        "write type",
    ),
    "a grant's key below its tiers": (
        with_(
            'amount = "value.yearly"\nround = "up"\ncaps = ["own"]\norder = 1\n',
            "caps = ['own']\norder = 1\n",
        ).replace("[[contribution]]", "[[grant.tier]]\namount = '1.00'\n‸round = 'up'\n[[contribution]]"),
        "UNKNOWN-KEY",
        "above the first [[grant.tier]]",
    ),
    "typo in a table whose header names a part": (
        GRANT + '‸[fact.more]\nkind = "state"\ntype = "bool"\n',
        "UNKNOWN-KEY",
        "write facts",
    ),
    "typo in a dotted key": (
        with_("trained = {", '‸more.knd = "state"\nmore.kind = "state"\nmore.type = "bool"\ntrained = {'),
        "UNKNOWN-KEY",
        "write kind",
    ),
    "name after escapes": (amount("1 +\\t1 +\\u0020‸x"), "EXPRESSION-NAME", "nothing is called x"),
    "quoted name": (amount('‸\\"hours\\" * 2'), "EXPRESSION-FORBIDDEN", "write names bare"),
    "name on a line that is joined": (
        with_('amount = "value.yearly"', 'amount = """\\\n   1.00 + \\\n   ‸x"""'),
        "EXPRESSION-NAME",
        "nothing is called x",
    ),
    "IS TRUE": (when("trained ‸IS TRUE"), "EXPRESSION-FORBIDDEN", "the condition itself"),
    "missing class": (
        GRANT.replace('[[grant]]\nid = "base"\nclass = "own"', '‸[[grant]]\nid = "base"'),
        "MISSING-KEY",
        "class",
    ),
    "missing due": (
        GRANT.replace('due = "06-15 next"\n', "").replace("[[grant]]", "‸[[grant]]"),
        "MISSING-KEY",
        "due",
    ),
    "missing limit": (
        GRANT.replace('limit = "5000.00"\n', "").replace("[[cap]]", "‸[[cap]]"),
        "MISSING-KEY",
        "limit",
    ),
    "missing amount": (
        GRANT.replace('amount = "value.yearly"\n', "").replace("[[grant]]", "‸[[grant]]"),
        "MISSING-KEY",
        "no amount",
    ),
    "amount and tiers": (
        with_("order = 1\n", 'order = 1\n[[grant.tier]]\namount = "1.00"\n').replace(
            "[[grant]]", "‸[[grant]]"
        ),
        "MISSING-KEY",
        "both",
    ),
    "rounding missing": (
        amount("500.00 * hours / 1607").replace('round = "up"\n', "").replace("amount =", "‸amount ="),
        "ROUNDING-MISSING",
        "half_up",
    ),
    "unknown rounding": (with_('round = "up"', '‸round = "ceil"'), "BAD-VALUE", "half_up"),
    "doubled grant": (GRANT + SECOND.replace("id =", "‸id ="), "OVERLAPPING-VERSIONS", "always"),
    "overlapping versions": (
        GRANT + SECOND.replace("id =", 'valid_from = "2026-01-01"\n‸id ='),
        "OVERLAPPING-VERSIONS",
        "2026-01-01",
    ),
    "versions that share a day": (
        with_("order = 1", 'order = 1\nvalid_until = "2026-01-02"')
        + SECOND.replace("id =", 'valid_from = "2026-01-01"\n‸id ='),
        "OVERLAPPING-VERSIONS",
        "2026-01-01",
    ),
    "versions of another rhythm": (
        with_("order = 1", 'order = 1\nvalid_until = "2026-01-01"')
        + SECOND.replace(
            'every = "year"\ndue = "06-15 next"', '‸every = "month"\ndue = "01"\nvalid_from = "2026-01-01"'
        ),
        "BAD-VALUE",
        "new id",
    ),
    "doubled cap": (
        GRANT + '[[cap]]\n‸id = "own"\nover = ["own"]\nunit = "EUR"\nlimit = "1.00"\n',
        "DOUBLED-RULE",
        "own",
    ),
    "doubled contribution": (
        GRANT + '[[contribution]]\n‸id = "employer"\nclass = "employer"\nunit = "EUR"\nfrom = ["own"]\n',
        "OVERLAPPING-VERSIONS",
        "always",
    ),
    "a grant and a contribution of one id": (
        with_('id = "employer"', '‸id = "base"'),
        "DOUBLED-RULE",
        "base",
    ),
    "doubled key": (GRANT + '‸id = "again"\n', "TOML-SYNTAX", "id stands twice"),
    "built-in fact": (
        with_("trained = {", '‸isced_level = { kind = "state", type = "integer" }\ntrained = {'),
        "DOUBLED-RULE",
        "built-in",
    ),
    "fact named like a kernel name": (
        with_("trained = {", '‸age = { kind = "state", type = "integer" }\ntrained = {'),
        "DOUBLED-RULE",
        "age",
    ),
    "fact named like a column": (
        with_("trained = {", '‸name = { kind = "state", type = "text" }\ntrained = {'),
        "DOUBLED-RULE",
        "name",
    ),
    "fact named like a word of SQL": (
        with_("trained = {", '‸order = { kind = "state", type = "integer" }\ntrained = {'),
        "BAD-VALUE",
        "such as the_order",
    ),
    "fact with a capital": (
        with_("trained = {", '‸Trained = { kind = "state", type = "bool" }\ntrained = {'),
        "BAD-VALUE",
        "Trained",
    ),
    "unknown kind of fact": (
        with_('hours = { kind = "figure"', 'hours = { ‸kind = "sum"'),
        "BAD-VALUE",
        "figure",
    ),
    "unknown type": (with_('type = "bool"', '‸type = "boolean"'), "BAD-VALUE", "write bool"),
    "type with too many digits": (
        with_('type = "decimal(5,2)"', '‸type = "decimal(38,2)"'),
        "BAD-VALUE",
        "at most 15",
    ),
    "figure that is a bool": (
        with_('trained = { kind = "state", type', 'trained = { kind = "figure", ‸type'),
        "BAD-VALUE",
        "adds up",
    ),
    "sensitive figure": (
        with_('hours = { kind = "figure",', 'hours = { kind = "figure", ‸sensitive = true,'),
        "BAD-VALUE",
        "figures.csv",
    ),
    "default of another type": (
        with_('type = "bool" }', 'type = "bool", ‸default = "no" }'),
        "BAD-VALUE",
        "true or false",
    ),
    "default out of the list": (
        with_('values = ["care", "craft"] }', 'values = ["care", "craft"], ‸default = "cars" }'),
        "BAD-VALUE",
        "one of care",
    ),
    "least value that is no number": (
        with_('type = "decimal(5,2)" }', 'type = "decimal(5,2)", ‸min = "-∞" }'),
        "BAD-VALUE",
        "plain number",
    ),
    "least value beyond the type": (
        with_('type = "decimal(5,2)" }', 'type = "decimal(5,2)", ‸min = "1000" }'),
        "BAD-VALUE",
        "999.99",
    ),
    "least value finer than the type": (
        with_('type = "decimal(5,2)" }', 'type = "decimal(5,2)", ‸min = "0.005" }'),
        "BAD-VALUE",
        "2 decimals",
    ),
    "due on 30 February": (with_('due = "06-15 next"', '‸due = "02-30"'), "BAD-VALUE", "MM-DD"),
    "due on 29 February": (with_('due = "06-15 next"', '‸due = "02-29"'), "BAD-VALUE", "MM-DD"),
    "due of a month for a year": (with_('due = "06-15 next"', '‸due = "15"'), "BAD-VALUE", "every = 'year'"),
    "due of a year for a month": (
        with_('every = "year"\ndue', 'every = "month"\n‸due'),
        "BAD-VALUE",
        "01 to 28",
    ),
    "due on the 31st of a month": (
        GRANT.replace('"year"\ndue = "06-15 next"', '"month"\n‸due = "31"'),
        "BAD-VALUE",
        "01 to 28",
    ),
    "once in arrears": (GRANT.replace('"year"\ndue', '"once"\n‸due'), "BAD-VALUE", "YYYY-MM-DD"),
    "once on no day": (
        GRANT.replace('"year"\ndue = "06-15 next"', '"once"\n‸due = "2026-02-30"'),
        "BAD-VALUE",
        "YYYY-MM-DD",
    ),
    "unknown rhythm": (with_('every = "year"', '‸every = "week"'), "BAD-VALUE", "month"),
    "facts on no moment": (
        with_('every = "year"', 'every = "year"\n‸facts_on = "soon"'),
        "BAD-VALUE",
        "soon",
    ),
    "valid from no day": (
        with_('every = "year"', 'every = "year"\n‸valid_from = "2026-02-30"'),
        "BAD-VALUE",
        "calendar",
    ),
    "valid until before from": (
        with_('every = "year"', 'every = "year"\nvalid_from = "2026-01-01"\n‸valid_until = "2025-01-01"'),
        "BAD-VALUE",
        "not after",
    ),
    "a day without quotes": (
        with_('every = "year"', 'every = "year"\n‸valid_from = 2026-01-01'),
        "BAD-VALUE",
        "valid_from",
    ),
    "contribution from nobody": (with_('from = ["employer"]', "‸from = []"), "BAD-VALUE", "from"),
    "contribution from strangers": (
        with_('from = ["employer"]', 'from = [‸"aunt"]'),
        "BAD-VALUE",
        "employer",
    ),
    "a rule id that is no name": (with_('id = "base"', '‸id = "Base-1"'), "BAD-VALUE", "id"),
    "grant that is no list": (GRANT.replace("[[grant]]", "‸[grant]"), "BAD-VALUE", "grant"),
    "order in quotes": (with_("order = 1", '‸order = "1"'), "BAD-VALUE", "order"),
    "no equals sign": (GRANT + "amount‸\n", "TOML-SYNTAX", ""),
    "string without an end": (GRANT + 'title = "open‸\n', "TOML-SYNTAX", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_one_fault_is_one_finding_at_its_place(name: str) -> None:
    marked, code, part = BAD[name]
    assert marked.count(MARK) == 1
    before = marked[: marked.index(MARK)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    text = marked.replace(MARK, "")
    faults = [finding for finding in findings_of(text.encode()) if not finding.warning]
    assert [(f.code, f.place.path, f.place.line, f.place.column) for f in faults] == [
        (code, "rules/scheme.toml", line, column)
    ], [f.format() for f in faults]
    [found] = faults
    assert part in found.message + found.remedy
    assert found.remedy
    assert found.place.text == text.split("\n")[line - 1]


def test_the_good_file_has_no_finding() -> None:
    assert findings_of(GRANT.encode()) == []


BYTES: dict[str, tuple[bytes, str, int, int]] = {
    "byte-order mark": (b"\xef\xbb\xbf" + GRANT.encode(), "TOML-BOM", 1, 1),
    "Latin-1": (
        GRANT.replace("[[cap]]", '[[cap]]\ntitle = "pl\u00e9nier"').encode("latin-1"),
        "TOML-ENCODING",
        9,
        12,
    ),
    "UTF-16": (GRANT.encode("utf-16"), "TOML-ENCODING", 1, 1),
    "a zero byte": (GRANT.encode() + b"\0", "TOML-SYNTAX", 30, 1),
    "deep nesting": (GRANT.encode() + b"x = " + b"[" * 20_000 + b"]" * 20_000, "TOML-SYNTAX", 30, 65),
    "a number without an end": (GRANT.encode() + b"order = " + b"9" * 5_000, "TOML-SYNTAX", 30, 9),
    "more than a million bytes": (GRANT.encode() + b"#" * 1_000_000, "TOML-SIZE", 0, 0),
    "a lone carriage return": (GRANT.encode() + b'title = "a"\r', "TOML-SYNTAX", 30, 12),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_plain_toml(name: str) -> None:
    data, code, line, column = BYTES[name]
    assert [(f.code, f.place.line, f.place.column) for f in findings_of(data)] == [(code, line, column)]


def test_crlf_is_accepted() -> None:
    assert findings_of(GRANT.replace("\n", "\r\n").encode()) == []


def test_a_fault_in_a_crlf_file_has_the_same_place() -> None:
    text = amount("value.yearley").replace("\n", "\r\n")
    [found] = findings_of(text.encode())
    assert (found.place.line, found.place.column, found.place.text) == (21, 11, 'amount = "value.yearley"')


def test_all_faults_are_found_in_one_go_sorted_by_place() -> None:
    text = (
        with_('fund = "fund:state"', 'fund = "fund:stat"')
        .replace("hours > 0", "huors > 0")
        .replace("06-15", "06-31")
    )
    found = findings_of(text.encode(), other="nonsense\n")
    assert [(f.place.path, f.code) for f in found] == [("rules/other.toml", "TOML-SYNTAX")], (
        "shape comes first"
    )
    found = findings_of(text.encode(), other='[[cap]]\nid = "x"\nover = ["z"]\nunit = "EUR"\nlimit = "y"\n')
    assert [(f.place.path, f.code, f.place.line) for f in found] == [
        ("rules/other.toml", "UNKNOWN-NAME", 3),
        ("rules/other.toml", "EXPRESSION-NAME", 5),
        ("rules/scheme.toml", "UNKNOWN-NAME", 16),
        ("rules/scheme.toml", "BAD-VALUE", 19),
        ("rules/scheme.toml", "EXPRESSION-NAME", 20),
    ]


def test_names_of_one_file_are_known_in_another() -> None:
    facts, rest = GRANT.split("[values]")
    assert findings_of(facts.encode(), rules="[values]" + rest) == []


def test_a_fact_declared_in_two_files_is_found_in_the_second() -> None:
    again = '[facts]\nrate = { kind = "state", type = "bool" }\n'
    assert [(f.code, f.place.path, f.place.line) for f in findings_of(GRANT.encode(), zz=again)] == [
        ("DOUBLED-RULE", "rules/zz.toml", 2)
    ]


def test_two_grants_in_one_cap_without_an_order_are_a_warning() -> None:
    second = SECOND.replace('"base"', '"other"') + 'caps = ["own"]\n'
    [found] = findings_of((GRANT + second).encode())
    assert (found.code, found.warning, found.place.line) == ("CAP-ORDER", True, 30)


def test_versions_that_follow_each_other_are_no_fault() -> None:
    first = with_("order = 1", 'order = 1\nvalid_until = "2026-01-01"')
    assert findings_of((first + SECOND + 'valid_from = "2026-01-01"\n').encode()) == []


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[scheme]\n"])
def test_an_empty_rule_file_is_no_fault(text: str) -> None:
    assert findings_of(text.encode()) == []


def test_no_rule_file_is_a_warning() -> None:
    found = read_rules({}, load_manifest(MANIFEST.encode()))[1]
    assert [(f.code, f.warning) for f in found] == [("NO-RULES", True)]


def test_a_rule_file_is_read_as_data_whatever_it_holds() -> None:
    """Cut short anywhere, a rule file gives findings or a scheme, never an exception."""
    data = GRANT.encode()
    for end in range(0, len(data), 7):
        findings_of(data[:end])


PARTS = """\
[[grant]]
id = "g"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "5"
"""


AMEND = "[[amend]]\nid='a'\non='2025-02-28'\n"
CONVERT = "[[convert]]\nid='a'\non='2025-01-01'\nclasses=['own']\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PARTS + "‸starts = '13-01'", "BAD-VALUE"),
        (PARTS + "‸expires = '14 moons'", "BAD-VALUE"),
        (PARTS + "expires = ['never', ‸'30-02']", "BAD-VALUE"),
        (PARTS + "‸usable = 'age 65'", "BAD-VALUE"),
        (PARTS + "‸unused = 'funders'", "BAD-VALUE"),
        (PARTS + "‸matches = ['own']", "BAD-VALUE"),
        (PARTS + "‸budget = 'none'", "UNKNOWN-NAME"),
        (PARTS.replace('every = "year"', '‸every = "6 yers"'), "BAD-VALUE"),
        (
            PARTS.replace(
                'every = "year"\ndue = "01-01"', 'every = "exhausted + 5 years"\n‸due = "2020-01-01"'
            ),
            "BAD-VALUE",
        ),
        (PARTS.replace('every = "year"', 'every = "once"\n‸true_up = true'), "BAD-VALUE"),
        (PARTS + "[[cap]]\nid='c'\nover=['own']\nunit='EUR'\nlimit='5'\n‸window='year'", "BAD-VALUE"),
        (
            PARTS + "[[cap]]\nid='c'\nover=['own']\nunit='EUR'\nlimit='5'\nmeasure='granted'\n‸window='yaer'",
            "BAD-VALUE",
        ),
        (PARTS + "[[amend]]\nid='a'\n‸on='2025-02-30'\nexpires='never'", "BAD-VALUE"),
        (PARTS + "[[amend]]\nid='a'\non='2025-02-28'\n‸expires='24 months after first use'", "BAD-VALUE"),
        (PARTS + "‸[[amend]]\nid='a'\non='2025-02-28'", "MISSING-KEY"),
        (
            PARTS + "[[amend]]\nid='a'\non='2025-02-28'\nexpires='never'\nwhen='‸lot.amout > 3'",
            "EXPRESSION-NAME",
        ),
        (
            PARTS + "[[convert]]\nid='a'\non='2025-01-01'\nclasses=['own']\n‸class='own'\nunit='EUR'",
            "BAD-VALUE",
        ),
        (PARTS + "[[closing]]\n‸id='g'\ndue='01-01'", "DOUBLED-RULE"),
        (PARTS + "[[closing]]\nid='c'\n‸due='1'", "BAD-VALUE"),
        (
            PARTS + "‸[[budget]]\nid='b'\nunit='EUR'\norder='lottery'\n"
            "window=[{from='2025-01-01',to='2025-12-31',amount='5'}]",
            "BAD-VALUE",
        ),
    ],
)
def test_a_typo_in_what_speaks_of_lots_and_windows_is_found_at_its_place(text: str, code: str) -> None:
    at = text.index(MARK)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    _, findings = read_rules(
        {"rules/a.toml": text.replace(MARK, "").encode()}, load_manifest(MANIFEST.encode())
    )
    assert (code, line) in [(one.code, one.place.line) for one in findings], [
        one.format() for one in findings
    ]
    assert column in [one.place.column for one in findings if one.code == code]
