"""The names that a grant's expressions use: what has to be known before it can be decided."""

from __future__ import annotations

from ilactl.rules.expressions import names_in
from ilactl.rules.model import Grant, Scheme

__all__ = ["capped_names", "names_of_grant", "own_names"]


def names_of_grant(grant: Grant, scheme: Scheme) -> set[str]:
    """Every name that the grant's expressions and its caps' limits use."""
    return own_names(grant) | capped_names(grant, scheme)


def capped_names(grant: Grant, scheme: Scheme) -> set[str]:
    """The names that the limits of its caps use."""
    return {name for cap in grant.caps for name in names_in(scheme.caps[cap].limit.node)}


def own_names(grant: Grant) -> set[str]:
    """The names that its own conditions and amounts use."""
    parts = [grant.when, *(part for tier in grant.tiers for part in (tier.when, tier.amount))]
    return {name for part in parts for name in names_in(part.node)}
