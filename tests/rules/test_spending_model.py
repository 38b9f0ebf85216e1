"""What rules of spending are once checked: every key in its place, every expression as canonical text."""

from __future__ import annotations

from ilactl.ledger.manifest import load_manifest
from ilactl.rules.expressions import text_of
from ilactl.rules.load import read_rules
from ilactl.rules.model import Scheme
from tests.rules.books import MANIFEST
from tests.rules.test_bad_spending import RULES


def scheme_of(text: str) -> Scheme:
    scheme, findings = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST.encode()))
    assert [one.format() for one in findings] == []
    assert scheme is not None
    return scheme


def test_a_spend_rule_as_checked() -> None:
    [training, time] = scheme_of(RULES).spends
    assert (training.version, training.kinds, training.unit) == ("training@2024-01-01", ("training",), "EUR")
    assert (training.classes, training.order) == (("voucher", "own"), ("class", "expiry"))
    assert [(one.classes, text_of(one.when.node)) for one in training.only] == [(("voucher",), "licence")]
    assert training.net is not None
    assert text_of(training.net.node) == "price - LEAST(price * 0.9, 50.00 * hours)"
    assert text_of(training.from_wallet.node) == "LEAST(net - value.copay, wallet, usable.own + 5.00)"
    assert training.from_wallet.names == ("net", "usable.own", "value.copay", "wallet")
    assert [(text_of(r.when.node), r.why) for r in training.refuse] == [
        ("days_to_start > 60", "not before 60 days")
    ]
    assert (training.requires, training.payee, training.own_class) == (("quality",), "provider", "cash")
    assert (training.round, training.usable_at) == ("down", "enrolled")
    assert (training.source.file, training.source.line) == ("rules/a.toml", 28)
    assert training.source.text.startswith('[[spend]]\nid = "training"')
    assert training.source.text.endswith('valid_from = "2024-01-01"')
    assert (time.order, time.requires) == (
        ("class", "expiry", "restriction", "age"),
        ("quality", "relevance"),
    )
    assert (time.net, text_of(time.from_wallet.node), time.own_class) == (
        None,
        "LEAST(net, eligible, wallet)",
        "",
    )


def test_an_ending_as_checked() -> None:
    [ending] = scheme_of(RULES).endings
    assert (ending.spends, ending.round) == (("training", "time"), "half_up")
    assert ending.grace is not None
    assert (ending.grace.kind, ending.grace.days) == ("length", 30)
    rows = [
        (
            row.on,
            text_of(row.when.node),
            text_of(row.provider.node),
            row.rest,
            dict(row.rest_of),
            {class_: text_of(share.node) for class_, share in row.provider_of.items()},
        )
        for row in ending.rows
    ]
    free = "cancelled_by = 'holder' AND NOT started AND working_days_to_start > 7"
    bands = "CASE WHEN attendance >= 0.8 THEN 1 ELSE attendance END"
    assert rows == [
        (("cancelled",), free, "0", "wallet", {"cash": "own"}, {}),
        (("cancelled",), "TRUE", "0.05", "pool", {}, {"cash": "1"}),
        (("completed", "attended"), "attendance IS NOT NULL", bands, "pool", {}, {}),
        (("completed",), "TRUE", "1", "wallet", {}, {}),
    ]
    assert ending.source.text.startswith('[[ending]]\nid = "standard"')
    assert ending.source.text.count("[[ending.row]]") == 4


def test_classes_facts_and_grants_of_enrolments_as_checked() -> None:
    scheme = scheme_of(RULES)
    assert scheme.class_units == {"own": "EUR", "voucher": "EUR", "leave": "hour", "cash": "EUR"}
    assert list(scheme.course_facts) == ["licence"]
    assert "licence" not in scheme.facts
    voucher = scheme.grant("voucher")
    assert voucher is not None
    assert (voucher.every, voucher.at, voucher.due) == ("enrolment", "enrolled", "")
    assert [rule.version for rule in scheme.rules][-3:] == ["training@2024-01-01", "time", "standard"]


def test_a_rule_of_one_file_may_speak_of_those_of_another() -> None:
    start = RULES.index("[[ending]]")
    texts = {"rules/a.toml": RULES[start:].encode(), "rules/b.toml": RULES[:start].encode()}
    scheme, findings = read_rules(texts, load_manifest(MANIFEST.encode()))
    assert findings == []
    assert scheme is not None
    assert [ending.id for ending in scheme.endings] == ["standard"]
