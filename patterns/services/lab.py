"""The lab's questions: one at a time of each person, since whoever moves a slider on no longer waits for where it was."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.cache import cache

from patterns.models import Evidence, Universe

from .evidence import KEPT_FOR, request_evidence
from .saved_rules import lab_rule

if TYPE_CHECKING:
    from accounts.models import User


def ask_lab(
    *,
    universe: Universe,
    detector: str,
    params: Mapping[str, float],
    interval: str,
    since: dt.date | None,
    until: dt.date | None,
    horizon: int,
    costs: float,
    by: "User",
    now: dt.datetime,
) -> Evidence:
    """The row that holds or will hold the answer; what the same person's page asked before and still waits for is given up.

    Raises Invalid for what is out of bounds, and where there are no bars.
    """
    rule = lab_rule(detector=detector, params=dict(params))
    key = f"lab:{by.pk}"
    (row,) = request_evidence(
        universe=universe, rules=[rule], interval=interval, since=since, until=until, horizon=horizon, costs=costs, by=by, now=now
    )
    before = cache.get(key)
    if before is not None and before != row.pk:
        give_up(evidence_id=before, by=by)
    cache.set(key, row.pk, KEPT_FOR.total_seconds())
    return row


def give_up(*, evidence_id: int, by: "User") -> bool:
    """Drop a question of the lab that nobody needs answered; a worker that is on it finds its row gone. False if it was answered."""
    unneeded = Evidence.objects.unfinished().filter(pk=evidence_id, asked_by=by, expires_at__isnull=False)
    return bool(unneeded.delete()[0])
