"""The rule manual says what the code does: its example is a scheme, its keys and names are the code's."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from ilactl.commands.rules_manual import rules_manual
from ilactl.commands.rules_prose import BUDGETS, EXAMPLE, LAWS, MATCHES
from ilactl.commands.spending_prose import BROUGHT, ENDINGS, SPENDING
from ilactl.ledger.manifest import load_manifest
from ilactl.output import text_of
from ilactl.rules.load import read_rules
from ilactl.rules.names import SUMS, built_in_facts
from ilactl.rules.shapes import tables
from ilactl.rules.spending_names import COURSE, ENDING, OFFER

MANIFEST = b"""\
format = 1
country = "FR"
zone = "Europe/Paris"
[agency]
name = "Agency"
prefix = "AG"
[units.EUR]
scale = 2
[funds.state]
[funds.esf]
"""


def test_the_example_is_a_scheme_without_any_finding() -> None:
    scheme, findings = read_rules({"rules/a.toml": EXAMPLE.encode()}, load_manifest(MANIFEST))
    assert [finding.format() for finding in findings] == []
    assert scheme is not None
    assert [grant.id for grant in scheme.grants] == ["base", "supplement"]
    assert text_of(rules_manual(), "plain").count(EXAMPLE) == 1


def test_every_key_and_every_name_is_in_the_manual() -> None:
    manual = text_of(rules_manual(), "plain")
    for header, model in tables().items():
        assert header in manual
        for name, field in model.model_fields.items():
            assert field.description, f"{header} {name} has no description"
            assert f"\n{field.alias or name} " in manual
    spending = (*COURSE, *OFFER, *ENDING, "usable.CLASS")
    for name in (*built_in_facts(), *(f"{family}.CLASS" for family in SUMS), *spending):
        assert f"\n{name} " in manual


def choices(annotation: Any) -> list[str]:
    """The texts that a key can have, wherever they stand in its type."""
    if get_origin(annotation) is Literal:
        return [one for one in get_args(annotation) if isinstance(one, str)]
    return [one for inner in get_args(annotation) for one in choices(inner)]


def test_every_choice_is_named_where_its_key_is_described() -> None:
    """A stranger who reads the key must not have to write something wrong to learn what is right."""
    elsewhere = {"round", "kinds", "from", "rest_of"}  # Expressions, ilactl-ledger(5), rest
    for header, model in tables().items():
        for name, field in model.model_fields.items():
            unsaid = [one for one in choices(field.annotation) if one not in (field.description or "")]
            assert not unsaid or (field.alias or name) in elsewhere, f"{header} {name}: {unsaid}"


def toml_of(prose: str) -> str:
    """The indented lines of a page: the rule file it shows."""
    return "\n".join(line[2:] for line in prose.split("\n") if line.startswith("  "))


REST = """
[facts]
applied_on = { kind = "state", type = "date" }
[[grant]]
id = "support"
class = "hours"
fund = "fund:state"
unit = "hour"
every = "year"
due = "06-15 next"
amount = "24"
[[contribution]]
id = "paid_in"
class = "paid_in"
unit = "EUR"
from = ["employer", "own"]
"""


def test_what_the_pages_show_are_rules_without_any_finding() -> None:
    text = "\n".join([toml_of(MATCHES), toml_of(LAWS), toml_of(BUDGETS), REST])
    manifest = load_manifest(MANIFEST + b"[units.hour]\nscale = 0\n")
    scheme, findings = read_rules({"rules/a.toml": text.encode()}, manifest)
    assert [finding.format() for finding in findings if not finding.warning] == []
    assert scheme is not None
    assert (len(scheme.laws), len(scheme.closings), len(scheme.budgets)) == (2, 1, 1)


BESIDE = """
[values]
copay = [{ from = "2026-01-01", value = "103.20" }]
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "500.00"
"""


def test_what_the_pages_show_of_spending_are_rules_without_any_finding() -> None:
    ways, _, table = toml_of(ENDINGS).partition("[[ending]]")
    assert ways.count("rest = ") == 5
    text = "\n".join([toml_of(SPENDING), "[[ending]]" + table, toml_of(BROUGHT), BESIDE])
    scheme, findings = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST))
    assert [finding.format() for finding in findings] == []
    assert scheme is not None
    assert (len(scheme.spends), len(scheme.endings[0].rows), len(scheme.grants)) == (1, 6, 2)
