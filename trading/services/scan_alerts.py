"""Alerts on patterns: judged on what a finished scan shows, and again when a match that somebody was told about ends."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from legend.lib.errors import LegendError
from legend.lib.events import publish
from patterns.engine.registry import default_rules
from patterns.models import PatternMatch, SavedRule, Scan, ScanResult, UniverseMember
from patterns.services.presentation import chart_url, tidy
from patterns.services.rules import engine_rule, store_rules
from patterns.services.scans import request_scan
from trading.conditions import PATTERN
from trading.conditions.pattern import Shown
from trading.events import alert_triggered
from trading.models import Alert, AlertEvent, ScanLook, ToldMatch, WatchItem

from .alerts import subject_of
from .firing import fire

LISTED = 50  # matches kept in an event
LATELY = dt.timedelta(days=2)
STATES = (PatternMatch.State.READY, PatternMatch.State.TRIGGERED)
ENDINGS = {
    "validity": "expired without a trigger",
    "invalidated": "was invalidated",
    "replaced": "was replaced by a successor",
    "extended": "expired: it ran away before entry",
    "horizon": "expired with neither target nor stop reached",
    "revised": "was withdrawn: its bars were corrected",
    "busted": "busted",
}
Found = dict[Alert, list[Shown]]


def look_at_scan(*, scan_id: int, now: dt.datetime) -> list[int]:
    """Fire the pattern alerts that this scan answers, each once per close; a second look does nothing. Returns the ids of the events."""
    scan = Scan.objects.select_related("universe").get(pk=scan_id)
    with transaction.atomic():
        _, first = ScanLook.objects.get_or_create(scan=scan, defaults={"looked_at": now})
        if not first:
            return []
        shown = _shown(scan)
        found = _wanted(_candidates(scan, shown))
        return _fire(scan, found, now) if found else []


def look_at_missed_scans(*, now: dt.datetime) -> list[int]:
    """Scans that finished without anybody looking."""
    looked = ScanLook.objects.values("scan")
    missed = Scan.objects.finished().filter(finished_at__gte=now - LATELY).exclude(pk__in=looked).order_by("pk")
    return list(missed.values_list("pk", flat=True))


def scan_own_detectors(*, scan_id: int, now: dt.datetime) -> list[Scan]:
    """After a whole scan of the timetable: one more with people's own detectors that alerts on this universe name."""
    scan = Scan.objects.select_related("universe").get(pk=scan_id)
    if scan.universe is None or scan.universe.owner_id is not None or not scan.requests.filter(user=None).exists():
        return []
    if not {rule.pk for rule in store_rules(rules=default_rules())} <= set(scan.rules.values_list("pk", flat=True)):
        return []
    alerts = Alert.objects.active().filter(kind=PATTERN.kind, interval=scan.interval).exclude(params__saved=[])
    members = UniverseMember.objects.filter(universe=scan.universe)
    within = Q(universe=scan.universe) | Q(instrument__in=members.values("instrument")) | Q(on_watchlist=True)
    codes = {code for saved in alerts.filter(within).values_list("params__saved", flat=True) for code in saved}
    rules = []
    for row in SavedRule.objects.filter(code__in=codes).select_related("rule").order_by("rule_id"):
        try:
            rules.append(engine_rule(row=row.rule))
        except LegendError:  # a setting that this version cannot run any more finds nothing
            continue
    if not rules:
        return []
    return [request_scan(universe=scan.universe, rules=list(dict.fromkeys(rules)), interval=scan.interval, by=None, now=now)]


@transaction.atomic
def tell_ended_matches(*, now: dt.datetime) -> list[int]:
    """Whoever was told about a match that has since expired, busted, or was invalidated or replaced, is told that too.

    One event per alert. What reached its target or its stop has done what it was to do and is not told again.
    """
    news = Q(match__state=PatternMatch.State.EXPIRED) | Q(match__busted_at__isnull=False) | Q(match__is_over=True)
    told = ToldMatch.objects.filter(news, ended="").select_for_update(of=("self",)).order_by("pk")
    rows = list(told.select_related("match__instrument", "alert__instrument", "alert__universe")[:5000])
    ended: dict[Alert, dict[int, PatternMatch]] = defaultdict(dict)
    for row in rows:
        row.ended = _ending(row.match)
        if row.ended in ENDINGS:
            ended[row.alert][row.match_id] = row.match
    ToldMatch.objects.bulk_update(rows, ["ended"], batch_size=500)
    events = [_ended_event(alert, list(matches.values())) for alert, matches in ended.items()]
    AlertEvent.objects.bulk_create(events, batch_size=500)
    ids = [event.pk for event in events]
    for start in range(0, len(ids), 500):
        publish(alert_triggered, alert_event_ids=ids[start : start + 500])
    return ids


def _ending(match: PatternMatch) -> str:
    return "busted" if match.busted_at is not None else match.reason or match.state


def _shown(scan: Scan) -> list[Shown]:
    """What is open in it, best first; two queries. Rows that were found again in another universe are told once, where they are rated."""
    defaults = {rule.pk for rule in store_rules(rules=default_rules())}
    rows = ScanResult.objects.filter(scan=scan, state__in=STATES).select_related("match__instrument").order_by("-match__score", "pk")
    shown = []
    for row in rows:
        turned = row.match.triggered_at if row.state == PatternMatch.State.TRIGGERED else row.match.known_at
        shown.append(Shown(row.match, row.state, row.match.rule_id in defaults, (turned or row.match.known_at).timestamp()))
    return shown


@dataclass(frozen=True)
class Candidate:
    alert: Alert
    shown: Sequence[Shown]


def _candidates(scan: Scan, shown: Sequence[Shown]) -> list[Candidate]:
    """Alerts that look at anything in the scan, each with the matches it looks at."""
    by_instrument: dict[int, list[Shown]] = defaultdict(list)
    for one in shown:
        by_instrument[one.match.instrument_id].append(one)
    alerts = Alert.objects.active().filter(kind=PATTERN.kind, interval=scan.interval).select_related("instrument", "universe")
    found = [
        Candidate(alert, _at_home(by_instrument[alert.instrument_id or 0])) for alert in alerts.filter(instrument_id__in=by_instrument)
    ]
    found += _of_universes(alerts.filter(universe__isnull=False), by_instrument)
    return found + _of_watchlists(alerts.filter(on_watchlist=True), by_instrument)


def _at_home(shown: Iterable[Shown]) -> list[Shown]:
    """Those that are rated where their instrument is at home, so that a share in two universes is not told of twice."""
    return [one for one in shown if one.match.universe_id == one.match.instrument.home_id]


def _of_universes(alerts: Iterable[Alert], by_instrument: Mapping[int, list[Shown]]) -> list[Candidate]:
    alerts = list(alerts)
    universes = {alert.universe_id for alert in alerts}
    members: dict[int, set[int]] = defaultdict(set)
    stays = UniverseMember.objects.filter(universe__in=universes, instrument_id__in=by_instrument).values_list(
        "universe_id", "instrument_id"
    )
    for universe_id, instrument_id in stays:
        members[universe_id].add(instrument_id)
    seen: dict[int, list[Shown]] = {}
    for alert in alerts:
        universe = alert.universe
        assert universe is not None
        if universe.pk not in seen:
            all_of_it = [one for pk in members[universe.pk] for one in by_instrument[pk]]
            rated = [one for one in all_of_it if one.match.universe_id == universe.pk] if universe.owner_id is None else _at_home(all_of_it)
            seen[universe.pk] = sorted(rated, key=lambda one: -one.match.score)
    return [Candidate(alert, seen[alert.universe_id or 0]) for alert in alerts]


def _of_watchlists(alerts: Iterable[Alert], by_instrument: Mapping[int, list[Shown]]) -> list[Candidate]:
    alerts = list(alerts)
    owners = {alert.owner_id for alert in alerts}
    watched: dict[int, set[int]] = defaultdict(set)
    items = WatchItem.objects.active().filter(owner__in=owners, instrument_id__in=by_instrument)
    for owner_id, instrument_id in items.values_list("owner_id", "instrument_id"):
        watched[owner_id].add(instrument_id)
    return [
        Candidate(alert, _at_home(one for pk in sorted(watched[alert.owner_id]) for one in by_instrument[pk]))
        for alert in alerts
        if watched[alert.owner_id]
    ]


def _wanted(candidates: Sequence[Candidate]) -> Found:
    saved = _rules_of([one.alert for one in candidates])
    found: Found = {}
    for one in candidates:
        rules = {saved[code] for code in one.alert.params["saved"] if code in saved}
        since = (one.alert.since_at or one.alert.created_at).timestamp()
        fitting = [match for match in PATTERN.test(one.shown, one.alert.params, saved_rules=rules) if match.turned_at > since]
        if fitting:
            found[one.alert] = fitting
    return found


def _rules_of(alerts: Iterable[Alert]) -> dict[str, int]:
    """The rule of each own detector by its code, as the alerts write it; one query."""
    codes = {code for alert in alerts for code in alert.params["saved"]}
    rows = SavedRule.objects.filter(code__in=codes).values_list("code", "rule_id") if codes else []
    return {str(code): rule_id for code, rule_id in rows}


def _fire(scan: Scan, found: Found, now: dt.datetime) -> list[int]:
    """Leave out what was told before or on this bar, or is within its pause; write the rest."""
    locked = Alert.objects.active().select_for_update().filter(pk__in=[alert.pk for alert in found]).order_by("pk")
    free = {alert.pk for alert in locked if not _is_pausing(alert, now)}
    on_this_bar = AlertEvent.objects.filter(alert__in=found, cause=AlertEvent.Cause.FIRED, bar_at=scan.as_of)
    free -= set(on_this_bar.values_list("alert_id", flat=True))
    before = set(ToldMatch.objects.filter(alert__in=free).values_list("alert_id", "match_id", "state"))
    events, told = [], []
    for alert, shown in found.items():
        new = [one for one in shown if (alert.pk, one.match.pk, one.state) not in before]
        if alert.pk in free and new:
            events.append(_event(alert, scan, new))
            told += [ToldMatch(alert=alert, match=one.match, state=one.state) for one in new]
    ToldMatch.objects.bulk_create(told, batch_size=500, ignore_conflicts=True)
    return fire(events=events, now=now)


def _is_pausing(alert: Alert, now: dt.datetime) -> bool:
    return alert.last_fired_at is not None and now < alert.last_fired_at + dt.timedelta(minutes=alert.pause_minutes)


def _event(alert: Alert, scan: Scan, shown: Sequence[Shown]) -> AlertEvent:
    first = shown[0]
    if len(shown) == 1:
        sentence = f"{first.match.instrument.symbol}: {_words(first)}"
        url = chart_url(match=first.match) or ""
    else:
        names = ", ".join(f"{one.match.instrument.symbol} {one.match.detail['title']}" for one in shown[:4])
        more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
        sentence = f"{len(shown)} matches in {subject_of(alert)}: {names}{more}"
        url = f"{reverse('patterns:scanner')}?scan={scan.code}"
    return AlertEvent(
        owner_id=alert.owner_id,
        alert=alert,
        instrument_id=first.match.instrument_id if len(shown) == 1 else None,
        kind=alert.kind,
        interval=alert.interval,
        bar_at=scan.as_of,
        sentence=sentence[:300],
        values={"count": len(shown), "matches": [_figures(one.match, one.state) for one in shown[:LISTED]]},
        url=url,
    )


def _words(one: Shown) -> str:
    verb = "became ready" if one.state == PatternMatch.State.READY else "was triggered"
    match = one.match
    return f"{match.detail['title']} ({match.side}) {verb}, score {match.score:.0f}, entry {tidy(match.entry):g}, stop {tidy(match.stop):g}"


def _figures(match: PatternMatch, state: str) -> dict[str, Any]:
    return {
        "code": str(match.code),
        "symbol": match.instrument.symbol,
        "pattern": match.pattern,
        "title": match.detail["title"],
        "side": match.side,
        "state": state,
        "score": tidy(match.score),
        "entry": tidy(match.entry),
        "stop": tidy(match.stop),
        "target": tidy(match.target),
    }


def _ended_event(alert: Alert, matches: Sequence[PatternMatch]) -> AlertEvent:
    first = matches[0]
    sentence = "; ".join(f"{one.instrument.symbol}: {one.detail['title']} {ENDINGS[_ending(one)]}" for one in matches[:4])
    if len(matches) > 4:
        sentence += f" and {len(matches) - 4} more"
    return AlertEvent(
        owner_id=alert.owner_id,
        alert=alert,
        instrument_id=first.instrument_id if len(matches) == 1 else None,
        cause=AlertEvent.Cause.CHANGED,
        kind=alert.kind,
        interval=alert.interval,
        bar_at=max(one.ended_at or one.walked_to for one in matches),
        sentence=sentence[:300],
        values={"count": len(matches), "matches": [_figures(one, one.state) | {"reason": _ending(one)} for one in matches[:LISTED]]},
        url=(chart_url(match=first) or "") if len(matches) == 1 else reverse("trading:alerts"),
        channels=alert.channels,
    )
