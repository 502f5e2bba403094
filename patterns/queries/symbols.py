"""One instrument for its page: its last bar, how it stands, and the matches found on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from legend.lib.errors import LegendError
from patterns.models import Instrument, Interval, PatternMatch, Scan, ScanResult
from patterns.moments import said
from patterns.series import load_series, offered
from patterns.services.context import context_of
from patterns.services.detection import Detection, detect
from patterns.services.presentation import carried, levels
from patterns.services.rules import named_rule

from .scanner import OPEN, shares

MATCHES = 24
YEARS = {Interval.DAY_1: 252, Interval.WEEK_1: 52}  # bars


@dataclass(frozen=True)
class Snapshot:
    """How an instrument stands at its last close. Percentages in percent units; None where the history is too short or unknown.

    A year's extremes are told of daily and weekly bars, the trend template of daily ones only: it is defined on those.
    """

    time: str
    close: float
    change_pct: float | None
    high_52: float | None
    low_52: float | None
    from_high_pct: float | None
    atr_pct: float | None
    volume: float
    volume_ratio: float | None  # against the mean of the 50 bars before
    averages: list[tuple[str, float | None, float | None]]  # name, price, distance of the close in percent
    tests: list[tuple[str, bool | None]]  # of the trend template
    rs_rating: int | None
    bars: int

    @property
    def passed(self) -> int:
        return sum(1 for _, ok in self.tests if ok)


def found_instruments(text: str, limit: int) -> list[Instrument]:
    """Symbols and names that begin with or contain `text`: the exact symbol first, then symbols that begin so, then names."""
    if not text:
        return []
    rank = Case(
        When(symbol__iexact=text, then=Value(0)),
        When(symbol__istartswith=text, then=Value(1)),
        When(name__istartswith=text, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    hits = Instrument.objects.filter(Q(symbol__istartswith=text) | Q(name__icontains=text))
    return list(hits.annotate(rank=rank).order_by("rank", "symbol")[:limit])


def snapshot(instrument: Instrument, interval: str) -> Snapshot | None:
    """None if there are no bars. At most five queries."""
    from patterns.engine.indicators.trend_template import TESTS
    from patterns.engine.study import Study

    bars = load_series([instrument.pk], interval).get(instrument.pk)
    if bars is None or not bars.size:
        return None
    around = context_of(universe=instrument.home, interval=interval).around(instrument.pk, bars.at) if instrument.home else None
    tape = Study(bars, around).tape
    close, bits, rs = float(bars.close[-1]), int(tape.template[-1]), float(tape.rs[-1])
    year = YEARS.get(Interval(interval))
    high, low = (float(bars.high[-year:].max()), float(bars.low[-year:].min())) if year else (None, None)
    tests = TESTS if interval == Interval.DAY_1 else ()
    return Snapshot(
        time=said(bars.at[-1], interval),
        close=close,
        change_pct=100 * (close / float(bars.close[-2]) - 1) if bars.size > 1 else None,
        high_52=high,
        low_52=low,
        from_high_pct=100 * (close / high - 1) if high else None,
        atr_pct=_percent(float(tape.atr[-1]), close),
        volume=float(bars.volume[-1]),
        volume_ratio=_known(float(bars.volume[-1]) / float(tape.v50[-1])) if tape.v50[-1] > 0 else None,
        averages=[
            (name, _known(float(line[-1])), _percent(close - float(line[-1]), float(line[-1])))
            for name, line in (("SMA 50", tape.sma50), ("SMA 150", tape.sma150), ("SMA 200", tape.sma200))
        ],
        tests=[(name, bool(bits >> k & 1) if k < len(TESTS) - 1 or rs == rs else None) for k, name in enumerate(tests)],
        rs_rating=int(rs) if rs == rs else None,
        bars=bars.size,
    )


def intervals_of(instrument: Instrument) -> list[str]:
    """Those there are bars of, finest first; one query."""
    stored = set(instrument.blocks.order_by().values_list("interval", flat=True).distinct())
    return offered(stored)


def first_interval(intervals: Sequence[str]) -> str:
    """What is shown when no interval is asked: daily bars, else the widest there are."""
    return Interval.DAY_1 if Interval.DAY_1 in intervals or not intervals else intervals[-1]


def spans_of(interval: str) -> list[tuple[str, int]]:
    """How much of the chart can be asked for: a name and bars."""
    year = YEARS.get(Interval(interval), 0)
    if not year:
        return []
    return [("3M", year // 4), ("6M", year // 2), ("1Y", year)] if interval == Interval.DAY_1 else [("1Y", year), ("2Y", 2 * year)]


@dataclass(frozen=True)
class Structure:
    """Matches over one structure of the chart: the one under whose name it is shown, and the others."""

    leader: PatternMatch
    members: list[PatternMatch]

    def __iter__(self) -> Iterator[PatternMatch]:
        yield self.leader
        yield from self.members


def matches_of(instrument: Instrument, interval: str) -> list[Structure]:
    """Found matches: the open ones by score, then the others, latest first. Where no scan kept any, those of the last close, not saved."""
    return _kept(instrument, interval) or _current(instrument, interval)


def matches_at(instrument: Instrument, interval: str, as_of: str, rule: str) -> list[Structure]:
    """What was found at a close of the past, by the stored rule or by all; not saved. Invalid for the day, NotFound for the rule."""
    asked = detect(ticker=instrument.symbol, interval=interval, as_of=as_of, rule=named_rule(name=rule), now=timezone.now())
    return _of_the_close(asked)


def _current(instrument: Instrument, interval: str) -> list[Structure]:
    try:
        return _of_the_close(detect(ticker=instrument.symbol, interval=interval, now=timezone.now()))
    except LegendError:  # too few bars for any rule: nothing can be found
        return []


def _of_the_close(asked: Detection) -> list[Structure]:
    return _structures([(match, shown.group, shown.place) for match, shown in asked.found])


def _kept(instrument: Instrument, interval: str) -> list[Structure]:
    """Each in the structure in which the last scan of a market showed it."""
    rank = Case(When(state__in=OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    shown = ScanResult.objects.filter(match=OuterRef("pk")).exclude(scan__kind=Scan.Kind.CUSTOM).order_by("-scan_id")
    rows = PatternMatch.objects.filter(instrument=instrument, interval=interval).annotate(
        rank=rank, structure=Subquery(shown.values("group")[:1]), place=Subquery(shown.values("place")[:1])
    )
    found = sorted(
        rows.order_by("rank", "-known_at", "-score")[:MATCHES],
        key=lambda match: (match.state not in OPEN, -match.score if match.state in OPEN else -match.known_at.timestamp()),
    )
    return _structures([(match, match.structure, match.place or 0) for match in found])


def _structures(found: Sequence[tuple[PatternMatch, UUID | None, int]]) -> list[Structure]:
    """In the order of their leaders; each match comes with the code of its group and its place there."""
    groups: dict[UUID, list[tuple[int, PatternMatch]]] = {}
    for match, group, place in found:
        groups.setdefault(group or match.code, []).append((place, match))
    leaders = {min(members, key=itemgetter(0))[1].code: sorted(members, key=itemgetter(0)) for members in groups.values()}
    return [Structure(match, [one for _, one in leaders[match.code][1:]]) for match, *_ in found if match.code in leaders]


def told(match: PatternMatch) -> dict[str, Any]:
    """A match as its page tells it: names, levels, clauses, parts of the score, and the dates of its life."""
    from patterns.engine.match import grade_of

    detail, interval = match.detail, match.interval
    return {
        **levels(match=match),
        "code": str(match.code),
        "pattern": match.pattern,
        "title": detail["title"],
        "variant": match.variant,
        "side": match.side,
        "state": match.state,
        "reason": match.reason,
        "score": match.score,
        "grade": grade_of(match.score),
        "parts": shares(detail["score_parts"]),
        "clauses": detail["clauses"],
        "flags": detail["flags"],
        **carried(match=match, state=match.state),
        "surge": match.surge,
        "analysis": detail["analysis"],
        "life": _life(match),
        "known_at": match.known_at,
        "consolidation_days": detail["consolidation_days"],
        "volume_dry_up": detail["volume_dry_up"],
        "rs_rating": detail["rs_rating"],
        "chart": {"start": said(match.start_at, interval), "known_at": said(match.known_at, interval)},
    }


def _life(match: PatternMatch) -> list[tuple[str, Any]]:
    """What happened to it and when; the last entry without a date is what it waits for."""
    events = [
        ("First point", match.start_at),
        ("Known", match.known_at),
        ("Triggered", match.triggered_at),
        ("Closed beyond entry", match.confirmed_at),
        ("Came back to the level, as most do", match.throwback_at),
        (ENDINGS.get(match.reason or match.state, match.state.title()), match.ended_at),
        ("Busted: closed beyond the other side before a move of 10 %", match.busted_at),
    ]
    story: list[tuple[str, Any]] = sorted(((what, at) for what, at in events if at), key=lambda event: event[1])
    if not match.ended_at:
        story.append(("Waits for target or stop" if match.triggered_at else "Waits for the trigger", None))
    return story


ENDINGS = {
    "target": "Target reached",
    "stopped": "Stopped",
    "validity": "Expired: no trigger in time",
    "invalidated": "Expired: invalidated",
    "replaced": "Expired: replaced by a successor",
    "extended": "Expired: ran away before entry",
    "horizon": "Expired: neither target nor stop in time",
    "revised": "Withdrawn: its bars were corrected",
}


def _known(value: float) -> float | None:
    return value if value == value else None


def _percent(part: float, whole: float) -> float | None:
    return _known(100 * part / whole) if whole else None
