"""The rule manual says what the code does: its example is a scheme, its keys and names are the code's."""

from __future__ import annotations

from ilactl.commands.rules_manual import EXAMPLE, rules_manual
from ilactl.ledger.manifest import load_manifest
from ilactl.output import text_of
from ilactl.rules.files import tables
from ilactl.rules.load import read_rules
from ilactl.rules.names import SUMS, built_in_facts

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
    for name in (*built_in_facts(), *(f"{family}.CLASS" for family in SUMS)):
        assert f"\n{name} " in manual
