"""A version that has booked something stays as it was; what is no change of it may be written freely."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ilactl.errors import BadRules
from tests.rules.books import Book

RULES = """\
[facts]
grade = { kind = "state", type = "integer", default = "1" }
hours = { kind = "figure", type = "decimal(9,2)" }
sector = { kind = "state", type = "text", values = ['a\\b', "c"], default = "c" }

[values]
yearly = [{ from = "2020-01-01", value = "500.00" }, { from = "2026-01-01", value = "520.00" }]
other = [{ from = "2020-01-01", value = "1.00" }]

[[cap]]
id = "own"
over = ["own"]
unit = "EUR"
limit = "5000.00"

# The law of 2020.
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
when = "grade > 0"
amount = "value.yearly / grade"
round = "up"
caps = ["own"]

[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
"""


@pytest.fixture
def used(tmp_path: Path) -> Book:
    """A ledger whose base has booked something in 2026."""
    book = Book.make(tmp_path, {"scheme.toml": RULES})
    book.person()
    assert [row["amount"] for row in book.topup("2026-01-01")] == ["520.00"]
    return book


def rewrite(book: Book, old: str, new: str) -> None:
    assert RULES.count(old) == 1, old
    (book.root / "rules/scheme.toml").write_text(RULES.replace(old, new), "utf-8")


NO_CHANGE = {
    "a title": ('class = "own"\nfund', 'class = "own"\ntitle = "yearly"\nfund'),
    "a law": ('round = "up"', 'round = "up"\nlaw = "Act 1"'),
    "a comment": ("# The law of 2020.", "# The law of 2020, article 3."),
    "a valid_until": ('round = "up"', 'round = "up"\nvalid_until = "2030-01-01"'),
    "a later dated value": (
        'value = "520.00" }]',
        'value = "520.00" }, { from = "2027-01-01", value = "540.00" }]',
    ),
    "spaces in an expression": ("value.yearly / grade", "( value.yearly  /  grade )"),
    "a value it does not read": ('value = "1.00" }]', 'value = "2.00" }]'),
    "a fact it does not read": ('type = "decimal(9,2)"', 'type = "decimal(9,1)"'),
    "a new fact": ("[values]", 'more = { kind = "state", type = "bool" }\n\n[values]'),
    "the cap's title": ('over = ["own"]', 'over = ["own"]\ntitle = "ceiling"'),
    "its order": ('round = "up"', 'round = "up"\norder = 7'),
    "a contribution that booked nothing": ('from = ["employer"]', 'from = ["employer", "own"]'),
    "a new version of the same id": (
        'caps = ["own"]\n',
        'caps = ["own"]\nvalid_until = "2027-01-01"\n\n'
        '[[grant]]\nid = "base"\nclass = "own"\nfund = "fund:esf"\nunit = "EUR"\nevery = "year"\n'
        'due = "01-01"\namount = "9.00"\nvalid_from = "2027-01-01"\n',
    ),
}

CHANGE = {
    "the amount": ("value.yearly / grade", "value.yearly / (grade + 1)"),
    "the condition": ("grade > 0", "grade > 1"),
    "the rounding": ('round = "up"', 'round = "down"'),
    "the fund": ("fund:state", "fund:esf"),
    "the due date": ('due = "01-01"', 'due = "01-02"'),
    "the day facts are read": ('due = "01-01"', 'due = "01-01"\nfacts_on = "period-end"'),
    "the cap's limit": ('"5000.00"', '"6000.00"'),
    "what the cap counts": ('over = ["own"]', 'over = ["own", "employer"]'),
    "no cap any more": ('caps = ["own"]\n', ""),
    "the default of a fact it reads": ('default = "1"', 'default = "2"'),
    "the type of a fact it reads": ('type = "integer"', 'type = "decimal(5,2)"'),
    "a value it read": ('value = "520.00" }', 'value = "521.00" }'),
    "a new value in the past": (
        'value = "500.00" }',
        'value = "500.00" }, { from = "2025-01-01", value = "510.00" }',
    ),
    "a first day that covers the same years": ('round = "up"', 'round = "up"\nvalid_from = "2019-01-01"'),
}


@pytest.mark.parametrize("name", NO_CHANGE)
def test_is_no_change(used: Book, name: str) -> None:
    rewrite(used, *NO_CHANGE[name])
    assert used.topup("2026-06-01") == []
    assert used.topup("2027-01-01")[0]["period"] == "2027"


@pytest.mark.parametrize("name", CHANGE)
def test_is_a_change_of_a_used_rule(used: Book, name: str) -> None:
    rewrite(used, *CHANGE[name])
    text = (used.root / "rules/scheme.toml").read_text("utf-8")
    with pytest.raises(BadRules) as caught:
        used.scheme()
    [found] = [finding for finding in caught.value.findings if not finding.warning]
    line = text.split("\n").index("[[grant]]") + 1
    assert (found.code, found.place.path, found.place.line) == (
        "USED-RULE-CHANGED",
        "rules/scheme.toml",
        line,
    )
    assert "rules/used/base.toml" in found.message
    assert "new version" in found.remedy


@pytest.mark.parametrize("left", ["its contributions", "an empty file", "no file"])
def test_a_used_rule_that_is_gone_is_refused_and_its_kept_text_stays(used: Book, left: str) -> None:
    """A lost rule file would end a scheme without a word: a rule ends with valid_until."""
    start, end = RULES.index("[[cap]]"), RULES.index("[[contribution]]")
    file = used.root / "rules/scheme.toml"
    file.write_text(RULES[:start] + RULES[end:] if left == "its contributions" else "", "utf-8")
    if left == "no file":
        file.unlink()
    with pytest.raises(BadRules) as caught:
        used.scheme()
    [found] = [finding for finding in caught.value.findings if not finding.warning]
    assert (found.code, found.place.path) == ("USED-RULE-CHANGED", "rules/used/base.toml")
    assert "base has booked entries and is gone" in found.message
    assert "valid_until" in found.remedy
    assert "The law" not in (used.root / "rules/used/base.toml").read_text("utf-8")
    assert 'amount = "value.yearly / grade"' in (used.root / "rules/used/base.toml").read_text("utf-8")


HARD = {
    "a header in a long string": ('round = "up"', 'round = "up"\ntitle = """\n[[grant]]\nso it begins"""'),
    "a list over lines": ('caps = ["own"]', 'caps = [\n"own"\n]'),
    "a header with spaces": ("[[grant]]", "[[ grant ]] # the base"),
    "a header in quotes": ("[[grant]]", '[["grant"]]'),
    "CRLF": ("# The law of 2020.\n", "# The law of 2020.\r\n"),
    "quotes and backslashes in a text": (
        'when = "grade > 0"',
        "when = \"grade > 0 AND sector <> 'a\\\\b'\"",
    ),
    "tiers whose headers have spaces": (
        'amount = "value.yearly / grade"\nround = "up"\ncaps = ["own"]\n',
        'round = "up"\ncaps = ["own"]\n[[ grant.tier ]]\namount = "value.yearly / grade"\n',
    ),
    "a cap over lines": ('over = ["own"]', "over = [\n    # what counts\n    'own',\n]"),
}


@pytest.mark.parametrize("name", HARD)
def test_the_kept_text_is_a_rule_file_however_the_rule_was_written(tmp_path: Path, name: str) -> None:
    old, new = HARD[name]
    assert RULES.count(old) == 1
    book = Book.make(tmp_path, {"scheme.toml": RULES.replace(old, new)})
    book.person()
    assert len(book.topup("2026-01-01")) == 1
    kept = tomllib.loads((book.root / "rules/used/base.toml").read_text("utf-8"))
    assert kept["used"]["version"] == "base"
    grant = kept["grant"][0]
    assert (grant.get("amount") or grant["tier"][0]["amount"]) == "value.yearly / grade"
    assert kept["cap"][0]["limit"] == "5000.00"
    assert book.topup("2026-01-01") == []


def test_rules_written_as_an_inline_list_keep_their_text_too(tmp_path: Path) -> None:
    terms = 'class = "own", fund = "fund:state", unit = "EUR", every = "year", due = "01-01"'
    one, two = (f'{{ id = "{name}", {terms}, amount = "{n}.00" }}' for name, n in (("one", 1), ("two", 2)))
    text = f"grant = [\n  {one},\n  {two},\n]\n"
    book = Book.make(tmp_path, {"scheme.toml": text})
    book.person()
    assert [row["rule"] for row in book.topup("2026-01-01")] == ["one", "two"]
    for name, amount in (("one", "1.00"), ("two", "2.00")):
        kept = tomllib.loads((book.root / f"rules/used/{name}.toml").read_text("utf-8"))
        assert [(g["id"], g["amount"]) for g in kept["grant"]] == [(name, amount)]
    assert book.topup("2026-01-01") == []
