"""What stands around the chart of a symbol: template, stage, zones, candlesticks, several intervals, and what is nearly a match."""

import datetime as dt
from typing import Any

from legend.lib.errors import LegendError
from patterns.models import Instrument
from patterns.services import analysis
from patterns.services.detection import detect
from patterns.services.multitimeframe import multitimeframe

NEARLY = 4  # of each kind
ZONES = 6


def symbol_context(*, instrument: Instrument, interval: str, now: dt.datetime) -> dict[str, Any]:
    """For the template. Where there are too few bars, `refusal` says so and nothing else is there."""
    try:
        found = detect(ticker=instrument.symbol, interval=interval, now=now)
    except LegendError as refusal:
        return {"refusal": refusal.detail}
    one = analysis.Subject(found.instrument, interval, found.seen.replay.study)
    template = analysis.template_of(one) or []
    levels = analysis.levels_of(one)
    near = sorted(levels["zones"], key=lambda zone: abs(zone["distance_pct"]))[:ZONES]
    return {
        "close": one.close,
        "rs_rating": analysis.rs_of(one),
        "template": template,
        "ticks": [(rule["rule"], rule["ok"]) for rule in template],
        "passed": sum(1 for rule in template if rule["ok"]),
        "stage": analysis.stage_of(one),
        "zones": sorted(near, key=lambda zone: -zone["price"]),
        "pivots": levels["pivots"],
        "trendlines": analysis.trendlines_of(one)[:3],
        "candlesticks": analysis.candlesticks_of(one),
        "frames": multitimeframe(ticker=instrument.symbol, now=now),
        "nearly": [*found.candidates("near")[:NEARLY], *found.candidates("forming")[:NEARLY]],
    }
