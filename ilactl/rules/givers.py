"""Who contributes, from which account, and under which rule of the scheme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from ilactl.errors import NotFound, Refused, UsageError
from ilactl.ledger.grammar import is_id
from ilactl.ledger.organisations import organisation, organisation_rows
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import ContributionRule

__all__ = ["Giver", "Rules", "choose_rule", "giver_of"]

OWN = "own"
FUNDER = "funder"


class Rules(Protocol):
    """What is needed of a scheme."""

    @property
    def contributions(self) -> Mapping[str, ContributionRule]:
        """Every version of every contribution rule."""


class Giver(Struct, frozen=True):
    """Who gives: `accounts` by the kind under which the giver may give."""

    id: str
    name: str
    accounts: Mapping[str, str]

    def account(self, rule: ContributionRule) -> str:
        """The account that pays under a rule: of the kinds that both have, the rule's first."""
        return next(self.accounts[kind] for kind in rule.kinds if kind in self.accounts)

    def __str__(self) -> str:
        """How people are told of it."""
        kind = " and ".join(sorted(self.accounts))
        return self.id if self.id == OWN or ":" in self.id else f"{kind} {self.id}"


def giver_of(snapshot: Snapshot, text: str, on: date | None) -> Giver:
    """The giver named: an organisation's id, `fund:NAME` of ledger.toml, or `own` for the holder's money.

    An organisation's row of that day counts, its newest for None or a day before the first. Raises
    NotFound for one that does not exist, Refused for one that has no account.
    """
    if text == OWN:
        return Giver(OWN, "the holder", {OWN: OWN})
    if text.startswith("fund:"):
        funds = snapshot.manifest.funds
        fund = funds.get(text.removeprefix("fund:"))
        if fund is None:
            raise NotFound(what=text, hint=did_you_mean(text, [f"fund:{name}" for name in funds]))
        return Giver(text, fund.title, {FUNDER: text})
    # What was recorded for a later day only was there before: a late entry in the register bars no payment.
    row = (organisation(snapshot, text, on) or organisation(snapshot, text)) if is_id(text) else None
    if row is None:
        known = {one.organisation for one in organisation_rows(snapshot)}
        raise NotFound(what=f"organisation {text}", hint=did_you_mean(text, known))
    accounts = {kind: f"{kind}:{text}" for kind in row.kinds if kind != FUNDER}
    if not accounts:
        raise Refused(
            reason=f"{text} is a funder; a funder gives through a fund of ledger.toml",
            hint="give --from fund:NAME",
        )
    return Giver(text, row.name, accounts)


def choose_rule(rules: Rules, giver: Giver, on: date, *, rule: str = "", unit: str = "") -> ContributionRule:
    """The rule under which the giver may give in that unit on that day.

    `rule` is an id or a version's name, `unit` may be empty. Raises UsageError where several fit,
    NotFound for a rule that is not there, Refused where none takes this giver, unit and day.
    """
    offered = list(rules.contributions.values())
    if rule:
        ids = {one.id for one in offered}
        offered = [one for one in offered if rule in (one.id, one.version)]
        if not offered:
            raise NotFound(what=f"contribution rule {rule}", hint=did_you_mean(rule, ids))
    in_force = [one for one in offered if one.in_force(on)]
    fitting = [one for one in in_force if set(one.kinds) & set(giver.accounts)]
    fitting = [one for one in fitting if unit in ("", one.unit)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(sorted(one.id for one in fitting))
        raise UsageError(
            reason=f"several rules take a contribution of {giver}: {names}", hint="say which with --rule ID"
        )
    which = f"rule {rule}" if rule else "no rule"
    verb = "does not take" if rule else "takes"
    what = f"a contribution in {unit}" if unit else "a contribution"
    raise Refused(
        reason=f"{which} {verb} {what} of {giver} on {on}",
        hint=_what_is_taken(in_force) if in_force else "'ilactl rules list' shows what is in force and when",
    )


def _what_is_taken(rules: list[ContributionRule]) -> str:
    return "; ".join(f"{one.id} takes {one.unit} from {', '.join(one.kinds)}" for one in rules)
