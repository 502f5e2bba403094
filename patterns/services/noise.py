"""The noise floor: how often a rule fires on the same days in random order (detectors.md 8).

The engine comes with this module, so it is imported where it is used.
"""

import os
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

from patterns.engine.bars import Bars
from patterns.engine.context import UniverseContext, rate_universe
from patterns.engine.evidence import Options, gather
from patterns.engine.pace import Pace, pace_of
from patterns.engine.registry import Rule as EngineRule
from patterns.engine.registry import detector
from patterns.engine.shuffled import shuffled_universe, ticker_years
from patterns.models import Evidence

from .evidence import ONE_PASS, engine_version
from .judging import TOGETHER
from .pieces import warm_once
from .rules import engine_rule
from .workbench import Workbench, open_workbench

MOST_BARS = 3_000_000  # shuffled at a time; of a larger universe every second member, or every third, …

_kept: WeakKeyDictionary[Workbench, tuple[list[Bars], UniverseContext]] = WeakKeyDictionary()

Counts = Counter[tuple[int, str, str]]  # rule, pattern, side


def measure_noise(*, evidence_ids: Collection[int], threads: int | None = None) -> int:
    """Give every row that is done its noise floor, unless it has one. Returns how many got it. Done twice it is the same."""
    warm_once()
    lacking = Evidence.objects.done().filter(pk__in=evidence_ids, noise__isnull=True)
    rows = list(lacking.defer("packed", "groups").select_related("universe", "rule").order_by("pk"))
    written = 0
    for first in {tuple(getattr(row, name) for name in ONE_PASS): row for row in rows}.values():
        together = [row for row in rows if all(getattr(row, name) == getattr(first, name) for name in ONE_PASS)]
        bench = open_workbench(evidence=first)
        rules = [engine_rule(row=row.rule) for row in together]
        counts, years = _on_shuffled(
            bench,
            rules,
            Options(first.horizon, first.costs, confirm=first.confirm, pace=pace_of(first.interval)),
            threads or os.cpu_count() or 1,
        )
        real_years = sum(ticker_years(bars) for bars in bench.members)
        for number, row in enumerate(together):
            noise = _floor(number, rules[number], row, counts, years, real_years)
            written += Evidence.objects.filter(pk=row.pk).update(noise=noise)
    return written


def lacking_noise() -> list[int]:
    """Kept rows that are done and were worked out where nobody measured their noise floor, such as on the command line; by id."""
    lacking = Evidence.objects.done().kept().filter(noise__isnull=True, engine=engine_version())
    return list(lacking.order_by("pk").values_list("pk", flat=True))


def _floor(number: int, rule: EngineRule, row: Evidence, counts: Counts, years: float, real_years: float) -> list[dict[str, object]]:
    """Per pattern and side: matches per 100 ticker-years, real and shuffled."""
    real = {(entry["pattern"], entry["side"]): entry["matches"] for entry in row.figures}
    names = [(pattern.name, side) for pattern in detector(rule.detector).patterns for side in ("long", "short")]
    return [
        {
            "pattern": name,
            "side": side,
            "real": per_century(real.get((name, side), 0), real_years),
            "shuffled": per_century(counts[number, name, side], years),
        }
        for name, side in names
        if (name, side) in real or counts[number, name, side]
    ]


def per_century(matches: int, years: float) -> float | None:
    """Matches per 100 ticker-years; None without any."""
    return round(100 * matches / years, 2) if years > 0 else None


def _on_shuffled(bench: Workbench, rules: Sequence[EngineRule], options: Options, threads: int) -> tuple[Counts, float]:
    """How often each pattern and side is found on the shuffled members, rated among themselves, and in how many ticker-years."""
    members, rated = _shuffled(bench, options.pace)

    def look(start: int) -> Counts:
        return _count(members, rated, rules, options, range(start, min(start + TOGETHER, len(members))))

    with ThreadPoolExecutor(threads, thread_name_prefix="noise") as pool:
        counts = sum(pool.map(look, range(0, len(members), TOGETHER)), Counter())
    return counts, sum(ticker_years(bars) for bars in members)


def _shuffled(bench: Workbench, pace: Pace) -> tuple[list[Bars], UniverseContext]:
    """The last one made stays as long as its workbench does, so that the lab's next question finds it."""
    made = _kept.get(bench)
    if made is None:
        step = max(1, -(-bench.market.open.size // MOST_BARS))
        some = list(zip(bench.symbols, bench.members, strict=True))[::step]
        members = list(shuffled_universe(dict(some)).values())
        made = members, rate_universe(members, pace=pace)
        _kept.clear()
        _kept[bench] = made
    return made


def _count(members: Sequence[Bars], rated: UniverseContext, rules: Sequence[EngineRule], options: Options, rows: range) -> Counts:
    bars = [members[row] for row in rows]
    outcomes = gather(bars, [rated.of(row, members[row].at) for row in rows], rules, options)
    names = [[pattern.name for pattern in detector(rule.detector).patterns] for rule in rules]
    found = zip(outcomes["rule"].tolist(), outcomes["pattern"].tolist(), outcomes["side"].tolist(), strict=True)
    return Counter((rule, names[rule][pattern], "long" if side > 0 else "short") for rule, pattern, side in found)
