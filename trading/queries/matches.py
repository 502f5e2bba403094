"""Matches that somebody may make a plan of."""

from typing import TYPE_CHECKING
from uuid import UUID

from patterns.models import PatternMatch, Universe

if TYPE_CHECKING:
    from accounts.models import User


def match_to_plan(*, owner: "User", code: str | None) -> PatternMatch | None:
    """The match with its instrument; None for one of a universe that is not open to `owner`, and for what is no code. One query."""
    try:
        wanted = UUID(code) if code else None
    except ValueError:
        return None
    if wanted is None:
        return None
    rows = PatternMatch.objects.select_related("instrument").filter(universe__in=Universe.objects.visible_to(owner))
    return rows.filter(code=wanted).first()
