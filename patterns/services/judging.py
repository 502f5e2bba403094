"""Working evidence out: rows are taken, their rules replayed over the universe in one pass, and what came of it is kept.

The engine comes with this module, so it is imported where it is used.
"""

import datetime as dt
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from legend.lib.errors import LegendError
from patterns.engine.claims import Figures
from patterns.engine.evidence import Options, Record, Resampling, gather, record, summarise
from patterns.engine.outcomes import Outcomes
from patterns.engine.pace import pace_of
from patterns.engine.registry import Rule as EngineRule
from patterns.engine.registry import default_rules
from patterns.models import Evidence, Trial

from .context import prepare_context
from .evidence import ATTEMPTS, ONE_PASS, engine_version, evidence_version, rating_universes
from .pieces import warm_once
from .records import pack
from .rules import engine_rule, store_rules
from .spans import Span, asked_span
from .workbench import Workbench, open_workbench

Progress = Callable[[int, int], None]

TOGETHER = 16  # instruments a thread takes at a time
BEAT = dt.timedelta(seconds=1)
SUPERSEDED = "The bars changed while this waited; ask again."
# what only the page of a pattern shows
GROUPS = ("by_year", "by_score_band", "by_regime", "by_rs_band", "by_template", "distribution", "equity")

logger = logging.getLogger(__name__)


class GivenUp(LegendError):
    """Nobody waits for the answer any more."""

    code = "given_up"


def run_evidence(*, evidence_ids: Collection[int], threads: int | None = None, progress: Progress = lambda done, total: None) -> int:
    """Work out those of the rows that still wait; `progress` is told (done, total) in instruments. Returns how many rows got their answer.

    Any number of workers may try the same rows at once or again: each is worked on by one of them. `threads` is by default one a core.
    """
    # the engine is loaded first, since compiling it takes longer than a heartbeat may
    warm_once()
    passes: dict[tuple[object, ...], list[Evidence]] = defaultdict(list)
    for row in _take(evidence_ids):
        passes[tuple(getattr(row, name) for name in ONE_PASS)].append(row)
    return sum(_run(rows, threads or os.cpu_count() or 1, progress) for rows in passes.values())


def _take(evidence_ids: Collection[int]) -> list[Evidence]:
    now = timezone.now()
    waiting = Evidence.objects.filter(status=Evidence.Status.QUEUED, attempts__lt=ATTEMPTS)
    taking = {"status": Evidence.Status.RUNNING, "attempts": F("attempts") + 1, "heartbeat_at": now, "started_at": now, "done": 0}
    mine = [pk for pk in sorted(evidence_ids) if waiting.filter(pk=pk).update(**taking)]
    return list(Evidence.objects.filter(pk__in=mine).defer("packed").select_related("universe", "rule").order_by("pk"))


def _run(rows: list[Evidence], threads: int, progress: Progress) -> int:
    """One pass over one universe. A refusal fails the rows, anything else gives them back and is raised."""
    try:
        rows = _up_to_date(rows)
        rules = _rules(rows)
        return _judge([row for row in rows if row.rule_id in rules], rules, threads, progress)
    except LegendError as refused:
        _fail(rows, refused.detail)
        return 0
    except BaseException:
        for row in rows:
            _mine(row).update(status=Evidence.Status.QUEUED)
        raise


def _mine(row: Evidence) -> Any:
    """The row as long as nobody else has taken it over."""
    return Evidence.objects.filter(pk=row.pk, attempts=row.attempts, status__in=Evidence.UNFINISHED)


def _fail(rows: Sequence[Evidence], fault: str) -> None:
    for row in rows:
        _mine(row).update(status=Evidence.Status.FAILED, fault=fault[:300], finished_at=timezone.now())


def _up_to_date(rows: list[Evidence]) -> list[Evidence]:
    """The rows as of the bars there are now, which may have changed since they were asked; rows that exist for those already fail."""
    first = rows[0]
    for universe in rating_universes(first.universe):
        prepare_context(universe=universe, interval=first.interval)
    version = evidence_version(universe=first.universe, interval=first.interval)
    if (version, engine_version()) == (first.data_version, first.engine):
        return rows
    span = Span(first.since, first.until, is_whole=False)
    if first.is_whole:
        span = asked_span(universe=first.universe, interval=first.interval, since=None, until=None, now=timezone.now())
    renewed = []
    for row in rows:
        row.data_version, row.engine, row.since, row.until, row.is_whole = version, engine_version(), span.since, span.until, span.is_whole
        try:
            with transaction.atomic():
                row.save(update_fields=["data_version", "engine", "since", "until", "is_whole"])
        except IntegrityError:
            _fail([row], SUPERSEDED)
        else:
            renewed.append(row)
    return renewed


def _rules(rows: Sequence[Evidence]) -> dict[int, EngineRule]:
    """By the id of their rows; those that cannot be run any more fail."""
    rules = {}
    for row in rows:
        try:
            rules[row.rule_id] = engine_rule(row=row.rule)
        except LegendError as refused:
            _fail([row], refused.detail)
    return rules


def _judge(rows: Sequence[Evidence], rules: dict[int, EngineRule], threads: int, progress: Progress) -> int:
    if not rows:
        return 0
    first, beat = rows[0], _Beat(rows, progress)
    bench = open_workbench(evidence=first)
    beat(0, len(bench.members))
    chosen = [rules[row.rule_id] for row in rows]
    options = Options(first.horizon, first.costs, confirm=first.confirm, pace=pace_of(first.interval))
    left_out = list(bench.left_out)
    with ThreadPoolExecutor(threads, thread_name_prefix="evidence") as pool:
        outcomes = _replay(bench, chosen, options, pool, left_out, beat)
        span = (first.since.timestamp(), first.until.timestamp())
        one = record(bench.market, bench.symbols, outcomes, chosen, options, span, share=pool.map)
        beat(len(bench.members), len(bench.members))
        parts = [one.of_rule(number) for number in range(len(chosen))]
        resampling = Resampling(len(one.years))
        answers = list(pool.map(lambda part: summarise(part, resampling), parts))
    return _keep(rows, parts, answers, bench, left_out)


def _replay(
    bench: Workbench,
    rules: Sequence[EngineRule],
    options: Options,
    pool: ThreadPoolExecutor,
    left_out: list[dict[str, str]],
    beat: "_Beat",
) -> Outcomes:
    """What counts of every member, in their order."""

    def look(rows: range) -> tuple[list[Outcomes], list[dict[str, str]]]:
        found: list[Outcomes] = []
        faults: list[dict[str, str]] = []
        for row in rows:
            bars = bench.members[row]
            belongs = bench.market.belongs(row, bars.at)
            try:
                found.append(gather([bars], [bench.around(row)], rules, options, belongs=[belongs], first=row))
            except Exception as fault:  # one share's trouble must not cost the others their answer; it is named and logged
                logger.exception("The evidence failed on %s.", bench.symbols[row])
                faults.append({"symbol": bench.symbols[row], "reason": f"{type(fault).__name__}: {fault}"})
        return found, faults

    everything: list[Outcomes] = []
    size = len(bench.members)
    for part, (found, faults) in zip(_parts(size), pool.map(look, _parts(size)), strict=True):
        everything += found
        left_out += faults
        beat(part.stop, size)
    return np.concatenate(everything) if everything else gather([], [], rules, options)


def _parts(size: int) -> Iterator[range]:
    return (range(start, min(start + TOGETHER, size)) for start in range(0, size, TOGETHER))


class _Beat:
    """Tells how far the work is: those who wait for it now and then, the rows once a second."""

    def __init__(self, rows: Sequence[Evidence], progress: Progress) -> None:
        self.rows, self.progress = rows, progress
        self.last = timezone.now() - BEAT

    def __call__(self, done: int, total: int) -> None:
        self.progress(done, total)
        now = timezone.now()
        if now - self.last >= BEAT:
            self.last = now
            running = Q(pk__in=[row.pk for row in self.rows], status=Evidence.Status.RUNNING)
            if not Evidence.objects.filter(running).update(done=done, total=total, heartbeat_at=now):
                raise GivenUp("The rows were given up.")


@transaction.atomic
def _keep(
    rows: Sequence[Evidence], parts: Sequence[Record], answers: Sequence[list[Figures]], bench: Workbench, left_out: list[dict[str, str]]
) -> int:
    """Write the answers, remember that they were looked at, and let those go that they replace."""
    now, ids = timezone.now(), [instrument.pk for instrument in bench.instruments]
    kept = []
    for row, part, entries in zip(rows, parts, answers, strict=True):
        told = [rounded(entry) for entry in entries]
        written = _mine(row).update(
            status=Evidence.Status.DONE,
            fault="",
            done=len(bench.members),
            total=len(bench.members),
            heartbeat_at=now,
            finished_at=now,
            figures=[{name: value for name, value in entry.items() if name not in GROUPS} for entry in told],
            groups=[{name: entry[name] for name in GROUPS} for entry in told],
            left_out=sorted(left_out, key=lambda reason: reason["symbol"]),
            packed=pack(part, ids),
        )
        if written:
            kept.append(row)
            _remember(row, told)
    _forget_older(kept)
    return len(kept)


def _remember(row: Evidence, entries: Sequence[Figures]) -> None:
    """Whoever sees a result has tried once more; the same setting again, on newer bars, is no new try."""
    trials = [
        Trial(
            universe=row.universe,
            interval=row.interval,
            rule=row.rule,
            setting=row.setting,
            pattern=entry["pattern"],
            side=entry["side"],
            trades=entry["trades"],
            ratio=entry["luck"]["ratio"] if entry["luck"] else None,
        )
        for entry in entries
    ]
    Trial.objects.bulk_create(
        trials,
        update_conflicts=True,
        unique_fields=["universe", "interval", "rule", "setting", "pattern", "side"],
        update_fields=["trades", "ratio"],
    )


def _forget_older(rows: Sequence[Evidence]) -> None:
    """Kept rows of earlier bars or code, once the newer ones are there, and those of rules that are no defaults any more."""
    current = [row for row in rows if row.expires_at is None]
    if not current:
        return
    first = current[0]
    defaults = [row.pk for row in store_rules(rules=default_rules())]
    same = Evidence.objects.kept().filter(universe=first.universe, interval=first.interval).exclude(status__in=Evidence.UNFINISHED)
    older = same.exclude(data_version=first.data_version, engine=first.engine)
    older.filter(Q(rule__in=[row.rule_id for row in current]) | ~Q(rule__in=defaults)).delete()


def rounded(value: Any) -> Any:
    """Figures to the sixth decimal, which is far below their error; the same on every machine."""
    if isinstance(value, float):
        return round(value, 6) + 0.0
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value
