"""`ilactl rules`: check, list, show and try the scheme. Nothing here is ever booked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import RULE, TRIAL_RULE
from ilactl.errors import BadRules, NotFound, UsageError

if TYPE_CHECKING:
    from ilactl.rules.model import Scheme

__all__ = ["command"]

_FINDINGS = ("code", "file", "line", "column", "message", "remedy", "warning")
"""What `rules check` tells of each warning in the formats for other programs."""


@click.group("rules")
def command() -> None:
    """Check, list, show and try the rules of the scheme.

    The rules stand in rules/*.toml of the ledger; 'ilactl help rules' is their manual.

    \b
    Examples:
      $ ilactl rules check
      $ ilactl rules try --set isced_level=2 --set age=40
    """


@command.command("check")
@face_options()
def check(face: Face) -> None:
    """Find everything that is wrong in the rule files.

    Silent with exit 0 when nothing is; otherwise every finding with its file, line and column,
    and exit 78. Warnings alone do not fail.

    \b
    Examples:
      $ ilactl rules check
      $ ilactl rules check -O json
    """
    from ilactl.findings import count_text
    from ilactl.output import Answer, Cell, Col
    from ilactl.rules.load import read_rules, used_of

    snapshot = face.snapshot()
    texts = {file: snapshot.read_text(file) for file in snapshot.rule_files()}
    _, findings = read_rules(texts, snapshot.manifest, None, used_of(snapshot))
    faults = [finding for finding in findings if not finding.warning]
    if faults:
        raise BadRules(findings=findings, count=count_text(faults))
    if face.output_format not in (None, "plain", "table"):
        rows: list[dict[str, Cell]] = [
            {
                "code": finding.code,
                "file": finding.place.path,
                "line": finding.place.line or None,
                "column": finding.place.column or None,
                "message": finding.message,
                "remedy": finding.remedy,
                "warning": finding.warning,
            }
            for finding in findings
        ]
        data = {"findings": [finding.as_dict() for finding in findings]}
        columns = [Col(name, kind="int" if name in ("line", "column") else "text") for name in _FINDINGS]
        face.answer(Answer("ilactl.rules-check/1", rows, columns, data=data))
    else:
        for finding in findings:
            face.warn(finding.format())


@command.command("list")
@face_options("on")
def list_rules(face: Face) -> None:
    """List every rule and version, with the newest period that is due.

    \b
    Examples:
      $ ilactl rules list
      $ ilactl rules list -O json
    """
    from ilactl.reports.rules import rules_answer

    snapshot = face.snapshot()
    face.answer(rules_answer(_scheme(face), face.on(snapshot)))


@command.command("show")
@click.argument("rule", metavar="RULE", type=RULE)
@face_options()
def show(face: Face, rule: str) -> None:
    """Show a rule as the file has it, with the facts and names it reads.

    RULE is a rule's id, or one version of it such as base@2026-01-01.

    \b
    Examples:
      $ ilactl rules show base
      $ ilactl rules show base -O json
    """
    from difflib import get_close_matches

    from ilactl.reports.rules import rule_answer
    from ilactl.rules.plan import scales_of

    scheme = _scheme(face)
    versions = [r for r in scheme.rules if rule in (r.id, r.version)]
    if not versions:
        near = get_close_matches(rule, [r.id for r in scheme.rules], 1)
        raise NotFound(
            what=f"the rule {rule}", hint=f"did you mean {near[0]}?" if near else "see 'ilactl rules list'"
        )
    face.answer(rule_answer(scheme, versions, scales_of(face.snapshot())))


@command.command("try")
@click.option(
    "--set", "facts", metavar="NAME=VALUE", multiple=True, help="A fact of the person; may be repeated."
)
@click.option(
    "--rule",
    "rules",
    metavar="ID",
    type=TRIAL_RULE,
    multiple=True,
    help="Only this rule: a grant, a spend rule or an ending; may be repeated.",
)
@face_options("on")
def try_rules(face: Face, facts: tuple[str, ...], rules: tuple[str, ...]) -> None:
    """Show what a person with these facts would get, with an empty wallet, and why.

    A fact set with --set holds at every moment; names such as balance.own, at_start.region or
    birth_date can be set, too. Facts that are not set have their default or are unknown. A price
    asks what such a wallet would pay of it, a step what would become of an enrolment.

    \b
    Examples:
      $ ilactl rules try --set isced_level=2 --set age=40
      $ ilactl rules try --set age=40 --set isced_level=5 --set balance.own=4800.00 --rule base
      $ ilactl rules try --set price=1500.00 --set course_kind=training --set balance.own=500.00
      $ ilactl rules try --set step=completed --set attendance=0.6
    """
    from ilactl.reports.rules import trial_answer
    from ilactl.rules.due import due_occasions
    from ilactl.rules.plan import scales_of
    from ilactl.rules.spending_trial import EnrolmentTrial, asks_of_enrolment
    from ilactl.rules.trial import assumed_facts, try_person

    snapshot = face.snapshot()
    scheme, scales = _scheme(face), scales_of(snapshot)
    pairs = []
    for fact in facts:
        name, equals, value = fact.partition("=")
        if not equals:
            raise UsageError(reason=f"--set {fact}: write NAME=VALUE", hint="for example --set isced_level=2")
        pairs.append((name, value))
    on = face.on(snapshot)
    assumed = assumed_facts(scheme, scales, pairs)
    if asks_of_enrolment(scheme, assumed):
        trial = EnrolmentTrial(scheme, scales, snapshot.manifest.country, on, assumed, rules)
        face.answer(trial_answer(trial.grants(), on, scales, trial.spends(), trial.endings()))
        return
    occasions = due_occasions(scheme, on, rules=rules)
    face.answer(trial_answer(try_person(scheme, scales, occasions, assumed), on, scales))


def _scheme(face: Face) -> Scheme:
    from ilactl.rules.load import load_scheme

    return load_scheme(face.snapshot())
