"""The lab's questions: one at a time of each person, since whoever moves a slider on no longer waits for where it was."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction

from patterns.models import Evidence, EvidenceRequest, Universe

from .evidence import KEPT_FOR, Terms, request_evidence
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
    terms: Terms,
    by: "User",
    now: dt.datetime,
) -> Evidence:
    """The row that holds or will hold the answer; what the same person's page asked before and still waits for is given up.

    Raises Invalid for what is out of bounds, and where there are no bars.
    """
    rule = lab_rule(detector=detector, params=dict(params))
    key = f"lab:{by.pk}"
    (row,) = request_evidence(universe=universe, rules=[rule], interval=interval, since=since, until=until, terms=terms, by=by, now=now)
    before = cache.get(key)
    if before is not None and before != row.pk:
        give_up(evidence_id=before, by=by)
    cache.set(key, row.pk, KEPT_FOR.total_seconds())
    return row


@transaction.atomic
def give_up(*, evidence_id: int, by: "User") -> bool:
    """The person no longer waits; False if they did not, or have been answered.

    What nobody else asked for is dropped, and a worker that is on it finds its row gone.
    """
    row = Evidence.objects.unfinished().filter(pk=evidence_id).select_for_update().only("expires_at", "unattended").first()
    if row is None or not row.requests.filter(user=by).delete()[0]:
        return False
    if row.expires_at is not None and not row.unattended and not row.requests.exists():
        row.delete()
    return True


def settings_tried(*, user: "User", universe: Universe, interval: str, detector: str) -> int:
    """How many settings of a detector the person has asked the lab for on a universe."""
    return EvidenceRequest.objects.filter(user=user, universe=universe, interval=interval, rule__detector=detector).count()
