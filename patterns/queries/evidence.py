"""Reading evidence: the whole record of a universe, and the few figures that stand beside every match."""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FloatField, Func, Q, QuerySet, Sum, Value

from patterns.engine.claims import FEWEST, Tries, judge
from patterns.engine.registry import default_rules
from patterns.models import Evidence, PatternMatch, Rule, ScanResult, Trial, Universe, UniverseMember
from patterns.services.rules import store_rules
from patterns.services.wording import evidence_sentence

Entry = dict[str, Any]
Place = tuple[int, str]  # universe and interval
Named = tuple[int, int, str, str, str]  # rule, universe, interval, pattern, side

SHORT = ("edge", "edge_low", "edge_high", "trades", "target_first", "claim", "sentence")
WORST = -1e9


def tries_on(places: Collection[Place]) -> dict[Place, Tries]:
    """How many patterns and settings were looked at on each, and how their ratios spread; one query."""
    asked = Q(pk__in=[])
    for universe, interval in places:
        asked |= Q(universe=universe, interval=interval)
    enough = Q(trades__gte=FEWEST, ratio__isnull=False)
    sums = (
        Trial.objects.filter(asked)
        .values("universe", "interval")
        .annotate(
            count=Count("pk"),
            n=Count("pk", filter=enough),
            total=Sum("ratio", filter=enough, default=0.0),
            squares=Sum(F("ratio") * F("ratio"), filter=enough, default=0.0),
        )
    )
    found = {(row["universe"], row["interval"]): Tries(row["count"], _deviation(row["n"], row["total"], row["squares"])) for row in sums}
    return {place: found.get(place, Tries(0, 0.0)) for place in places}


def _deviation(n: int, total: float, squares: float) -> float:
    """Of a sample, from its sums."""
    return math.sqrt(max(0.0, (squares - total * total / n) / (n - 1))) if n > 1 else 0.0


def entries_of(row: Evidence, tries: Tries, *, whole: bool = False) -> list[Entry]:
    """What a row says of its patterns and sides, strongest edge first, each with what may be claimed and a sentence.

    whole : with groups, distribution and equity too; those are read then if they were deferred.
    """
    groups = row.groups if whole else [{}] * len(row.figures)
    noise = {(one["pattern"], one["side"]): {"real": one["real"], "shuffled": one["shuffled"]} for one in row.noise or []}
    judged = judge([{**figures, **more} for figures, more in zip(row.figures, groups, strict=True)], tries)
    for entry in judged:
        entry["noise"] = noise.get((entry["pattern"], entry["side"]))
        entry["sentence"] = evidence_sentence(entry, since=row.since, until=row.until)
        del entry["luck"]
        if whole:
            entry["equity"] = {"months": _months(row.since, len(entry["equity"]["r"])), **entry["equity"]}
    return judged


def _months(since: dt.datetime, count: int) -> list[str]:
    """`2013-02` and those that follow."""
    first = 12 * since.year + since.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, first + count)]


def latest_rows(rules: Collection[int | Rule] | QuerySet[Rule], places: Collection[Place]) -> dict[tuple[int, int, str], Evidence]:
    """The newest standard evidence of each rule on each place, without what is large; one query."""
    asked = Q(pk__in=[])
    for universe, interval in places:
        asked |= Q(universe=universe, interval=interval)
    rows = Evidence.objects.done().standard().filter(asked, rule__in=rules).defer("packed", "groups").select_related("universe")
    return {(row.rule_id, row.universe_id, row.interval): row for row in rows.order_by("until", "finished_at")}


def evidence_beside(matches: Iterable[PatternMatch]) -> dict[Named, Entry]:
    """What stands beside these matches; two queries, however many they are."""
    keys = {(match.rule_id, match.universe_id, match.interval) for match in matches if match.rule_id and match.universe_id}
    return _beside({rule for rule, _, _ in keys}, {(universe, interval) for _, universe, interval in keys})


def evidence_of_results(rows: QuerySet[ScanResult], interval: str) -> dict[Named, Entry]:
    """The same for results that are not read yet, so that they can be ordered by it; three queries."""
    pairs = rows.order_by().values_list("match__rule", "match__universe").distinct()
    found = list(pairs)
    return _beside({rule for rule, _ in found}, {(universe, interval) for _, universe in found})


def _beside(rules: Collection[int], places: Collection[Place]) -> dict[Named, Entry]:
    if not rules:
        return {}
    rows = latest_rows(rules, places)
    tries = tries_on({(universe, interval) for _, universe, interval in rows}) if rows else {}
    return {
        (*key, entry["pattern"], entry["side"]): {name: entry[name] for name in SHORT}
        for key, row in rows.items()
        for entry in entries_of(row, tries[row.universe_id, row.interval])
    }


def named(match: PatternMatch) -> Named:
    """Under what its evidence is found."""
    return match.rule_id, match.universe_id, match.interval, match.pattern, match.side


def strength(match: PatternMatch, beside: Mapping[Named, Entry]) -> float:
    """By which equal scores are ranked: the lower end of the edge; what is unknown or rests on few trades comes last."""
    entry = beside.get(named(match))
    return entry["edge_low"] if entry and entry["edge_low"] is not None and entry["claim"] != "few" else WORST


class _Strength(Func):
    """One CASE over four columns; the same made of `When`s takes a page longer to put together than to run."""

    output_field = FloatField()

    def __init__(self, known: tuple[tuple[int, int, str, str, float], ...]) -> None:
        super().__init__(F("match__rule"), F("match__universe"), F("match__pattern"), F("match__side"))
        self.known = known

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        columns = [compiler.compile(source)[0] for source in self.get_source_expressions()]
        same = " AND ".join(f"{column} = %s" for column in columns)
        whens = f"WHEN {same} THEN CAST(%s AS double precision) " * len(self.known)
        return f"(CASE {whens}ELSE {WORST:.1f} END)", [value for row in self.known for value in row]


def by_evidence(beside: Mapping[Named, Entry]) -> Func | Value:
    """`strength` as an expression over results."""
    known = tuple(
        (rule, universe, pattern, side, float(entry["edge_low"]))
        for (rule, universe, _, pattern, side), entry in beside.items()
        if entry["edge_low"] is not None and entry["claim"] != "few"
    )
    return _Strength(known) if known else Value(WORST, output_field=FloatField())


@dataclass(frozen=True)
class TrackRecord:
    """What all default rules did on a universe, from the row that was worked out last."""

    newest: Evidence
    entries: list[Entry]
    tries: Tries


def track_record(*, universe: Universe, interval: str, patterns: Collection[str], side: str = "") -> TrackRecord | None:
    """The entries of these patterns, strongest edge first; None where nothing was worked out yet. Four queries."""
    place = (universe.pk, interval)
    rows = latest_rows(store_rules(rules=default_rules()), [place]).values()
    if not rows:
        return None
    groups = dict(Evidence.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "groups"))
    tries = tries_on([place])[place]
    entries: list[Entry] = []
    for row in rows:
        row.groups = groups[row.pk]
        entries += entries_of(row, tries, whole=True)
    asked = [entry for entry in entries if entry["pattern"] in patterns and side in ("", entry["side"])]
    asked.sort(key=lambda entry: -math.inf if entry["edge"] is None else entry["edge"], reverse=True)
    return TrackRecord(max(rows, key=lambda row: (row.until, row.finished_at)), asked, tries)


def survivorship(universe: Universe, left_out: Sequence[Mapping[str, str]]) -> str | None:
    """What the figures cannot know of shares that are gone; None if dates are known and nobody lacks bars. One query."""
    said = []
    if not UniverseMember.objects.filter(universe=universe).exclude(joined=None, left=None).exists():
        said.append(
            "It is not known when its members joined or left, so shares that left earlier are missing, and most of those were losers."
        )
    if left_out:
        symbols = ", ".join(entry["symbol"] for entry in left_out[:5]) + (f" and {len(left_out) - 5} more" if len(left_out) > 5 else "")
        said.append(f"Left out for lack of sound bars: {symbols}.")
    return " ".join(said) or None
