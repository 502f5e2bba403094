"""A find told in words and figures: what a page, an API answer or a message shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Literal

from .bars import Bars
from .carried import Hint, footprint, hints_of, kind_of
from .figures import price_text
from .finds import FLAGS, LONG, REASONS, STATES, Finds
from .published import Published, published
from .registry import Clause, Detector, Limit, Rule, detector
from .study import Study

PART_NAMES = ("geometry", "context", "volume", "readiness", "reward_to_risk")
WIDTHS = (7, 8)  # clauses of a double top or bottom that tell how wide its extremes are
PART_TITLES = ("Geometry", "Context", "Volume", "Readiness", "Reward to risk")


@dataclass(frozen=True)
class Point:
    bar: int
    price: float
    role: str
    label: str
    seen: int  # bar of confirmation


@dataclass(frozen=True)
class Line:
    role: str
    start: tuple[int, float]  # bar, price
    end: tuple[int, float]


@dataclass(frozen=True)
class Measured:
    """A clause with what was measured; ok is None where it only informs."""

    text: str
    value: float
    unit: str
    op: str | None
    limit: float | tuple[float, float] | None
    ok: bool | None


@dataclass(frozen=True)
class Part:
    """Points of one part of the score, out of those that could be had with what was known."""

    name: str
    title: str
    points: float
    possible: float


@dataclass(frozen=True)
class Mark:
    name: str
    weight: float
    value: float


@dataclass(frozen=True)
class Match:
    """Bars are indexes into the series it was found in; prices in its currency."""

    rule: Rule
    detector: str
    pattern: str
    title: str
    variant: str
    side: Literal["long", "short"]
    state: str
    reason: str
    start: int
    end: int
    known: int
    triggered: int | None
    confirmed: int | None
    ended: int | None
    group: int  # bar of the structure's first anchor
    level: float
    entry: float
    stop: float
    target: float
    target2: float
    risk_pct: float
    risk_reward: float
    risk_reward2: float
    score: float
    grade: str
    parts: tuple[Part, ...]
    marks: tuple[Mark, ...]
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    clauses: tuple[Measured, ...]
    touches: int
    flags: tuple[str, ...]
    analysis: str
    price: float  # close at known_at
    consolidation_days: int
    kind: str  # of a double top or bottom: Adam or Eve
    footprint: str  # of a contraction; "" of everything else
    hints: tuple[Hint, ...]
    published: Published | None  # None: there are no figures
    opposite: float  # far side of the pattern: a close beyond it before a move of 10 % is a bust
    volume_dry_up: float | None  # mean volume of the 10 bars to known_at over the 50-bar mean
    rs_rating: int | None


def grade_of(score: float) -> str:
    return "A" if score >= 80 else "B" if score >= 65 else "C" if score >= 50 else "D"


def describe(find: Finds, rule: Rule, study: Study) -> Match:
    """One row of the engine's finds as a Match."""
    # numpy looks a field up for longer than all of this takes
    find = SimpleNamespace(**dict(zip(find.dtype.names, find.item(), strict=True)))
    source = detector(rule.detector)
    bars, known, limits = study.bars, int(find.known), rule.limits(study.pace)
    pattern = source.patterns[int(find.pattern)]
    sign = int(find.side)
    entry, stop, target, target2 = float(find.entry), float(find.stop), float(find.target), float(find.target2)
    risk = sign * (entry - stop)
    clauses = tuple(
        _measured(clause.of(pattern.name), float(value), limits)
        for clause, value in zip(source.clauses, find.clauses, strict=False)
        if value == value
    )
    kind = kind_of(pattern.name, [float(find.clauses[k]) for k in WIDTHS])
    side: Literal["long", "short"] = "long" if sign == LONG else "short"
    variant, points = source.variants[int(find.variant)], _points(find, source, bars)
    figures = published(pattern.name, side, variant, kind)
    v50, rs = float(study.tape.v50[known]), float(study.tape.rs[known])
    recent = float(bars.volume[max(0, known - 9) : known + 1].mean())
    match = Match(
        rule=rule,
        detector=source.name,
        pattern=pattern.name,
        title=pattern.title,
        variant=variant,
        side=side,
        state=STATES[int(find.state)],
        reason=REASONS[int(find.reason)],
        start=int(find.start),
        end=int(find.end),
        known=known,
        triggered=_bar(find.triggered),
        confirmed=_bar(find.confirmed),
        ended=_bar(find.ended),
        group=int(find.group),
        level=float(find.level),
        entry=entry,
        stop=stop,
        target=target,
        target2=target2,
        risk_pct=100 * risk / entry,
        risk_reward=sign * (target - entry) / risk,
        risk_reward2=sign * (target2 - entry) / risk,
        score=float(find.score),
        grade=grade_of(float(find.score)),
        parts=tuple(
            Part(name, title, float(points), float(possible))
            for name, title, points, possible in zip(PART_NAMES, PART_TITLES, find.parts, find.possible, strict=True)
        ),
        marks=tuple(Mark(name, weight, float(value)) for (name, weight), value in zip(source.marks, find.marks, strict=False)),
        points=points,
        lines=_lines(find),
        clauses=clauses,
        touches=int(find.touches),
        flags=tuple(name for bit, name in FLAGS.items() if int(find.notes) & bit),
        analysis="",
        price=float(bars.close[known]),
        consolidation_days=known - int(find.start) + 1,
        kind=kind,
        footprint=_footprint(source, points, known, study),
        hints=hints_of(pattern.name, variant, kind, figures),
        published=figures,
        opposite=float(find.opposite),
        volume_dry_up=recent / v50 if v50 > 0 else None,
        rs_rating=int(rs) if rs == rs else None,
    )
    return _with_analysis(match)


def _bar(value: int) -> int | None:
    return int(value) if value >= 0 else None


def _measured(clause: Clause, value: float, limits: Mapping[str, float]) -> Measured:
    limit = _limit(clause.limit, clause, limits)
    ok: bool | None = None
    # what is shown is rounded, so the verdict allows the last digit
    if clause.op == "<=" and isinstance(limit, float | int):
        ok = value <= limit * (1 + 1e-9) + 1e-9
    elif clause.op == ">=" and isinstance(limit, float | int):
        ok = value >= limit * (1 - 1e-9) - 1e-9
    elif clause.op == "in" and isinstance(limit, tuple):
        ok = limit[0] - 1e-9 <= value <= limit[1] + 1e-9
    return Measured(clause.text, value, clause.unit, clause.op, limit, ok)


def _limit(limit: Limit, clause: Clause, limits: Mapping[str, float]) -> float | tuple[float, float] | None:
    """As it is shown, in the clause's unit."""
    if isinstance(limit, tuple):
        low, high = (_number(one, clause, limits) for one in limit)
        return low, high
    if limit is None or (isinstance(limit, str) and limit.removeprefix("-") not in limits):
        return None
    return _number(limit, clause, limits)


def _number(limit: str | float, clause: Clause, limits: Mapping[str, float]) -> float:
    """A parameter's value, with the opposite sign where its name has a minus; numbers stand in the clause's unit already."""
    if not isinstance(limit, str):
        return float(limit)
    value = float(limits[limit.removeprefix("-")]) * (-1 if limit.startswith("-") else 1)
    return 100 * value if clause.unit == "%" else value


def _points(find: Finds, source: Detector, bars: Bars) -> tuple[Point, ...]:
    points = []
    for k in range(int(find.count)):
        role, bar = source.roles[int(find.roles[k])], int(find.points[k])
        points.append(Point(bar, float(getattr(bars, role.on)[bar]), role.name, role.label, int(find.seen[k])))
    return tuple(sorted(points, key=lambda point: point.bar))


def _footprint(source: Detector, points: tuple[Point, ...], known: int, study: Study) -> str:
    if source.name != "vcp":
        return ""
    highs, lows = ([point.price for point in points if point.role == role] for role in ("high", "low"))
    return footprint(known - points[0].bar, highs, lows, study.pace)


def _lines(find: Finds) -> tuple[Line, ...]:
    return tuple(
        Line(role, (int(x0), float(y0)), (int(x1), float(y1)))
        for role, (x0, y0, x1, y1) in zip(("upper", "lower"), find.lines, strict=True)
        if x1 > x0
    )


def _with_analysis(match: Match) -> Match:
    """Two or three plain sentences with the figures."""
    order, move, guard = ("buy", "above", "below") if match.side == "long" else ("sell", "below", "above")
    away = 100 * (match.entry / match.price - 1) * (1 if match.side == "long" else -1)
    place = f"{away:.1f} % ahead of the close" if away > 0 else f"{-away:.1f} % behind the close"
    sentences = [
        f"{match.title} over {match.consolidation_days} bars.",
        f"A {order} stop {move} the level {price_text(match.level)} stands at {price_text(match.entry)}, {place}.",
        f"The stop {guard} it risks {match.risk_pct:.1f} %; the target {price_text(match.target)} pays {match.risk_reward:.1f} times that.",
    ]
    failed = [clause.text for clause in match.clauses if clause.ok is False]
    if failed:
        sentences.append(f"Not ideal: {'; '.join(failed)}.")
    return replace(match, analysis=" ".join(sentences))
