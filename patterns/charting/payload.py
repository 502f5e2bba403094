"""What the browser chart draws, as one JSON document."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from legend.lib.errors import NotFound
from patterns.engine.bars import Bars, Floats
from patterns.models import Instrument, PatternMatch
from patterns.moments import WHOLE_DAYS, check_interval, last_bar_by, said
from patterns.queries.evidence import evidence_beside, named
from patterns.series import load_series
from patterns.services.detection import detect
from patterns.services.presentation import levels, tidy
from patterns.services.rules import NoBars, named_rule
from patterns.services.universes import find_instruments

AVERAGES = (50, 150, 200)
MOST_BARS = 2000

Time = str | int  # a date for daily and weekly bars, else UTC seconds, as charting libraries want it


class Chart(NamedTuple):
    """Bars up to `until`, and a match to draw on them."""

    instrument: Instrument
    interval: str
    bars: Bars
    match: PatternMatch | None
    until: dt.datetime | None


def chart_payload(
    *,
    symbol: str,
    interval: str = "1day",
    match: UUID | None = None,
    as_of: str | dt.date | None = None,
    rule: str = "",
    now: dt.datetime,
) -> dict[str, Any]:
    """Bars up to `as_of`, averages, and one match with its points, lines and levels.

    Without `as_of` the bars go on after the match, and its state is the one last seen. A match that no scan has kept is found again
    at `as_of`, by the stored `rule` if one is named. Raises UnknownSymbols, NoBars, NotFound for the match, Invalid for interval or date.
    """
    chart = asked_chart(symbol=symbol, interval=interval, match=match, as_of=as_of, rule=rule, now=now)
    instrument, bars, drawn, until = chart.instrument, chart.bars, chart.match, chart.until
    start = max(0, bars.size - MOST_BARS)
    if drawn is not None:
        start = min(start, max(0, int(bars.at.searchsorted(drawn.start_at.timestamp())) - 60))
    times = [_time(at, interval) for at in bars.at.tolist()]
    return {
        "symbol": instrument.symbol,
        "name": instrument.name,
        "interval": interval,
        "simulated": instrument.is_simulated,
        "bars": _bars(bars, times, start),
        "overlays": [_overlay(f"SMA {length}", _sma(bars.close, length), times, start) for length in AVERAGES],
        "match": _match(drawn, until) | {"evidence": evidence_beside([drawn]).get(named(drawn))} if drawn else None,
    }


def asked_chart(
    *,
    symbol: str,
    interval: str = "1day",
    match: UUID | None = None,
    as_of: str | dt.date | None = None,
    rule: str = "",
    now: dt.datetime,
) -> Chart:
    """What is to be drawn; raises as `chart_payload`."""
    check_interval(interval)
    until = last_bar_by(as_of, interval, now=now) if as_of is not None else None
    instrument = find_instruments(symbols=[symbol])[0]
    bars = load_series([instrument.pk], interval, until=until.timestamp() if until else None).get(instrument.pk)
    if bars is None or not bars.size:
        raise NoBars(f"There are no bars of {interval} for {instrument.symbol}{f' on or before {said(until, interval)}' if until else ''}.")
    drawn = _find(instrument, interval, match, as_of, until, rule, now) if match else None
    return Chart(instrument, interval, bars, drawn, until)


def _find(
    instrument: Instrument,
    interval: str,
    code: UUID,
    as_of: str | dt.date | None,
    until: dt.datetime | None,
    rule: str,
    now: dt.datetime,
) -> PatternMatch:
    """The stored match, else one that is current at `as_of`."""
    stored = PatternMatch.objects.filter(code=code, instrument=instrument, interval=interval).first()
    if stored is None:
        found = detect(ticker=instrument.symbol, interval=interval, as_of=as_of, rule=named_rule(name=rule), now=now).found
        stored = next((match for match, _ in found if match.code == code), None)
    if stored is None or (until is not None and stored.known_at > until):
        raise NotFound(f"{instrument.symbol} has no such match{f' on {said(until, interval)}' if until else ''}.", code="unknown_match")
    return stored


def _bars(bars: Bars, times: list[Time], start: int) -> list[dict[str, Any]]:
    columns = [column[start:].tolist() for column in bars[1:]]
    return [
        {"time": time, "open": tidy(opened), "high": tidy(high), "low": tidy(low), "close": tidy(close), "volume": volume}
        for time, opened, high, low, close, volume in zip(times[start:], *columns, strict=True)
    ]


def _overlay(name: str, values: Floats, times: list[Time], start: int) -> dict[str, Any]:
    pairs: Iterable[tuple[Time, float]] = zip(times[start:], values[start:].tolist(), strict=True)
    return {"name": name, "values": [{"time": time, "value": float(f"{value:.7g}")} for time, value in pairs if value == value]}


def _sma(close: Floats, length: int) -> Floats:
    from patterns.engine.indicators.averages import sma

    return sma(close, length)  # type: ignore[no-any-return]


def _match(match: PatternMatch, until: dt.datetime | None) -> dict[str, Any]:
    interval, detail = match.interval, match.detail
    return {
        "code": str(match.code),
        "pattern": match.pattern,
        "title": detail["title"],
        "side": match.side,
        "state": match.state_at(until) if until else match.state,
        "score": tidy(match.score),
        "known_at": _time(match.known_at.timestamp(), interval),
        "start": _time(match.start_at.timestamp(), interval),
        **{name: level for name, level in levels(match=match).items() if name not in ("risk_pct", "risk_reward2")},
        "points": [
            {"time": _again(point["time"], interval), "price": point["price"], "role": point["role"], "label": point["label"]}
            for point in detail["points"]
        ],
        "lines": [
            {
                "role": line["role"],
                "from": {"time": _again(line["from"]["time"], interval), "price": line["from"]["price"]},
                "to": {"time": _again(line["to"]["time"], interval), "price": line["to"]["price"]},
            }
            for line in detail["lines"]
        ],
    }


def _time(at: float, interval: str) -> Time:
    return said(at, interval) if interval in WHOLE_DAYS else int(at)


def _again(time: str, interval: str) -> Time:
    """A time as matches say it, in the chart's way."""
    return time if interval in WHOLE_DAYS else int(dt.datetime.fromisoformat(time).timestamp())
