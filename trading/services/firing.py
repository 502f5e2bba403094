"""Alerts on bars: which come true, and what is written when they do. Everything is done for many alerts at once."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import DateTimeField, F, TextField
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from legend.lib.events import publish
from patterns.models import Instrument
from patterns.moments import WHOLE_DAYS, instant, said
from trading.conditions import ON_BARS
from trading.conditions.base import Tape
from trading.events import alert_triggered
from trading.models import Alert, AlertEvent

TOGETHER = 5000  # rows of one UPDATE
TOLD_TOGETHER = 500  # events of one message


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the test needs to know of an alert; `since` in UTC seconds."""

    pk: int
    owner_id: int
    params: Mapping[str, Any]
    since: float


ByKind = Mapping[str, Sequence[Waiting]]


def waiting_on(*, instrument_ids: Sequence[int], interval: str, now: dt.datetime) -> dict[int, dict[str, list[Waiting]]]:
    """Active alerts on these instruments, by instrument and kind; those within their pause are left out. Two queries."""
    alerts = Alert.objects.active().filter(instrument_id__in=instrument_ids, interval=interval, kind__in=ON_BARS)
    paused = alerts.filter(pause_minutes__gt=0, last_fired_at__isnull=False).values_list("pk", "pause_minutes", "last_fired_at")
    silent = {pk for pk, pause, fired in paused if fired is not None and now < fired + dt.timedelta(minutes=pause)}
    since = Coalesce("since_at", "created_at", output_field=DateTimeField())
    # one document is read many times faster than a hundred thousand
    text = Cast("params", TextField())
    rows = list(alerts.order_by("pk").values_list("pk", "owner_id", "instrument_id", "kind", since, text))
    found: dict[int, dict[str, list[Waiting]]] = defaultdict(lambda: defaultdict(list))
    for (pk, owner, instrument, kind, moment, _), params in zip(rows, json.loads(f"[{','.join(row[5] for row in rows)}]"), strict=True):
        if pk not in silent:
            found[instrument][kind].append(Waiting(pk, owner, params, moment.timestamp()))
    return found


def longest_lookback(waiting: Mapping[int, ByKind]) -> int:
    """Bars that some of these alerts need before a new one."""
    alerts = ((ON_BARS[kind], one) for kinds in waiting.values() for kind, group in kinds.items() for one in group)
    return max((condition.lookback(one.params) for condition, one in alerts), default=1)


def fired_on(tape: Tape, instrument_id: int, waiting: ByKind, *, interval: str) -> list[AlertEvent]:
    """Events, not saved, of the alerts that come true on new bars: one each, on the last such bar."""
    times = tape.new(tape.bars.at)
    events = []
    for kind, alerts in waiting.items():
        condition = ON_BARS[kind]
        since = np.array([one.since for one in alerts])[:, None]
        true = condition.test(tape, [one.params for one in alerts]) & (times > since)
        for row in np.flatnonzero(true.any(axis=1)).tolist():
            one, bar = alerts[row], tape.first + int(np.flatnonzero(true[row])[-1])
            words, figures = condition.measured(tape, one.params, bar)
            events.append(
                AlertEvent(
                    owner_id=one.owner_id,
                    alert_id=one.pk,
                    instrument_id=instrument_id,
                    kind=kind,
                    interval=interval,
                    bar_at=instant(tape.bars.at[bar]),
                    sentence=words,
                    values={name: float(f"{value:.10g}") for name, value in figures.items()},
                )
            )
    return events


def fire(*, events: Sequence[AlertEvent], now: dt.datetime) -> list[int]:
    """Write the events, let alerts that are said once be done, and tell who listens. Returns the ids of the events."""
    if not events:
        return []
    _name(events)
    alert_ids = [event.alert_id for event in events if event.alert_id is not None]
    channels: dict[int, list[str]] = {}
    for some in _chunks(alert_ids, TOGETHER):
        channels |= dict(Alert.objects.filter(pk__in=some).exclude(channels=[]).values_list("pk", "channels"))
    for event in events:
        event.channels = channels.get(event.alert_id or 0, [])
    AlertEvent.objects.bulk_create(events, batch_size=1000)
    for some in _chunks(alert_ids, TOGETHER):
        fired = Alert.objects.filter(pk__in=some)
        fired.update(last_fired_at=now, fired_count=F("fired_count") + 1)
        fired.filter(is_repeating=False).update(status=Alert.Status.DONE)
    ids = [event.pk for event in events]
    for some in _chunks(ids, TOLD_TOGETHER):
        publish(alert_triggered, alert_event_ids=some)
    return ids


def _name(events: Iterable[AlertEvent]) -> None:
    """Put the symbol before what happened, and the bar behind; one query."""
    wanted = {event.instrument_id for event in events if event.instrument_id is not None}
    symbols = dict(Instrument.objects.filter(pk__in=wanted).values_list("pk", "symbol"))
    for event in events:
        if event.instrument_id is not None and not event.url:
            symbol = symbols[event.instrument_id]
            event.sentence = f"{symbol} {event.sentence} ({_day(event)})"[:300]
            event.url = reverse("patterns:symbol", args=[symbol])
            if event.interval != "1day":
                event.url += f"?interval={event.interval}"


def _day(event: AlertEvent) -> str:
    if event.interval in WHOLE_DAYS:
        return f"{event.bar_at.day} {event.bar_at:%b %Y}"
    return said(event.bar_at, event.interval)


def _chunks(items: list[int], size: int) -> Iterable[list[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))
