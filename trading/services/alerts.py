"""Alerts: what a person asks to be told, and the log of what they were told. `monitoring` and `scan_alerts` decide when one comes true."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.events import publish
from legend.lib.models import Once
from legend.lib.registries import couriers
from patterns.models import Interval, SavedRule
from patterns.moments import check_interval
from trading.conditions import find_condition
from trading.conditions.base import SYMBOL, UNIVERSE, WATCHLIST, read_params
from trading.events import alert_triggered
from trading.models import Alert, AlertEvent, AlertResult

from .subjects import find_subject, last_bar_at

MOST_ALERTS = 2000
LONGEST_PAUSE = 60 * 24 * 90  # minutes
ALONE = {"pattern": ("1day", "1week")}


class UnknownAlert(NotFound):
    code = "unknown_alert"


class NothingToAcknowledge(Conflict):
    code = "acknowledged_before"


@transaction.atomic
def create_alert(*, owner: User, wish: Mapping[str, Any], once: Once | None = None) -> Alert:
    """Keep a wish: kind, params, one of symbol, universe and watchlist, and interval, note, repeating, pause_minutes, channels.

    It looks at bars that come after the last one there is. The same wish again (`once`) gives the same alert.
    Raises Invalid (names the field), UnknownSymbols, UnknownUniverse, KeyReused.
    """
    User.objects.select_for_update().filter(pk=owner.pk).first()
    mine = Alert.objects.owned_by(owner)
    if once is not None and (made := mine.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    if mine.count() >= MOST_ALERTS:
        raise invalid("kind", f"You have {MOST_ALERTS} alerts, which is the most there can be. Delete some first.", "too_many")
    alert = Alert(owner=owner, **(once.as_fields() if once else {}))
    _fill(alert, wish)
    alert.save()
    return alert


@transaction.atomic
def change_alert(*, owner: User, code: UUID, wish: Mapping[str, Any]) -> Alert:
    """The wish anew, whole; a done or paused alert waits again unless `status` says paused. UnknownAlert, and as `create_alert`."""
    alert = _own(owner, code)
    _fill(alert, wish)
    paused = wish.get("status") == Alert.Status.PAUSED
    alert.status = Alert.Status.PAUSED if paused else Alert.Status.ACTIVE
    alert.save()
    return alert


@transaction.atomic
def switch_alert(*, owner: User, code: UUID, on: bool) -> Alert:
    """Pause it, or let it wait again for bars to come. UnknownAlert."""
    alert = _own(owner, code)
    alert.status = Alert.Status.ACTIVE if on else Alert.Status.PAUSED
    if on:
        alert.since_at = last_bar_at(interval=alert.interval, instrument=alert.instrument)
    alert.save(update_fields=["status", "since_at"])
    return alert


@transaction.atomic
def delete_alert(*, owner: User, code: UUID) -> None:
    """Its log stays. UnknownAlert."""
    _own(owner, code).delete()


def list_alerts(*, owner: User, status: str = "", kind: str = "", symbol: str = "") -> QuerySet[Alert]:
    """One's own with what they look at, latest first."""
    alerts = Alert.objects.owned_by(owner).select_related("instrument", "universe").order_by("-id")
    if status:
        alerts = alerts.filter(status=status)
    if kind:
        alerts = alerts.filter(kind=kind)
    return alerts.filter(instrument__symbol=symbol.upper()) if symbol else alerts


def log_of(*, owner: User, alert: UUID | None = None) -> QuerySet[AlertEvent]:
    """One's own log with alerts and results, latest first; of one alert if it is named."""
    events = AlertEvent.objects.owned_by(owner).select_related("alert").prefetch_related("results").order_by("-id")
    return events.filter(alert__code=alert) if alert is not None else events


def find_alert(*, owner: User, code: UUID) -> Alert:
    """One's own; someone else's is not found."""
    found = Alert.objects.owned_by(owner).filter(code=code).select_related("instrument", "universe").first()
    if found is None:
        raise UnknownAlert("You have no such alert.")
    return found


@transaction.atomic
def test_alert(*, owner: User, code: UUID, now: dt.datetime) -> AlertEvent:
    """Send its message now, marked as a test, on every channel it would use; the alert itself is left as it is. UnknownAlert."""
    alert = find_alert(owner=owner, code=code)
    event = AlertEvent.objects.create(
        owner=owner,
        alert=alert,
        instrument=alert.instrument,
        cause=AlertEvent.Cause.TEST,
        kind=alert.kind,
        interval=alert.interval,
        bar_at=now,
        sentence=f"Test: {said(alert)}"[:300],
        url=address_of(alert),
        channels=alert.channels,
    )
    publish(alert_triggered, alert_event_ids=[event.pk])
    return event


@transaction.atomic
def acknowledge(*, owner: User, code: UUID, now: dt.datetime) -> AlertEvent:
    """Say that one has seen it. NotFound for someone else's; NothingToAcknowledge when that was said before."""
    event = AlertEvent.objects.owned_by(owner).select_for_update(of=("self",)).filter(code=code).first()
    if event is None:
        raise NotFound("There is no such entry in your log.", code="unknown_event")
    if event.acknowledged_at is not None:
        raise NothingToAcknowledge("This was acknowledged before.")
    event.acknowledged_at = now
    event.save(update_fields=["acknowledged_at"])
    event.results.filter(status=AlertResult.Status.SENT).update(status=AlertResult.Status.ACKNOWLEDGED, at=now)
    return event


@transaction.atomic
def announce(*, event_ids: list[int], now: dt.datetime) -> list[AlertEvent]:
    """Take events over to tell people of them: each is given out once. Call it in the transaction that makes the notifications."""
    events = AlertEvent.objects.unannounced().filter(pk__in=event_ids)
    taken = list(events.select_for_update(of=("self",)).select_related("alert", "owner").order_by("pk"))
    AlertEvent.objects.filter(pk__in=[event.pk for event in taken]).update(announced_at=now)
    return taken


def record_result(*, event_id: int, channel: str, status: str, detail: str = "", now: dt.datetime) -> None:
    """What became of an event on one channel; the last word counts, and `acknowledged` is not taken back."""
    result, made = AlertResult.objects.get_or_create(
        event_id=event_id, channel=channel, defaults={"status": status, "detail": detail[:200], "at": now}
    )
    if not made and result.status != AlertResult.Status.ACKNOWLEDGED:
        result.status, result.detail, result.at = AlertResult.Status(status), detail[:200], now
        result.save(update_fields=["status", "detail", "at"])


def republish_unannounced(*, now: dt.datetime, older_than: dt.timedelta = dt.timedelta(seconds=30)) -> int:
    """Say again what nobody has taken over, since the message may be lost. Returns how many events."""
    late = list(AlertEvent.objects.unannounced().filter(created_at__lt=now - older_than).order_by("pk").values_list("pk", flat=True)[:5000])
    for start in range(0, len(late), 500):
        publish(alert_triggered, alert_event_ids=late[start : start + 500])
    return len(late)


def subject_of(alert: Alert) -> str:
    """What it looks at, in words."""
    if alert.instrument is not None:
        return alert.instrument.symbol
    return alert.universe.title if alert.universe is not None else "My watchlist"


def said(alert: Alert) -> str:
    """The wish as a sentence: `ACME crosses above 101.50`."""
    return f"{subject_of(alert)} {find_condition(alert.kind).wish(alert.params)}"


def address_of(alert: Alert) -> str:
    """The page to look at."""
    if alert.instrument is not None:
        return reverse("patterns:symbol", args=[alert.instrument.symbol])
    return reverse("patterns:scanner") if alert.universe is not None else reverse("trading:watchlist")


def _own(owner: User, code: UUID) -> Alert:
    find_alert(owner=owner, code=code)
    return Alert.objects.owned_by(owner).select_for_update(of=("self",)).select_related("instrument", "universe").get(code=code)


def _fill(alert: Alert, wish: Mapping[str, Any]) -> None:
    condition = find_condition(wish.get("kind") or "")
    symbol, universe, watchlist = wish.get("symbol") or None, wish.get("universe") or None, bool(wish.get("watchlist"))
    scope = SYMBOL if symbol else UNIVERSE if universe else WATCHLIST
    if (symbol or universe or watchlist) and scope not in condition.scopes:
        raise invalid(scope, f"An alert of kind {condition.kind} looks at {' or '.join(condition.scopes)}.", "wrong_scope")
    alert.kind, alert.params = condition.kind, read_params(condition, wish.get("params") or {})
    alert.instrument, alert.universe = find_subject(owner=alert.owner, symbol=symbol, universe=universe, watchlist=watchlist)
    alert.on_watchlist = watchlist
    alert.interval = _interval(condition.kind, wish.get("interval") or Interval.DAY_1)
    alert.note = " ".join((wish.get("note") or "").split())[:200]
    alert.is_repeating, alert.pause_minutes = bool(wish.get("repeating")), wish.get("pause_minutes") or 0
    if not 0 <= alert.pause_minutes <= LONGEST_PAUSE:
        raise invalid("pause_minutes", f"The pause is 0 to {LONGEST_PAUSE} minutes.", "out_of_bounds")
    alert.channels = _channels(wish.get("channels") or [])
    _check_saved(alert)
    alert.since_at = last_bar_at(interval=alert.interval, instrument=alert.instrument)


def _interval(kind: str, interval: str) -> str:
    check_interval(interval)
    if interval not in ALONE.get(kind, (interval,)):
        raise invalid("interval", f"Alerts of kind {kind} look at bars of {' or '.join(ALONE[kind])}.", "bad_interval")
    return interval


def _channels(names: list[str]) -> list[str]:
    known = [courier.name for courier in couriers]
    if unknown := [name for name in names if name not in known]:
        raise invalid("channels", f"There is no channel {str(unknown[0])[:20]!r}; there are {', '.join(known)}.", "unknown_channel")
    return list(dict.fromkeys(names))


def _check_saved(alert: Alert) -> None:
    codes = alert.params.get("saved") or []
    try:
        wanted = {str(UUID(code)) for code in codes}
    except ValueError:
        raise invalid("params.saved", "Own detectors are named by their code.", "invalid") from None
    own = {str(code) for code in SavedRule.objects.filter(owner=alert.owner, code__in=wanted).values_list("code", flat=True)}
    if missing := wanted - own:
        raise invalid("params.saved", f"You have no detector {min(missing)}.", "unknown_saved_rule")
