"""The track record of rules on a universe: results against a random control, with intervals, by year, score and market (product.md 4)."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Bars, Floats
from patterns.engine.claims import Figures, judge, tries_of
from patterns.engine.confirmation import wait_for_closes
from patterns.engine.context import Context
from patterns.engine.control import DRAWS, Market, control, key_of, market_of, seeds_of
from patterns.engine.finds import TARGET
from patterns.engine.luck import moments, wilson
from patterns.engine.outcomes import COSTS, NAMES_A_DETECTOR, OUTCOME, Outcomes, collect
from patterns.engine.pace import DAILY, HORIZON_DAYS, Pace
from patterns.engine.registry import Rule, detector
from patterns.engine.replay import replay

RESAMPLES = 2000
SEED = 20180207
BANDS = ((0.0, 50.0, "D"), (50.0, 65.0, "C"), (65.0, 80.0, "B"), (80.0, 100.1, "A"))
REGIMES = ((1.0, "up"), (0.5, "mixed"), (0.0, "down"))
TOUCH, CLOSE = "touch", "close"
R_BINS = tuple(range(-3, 6))
MOST_WEIGHTS = 4_000_000  # of a median's resamples in memory at a time


@dataclass(frozen=True)
class Options:
    """How trades are counted: daily bars after the trigger at which they are given up, costs a side as a fraction, random entries a trade,
    what triggers (a touch of entry, or a close beyond it, with the fill at the next open), and the pace of the bars."""

    horizon: int = HORIZON_DAYS
    costs: float = COSTS
    draws: int = DRAWS
    confirm: str = TOUCH
    pace: Pace = DAILY

    @property
    def bars(self) -> int:
        """The horizon in bars of the interval."""
        return self.pace.bars(self.horizon)


@dataclass(frozen=True)
class Record:
    """All that was counted, ready to be summed up in any grouping. All arrays (n,) over outcomes."""

    rules: tuple[Rule, ...]
    outcomes: Outcomes
    controls: Floats  # mean R of the outcome's random entries; NaN without a trade
    control_counts: NDArray[np.int64]
    months: NDArray[np.int64]  # of the trigger, else of known_at
    years: NDArray[np.int64]  # of each month of the span
    span: tuple[float, float]  # UTC seconds
    options: Options = field(default_factory=Options)

    def only(self, chosen: NDArray[np.bool_]) -> "Record":
        """The record of some of the outcomes."""
        return replace(
            self,
            outcomes=self.outcomes[chosen],
            controls=self.controls[chosen],
            control_counts=self.control_counts[chosen],
            months=self.months[chosen],
        )

    def of_rule(self, number: int) -> "Record":
        """The record of one of the rules."""
        part = self.only(self.outcomes["rule"] == number)
        part.outcomes["rule"] = 0
        return replace(part, rules=(self.rules[number],))


def gather(
    members: Sequence[Bars],
    contexts: Sequence[Context | None],
    rules: Sequence[Rule],
    options: Options,
    *,
    belongs: Sequence[NDArray[np.bool_]] | None = None,
    first: int = 0,
) -> Outcomes:
    """Replay `rules` over the members and keep what counts; may run in threads on slices of a universe.

    belongs : of each member (n,), False at bars of days on which it was no member; None: always. first : row of the first of these
    members in the universe.
    """
    kept = []
    for number, (bars, context) in enumerate(zip(members, contexts, strict=True)):
        found = replay(bars, rules, context, horizon=options.horizon, pace=options.pace)
        finds, out = np.asarray(found.finds), np.zeros(len(found.finds), OUTCOME)
        if options.confirm == CLOSE:
            wait_for_closes(found.study.tape, finds, options.bars)
        within = np.ones(bars.size, np.bool_) if belongs is None else belongs[number]
        count = collect(found.study.tape, found.study.bars.at, within, finds, first + number, options.costs, out)
        kept.append(out[:count])
    return np.concatenate(kept) if kept else np.zeros(0, OUTCOME)


def record(
    market: Market,
    symbols: Sequence[str],
    outcomes: Outcomes,
    rules: Sequence[Rule],
    options: Options,
    span: tuple[float, float] | None = None,
    *,
    share: Callable[..., Iterable[Floats]] = map,
) -> Record:
    """Draw the control of every closed trade whose match became known within `span` (UTC seconds, both ends in; None: all).

    share : like `map`, by which parts of the work may go to threads.
    """
    times = market.times
    begin, end = span or ((float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0))
    inside = outcomes[(outcomes["known_at"] >= begin) & (outcomes["known_at"] <= end)]
    closed = np.flatnonzero(~np.isnan(inside["r"]))
    trades = inside[closed]
    seeds = seeds_of(trades, symbols, _keys(rules)[trades["rule"], trades["pattern"]])
    months = market.month_of(trades["trigger_at"])
    columns = [np.ascontiguousarray(trades[name]) for name in ("side", "stop_atrs", "reward")]

    def draw(part: slice) -> Floats:
        side, stop_atrs, reward = (column[part] for column in columns)
        return control(market, months[part], side, stop_atrs, reward, seeds[part], options.bars, options.costs, options.draws)

    drawn = np.concatenate(list(share(draw, _parts(len(trades)))))
    counts = (~np.isnan(drawn)).sum(axis=1)
    controls, control_counts = np.full(len(inside), np.nan), np.zeros(len(inside), np.int64)
    controls[closed] = np.nansum(drawn, axis=1) / np.maximum(counts, 1)
    controls[closed[counts == 0]] = np.nan
    control_counts[closed] = counts
    when = np.where(np.isnan(inside["trigger_at"]), inside["known_at"], inside["trigger_at"])
    first = int(market.month[min(int(np.searchsorted(times, begin)), len(times) - 1)]) if len(times) else 0
    return Record(
        tuple(rules), inside, controls, control_counts, market.month_of(when) - first, market.years()[first:], (begin, end), options
    )


def _keys(rules: Sequence[Rule]) -> NDArray[np.uint64]:
    """key_of every pattern's name, by rule and pattern."""
    keys = np.zeros((len(rules), NAMES_A_DETECTOR), np.uint64)
    for number, rule in enumerate(rules):
        for index, pattern in enumerate(detector(rule.detector).patterns):
            keys[number, index] = key_of(pattern.name)
    return keys


def _parts(size: int, most: int = 2000) -> list[slice]:
    """At least one, be it empty."""
    return [slice(start, start + most) for start in range(0, max(size, 1), most)]


class Resampling:
    """Bootstrap over calendar months: each resample draws as many months as there are, with replacement; a fixed seed."""

    def __init__(self, months: int, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        rng = np.random.Generator(np.random.PCG64(seed))
        drawn = rng.integers(0, max(months, 1), (resamples, max(months, 1)))
        self.weights = np.zeros((resamples, max(months, 1)))
        np.add.at(self.weights, (np.arange(resamples)[:, None], drawn), 1.0)

    def sums(self, months: NDArray[np.int64], *columns: Floats) -> Floats:
        """Sum of each column (n,) in each resample: (resamples, columns)."""
        size = self.weights.shape[1]
        total: Floats = self.weights @ np.stack([np.bincount(months, weights=values, minlength=size) for values in columns], axis=1)
        return total

    def median(self, months: NDArray[np.int64], values: Floats, resamples: int = 400) -> tuple[float, float] | None:
        """95 % interval of the median."""
        order = np.argsort(values, kind="stable")
        ranked, when = values[order], months[order]
        step = max(1, MOST_WEIGHTS // max(len(values), 1))
        medians = [np.empty(0)]
        for start in range(0, resamples, step):
            weights = np.cumsum(self.weights[start : min(start + step, resamples), when], axis=1)
            reached = weights[weights[:, -1] > 0]
            medians.append(ranked[(reached >= reached[:, -1:] / 2).argmax(axis=1)])
        return interval(np.concatenate(medians))


def interval(resampled: Floats) -> tuple[float, float] | None:
    """The middle 95 % of resampled figures; None without any."""
    sound = np.sort(resampled[np.isfinite(resampled)])
    if not len(sound):
        return None
    last = len(sound) - 1
    return float(sound[round(0.025 * last)]), float(sound[round(0.975 * last)])


class Part(NamedTuple):
    """What the figures ask of some of the outcomes; all arrays (n,)."""

    triggered: NDArray[np.bool_]
    waiting: NDArray[np.bool_]  # neither triggered nor over when the data end
    closed: NDArray[np.bool_]
    target: NDArray[np.bool_]
    r: Floats
    bars: NDArray[np.int64]  # from trigger to exit
    controls: Floats  # sum of the R of the random entries
    weights: Floats  # how many those are
    months: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> "Part":
        return Part._make(column[chosen] for column in self)


def part_of(one: Record) -> Part:
    """Of all outcomes of a record."""
    rows = one.outcomes
    return Part(
        triggered=~np.isnan(rows["trigger_at"]),
        waiting=np.isnan(rows["trigger_at"]) & (rows["end"] < 0),
        closed=~np.isnan(rows["r"]),
        target=rows["state"] == TARGET,
        r=np.ascontiguousarray(rows["r"]),
        bars=rows["end"] - rows["trigger"],
        controls=np.where(one.control_counts > 0, one.controls * one.control_counts, 0.0),
        weights=one.control_counts.astype(np.float64),
        months=one.months,
    )


def figures(part: Part, resampling: Resampling) -> Figures:
    """The headline figures; None where undefined. Rates are fractions of 1, results in R."""
    trades = part.only(part.closed)
    r, n, size = trades.r, len(trades.r), len(part.r)
    triggered, waiting = int(part.triggered.sum()), int(part.waiting.sum())
    target = int(trades.target.sum())
    hit = wilson(target, n)
    gains, losses = float(r[r > 0].sum()), float(-r[r < 0].sum())
    out: Figures = {
        "matches": size,
        "triggered": triggered,
        "waiting_at_end": waiting,
        "trigger_rate": _share(triggered, size - waiting),  # of those of which it is known
        "trades": n,
        "running_at_end": triggered - n,
        "target_first": _share(target, n),
        "target_first_low": hit[0] if hit else None,
        "target_first_high": hit[1] if hit else None,
        "mean_r": float(r.mean()) if n else None,
        "median_r": _median(r),
        "profit_factor": gains / losses if losses > 0 else None,
        "median_bars": _median(trades.bars),
    }
    sums = resampling.sums(trades.months, r, np.ones(n), trades.controls, trades.weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        means, chance = sums[:, 0] / sums[:, 1], sums[:, 2] / sums[:, 3]
    _put(out, "mean_r", interval(means))
    drawn = float(trades.weights.sum())
    out["control_mean_r"] = float(trades.controls.sum()) / drawn if drawn else None
    out["edge"] = out["mean_r"] - out["control_mean_r"] if drawn else None
    _put(out, "edge", interval(means - chance) if drawn else None)
    return out


def headline(part: Part, resampling: Resampling) -> Figures:
    """`figures` with the interval of the median, which takes longer than all the others."""
    out = figures(part, resampling)
    _put(out, "median_r", resampling.median(part.months[part.closed], part.r[part.closed]) if part.closed.any() else None)
    return out


def _put(out: Figures, name: str, limits: tuple[float, float] | None) -> None:
    out[f"{name}_low"], out[f"{name}_high"] = limits or (None, None)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def groups(one: Record, part: Part, resampling: Resampling) -> dict[str, dict[str, Figures]]:
    """The same by what was known before the fill: year, score band, market, RS band, trend template."""
    rows = one.outcomes
    years = one.years[one.months] if len(rows) else np.empty(0, np.int64)

    def by(named: Iterable[tuple[str, NDArray[np.bool_]]]) -> dict[str, Figures]:
        return {name: figures(part.only(mask), resampling) for name, mask in named if mask.any()}

    rs = rows["rs"]
    return {
        "by_year": by((str(year), years == year) for year in np.unique(years)),
        "by_score_band": by((name, (rows["score"] >= low) & (rows["score"] < high)) for low, high, name in BANDS),
        "by_regime": by((name, rows["market"] == value) for value, name in REGIMES),
        "by_rs_band": by((f"{low}-{low + 19}", (rs >= low) & (rs < low + 20)) for low in (0, 20, 40, 60, 80)),
        "by_template": by((name, (rows["tests"] >= low) & (rows["tests"] <= high)) for low, high, name in TEMPLATES),
    }


TEMPLATES = ((0, 2, "0-2"), (3, 5, "3-5"), (6, 7, "6-7"))


def further(one: Record) -> Figures:
    """Excursions, failures, throwbacks and busts of triggered matches, the distribution of R, and its sum by month beside the control's."""
    rows = one.outcomes
    triggered = rows[~np.isnan(rows["trigger_at"])]
    closed = ~np.isnan(rows["r"])
    months, r, controls = one.months[closed], rows["r"][closed], one.controls[closed]
    edges = (-math.inf, *R_BINS, math.inf)
    size = len(one.years)
    return {
        "mfe_median": _median(triggered["best"]),
        "mae_median": _median(triggered["worst"]),
        "failed_5_pct": _share(int((triggered["best"] < 0.05).sum()), len(triggered)),
        "throwback_rate": _share(int(triggered["throwback"].sum()), len(triggered)),
        "bust_rate": _share(int(triggered["busted"].sum()), len(triggered)),
        "distribution": [
            {"from": None if low == -math.inf else low, "to": None if high == math.inf else high, "n": int(((r >= low) & (r < high)).sum())}
            for low, high in pairwise(edges)
        ],
        "equity": {
            "r": [round(float(x), 4) for x in np.cumsum(np.bincount(months, weights=r, minlength=size))],
            "control": [round(float(x), 4) for x in np.cumsum(np.bincount(months, weights=np.nan_to_num(controls), minlength=size))],
        },
    }


def _median(values: NDArray[Any]) -> float | None:
    if not len(values):
        return None
    ranked = np.sort(values)  # a tenth of what np.median takes for few values
    return float(ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2


def last_third(one: Record) -> NDArray[np.bool_]:
    """Outcomes of the last third of the span: kept apart, never looked at when a setting is chosen."""
    begin, end = one.span
    after: NDArray[np.bool_] = one.outcomes["known_at"] > begin + (end - begin) * 2 / 3
    return after


def summarise(one: Record, resampling: Resampling | None = None) -> list[Figures]:
    """One entry per published pattern and side that was found, in the order of rules and patterns.

    resampling : over the months of the record, where several records of one universe share it. `luck` of an entry holds the moments of R
    minus control; `judge` says with them, and with all other tries, what may be claimed.
    """
    resampling = resampling or Resampling(len(one.years))
    found = []
    for number, rule in enumerate(one.rules):
        for index, pattern in enumerate(detector(rule.detector).patterns):
            for side, word in ((1, "long"), (-1, "short")):
                rows = one.outcomes
                chosen = (rows["rule"] == number) & (rows["pattern"] == index) & (rows["side"] == side)
                if chosen.any():
                    found.append(_entry(one.only(chosen), resampling, pattern.name, word))
    return found


def _entry(one: Record, resampling: Resampling, pattern: str, side: str) -> Figures:
    part = part_of(one)
    return {
        "pattern": pattern,
        "side": side,
        **headline(part, resampling),
        **groups(one, part, resampling),
        **further(one),
        "out_of_sample": headline(part.only(last_third(one)), resampling),
        "luck": luck._asdict() if (luck := moments(_excess(one))) else None,
    }


def _excess(one: Record) -> Floats:
    """R minus the mean R of its own control, per trade."""
    excess = one.outcomes["r"] - one.controls
    return np.asarray(excess[~np.isnan(excess)])


def evidence(
    members: dict[str, Bars],
    contexts: Sequence[Context | None],
    rules: Sequence[Rule],
    options: Options | None = None,
    present: NDArray[np.bool_] | None = None,
) -> list[Figures]:
    """From bars to figures in one call, on one core."""
    options = options or Options()
    bars = list(members.values())
    market = market_of(bars, present)
    belongs = [market.belongs(row, one.at) for row, one in enumerate(bars)]
    outcomes = gather(bars, contexts, rules, options, belongs=belongs)
    entries = summarise(record(market, list(members), outcomes, rules, options))
    return judge(entries, tries_of(entries))


def warm_evidence() -> None:
    """Compile the kernels that count, or read them from the cache."""
    drawn = detector("double-bottom").examples[0].bars()
    for confirm in (TOUCH, CLOSE):
        evidence({"DRAWN": drawn}, [None], [detector("double-bottom").rule()], Options(confirm=confirm))
