"""A match in the names that every door answers with."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from patterns.models import PatternMatch, ScanResult
from patterns.moments import asked_at, said

NEAR = 0.03  # of entry: a ready match whose close is so close to it


def present(
    *,
    match: PatternMatch,
    shown: ScanResult,
    as_of: datetime,
    asked: datetime | None = None,
    evidence: Mapping[str, Any] | None = None,
    members: Sequence[tuple[PatternMatch, ScanResult]] = (),
) -> dict[str, Any]:
    """One match as `shown` saw it at `as_of`: JSON values only, never NaN; times of daily and weekly bars are plain dates.

    Reads `match.instrument`. Rows that were never saved do as well; `asked` is the as-of under which such a match is found again.
    `evidence` is what `patterns.queries.evidence` found to stand beside it, `members` are the other finds over the same structure.
    """
    from patterns.engine.match import grade_of

    detail, interval = match.detail, match.interval
    return {
        "code": str(match.code),
        "symbol": match.instrument.symbol,
        "name": match.instrument.name,
        "sector": match.instrument.sector,
        "interval": interval,
        "pattern": match.pattern,
        "title": detail["title"],
        "variant": match.variant,
        "side": match.side,
        "state": shown.state,
        **_life(match, as_of),
        "near": shown.state == PatternMatch.State.READY and abs(match.entry - shown.price) <= NEAR * match.entry,
        "is_new": shown.is_new,
        "score": tidy(match.score),
        "grade": grade_of(match.score),
        "score_parts": detail["score_parts"],
        "marks": detail["marks"],
        **levels(match=match),
        "start": said(match.start_at, interval),
        "known_at": said(match.known_at, interval),
        "points": detail["points"],
        "lines": detail["lines"],
        "touches": detail["touches"],
        "clauses": detail["clauses"],
        "criteria_met": [clause["text"] for clause in detail["clauses"] if clause["ok"]],
        "analysis": detail["analysis"],
        "consolidation_days": detail["consolidation_days"],
        "volume_dry_up": detail["volume_dry_up"],
        "rs_rating": shown.rs_rating,
        "current_price": tidy(shown.price),
        "change_pct": tidy(shown.change_pct),
        "distance_pct": tidy(shown.distance_pct),
        "distance_atr": tidy(shown.distance_atr),
        "atr_pct": tidy(shown.atr_pct),
        "flags": detail["flags"],
        **carried(match=match, state=shown.state),
        "group": match.group,
        "members": [_member(match=one, shown=result, asked=asked) for one, result in members],
        "evidence": dict(evidence) if evidence else None,
        "chart_url": chart_url(match=match, as_of=asked),
    }


def carried(*, match: PatternMatch, state: str) -> dict[str, Any]:
    """What it carries beyond its figures; rows of an earlier version carry less."""
    detail = match.detail
    return {
        "kind": detail.get("kind", ""),
        "footprint": detail.get("footprint", ""),
        "hints": [hint["text"] for hint in detail.get("hints", ()) if hint["state"] in ("", state)],
        "published": detail.get("published"),
        "opposite": detail.get("opposite"),
    }


def _member(*, match: PatternMatch, shown: ScanResult, asked: datetime | None) -> dict[str, Any]:
    """In short: what else the same structure was taken for."""
    return {
        "code": str(match.code),
        "pattern": match.pattern,
        "title": match.detail["title"],
        "variant": match.variant,
        "side": match.side,
        "state": shown.state,
        "score": tidy(match.score),
        "entry": tidy(match.entry),
        "stop": tidy(match.stop),
        "target": tidy(match.target),
        "known_at": said(match.known_at, match.interval),
        "chart_url": chart_url(match=match, as_of=asked),
    }


def levels(*, match: PatternMatch) -> dict[str, float | None]:
    """Prices of the plan and what they mean."""
    sign = 1 if match.side == PatternMatch.Side.LONG else -1
    risk = sign * (match.entry - match.stop)
    return {
        "level": tidy(match.level),
        "entry": tidy(match.entry),
        "stop": tidy(match.stop),
        "target": tidy(match.target),
        "target2": tidy(match.target2),
        "risk_pct": tidy(100 * risk / match.entry),
        "risk_reward": tidy(sign * (match.target - match.entry) / risk),
        "risk_reward2": tidy(sign * (match.target2 - match.entry) / risk),
    }


def chart_url(*, match: PatternMatch, as_of: datetime | None = None) -> str | None:
    """The page that draws it; None for a match of a file, which no page knows."""
    if match.instrument._state.adding:
        return None
    query = {"match": str(match.code)}
    if match.interval != "1day":
        query["interval"] = match.interval
    if as_of is not None:
        query["as_of"] = asked_at(as_of, match.interval, now=timezone.now())
    return f"{reverse('patterns:symbol', args=[match.instrument.symbol])}?{urlencode(query)}"


def _life(match: PatternMatch, as_of: datetime) -> dict[str, str | float | None]:
    """What had happened by `as_of`: a later scan may have written more into the row."""
    life = match.life_at(as_of)
    dates = {name: at for name, at in life._asdict().items() if name.endswith("_at")}
    told = {name: said(at, match.interval) if at else None for name, at in dates.items()}
    return {"reason": life.reason, "volume_ratio": life.surge, **told}


def tidy(number: float | None) -> float | None:
    """Ten significant digits, which no price needs more of; what is not finite is unknown."""
    return float(f"{number:.10g}") if number is not None and math.isfinite(number) else None
