"""Versions of spending that booked something: their kept text means the same alone, and a change is found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ilactl.ledger.commit import Change, open_writer
from ilactl.ledger.manifest import load_manifest
from ilactl.rules.kept_text import kept_text
from ilactl.rules.load import read_rules, used_of
from ilactl.rules.model import Scheme
from ilactl.rules.used import facts_read, rule_digest, used_appends, values_read
from tests.rules.books import ACTOR, MANIFEST, NOW, Book
from tests.rules.test_bad_spending import RULES, with_

VERSIONS = ("voucher", "training@2024-01-01", "time", "standard")


def scheme_of(text: str, name: str = "rules/a.toml") -> Scheme:
    scheme, findings = read_rules({name: text.encode()}, load_manifest(MANIFEST.encode()))
    assert [one.format() for one in findings if one.code != "NO-ENDING"] == []
    assert scheme is not None
    return scheme


def digest_of(scheme: Scheme, version: str) -> str:
    rule = scheme.rule(version)
    assert rule is not None, version
    return rule_digest(rule, scheme)


HARD = {
    "as it is": ("", ""),
    "rows in a list": (
        '[[ending.row]]\non = "completed"\nprovider = "1"\n',
        '# the last\n[[ ending.row ]] # all else\non = "completed"\nprovider = "1"\n',
    ),
    "refusals over lines": (
        'refuse = [{ when = "days_to_start > 60", why = "not before 60 days" }]',
        'refuse = [\n  # the law of 2024\n  { when = "days_to_start > 60", why = "\\"never\\"" },\n]',
    ),
    "a header in a text": (
        '[[ending]]\nid = "standard"',
        '[["ending"]]\nid = "standard"\ntitle = """\n[x]"""',
    ),
    "a table of shares by header": (
        'provider_of = { cash = "1" }\nrest = "pool"\n',
        'rest = "pool"\nprovider_of.cash = "1"\n',
    ),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_kept_text_means_the_same_alone(version: str, name: str) -> None:
    scheme = scheme_of(with_(*HARD[name]))
    rule = scheme.rule(version)
    assert rule is not None
    digest = rule_digest(rule, scheme)
    text = kept_text(rule, scheme, digest)
    alone = scheme_of(text, f"rules/used/{version}.toml")
    assert digest_of(alone, version) == digest
    assert tomllib.loads(text)["used"]["digest"] == digest


def test_what_a_version_reads_is_kept_with_it() -> None:
    scheme = scheme_of(RULES)
    [training] = [one for one in scheme.spends if one.id == "training"]
    assert [fact.name for fact in facts_read(training, scheme)] == ["licence"]
    assert values_read(training, scheme) == {"copay": {"2024-05-02": "100", "2026-01-01": "103.2"}}


CHANGES = {
    "the order": ("training@2024-01-01", 'order = ["class", "expiry"]', 'order = ["class"]'),
    "the order of classes": (
        "training@2024-01-01",
        'classes = ["voucher", "own"]',
        'classes = ["own", "voucher"]',
    ),
    "when a class may pay": ("training@2024-01-01", 'when = "licence"', 'when = "NOT licence"'),
    "the net price": ("training@2024-01-01", "price * 0.9,", "price * 0.8,"),
    "what the wallet pays": ("training@2024-01-01", "net - value.copay", "net"),
    "what is refused": ("training@2024-01-01", "days_to_start > 60", "days_to_start > 90"),
    "what is required": ("training@2024-01-01", 'requires = ["quality"]\n', ""),
    "whose the own share is": ("training@2024-01-01", 'own_class = "cash"', 'own_class = "own"'),
    "who is paid": ("training@2024-01-01", 'own_class = "cash"', 'own_class = "cash"\npayee = "employer"'),
    "a fact's default": ("training@2024-01-01", 'default = "false"', 'default = "true"'),
    "when a voucher comes": ("voucher", 'every = "enrolment"', 'every = "enrolment"\nat = "completed"'),
    "the day lots must not have ended": (
        "training@2024-01-01",
        'own_class = "cash"',
        'own_class = "cash"\nusable_at = "start"',
    ),
    "grace": ("standard", 'grace = "30 days"', 'grace = "60 days"'),
    "what is ended": ("standard", 'spends = ["training", "time"]\n', ""),
    "a row's condition": ("standard", "working_days_to_start > 7", "days_to_start > 7"),
    "a row's share": ("standard", 'provider = "0.05"', 'provider = "0.1"'),
    "a row's rest": ("standard", 'rest = "pool"', 'rest = "funder"'),
    "a class's share": ("standard", 'provider_of = { cash = "1" }', 'provider_of = { cash = "0" }'),
    "a class's rest": ("standard", 'rest_of = { cash = "own" }', 'rest_of = { cash = "wallet" }'),
    "a row's steps": ("standard", 'on = ["completed", "attended"]', 'on = "completed"'),
    "how a share is rounded": ("standard", 'grace = "30 days"', 'grace = "30 days"\nround = "down"'),
}


@pytest.mark.parametrize("name", CHANGES)
def test_is_a_change(name: str) -> None:
    version, old, new = CHANGES[name]
    text = with_(old, new).replace("{ cash", "{ own") if new == 'own_class = "own"' else with_(old, new)
    assert digest_of(scheme_of(RULES), version) != digest_of(scheme_of(text), version)


SAME = {
    "a title": ("training@2024-01-01", 'id = "training"', 'id = "training"\ntitle = "Courses"'),
    "what a refusal says": ("training@2024-01-01", "not before 60 days", "too early"),
    "an end": ("training@2024-01-01", 'own_class = "cash"', 'own_class = "cash"\nvalid_until = "2030-01-01"'),
    "a later value": (
        "training@2024-01-01",
        'value = "103.20" }',
        'value = "103.20" }, { from = "2027-01-01", value = "104.00" }',
    ),
    "blanks in an expression": ("standard", "attendance >= 0.8", "attendance>=0.8"),
    "what a row says": ("standard", 'provider = "0.05"', 'provider = "0.05"\nwhy = "late"'),
}


@pytest.mark.parametrize("name", SAME)
def test_is_no_change(name: str) -> None:
    version, old, new = SAME[name]
    assert digest_of(scheme_of(RULES), version) == digest_of(scheme_of(with_(old, new)), version)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("net - value.copay", "net", "training@2024-01-01 has booked entries and was changed since"),
        ('value = "103.20"', 'value = "104.00"', "with value.copay, which was changed since"),
        ('provider = "0.05"', 'provider = "0.06"', "standard has booked entries and was changed since"),
        ('id = "standard"', 'id = "general"', "standard has booked entries and is gone from the rule files"),
        ("not before 60 days", "too early", ""),
    ],
)
def test_a_version_that_booked_something_may_not_change(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    book = Book.make(tmp_path, {"scheme.toml": RULES})
    with open_writer(book.root, actor=ACTOR, now=lambda: NOW) as writer:
        used = used_appends(writer.snapshot, book.scheme(), ["training@2024-01-01", "standard"])
        writer.commit(Change("test", used))
    assert used_appends(book.snapshot(), book.scheme(), ["standard"]) == ()
    (book.root / "rules/scheme.toml").write_text(with_(old, new), "utf-8")
    snapshot = book.snapshot()
    texts = {file: snapshot.read_text(file) for file in snapshot.rule_files()}
    findings = read_rules(texts, snapshot.manifest, None, used_of(snapshot))[1]
    assert [one.code for one in findings] == (["USED-RULE-CHANGED"] if told else [])
    assert not told or told in findings[0].message
