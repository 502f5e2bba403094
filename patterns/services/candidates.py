"""Near misses and forming shapes of a scan and of one symbol: told on request, never counted."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from legend.lib.errors import Conflict, LegendError
from patterns.engine.pace import pace_of
from patterns.models import Instrument, Scan, ScanCandidate
from patterns.moments import said
from patterns.series import load_sound

from .context import context_of
from .presentation import tidy
from .rules import enough_bars, fewest_bars

if TYPE_CHECKING:
    from patterns.engine.candidates import Candidate

    from .matches import Seen

KINDS = tuple(ScanCandidate.Kind.values)
KEPT = 200  # of each kind in a scan
AGAIN = 60  # seconds after which a lost search may be started anew
SIGNS = {"<=": "at most", ">=": "at least"}
UNITS = {"%": " %", "bars": " bars", "ATR": " ATR", "x": "\N{MULTIPLICATION SIGN}"}


def candidates_in(*, seen: "Seen", kinds: Collection[str] = KINDS) -> Iterator[tuple[float, dict[str, Any]]]:
    """Each with what it is ranked by among those of its kind, smallest first."""
    from patterns.engine.candidates import forming, near_misses

    if ScanCandidate.Kind.NEAR in kinds:
        for one in near_misses(seen.replay):
            yield (one.missed.away if one.missed else 0.0), _told(one, seen)
    if ScanCandidate.Kind.FORMING in kinds:
        for one in forming(seen.replay):
            yield -float(one.find.score), _told(one, seen)


def keep_candidates(*, scan_id: int) -> int:
    """Look through a finished scan's instruments once more and keep what is nearly a match. Returns how many; done twice it is the same."""
    scan = Scan.objects.select_related("universe").get(pk=scan_id)
    if scan.is_unfinished or scan.candidates_at is not None:
        return scan.candidates.count()
    found = [(rank, seen.instrument, told) for seen in _seen_by(scan) for rank, told in candidates_in(seen=seen)]
    found.sort(key=lambda one: (one[0], one[1].symbol, one[2]["pattern"], one[2]["start"]))
    rows = []
    for kind in KINDS:
        of_kind = [one for one in found if one[2]["kind"] == kind][:KEPT]
        rows += [
            ScanCandidate(
                scan=scan,
                instrument=instrument,
                kind=kind,
                rank=rank,
                pattern=told["pattern"],
                side=told["side"],
                score=told["score"],
                told=told,
            )
            for rank, (_, instrument, told) in enumerate(of_kind)
        ]
    with transaction.atomic():
        if not Scan.objects.filter(pk=scan.pk, candidates_at=None).update(candidates_at=timezone.now()):
            return scan.candidates.count()
        ScanCandidate.objects.bulk_create(rows)
    return len(rows)


def are_kept(*, scan: Scan) -> bool:
    """Whether a finished scan's candidates are there; where they are not, the search for them is started, at most once a minute."""
    if scan.candidates_at is None and not scan.is_unfinished and cache.add(f"patterns:candidates:{scan.pk}", True, AGAIN):
        from patterns.tasks import keep_candidates as task

        task.delay(scan.pk)
        scan.refresh_from_db(fields=["candidates_at"])
    return scan.candidates_at is not None


def check_kept(*, scan: Scan) -> None:
    """Conflict while they are still being looked for."""
    if not are_kept(scan=scan):
        raise Conflict("Near misses and forming shapes are still being looked for; ask again in some seconds.", code="not_ready")


def _seen_by(scan: Scan) -> "Iterator[Seen]":
    """Every instrument that the scan could look at, piece by piece."""
    from patterns.engine.replay import replay

    from .looking import market_around, rules_of
    from .matches import Seen

    rows, rules = rules_of(scan)
    needed = fewest_bars(rules, scan.interval)
    for piece in scan.pieces.order_by("number"):
        panel, _ = load_sound(piece.instrument_ids, scan.interval, until=scan.as_of.timestamp())
        for instrument in Instrument.objects.filter(pk__in=panel).select_related("home").order_by("symbol"):
            universe = scan.rated_in(instrument)
            try:
                bars = enough_bars(panel[instrument.pk], needed, symbol=instrument.symbol, interval=scan.interval, until=scan.as_of)
                rated = context_of(universe=universe, interval=scan.interval) if universe else None
                around = market_around(scan, instrument, rated, bars)
            except LegendError:  # the scan has told why it left this one out
                continue
            yield Seen(instrument, universe, scan.interval, rows, replay(bars, rules, around, pace=pace_of(scan.interval)))


def _told(one: "Candidate", seen: "Seen") -> dict[str, Any]:
    """As every door shows it, in the names of a match. A forming shape has no levels yet, for its last anchor may still move."""
    from patterns.engine.candidates import Missed

    match, study = one.match(seen.replay.study), seen.replay.study
    instrument, detail, last = seen.instrument, seen.detail(match), study.bars.size - 1
    price, known = float(study.bars.close[last]), one.missed is not None
    sign = 1 if match.side == "long" else -1
    missed: Missed | None = one.missed

    def level(value: float) -> float | None:
        return tidy(value) if known else None

    developing = [point.label for point in match.points if point.bar in one.developing]
    return {
        "kind": one.kind,
        "symbol": instrument.symbol,
        "name": instrument.name,
        "sector": instrument.sector,
        "interval": seen.interval,
        "pattern": match.pattern,
        "title": match.title,
        "variant": match.variant,
        "side": match.side,
        "state": one.kind,
        "score": tidy(match.score),
        "start": said(study.bars.at[match.start], seen.interval),
        "known_at": said(study.bars.at[match.known], seen.interval) if known else None,
        "level": level(match.level),
        "entry": level(match.entry),
        "stop": level(match.stop),
        "target": level(match.target),
        "target2": level(match.target2),
        "risk_pct": level(match.risk_pct),
        "risk_reward": level(match.risk_reward),
        "current_price": tidy(price),
        "distance_pct": level(100 * sign * (match.entry - price) / price),
        "rs_rating": int(study.tape.rs[last]) if study.tape.rs[last] == study.tape.rs[last] else None,
        "points": [
            {**point, "developing": drawn.bar in one.developing} for point, drawn in zip(detail["points"], match.points, strict=True)
        ],
        "lines": detail["lines"],
        "clauses": detail["clauses"],
        "missed": missed
        and {
            "text": missed.text,
            "value": tidy(missed.value),
            "unit": missed.unit,
            "op": missed.op,
            "limit": tidy(missed.limit),
            "away_pct": tidy(100 * missed.away),
        },
        "developing": developing,
        "analysis": _sentence(missed.text, missed.value, missed.unit, missed.op, missed.limit) if missed else _waits(developing),
    }


def _sentence(text: str, value: float, unit: str, op: str, limit: float) -> str:
    unit = UNITS.get(unit, "")
    return f"{text}: {value:.4g}{unit}, the rule asks for {SIGNS[op]} {limit:.4g}{unit}."


def _waits(developing: list[str]) -> str:
    if not developing:
        return "Too young: it still needs more bars."
    return f"Not confirmed yet: {', '.join(sorted(set(developing)))}. It may still move."
