"""Rules as answers: the list, one rule as written, and what a person with given facts would get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.reports.decisions import decision_blocks, decision_data, reason_of
from ilactl.reports.spending_trial import enrolment_blocks, enrolment_data, enrolment_tables
from ilactl.rules.decision import Decision
from ilactl.rules.due import versions_of
from ilactl.rules.expressions import text_of
from ilactl.rules.model import Amend, Closing, ContributionRule, Convert, Grant, Rule, Scheme
from ilactl.rules.names import catalogue, contribution_names, lot_names
from ilactl.rules.periods import last_occasion
from ilactl.rules.spending_facts import spending_names
from ilactl.rules.spending_model import Ending, Spend
from ilactl.rules.spending_trial import EndingTried, SpendTried
from ilactl.rules.used import names_of_rule, rule_digest

__all__ = ["TRIAL_COLUMNS", "decision_row", "rule_answer", "rules_answer", "trial_answer"]

_LIST = (
    Col("rule"),
    Col("kind"),
    Col("class"),
    Col("unit"),
    Col("every"),
    Col("due"),
    Col("last_due", "last due", "date"),
    Col("period"),
    Col("valid_from", "from", "date"),
    Col("valid_until", "until", "date"),
)
TRIAL_COLUMNS = (
    Col("rule"),
    Col("period"),
    Col("verdict"),
    Col("credited", kind="amount"),
    Col("unit"),
    Col("because"),
)


def rules_answer(scheme: Scheme, on: date) -> Answer:
    """Every rule and version; `last due` is the newest due date that has come by `on`."""
    rows: list[dict[str, Cell]] = []
    for versions in versions_of(scheme).values():
        last = last_occasion(versions, on)
        for grant in versions:
            here = last if last is not None and last.grant is grant else None
            rows.append(
                {
                    **_common(grant),
                    "kind": "grant",
                    "every": grant.every,
                    "due": grant.due,
                    "last_due": here.due_on if here else None,
                    "period": here.period if here else "",
                }
            )
    for rule in scheme.contributions.values():
        rows.append(
            {**_common(rule), "kind": "contribution", "every": "", "due": "", "last_due": None, "period": ""}
        )
    for law in (*scheme.laws, *scheme.closings):
        rows.append({**_common(law), "kind": _KINDS[type(law)], "every": "", "due": _day(law), "period": ""})
    for spend in scheme.spends:
        rows.append({**_common(spend), "kind": "spend", "every": "", "due": "", "period": ""})
    for ending in scheme.endings:
        rows.append({**_common(ending), "kind": "ending", "every": "", "due": "", "period": ""})
    caps = [
        f"cap {cap.id} over {' and '.join(cap.over)} ({cap.unit}): {text_of(cap.limit.node)}"
        for cap in scheme.caps.values()
    ]
    blocks: list[Block] = [Grid(_LIST, rows, "the rule files hold no rule"), Lines(caps)]
    return Answer("ilactl.rules/1", rows, _LIST, blocks, {"on": on, "caps": sorted(scheme.caps)})


_KINDS: dict[type, str] = {Amend: "amendment", Convert: "conversion", Closing: "closing"}


def _classes(rule: Grant | ContributionRule | Amend | Convert | Closing | Spend) -> str:
    return " ".join(rule.classes) if isinstance(rule, Amend | Closing | Spend) else rule.class_


def _day(law: Amend | Convert | Closing) -> str:
    return law.due if isinstance(law, Closing) else law.on.isoformat()


def _common(rule: Rule) -> dict[str, Cell]:
    classes = "" if isinstance(rule, Ending) else _classes(rule)
    return {
        "rule": rule.version,
        "class": classes,
        "unit": "" if isinstance(rule, Amend | Closing | Ending) else rule.unit,
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
    }


def rule_answer(scheme: Scheme, versions: Sequence[Rule], scales: Mapping[str, int]) -> Answer:
    """The text of the versions with their caps, and what every name in them means."""
    blocks: list[Block] = []
    names: set[str] = set()
    caps: dict[str, None] = {}
    for rule in versions:
        blocks.append(Heading(f"{rule.version}  {rule.source.file}:{rule.source.line}"))
        blocks.append(Lines(rule.source.text.split("\n")))
        names |= names_of_rule(rule, scheme)
        if isinstance(rule, Grant):
            caps.update(dict.fromkeys(rule.caps))
    for cap in caps:
        source = scheme.caps[cap].source
        blocks.append(Heading(f"cap {cap}  {source.file}:{source.line}"))
        blocks.append(Lines(source.text.split("\n")))
    specs = spending_names(scheme, scales)
    specs |= catalogue(scheme.facts, scheme.values, scheme.class_units, scales)
    specs |= lot_names(scheme.class_units, (), scales)
    for rule in versions:
        if isinstance(rule, Grant) and rule.matches:
            specs |= contribution_names(scheme.class_units[rule.matches[0]], scales)
    columns = (Col("name"), Col("meaning"))
    rows: list[dict[str, Cell]] = [{"name": name, "meaning": specs[name].meaning} for name in sorted(names)]
    if rows:
        blocks.append(Grid(columns, rows))
    data = {
        "versions": [
            {
                "rule": rule.version,
                "file": rule.source.file,
                "line": rule.source.line,
                "text": rule.source.text,
                "digest": rule_digest(rule, scheme),
            }
            for rule in versions
        ]
    }
    return Answer("ilactl.rule/1", rows, columns, blocks, data)


def trial_answer(
    decisions: Sequence[Decision],
    on: date,
    scales: Mapping[str, int],
    spends: Sequence[SpendTried] = (),
    endings: Sequence[EndingTried] = (),
) -> Answer:
    """What each rule gives, what a wallet would pay and what would become of it; then how it was computed."""
    rows: list[dict[str, Cell]] = [decision_row(decision, scales) for decision in decisions]
    columns: Sequence[Col] = TRIAL_COLUMNS
    blocks: list[Block] = []
    tables = enrolment_tables(spends, endings, scales)
    if decisions or not tables:
        blocks = [
            Heading(f"What such a person would get on {on}"),
            Grid(TRIAL_COLUMNS, rows, "no rule is due"),
        ]
    else:
        columns, rows = tables[0].columns, [dict(row) for row in tables[0].rows]
    blocks += enrolment_blocks(spends, endings, scales)
    for decision in decisions:
        blocks += decision_blocks(decision, scales)
    data = {"on": on, "decisions": [decision_data(decision, scales) for decision in decisions]}
    if spends or endings:
        data |= enrolment_data(spends, endings, scales)
    return Answer("ilactl.rules-try/1", rows, columns, blocks, data)


def decision_row(decision: Decision, scales: Mapping[str, int]) -> dict[str, Cell]:
    """One decision as a row of a table."""
    grant = decision.occasion.grant
    return {
        "rule": grant.version,
        "period": decision.occasion.period,
        "verdict": str(decision.verdict),
        "credited": Money(decision.credited, grant.unit, scales[grant.unit]),
        "unit": grant.unit,
        "because": reason_of(decision, scales),
    }
