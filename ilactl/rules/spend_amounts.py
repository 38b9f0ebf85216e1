"""What a spend rule's expressions come to for one enrolment, rounded by the rule, for offers and steps."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from ilactl.money import round_to
from ilactl.rules.objections import REF_USED, undecided
from ilactl.rules.offer import Objection
from ilactl.rules.spending_uses import names_of_spending
from ilactl.rules.uses import own_names

if TYPE_CHECKING:
    from ilactl.rules.circumstances import Circumstances
    from ilactl.rules.expressions import Checked
    from ilactl.rules.holder import Holder
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_model import Spend

__all__ = ["asked_names", "net_of", "own_rule_of", "pays_at_most", "refuse_used_ref"]


def own_rule_of(scheme: Scheme, spend: Spend, on: date) -> str:
    """The contribution rule that takes the holder's own share; the spend rule itself where none does."""
    for rule in scheme.contributions.values():
        fits = rule.class_ == spend.own_class and rule.unit == spend.unit and "own" in rule.kinds
        if fits and rule.in_force(on):
            return rule.version
    return spend.version


def refuse_used_ref(holder: Holder, ref: str, against: list[Objection]) -> None:
    """Object where the holder's own payment would be booked under a reference that brought one in before."""
    from ilactl.rules.contributions import reversed_amounts

    given = [e for e in holder.entries if ref and (e.kind, e.source, e.ref) == ("contribute", "own", ref)]
    back = reversed_amounts(holder.entries) if given else {}
    for entry in given:
        if back.get(entry.entry, 0) < entry.amount:
            told = f"{ref} is the reference of the payment that brought in {entry.entry} for {entry.person}"
            against.append(Objection(REF_USED, told))
            return


def asked_names(scheme: Scheme, spend: Spend) -> set[str]:
    """The names that the rule and the grants for an enrolment read."""
    grants = (grant for grant in scheme.grants if grant.every == "enrolment")
    return names_of_spending(spend).union(*(own_names(grant) for grant in grants))


def net_of(holder: Holder, spend: Spend, facts: Circumstances, against: list[Objection]) -> int:
    """The price after what others pay before the wallet: between nothing and the price."""
    if spend.net is None:
        return facts.price
    net = _amount(holder, spend, spend.net, facts, "the price after subsidies", against)
    return facts.price if net is None else min(net, facts.price)


def pays_at_most(holder: Holder, spend: Spend, facts: Circumstances, against: list[Objection]) -> int:
    """What the rule lets the wallet pay: between nothing and the net price."""
    most = _amount(holder, spend, spend.from_wallet, facts, "what the wallet pays", against)
    return min(most or 0, facts.net if facts.net is not None else facts.price)


def _amount(
    holder: Holder,
    spend: Spend,
    expression: Checked,
    facts: Circumstances,
    what: str,
    against: list[Objection],
) -> int | None:
    """An amount of the rule, rounded by its mode, nothing where it is below zero; None where unknown."""
    found = holder.worth(expression, facts)
    if not isinstance(found.value, Fraction):
        against.append(undecided(f"{what} by {spend.version}", found.missing, found.notes))
        return None
    return max(0, round_to(found.value, facts.scale, spend.round))
