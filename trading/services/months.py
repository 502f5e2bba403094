"""Keeping worked-out months of a journal, and forgetting those that changed."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from trading.models import Journal, JournalMonth

if TYPE_CHECKING:
    from accounts.models import User


def month_of(at: dt.datetime) -> dt.date:
    """The month in which a trade counts, by UTC."""
    return at.astimezone(dt.UTC).date().replace(day=1)


def forget_months(owner_id: int, closings: Collection[dt.datetime | None] = ()) -> None:
    """Those of these closings; all of them when none is named. In the transaction of the change."""
    rows = JournalMonth.objects.filter(owner_id=owner_id)
    if closings:
        rows = rows.filter(month__in={month_of(at) for at in closings if at is not None})
    rows.delete()


@transaction.atomic
def keep_months(*, owner: "User", revision: int, rows: Sequence[JournalMonth]) -> None:
    """Keep what was worked out, unless the journal changed since `revision`."""
    journal = Journal.objects.select_for_update().filter(owner=owner).first()
    if journal is None or journal.revision != revision:
        return
    JournalMonth.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["owner", "kind", "month"],
        update_fields=["basis", "figures", "packed"],
    )
