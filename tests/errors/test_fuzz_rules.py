"""Whatever stands in a rule file: a scheme or findings in their place come back, soon, and nothing is run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ilactl.ledger.manifest import load_manifest
from ilactl.rules.load import read_rules
from tests.errors.catalogue import base_ledger
from tests.errors.fuzzing import bytes_like, fuzz, sound, text_like, toml_like
from tests.rules.books import MANIFEST
from tests.rules.test_bad_rules import GRANT
from tests.rules.test_bad_spending import RULES as SPENDING

ALL = (
    GRANT
    + """[[amend]]
id = "longer"
on = "2026-07-01"
class = ["own"]
expires_on = "24 months"
[[closing]]
id = "shut"
on = "retired"
[[budget]]
id = "state"
unit = "EUR"
over = "year"
limit = "100000.00"
"""
)
"""The good file, and tables that may or may not be right."""

WORDS = r"""hours rate trained sector age isced_level balance.own value.yearly ever.trained at_end.rate region
groups own base fund:state EUR hour year month once state figure bool text date integer decimal(9,2)
decimal(99,99) 06-15 next 02-30 2020-01-01 500.00 -1 0 0.001 1e3 NaN NULL TRUE CASE WHEN THEN ELSE
END AND OR NOT IN BETWEEN IS LIKE LEAST GREATEST COALESCE in_group('x') SELECT FROM CAST DATE
INTERVAL || :: -> ( ) [ ] { } , ; -- /* */ ' " \\ = < > <> != + - * / % [[grant]] [[cap]]
[[contribution]] [facts] [values] [[grant.tier]] every due when amount limit caps over round up down
valid_from valid_until order class fund unit id kind type default values sensitive min any never
usable_from expires_on
[[spend]] [[ending]] [[ending.row]] enrolment at completed kinds classes only net from_wallet refuse why
requires quality payee own_class spends grace on provider rest rest_of provider_of pool held
price net wallet usable.own attendance elapsed days_to_start working_days_to_start cancelled_by step"""
"""Words of rules, right ones and wrong ones, each of which may come to stand anywhere."""

MANIFEST_READ = load_manifest(MANIFEST.encode())


def check(data: bytes) -> None:
    """Read the bytes as a rule file; every finding must be sound."""
    files = {"rules/scheme.toml": data}
    scheme, findings = read_rules(files, MANIFEST_READ)
    sound(findings, files)
    assert scheme is not None or any(not finding.warning for finding in findings)


@fuzz(40)
@given(st.one_of(bytes_like(GRANT.encode()), bytes_like(ALL.encode()), st.binary(max_size=60)))
def test_a_rule_file_of_any_bytes_is_a_scheme_or_findings(data: bytes) -> None:
    check(data)


@fuzz(60)
@given(text_like(ALL, WORDS))
def test_a_rule_file_of_wrong_words_is_a_scheme_or_findings(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@fuzz(80)
@given(toml_like(ALL, WORDS))
def test_a_rule_file_of_wrong_keys_and_values_is_a_scheme_or_findings(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@fuzz(40)
@given(st.one_of(text_like(SPENDING, WORDS), toml_like(SPENDING, WORDS)))
def test_rules_of_spending_of_wrong_words_are_a_scheme_or_findings(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


EXPRESSIONS = (
    "CASE WHEN trained AND hours >= 100 THEN 500.00 ELSE 500.00 * hours / 1607 END",
    "LEAST(250.00, GREATEST(0.00, value.yearly - balance.own))",
    "age BETWEEN 18 AND 64 AND (sector IN ('care', 'craft') OR in_group('carer'))",
    "COALESCE(isced_level <= 2, FALSE) OR birth_date < DATE '1990-01-31'",
)


@fuzz(60)
@given(st.sampled_from(EXPRESSIONS).flatmap(lambda text: text_like(text, WORDS)), st.booleans())
def test_an_expression_of_wrong_words_is_usable_or_findings(text: str, as_condition: bool) -> None:
    quoted = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c) & 0xFFFF:04x}" for c in text)
    old, key = ('"hours > 0"', "when") if as_condition else ('"value.yearly"', "amount")
    check(GRANT.replace(f"{key} = {old}", f'{key} = "{quoted}"').encode("utf-8", "surrogatepass"))


@fuzz(10)
@given(
    st.sampled_from(("(", "NOT ", "-", "CASE WHEN trained THEN ", "LEAST(1.00, ", "1.00 + ", "age IN (")),
    st.integers(1, 3000),
    st.sampled_from(("", "1.00", "hours", "TRUE")),
)
def test_depth_and_length_end_in_findings(start: str, times: int, middle: str) -> None:
    check(GRANT.replace('"value.yearly"', f'"{start * times}{middle}{")" * times}"').encode())
    check(f"a = {'[' * times}{']' * times}\n".encode())
    check(f"{'a.' * times}b = 1\n".encode())
    check(f"[{'.'.join(['a'] * times)}]\n".encode())


def test_the_base_ledgers_rules_are_read_without_a_finding() -> None:
    check((base_ledger() / "rules" / "scheme.toml").read_bytes())
