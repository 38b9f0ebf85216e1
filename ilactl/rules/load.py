"""Rule files → the checked scheme, or every finding in them.

Passes, in order: bytes → TOML → shape (`files.py`) → facts and values → classes → expressions
against the names they may use → what only shows across tables (versions, caps, funds, use).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.errors import BadRules
from ilactl.findings import Finding, Place, count_text
from ilactl.ledger.snapshot import MANIFEST
from ilactl.ledger.toml import read_toml
from ilactl.rules.kept import USED
from ilactl.rules.kinds import NO_RULES
from ilactl.rules.ruletext import RuleText
from ilactl.rules.trees import TreeCache, mark_passed, passed

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.givers import Rules
    from ilactl.rules.model import Scheme

__all__ = ["load_contributions", "load_scheme", "read_rules"]


def load_scheme(snapshot: Snapshot, *, remember: bool = False) -> Scheme:
    """The scheme of a ledger. Raises BadRules with every finding that is not a mere warning.

    `remember` keeps the parsed trees in the derived cache, so that the next command need not
    import the parser; only a caller that holds the lock may say so.
    """
    texts, used = _texts(snapshot), used_of(snapshot)
    cache = TreeCache.open(snapshot.root, texts)
    scheme, findings = read_rules(texts, snapshot.manifest, cache, used)
    faults = [finding for finding in findings if not finding.warning]
    if scheme is None or faults:
        raise BadRules(findings=findings, count=count_text(faults))
    if remember:
        cache.save()
        mark_passed(snapshot.root, _tested(snapshot, texts, used))
    return scheme


def load_contributions(snapshot: Snapshot, *, remember: bool = False) -> Rules:
    """The contribution rules of a ledger; the whole scheme where it was not tested before.

    Raises BadRules as `load_scheme` does: a fault anywhere in the rules stops a contribution, too.
    """
    texts = _texts(snapshot)
    if not passed(snapshot.root, _tested(snapshot, texts, used_of(snapshot))):
        return load_scheme(snapshot, remember=remember)
    from ilactl.rules.contribution_rules import ContributionRules

    return ContributionRules.of(file for name, data in texts.items() if (file := _parse(name, data, [])))


def _texts(snapshot: Snapshot) -> dict[str, bytes]:
    return {file: snapshot.read_text(file) for file in snapshot.rule_files()}


def _tested(snapshot: Snapshot, texts: Mapping[str, bytes], used: Mapping[str, bytes]) -> dict[str, bytes]:
    """All that the tests read."""
    return {MANIFEST: snapshot.read_text(MANIFEST), **texts, **used}


def used_of(snapshot: Snapshot) -> dict[str, bytes]:
    """The kept texts of versions that booked something, by file."""
    files = sorted(file for file in snapshot.head.sizes if file.startswith(USED))
    return {file: bytes(snapshot.view(file)) for file in files}


def read_rules(
    texts: Mapping[str, bytes],
    manifest: Manifest,
    cache: TreeCache | None = None,
    used: Mapping[str, bytes] | None = None,
) -> tuple[Scheme | None, list[Finding]]:
    """The scheme and all findings; the scheme is None where a file could not be read at all."""
    from ilactl.rules.build import build_scheme
    from ilactl.rules.used import used_faults

    cache = cache or TreeCache.empty()
    findings: list[Finding] = []
    files = []
    for file, data in texts.items():
        rule_text = _parse(file, data, findings)
        if rule_text:
            if not cache.vouches:
                _test_shape(rule_text)
            files.append(rule_text)
    if not texts:
        findings.append(NO_RULES.at(Place("rules/"), "there is no rule file"))
    misshapen = [finding for rule_text in files for finding in rule_text.findings]
    if misshapen or len(files) < len(texts):
        return None, findings + misshapen
    scheme = build_scheme(files, manifest, cache)
    for rule_text in files:
        findings += rule_text.findings
    if not any(not finding.warning for finding in findings):
        findings += used_faults(scheme, used or {}, files)
    findings.sort(key=lambda finding: (finding.place.path, finding.place.line, finding.place.column))
    return scheme, findings


def _parse(file: str, data: bytes, findings: list[Finding]) -> RuleText | None:
    """A rule file may come from an editor that ends lines with CR LF: what stands in it is the same."""
    document, text, faults = read_toml(data.replace(b"\r\n", b"\n"), file)
    findings += faults
    return None if document is None or faults else RuleText(file, text, document)


def _test_shape(rule_text: RuleText) -> None:
    from ilactl.rules.files import shape_faults

    for kind, path, message, remedy in shape_faults(rule_text.raw):
        rule_text.find(kind, path, message, remedy)
