"""What the scanner shows: a scan, its results narrowed and ordered, and what changed since another scan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Abs

from patterns.charting.svg import Share
from patterns.engine.registry import default_rules
from patterns.models import Instrument, Interval, PatternMatch, Scan, ScanCandidate, ScanResult
from patterns.queries.evidence import Entry, Named, by_evidence, evidence_beside, evidence_of_results, named
from patterns.queries.results import OPEN, members_of
from patterns.services.presentation import present
from patterns.services.rules import store_rules

if TYPE_CHECKING:
    from accounts.models import User

PAGE_ROWS = 40
HISTORY = 12
ENDED = (PatternMatch.State.TARGET, PatternMatch.State.STOPPED, PatternMatch.State.EXPIRED)
# words of the page for several states
STATES_MEANT: Mapping[str, Sequence[str]] = {"": OPEN, "any": PatternMatch.State.values, "ended": ENDED}
REWARD = Abs((F("match__target") - F("match__entry")) / (F("match__entry") - F("match__stop")))
BEST = ("-match__score", "-strength")  # score, then evidence: it decides between equals of every order
ORDERS: Mapping[str, Sequence[Any]] = {
    "new": ["-is_new"],
    "score": [],
    "evidence": ["-strength"],
    "symbol": ["match__instrument__symbol"],
    "pattern": ["match__pattern", "match__side"],
    "reward": [REWARD.desc()],
    "distance": [Abs("distance_pct")],
    "rs": [F("rs_rating").desc(nulls_last=True)],
}

Beside = Mapping[Named, Entry]


@dataclass(frozen=True)
class Narrowing:
    """What of a scan is shown; empty means all, `state` empty means those that are open."""

    pattern: str = ""
    side: str = ""
    state: str = ""
    min_score: int | None = None
    min_rs: int | None = None
    sector: str = ""
    order: str = "new"


@dataclass(frozen=True)
class Summary:
    """Setups in the whole scan, and what can be chosen from: `patterns` counts every match, whatever leads its group."""

    found: int
    new: int
    patterns: dict[str, int]
    sectors: list[str]


@dataclass(frozen=True)
class Comparison:
    """Against another scan: what came, what went, and what stands otherwise than then."""

    other: Scan
    came: list[dict[str, Any]] = field(default_factory=list)
    went: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)


def chosen_scan(*, user: "User", code: UUID | None) -> Scan | None:
    """The scan asked for, Scan.DoesNotExist if the person may not see it; else their own latest or the timetable's latest daily one."""
    scans = Scan.objects.visible_to(user).select_related("universe")
    if code is not None:
        return scans.get(code=code)
    # grouped, since one scan may have several requests
    asked = Q(requests__user=user, requests__withdrawn_at=None) | Q(requests__user=None, interval=Interval.DAY_1)
    shown = scans.exclude(status=Scan.Status.CANCELLED).filter(asked).annotate(asked_at=Max("requests__created_at"))
    return shown.order_by("-asked_at").first() or scans.finished().first()


def latest_whole_scan(*, user: "User") -> Scan | None:
    """The finished scan of a universe by all detectors with the latest close, a daily one if there is one; two queries."""
    rules = [row.pk for row in store_rules(rules=default_rules())]
    scans = Scan.objects.visible_to(user).finished().filter(universe__isnull=False).with_exactly(rules)
    return scans.select_related("universe").by_close().first()


def history(*, user: "User") -> list[Scan]:
    """The latest scans the person may see."""
    return list(Scan.objects.visible_to(user).select_related("universe").order_by("-created_at")[:HISTORY])


def is_simulated(scan: Scan) -> bool:
    """Whether the instruments it looked at are invented; one query."""
    asked = Q(memberships__universe=scan.universe_id) if scan.universe_id else Q(symbol__in=scan.symbols)
    return Instrument.objects.filter(asked, source="simulated").exists()


def summary(scan: Scan) -> Summary:
    """Three queries. Counted are open matches, several over one structure as one setup; an ended one is shown on request only."""
    results = ScanResult.objects.filter(scan=scan, state__in=OPEN)
    rows = results.values("match__pattern").annotate(n=Count("pk")).order_by("match__pattern")
    setups = results.leading().aggregate(n=Count("pk"), new=Count("pk", filter=Q(is_new=True)))
    sectors = results.exclude(match__instrument__sector="").order_by("match__instrument__sector")
    return Summary(
        found=setups["n"],
        new=setups["new"],
        patterns={row["match__pattern"]: row["n"] for row in rows},
        sectors=list(sectors.values_list("match__instrument__sector", flat=True).distinct()),
    )


def beside(scan: Scan) -> Beside:
    """What the rules of a scan's matches did before; three queries."""
    return evidence_of_results(ScanResult.objects.filter(scan=scan), scan.interval)


def results(scan: Scan, by: Narrowing, beside: Beside, *, page: int = 1) -> Page[ScanResult]:
    """A page of results, one of each structure, with their matches and instruments; two queries."""
    return Paginator(narrowed(scan, by, beside), PAGE_ROWS).get_page(page)


def narrowed(scan: Scan, by: Narrowing, beside: Beside) -> QuerySet[ScanResult]:
    """What fits, of each structure only what leads among that."""
    rows = ScanResult.objects.filter(scan=scan).select_related("match__instrument").annotate(strength=by_evidence(beside))
    rows = rows.filter(state__in=STATES_MEANT.get(by.state, [by.state]))
    if by.pattern:
        rows = rows.filter(match__pattern=by.pattern)
    if by.side:
        rows = rows.filter(match__side=by.side)
    if by.min_score is not None:
        rows = rows.filter(match__score__gte=by.min_score)
    if by.min_rs is not None:
        rows = rows.filter(rs_rating__gte=by.min_rs)
    if by.sector:
        rows = rows.filter(match__instrument__sector=by.sector)
    return rows.leading().order_by(*ORDERS[by.order], *BEST, "pk")


def nearly(scan: Scan, by: Narrowing, *, page: int = 1) -> Page[ScanCandidate]:
    """A page of near misses or of forming shapes, `by.state` says which; two queries."""
    rows = ScanCandidate.objects.filter(scan=scan, kind=by.state)
    narrowed_by = {
        "pattern": by.pattern,
        "side": by.side,
        "score__gte": by.min_score,
        "instrument__sector": by.sector,
    }
    for name, value in narrowed_by.items():
        if value:
            rows = rows.filter(**{name: value})
    rows = rows if by.min_rs is None else rated_from(rows, by.min_rs)
    return Paginator(rows.order_by("rank"), PAGE_ROWS).get_page(page)


def rated_from(rows: QuerySet[ScanCandidate], least: float) -> QuerySet[ScanCandidate]:
    """Those with such a rating or a higher one; SQLite takes what is unknown for more than any number."""
    return rows.filter(told__rs_rating__gte=least).exclude(told__rs_rating=None)


def closest(scan: Scan, count: int = 3) -> list[dict[str, Any]]:
    """The closest near misses as they are told; one query."""
    return [row.told for row in ScanCandidate.objects.filter(scan=scan, kind=ScanCandidate.Kind.NEAR).order_by("rank")[:count]]


def shown(results: Collection[ScanResult], scan: Scan, beside: Beside) -> list[dict[str, Any]]:
    """Rows as every door presents them, with what the page draws beside; one query."""
    members, told = members_of(results), []
    for one in results:
        row = present(match=one.match, shown=one, as_of=scan.as_of, evidence=beside.get(named(one.match)), members=members[one.pk])
        told.append({**row, "closes": one.closes, "parts": shares(row["score_parts"])})
    return told


def shares(parts: Sequence[Mapping[str, Any]]) -> list[Share]:
    return [Share(part["title"], part["points"], part["possible"]) for part in parts]


def one_result(*, scan: Scan, match: UUID) -> dict[str, Any]:
    """One row of a scan. ScanResult.DoesNotExist if it did not show that match."""
    result = ScanResult.objects.select_related("match__instrument").get(scan=scan, match__code=match)
    return shown([result], scan, evidence_beside([result.match]))[0]


def compare(scan: Scan, other: Scan) -> Comparison:
    """Two queries, however many matches there are."""
    now, then = _states(scan), _states(other)
    return Comparison(
        other=other,
        came=[row for code, row in now.items() if code not in then],
        went=[row for code, row in then.items() if code not in now],
        changed=[{**row, "was": then[code]["state"]} for code, row in now.items() if code in then and row["state"] != then[code]["state"]],
    )


def _states(scan: Scan) -> dict[UUID, dict[str, Any]]:
    rows = ScanResult.objects.filter(scan=scan, state__in=OPEN).order_by("match__instrument__symbol", "match__pattern")
    named = rows.values(
        "state", code=F("match__code"), symbol=F("match__instrument__symbol"), pattern=F("match__pattern"), side=F("match__side")
    )
    return {row["code"]: dict(row) for row in named}


def best_setups(scan: Scan, beside: Beside, count: int) -> list[dict[str, Any]]:
    """The best open matches, one per symbol; two queries."""
    best: dict[str, ScanResult] = {}
    for result in narrowed(scan, Narrowing(order="score"), beside)[: 8 * count]:
        best.setdefault(result.match.instrument.symbol, result)
    return shown(list(best.values())[:count], scan, beside)


def new_setups(scan: Scan, beside: Beside, count: int) -> list[dict[str, Any]]:
    """What the scan before did not show, best first; two queries."""
    rows = narrowed(scan, Narrowing(order="score"), beside).filter(is_new=True)[:count]
    return shown(list(rows), scan, beside)
