"""Watchlists: what a person adds, changes and moves by hand. What bars and scans move is in `monitoring`."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.models import Once
from patterns.models import Instrument, Interval, PatternMatch
from patterns.services.universes import find_instruments
from trading.models import WatchItem
from trading.queries.matches import match_to_plan

from .subjects import last_bar_at

MOST_ITEMS = 1000
MOST_TAGS = 10
CHANGEABLE = ("reason", "tags", "entry", "stop", "target", "alert_threshold_pct")


class NotWatched(NotFound):
    code = "not_watched"


class AlreadyWatched(Conflict):
    code = "already_watched"


class IllegalMove(Conflict):
    code = "illegal_move"


@transaction.atomic
def watch(
    *,
    owner: User,
    now: dt.datetime,
    ticker: str | None = None,
    match: UUID | None = None,
    details: Mapping[str, Any] | None = None,
    once: Once | None = None,
) -> WatchItem:
    """Put a symbol on the list, or the symbol of a match with its levels; one that was completed or skipped starts anew.

    `details` may hold reason, tags, entry, stop, target and alert_threshold_pct; they win over the match's.
    Raises UnknownSymbols, NotFound (match), AlreadyWatched, KeyReused, Invalid.
    """
    _lock(owner)
    mine = WatchItem.objects.owned_by(owner).select_related("instrument")
    if once is not None and (made := mine.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    found = _match(owner, match) if match is not None else None
    instrument = found.instrument if found else find_instruments(symbols=[ticker or ""])[0]
    item = mine.filter(instrument=instrument).first()
    if item is not None and not item.is_over:
        raise AlreadyWatched(f"{instrument.symbol} is on your watchlist already.")
    if item is None and mine.count() >= MOST_ITEMS:
        raise invalid("ticker", f"A watchlist holds {MOST_ITEMS} symbols; remove some first.", "too_many")
    item = WatchItem(pk=item.pk if item else None, code=item.code, created_at=item.created_at) if item else WatchItem()
    item.owner, item.instrument, item.match = owner, instrument, found
    item.status_at, item.since_at = now, last_bar_at(interval=Interval.DAY_1, instrument=instrument)
    _fill(item, (_plan_of(found) if found else {}) | dict(details or {}))
    for name, value in (once.as_fields() if once else {}).items():
        setattr(item, name, value)
    item.save()
    return item


@transaction.atomic
def change_watch(*, owner: User, ticker: str, changes: Mapping[str, Any], now: dt.datetime) -> WatchItem:
    """Other reason, tags, levels, threshold or status. NotWatched for what is not on one's own list; IllegalMove, Invalid."""
    item = _own(owner, ticker)
    _fill(item, changes)
    item.save(update_fields=[*CHANGEABLE, "side"])
    if changes.get("status", item.status) != item.status:
        [item] = move(owner=owner, tickers=[ticker], status=changes["status"], now=now)
    return item


@transaction.atomic
def move(*, owner: User, tickers: Collection[str], status: str, now: dt.datetime) -> list[WatchItem]:
    """Give items their next status by hand: all of them, or none. NotWatched, IllegalMove (names those that may not go there)."""
    if status not in WatchItem.Status.values:
        raise invalid("status", f"There is no status {status[:20]!r}; there are {', '.join(WatchItem.Status.values)}.", "unknown_status")
    wanted = WatchItem.Status(status)
    symbols = list(dict.fromkeys(ticker.strip().upper() for ticker in tickers))
    mine = WatchItem.objects.owned_by(owner).select_for_update(of=("self",)).select_related("instrument")
    items = list(mine.filter(instrument__symbol__in=symbols).order_by("pk"))
    if missing := [symbol for symbol in symbols if symbol not in {item.instrument.symbol for item in items}]:
        raise NotWatched(
            f"{', '.join(symbol[:20] for symbol in missing[:10])} {'is' if len(missing) == 1 else 'are'} not on your watchlist."
        )
    if refused := [item for item in items if wanted not in item.next_statuses]:
        named = ", ".join(f"{item.instrument.symbol} ({item.get_status_display()})" for item in refused[:10])
        raise IllegalMove(
            f"{named} cannot become {wanted.label}. The order is Watching, Breaking Out, Triggered, Completed; Skipped from any."
        )
    for item in items:
        item.status, item.status_at, item.status_note, item.is_untold = wanted, now, "by hand", False
    WatchItem.objects.bulk_update(items, ["status", "status_at", "status_note", "is_untold"], batch_size=500)
    return items


@transaction.atomic
def unwatch(*, owner: User, ticker: str) -> None:
    """Take it off the list. NotWatched."""
    _own(owner, ticker).delete()


def find_watched(*, owner: User, ticker: str) -> WatchItem:
    """One's own item; someone else's is not found. NotWatched."""
    item = WatchItem.objects.owned_by(owner).filter(instrument__symbol=ticker.strip().upper()).select_related("instrument", "match").first()
    if item is None:
        raise NotWatched(f"{ticker[:20]} is not on your watchlist.")
    return item


def tags_of(*, owner: User) -> list[tuple[str, int]]:
    """Tags in use with how many items have each, by name; one query."""
    counted = Counter(tag for tags in WatchItem.objects.owned_by(owner).values_list("tags", flat=True) for tag in tags)
    return sorted(counted.items())


def _own(owner: User, ticker: str) -> WatchItem:
    find_watched(owner=owner, ticker=ticker)
    mine = WatchItem.objects.owned_by(owner).select_for_update(of=("self",)).select_related("instrument")
    return mine.get(instrument__symbol=ticker.strip().upper())


def _match(owner: User, code: UUID) -> PatternMatch:
    found = match_to_plan(owner=owner, code=str(code))
    if found is None:
        raise NotFound("There is no such match.", code="unknown_match")
    return found


def _plan_of(match: PatternMatch) -> dict[str, Any]:
    return {
        "reason": f"{match.detail['title']}, score {match.score:.0f}",
        "tags": [match.pattern],
        "entry": round(match.entry, 4),
        "stop": round(match.stop, 4),
        "target": round(match.target, 4),
    }


def _fill(item: WatchItem, given: Mapping[str, Any]) -> None:
    """Take the values over and judge them together. Invalid."""
    for name in CHANGEABLE:
        if name in given:
            blank = WatchItem.THRESHOLD_PCT if name == "alert_threshold_pct" else None
            setattr(item, name, blank if given[name] is None else given[name])
    item.reason = " ".join((item.reason or "").split())[:500]
    item.tags = clean_tags(item.tags or [])
    if not 0 <= item.alert_threshold_pct <= 50:
        raise invalid("alert_threshold_pct", "The threshold is 0 to 50 percent.", "out_of_bounds")
    for name in ("entry", "stop", "target"):
        value = getattr(item, name)
        if value is not None and not (math.isfinite(value) and 0 < value < 1e9):
            raise invalid(name, f"The {name} has to be a price above 0.", "out_of_bounds")
    item.side = side_of(item.entry, item.stop, item.target)


def side_of(entry: float | None, stop: float | None, target: float | None) -> str:
    """Long when the stop lies below entry or the target above it; empty when nothing says. Invalid when stop and target disagree."""
    if entry is None:
        return ""
    above = [other > entry for other in (target,) if other is not None] + [other < entry for other in (stop,) if other is not None]
    if entry in (stop, target):
        raise invalid("stop" if entry == stop else "target", "Stop and target cannot lie at the entry.", "zero_distance")
    if len(set(above)) > 1:
        raise invalid("stop", "Stop and target have to lie on different sides of the entry.", "wrong_side")
    return ("long" if above[0] else "short") if above else ""


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Lower case, each once. Invalid for too many or too long ones."""
    clean = list(dict.fromkeys(" ".join(str(tag).casefold().split()).lstrip("#") for tag in tags))
    clean = [tag for tag in clean if tag]
    if len(clean) > MOST_TAGS or any(len(tag) > 30 for tag in clean):
        raise invalid("tags", f"An item has at most {MOST_TAGS} tags of at most 30 characters.", "bad_tags")
    return clean


def _lock(owner: User) -> None:
    """Two additions at the same moment are made one after the other."""
    User.objects.select_for_update().filter(pk=owner.pk).first()


def watched_symbols(*, owner: User) -> dict[str, WatchItem]:
    """What is on the list and not over, by symbol; one query."""
    items = WatchItem.objects.owned_by(owner).active().select_related("instrument")
    return {item.instrument.symbol: item for item in items}


def watched_among(*, owner: User, instruments: Collection[Instrument]) -> set[str]:
    """Which of these are on the list and not over; one query."""
    items = WatchItem.objects.owned_by(owner).active().filter(instrument__in=instruments)
    return set(items.values_list("instrument__symbol", flat=True))
