"""What somebody watches, with prices beside it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from legend.lib.errors import invalid
from patterns.bars import last_bars
from patterns.moments import instant
from patterns.services.presentation import tidy
from trading.models import WatchItem

if TYPE_CHECKING:
    from accounts.models import User

ACTIVE = "active"


@dataclass(frozen=True)
class Row:
    """An item with its last daily close. Percentages in percent units; None where there is no bar or no entry."""

    item: WatchItem
    price: float | None
    price_date: dt.date | None
    change_pct: float | None
    distance_pct: float | None


def watchlist(*, owner: "User", status: str = "", tag: str = "") -> QuerySet[WatchItem]:
    """One's own items with instrument and match, narrowed. Invalid names the statuses there are."""
    items = WatchItem.objects.owned_by(owner).select_related("instrument", "match")
    if status == ACTIVE:
        items = items.active()
    elif status:
        if status not in WatchItem.Status.values:
            raise invalid(
                "status", f"There is no status {status[:20]!r}; there are {', '.join(WatchItem.Status.values)}.", "unknown_status"
            )
        items = items.filter(status=status)
    if not tag:
        return items
    # a list of JSON is searched differently by the two databases; a person has a thousand items at most
    tagged = WatchItem.objects.owned_by(owner).values_list("pk", "tags")
    return items.filter(pk__in=[pk for pk, tags in tagged if tag in tags])


def rows_of(items: Sequence[WatchItem]) -> list[Row]:
    """The items with their prices; two queries however many there are."""
    bars = last_bars({item.instrument_id for item in items}, "1day", count=2) if items else {}
    rows = []
    for item in items:
        last = bars.get(item.instrument_id)
        if last is None or not last.size:
            rows.append(Row(item, None, None, None, None))
            continue
        price = float(last.close[-1])
        change = tidy(100 * (price / float(last.close[-2]) - 1)) if last.size > 1 else None
        away = tidy(100 * abs(item.entry - price) / price) if item.entry is not None else None
        rows.append(Row(item, price, instant(last.at[-1]).date(), change, away))
    return rows
