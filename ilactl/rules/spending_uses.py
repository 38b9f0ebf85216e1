"""What rules of spending use and mean: the names in their expressions, and what their digest is of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ilactl.rules.expressions import digest, names_in
from ilactl.rules.spending_model import Ending, EndingRow, Spend

if TYPE_CHECKING:
    from ilactl.rules.expressions import Checked

__all__ = ["ending_terms", "names_of_spending", "spend_terms"]


def names_of_spending(rule: Spend | Ending) -> set[str]:
    """Every name that the rule's expressions use."""
    parts: Iterator[Checked] = _of_spend(rule) if isinstance(rule, Spend) else _of_ending(rule)
    return {name for part in parts for name in names_in(part.node)}


def _of_spend(spend: Spend) -> Iterator[Checked]:
    yield from (only.when for only in spend.only)
    yield from (refusal.when for refusal in spend.refuse)
    yield from (part for part in (spend.net, spend.from_wallet) if part)


def _of_ending(ending: Ending) -> Iterator[Checked]:
    for row in ending.rows:
        yield row.when
        yield row.provider
        yield from row.provider_of.values()


def spend_terms(spend: Spend) -> dict[str, Any]:
    """What a spend rule means, without what it only tells."""
    return {
        "kinds": sorted(spend.kinds),
        "unit": spend.unit,
        "classes": list(spend.classes),
        "order": list(spend.order),
        "only": [[sorted(one.classes), digest(one.when.node)] for one in spend.only],
        "net": digest(spend.net.node) if spend.net else "",
        "from_wallet": digest(spend.from_wallet.node),
        "refuse": [digest(one.when.node) for one in spend.refuse],
        "requires": sorted(spend.requires),
        "payee": spend.payee,
        "usable_at": spend.usable_at,
        "own_class": spend.own_class,
        "round": spend.round,
    }


def ending_terms(ending: Ending) -> dict[str, Any]:
    """What an ending means, without what it only tells."""
    return {
        "spends": sorted(ending.spends),
        "rows": [_row_terms(row) for row in ending.rows],
        "grace": ending.grace.text if ending.grace else "",
        "round": ending.round,
    }


def _row_terms(row: EndingRow) -> list[Any]:
    return [
        sorted(row.on),
        digest(row.when.node),
        digest(row.provider.node),
        row.rest,
        dict(row.rest_of),
        {class_: digest(share.node) for class_, share in row.provider_of.items()},
    ]
