"""New bars are looked at once: alerts on them come true, and items of watchlists move.

`BarLook` keeps how far each instrument has been looked at. It is locked while somebody looks, so that nothing is seen twice, and what a
lost message left is found by it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from patterns.bars import last_bars
from patterns.models import Instrument, Interval
from patterns.series import BUILT_FROM, built_of, last_known, load_series
from trading.conditions import ON_BARS
from trading.conditions.base import Tape
from trading.models import Alert, BarLook, WatchItem

from .firing import fire, fired_on, longest_lookback, waiting_on
from .watch_moves import move_items

NEVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
TOGETHER = 50  # instruments of one transaction
MOST_NEW = 60  # bars: with more of them, only the last ones are looked at


@dataclass
class Looked:
    """What came of it: ids of alert events and of items that moved."""

    events: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)


def look_at_bars(*, instrument_ids: Collection[int], interval: str, now: dt.datetime) -> Looked:
    """Judge what is new since the last look, on these bars and on those built from them."""
    looked = Looked()
    for one in (interval, *built_of(interval)):
        concerned = _concerned(instrument_ids, one)
        for start in range(0, len(concerned), TOGETHER):
            group = _look(concerned[start : start + TOGETHER], one, now)
            looked.events += group.events
            looked.moved += group.moved
    return looked


def look_at_what_was_missed(*, now: dt.datetime) -> Looked:
    """Bars that came in without anybody looking, since the process died or the message was lost."""
    looked = Looked()
    intervals = set(Alert.objects.active().filter(kind__in=ON_BARS).order_by().values_list("interval", flat=True).distinct())
    if WatchItem.objects.judged().exists():
        intervals.add(Interval.DAY_1)
    for interval in sorted(intervals):
        concerned = _concerned(None, interval)
        behind = _behind(concerned, interval)
        for start in range(0, len(behind), TOGETHER):
            group = _look(behind[start : start + TOGETHER], interval, now)
            looked.events += group.events
            looked.moved += group.moved
    return looked


def _concerned(instrument_ids: Collection[int] | None, interval: str) -> list[int]:
    """Instruments that somebody waits for, in one order; one query, or two where few of many are asked."""
    alerts = Alert.objects.active().filter(instrument=OuterRef("pk"), interval=interval, kind__in=ON_BARS)
    items = WatchItem.objects.judged().filter(instrument=OuterRef("pk"))
    asked = Q(Exists(alerts)) if interval == Interval.WEEK_1 else Q(Exists(alerts)) | Q(Exists(items))
    found = Instrument.objects.filter(asked).order_by("pk").values_list("pk", flat=True)
    wanted = None if instrument_ids is None else set(instrument_ids)
    return [pk for pk in found if wanted is None or pk in wanted]


def _behind(instrument_ids: list[int], interval: str) -> list[int]:
    last = last_known(instrument_ids, interval)
    looks = dict(BarLook.objects.filter(interval=interval, instrument_id__in=instrument_ids).values_list("instrument_id", "looked_to"))
    return [pk for pk in instrument_ids if pk in last and (pk not in looks or looks[pk] < last[pk])]


@transaction.atomic
def _look(instrument_ids: list[int], interval: str, now: dt.datetime) -> Looked:
    looks, last = _locked(instrument_ids, interval), last_known(instrument_ids, interval)
    new = [pk for pk in instrument_ids if pk in last and looks[pk].looked_to < last[pk]]
    if not new:
        return Looked()
    waiting = waiting_on(instrument_ids=new, interval=interval, now=now)
    tapes = _tapes(new, interval, looks, longest_lookback(waiting))
    events = [event for pk, tape in tapes.items() for event in fired_on(tape, pk, waiting.get(pk, {}), interval=interval)]
    looked = Looked(fire(events=events, now=now), move_items(tapes=tapes, interval=interval, now=now))
    for pk in new:
        looks[pk].looked_to = last[pk]
    BarLook.objects.bulk_update([looks[pk] for pk in new], ["looked_to"], batch_size=100)
    return looked


def _locked(instrument_ids: list[int], interval: str) -> dict[int, BarLook]:
    """Their rows, made where missing. Others who want to look at the same bars wait until this transaction ends."""
    missing = [BarLook(instrument_id=pk, interval=interval, looked_to=NEVER) for pk in instrument_ids]
    rows = BarLook.objects.filter(instrument_id__in=instrument_ids, interval=interval)
    if rows.count() < len(instrument_ids):
        BarLook.objects.bulk_create(missing, ignore_conflicts=True)
    return {look.instrument_id: look for look in rows.select_for_update().order_by("instrument_id")}


def _tapes(instrument_ids: list[int], interval: str, looks: dict[int, BarLook], lookback: int) -> dict[int, Tape]:
    if interval in BUILT_FROM:
        panel = load_series(instrument_ids, interval)
    else:
        panel = last_bars(instrument_ids, interval, count=lookback + MOST_NEW)
    tapes = {}
    for pk, bars in panel.items():
        first = max(int(np.searchsorted(bars.at, looks[pk].looked_to.timestamp(), side="right")), bars.size - MOST_NEW)
        if first < bars.size:
            tapes[pk] = Tape(bars, first)
    return tapes
