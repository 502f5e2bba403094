"""Looking at the instruments of a piece: what is found, and what is new in it against the rows.

The engine comes with this module, so it is imported where it is used.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from django.db.models import Q
from django.utils import timezone

from legend.lib.errors import LegendError
from patterns.calendars import SECONDS, local_days, sessions
from patterns.engine.bars import Bars
from patterns.engine.context import Context
from patterns.engine.finds import Finds
from patterns.engine.pace import pace_of
from patterns.engine.registry import Rule as EngineRule
from patterns.engine.replay import replay
from patterns.models import Instrument, Life, PatternMatch, Rule, Scan, ScanPiece, ScanResult, Walked
from patterns.moments import said
from patterns.series import load_sound

from .context import Rated, context_of
from .matches import Seen
from .rules import engine_rule, enough_bars, fewest_bars

BEAT = dt.timedelta(seconds=5)
LATE = 5  # a share that has not traded for so many bars of its universe, or sessions if a session has several bars, is not looked at

SCANS_REMEMBERED = 8

logger = logging.getLogger(__name__)
_rules: dict[uuid.UUID, tuple[list[Rule], list[EngineRule]]] = {}


@dataclass
class Look:
    """What a piece found, before anything is written."""

    seen: list[Seen] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    shown: dict[uuid.UUID, ScanResult] = field(default_factory=dict)  # by code of the match, as the next three
    fresh: dict[uuid.UUID, PatternMatch] = field(default_factory=dict)
    known: dict[uuid.UUID, int] = field(default_factory=dict)  # rows that were there before
    lives: dict[uuid.UUID, Walked] = field(default_factory=dict)  # of new rows and of those that have to change


class Stored(NamedTuple):
    """What a row knows of its match."""

    pk: int
    instrument_id: int
    known_at: dt.datetime
    walked_to: dt.datetime
    is_over: bool
    life: Life


def look_at(*, piece: ScanPiece) -> Look:
    """Replay every instrument of the piece up to the scan's as-of; nothing is written but signs of life."""
    scan, look = piece.scan, Look()
    rows, rules = rules_of(scan)
    instruments = Instrument.objects.filter(pk__in=piece.instrument_ids).order_by("symbol")
    if not scan.rates_within:
        instruments = instruments.select_related("home")
    universes = {universe.pk: universe for universe in (scan.rated_in(one) for one in instruments) if universe}
    rated = {pk: context_of(universe=universe, interval=scan.interval) for pk, universe in universes.items()}
    panel, damaged = load_sound(piece.instrument_ids, scan.interval, until=scan.as_of.timestamp())
    needed, beat = fewest_bars(rules, scan.interval), timezone.now()
    for instrument in instruments:
        universe = scan.rated_in(instrument)
        if instrument.pk in damaged:
            look.failed.append({"symbol": instrument.symbol, "reason": damaged[instrument.pk]})
            continue
        try:
            bars = enough_bars(panel.get(instrument.pk), needed, symbol=instrument.symbol, interval=scan.interval, until=scan.as_of)
            market = market_around(scan, instrument, rated[universe.pk] if universe else None, bars)
            found = replay(bars, rules, market, pace=pace_of(scan.interval))
        except LegendError as reason:
            look.skipped.append({"symbol": instrument.symbol, "reason": reason.detail})
        except Exception as fault:  # one share's trouble must not cost the others their answer; it is named and logged
            logger.exception("Scan %s failed on %s.", scan.code, instrument.symbol)
            look.failed.append({"symbol": instrument.symbol, "reason": f"{type(fault).__name__}: {fault}"})
        else:
            look.seen.append(Seen(instrument, universe, scan.interval, rows, found))
        if timezone.now() - beat > BEAT:
            beat = timezone.now()
            ScanPiece.objects.filter(pk=piece.pk, attempts=piece.attempts).update(heartbeat_at=beat)
    _compare(look, rows)
    return look


def rules_of(scan: Scan) -> tuple[list[Rule], list[EngineRule]]:
    """As rows and as the engine runs them; a scan's rules never change, so its pieces share them."""
    if scan.code not in _rules:
        rows = list(scan.rules.order_by("detector", "params_hash"))
        while len(_rules) >= SCANS_REMEMBERED:
            _rules.pop(next(iter(_rules)), None)
        _rules[scan.code] = rows, [engine_rule(row=row) for row in rows]
    return _rules[scan.code]


def market_around(scan: Scan, instrument: Instrument, rated: Rated | None, bars: Bars) -> Context:
    """What is known around the instrument; LegendError if it cannot be rated or has long ceased to trade."""
    if rated is None:
        raise LegendError(f"{instrument.symbol} has no universe in which it could be rated.", code="no_home")
    if _behind(scan, instrument, rated, bars) > LATE:
        raise LegendError(f"The last bar of {instrument.symbol} is that of {said(bars.at[-1], scan.interval)}.", code="stale")
    return rated.around(instrument.pk, bars.at)


def _behind(scan: Scan, instrument: Instrument, rated: Rated, bars: Bars) -> int:
    last, until = float(bars.at[-1]), scan.as_of.timestamp()
    if scan.interval not in SECONDS:
        return rated.bars_since(last, until)
    # bars of the evening that some shares have say nothing of the others
    first, end = local_days(np.array([last, max(last, until)]), instrument.exchange).astype(dt.date)
    return max(len(sessions(first, end, instrument.exchange)) - 1, 0)


def _compare(look: Look, rules: Sequence[Rule]) -> None:
    """Tell what is new, what has lived on, and what the rows know already."""
    # of two with one code the first stays
    current = [(seen, {seen.code(find): find for find in reversed(seen.current())}) for seen in look.seen]
    found = {code: (seen, find) for seen, finds in current for code, find in finds.items()}
    stored = _stored(look.seen, rules, oldest=min((seen.at(int(find["known"])) for seen, find in found.values()), default=None))
    for seen, finds in current:
        look.shown |= _results(seen, finds)
    for code, (seen, find) in found.items():
        walked, before = seen.walked(find), stored.get(code)
        if before is None:
            look.fresh[code] = seen.row(find)
        else:
            look.known[code] = before.pk
        if before is None or _is_news(walked, before):
            look.lives[code] = walked
    by_instrument = {seen.instrument.pk: seen for seen in look.seen}
    for code, before in stored.items():
        seen = by_instrument[before.instrument_id]
        if code not in found and not before.is_over and before.walked_to <= seen.last_at:
            look.lives[code] = seen.walked_of(code, before.known_at)


def _results(seen: Seen, finds: dict[uuid.UUID, Finds]) -> dict[uuid.UUID, ScanResult]:
    """What the last close shows of an instrument's matches, by code, each with its place in its group."""
    codes, shown = list(finds), {code: seen.result(find) for code, find in finds.items()}
    for result, (leader, place) in zip(shown.values(), seen.groups(list(finds.values())), strict=True):
        result.group, result.place = codes[leader], place
    return shown


def _is_news(walked: Walked, before: Stored) -> bool:
    """Something the row does not know; one that is over is left alone until its bars are corrected."""
    if walked.until > before.walked_to:
        return not before.is_over or walked.life != before.life
    return walked.until == before.walked_to and (walked.life, walked.is_over) != (before.life, before.is_over)


def _stored(seen: Sequence[Seen], rules: Sequence[Rule], oldest: dt.datetime | None) -> dict[uuid.UUID, Stored]:
    """The rows of these rules that are not over or could be among those found, by code."""
    if not seen:
        return {}
    relevant = Q(is_over=False) if oldest is None else Q(is_over=False) | Q(known_at__gte=oldest)
    rows = PatternMatch.objects.filter(
        relevant,
        instrument_id__in=[one.instrument.pk for one in seen],
        interval=seen[0].interval,
        rule_id__in=[rule.pk for rule in rules],
        universe_id__in={one.universe.pk for one in seen if one.universe},
    ).values_list("code", "pk", "instrument_id", "known_at", "walked_to", "is_over", *Life._fields)
    return {
        code: Stored(pk, instrument_id, known_at, walked_to, is_over, Life(*life))
        for code, pk, instrument_id, known_at, walked_to, is_over, *life in rows
    }
