"""Rule files → the checked scheme, or every finding in them.

Passes, in order: bytes → TOML → shape (`files.py`) → facts and values → classes → expressions
against the names they may use → what only shows across tables (versions, caps, funds, use).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ilactl.errors import BadRules
from ilactl.findings import Finding, Kind, Place, count_text
from ilactl.ledger.locate import locate, locate_value
from ilactl.rules.kinds import BAD_RULE_ENCODING, NO_RULES, NOT_TOML
from ilactl.rules.model import Scheme, Source
from ilactl.rules.trees import TreeCache

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["RuleText", "load_scheme", "read_rules"]


@dataclass(slots=True)
class RuleText:
    """One rule file while it is read: its source, its tables, and what was found in it."""

    file: str
    text: str
    raw: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)

    def find(
        self, kind: Kind, path: tuple[str | int, ...], message: str, remedy: str = "", into: int | None = None
    ) -> None:
        """Report a fault at a key, or `into` characters inside its string."""
        line, column = locate(self.text, path) if into is None else locate_value(self.text, path, into)
        self.findings.append(kind.at(self.place(line, column), message, remedy))

    def place(self, line: int, column: int) -> Place:
        """The position with its original line."""
        lines = self.text.split("\n")
        return Place(self.file, line, column, lines[line - 1] if 0 < line <= len(lines) else "")

    def source(self, path: tuple[str | int, ...]) -> Source:
        """The text of the table at `path`: from its header to the next."""
        line, _ = locate(self.text, path)
        lines = self.text.split("\n")
        end = line
        own_tiers = f"[[{path[0]}."
        while end < len(lines) and (not lines[end].startswith("[") or lines[end].startswith(own_tiers)):
            end += 1
        while end > line and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        return Source(self.file, line, "\n".join(lines[line - 1 : end]))


def load_scheme(snapshot: Snapshot, *, remember: bool = False) -> Scheme:
    """The scheme of a ledger. Raises BadRules with every finding that is not a mere warning.

    `remember` keeps the parsed trees in the derived cache, so that the next command need not
    import the parser; only a caller that holds the lock may say so.
    """
    texts = {file: snapshot.read_text(file) for file in snapshot.rule_files()}
    cache = TreeCache.open(snapshot.root, texts)
    scheme, findings = read_rules(texts, snapshot.manifest, cache, used_of(snapshot))
    faults = [finding for finding in findings if not finding.warning]
    if scheme is None or faults:
        raise BadRules(findings=findings, count=count_text(faults))
    if remember:
        cache.save()
    return scheme


def used_of(snapshot: Snapshot) -> dict[str, bytes]:
    """The kept texts of versions that booked something, by file."""
    files = sorted(file for file in snapshot.head.sizes if file.startswith("rules/used/"))
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
    if data.startswith(b"\xef\xbb\xbf"):
        findings.append(BAD_RULE_ENCODING.at(Place(file, 1, 1), "the file starts with a byte-order mark"))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        shown = data.split(b"\n")[line - 1].decode("utf-8", "replace")
        place = Place(file, line, len(before.decode("utf-8", "replace")) + 1, shown)
        findings.append(BAD_RULE_ENCODING.at(place, f"byte {data[error.start]:#04x} is not UTF-8"))
        return None
    text = text.replace("\r\n", "\n")
    rule_text = RuleText(file, text, {})
    try:
        rule_text.raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        findings.append(NOT_TOML.at(_toml_place(rule_text, str(error)), _toml_message(str(error))))
        return None
    except (RecursionError, ValueError):
        findings.append(
            NOT_TOML.at(Place(file, 1, 1), "the file nests too deeply or holds a number that is too long")
        )
        return None
    return rule_text


def _toml_place(rule_text: RuleText, message: str) -> Place:
    """Tomllib tells the position only inside its message."""
    import re

    match = re.search(r"at line ([0-9]+), column ([0-9]+)", message)
    if match:
        return rule_text.place(int(match[1]), int(match[2]))
    return rule_text.place(rule_text.text.count("\n") + 1, 1)


def _toml_message(message: str) -> str:
    text = message.split(" (at ")[0]
    return text[:1].lower() + text[1:]


def _test_shape(rule_text: RuleText) -> None:
    from ilactl.rules.files import shape_faults

    for kind, path, message, remedy in shape_faults(rule_text.raw):
        rule_text.find(kind, path, message, remedy)
