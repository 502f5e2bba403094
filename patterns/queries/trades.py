"""Trades of the past that show what a rule means."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from patterns.charting.trades import DrawnTrade
from patterns.engine import registry
from patterns.models import Evidence, Instrument
from patterns.moments import said
from patterns.series import load_sound
from patterns.services.presentation import tidy
from patterns.services.records import Stored, stored_outcomes

EXAMPLES = 8
BEFORE = 25  # bars shown before the shape
AFTER = 8  # bars shown after the exit


@dataclass(frozen=True)
class ExampleTrade:
    """A trade as it is told and, where its bars are as they were, as it is drawn."""

    told: dict[str, Any]
    drawn: DrawnTrade | None

    @property
    def label(self) -> str:
        from patterns.services.wording import in_r

        return f"{self.told['symbol']}, known {self.told['known_at']}, {self.told['state']}: {in_r(self.told['r'])}"


def examples_of(*, evidence: Evidence, count: int = EXAMPLES) -> list[dict[str, Any]]:
    """Trades of each pattern and side, from the best to the worst in even steps, so that none is chosen for its looks; two queries."""
    stored = stored_outcomes(evidence=evidence)
    names = [(pattern.name, side) for pattern in registry.detector(evidence.rule.detector).patterns for side in ("long", "short")]
    chosen = [k for pattern, side in names for k in _even_steps(evidence, stored, pattern, side, count)]
    return _told(evidence, stored, chosen)


def drawn_examples(*, evidence: Evidence, pattern: str, side: str, count: int = EXAMPLES) -> list[ExampleTrade]:
    """The same of one pattern and side, with closes to draw; at most four queries."""
    stored = stored_outcomes(evidence=evidence)
    chosen = _even_steps(evidence, stored, pattern, side, count)
    ids = {int(stored.instruments[k]) for k in chosen}
    panel, _ = load_sound(sorted(ids), evidence.interval, until=evidence.until.timestamp())
    told = _told(evidence, stored, chosen)
    return [
        ExampleTrade(one, _drawn(stored, k, panel.get(int(stored.instruments[k])), evidence.costs))
        for one, k in zip(told, chosen, strict=True)
    ]


def _drawn(stored: Stored, k: int, bars: Any, costs: float) -> DrawnTrade | None:
    """None if the bars are others than when it was counted."""
    row = stored.outcomes[k]
    start, known, trigger, end = (int(row[name]) for name in ("start", "known", "trigger", "end"))
    if bars is None or end >= bars.size or bars.at[known] != row["known_at"] or bars.at[trigger] != row["trigger_at"]:
        return None
    first = max(0, start - BEFORE)
    side, fill, stop, r = int(row["side"]), float(row["fill"]), float(row["stop"]), float(row["r"])
    return DrawnTrade(
        closes=bars.close[first : end + AFTER + 1].tolist(),
        start=start - first,
        known=known - first,
        trigger=trigger - first,
        end=end - first,
        fill=fill,
        stop=stop,
        target=fill + float(row["reward"]) * (fill - stop),
        # the price at which it ended: R solved for it, since costs are taken off the result and not the price
        exit=(r * side * (fill - stop) + (side + costs) * fill) / (side - costs),
    )


def _even_steps(evidence: Evidence, stored: Stored, pattern: str, side: str, count: int) -> list[int]:
    rows = stored.outcomes
    names = [one.name for one in registry.detector(evidence.rule.detector).patterns]
    if pattern not in names:
        return []
    wanted = (rows["pattern"] == names.index(pattern)) & (rows["side"] == (1 if side == "long" else -1)) & np.isfinite(rows["r"])
    trades = np.flatnonzero(wanted)
    best_first = trades[np.argsort(-rows["r"][trades], kind="stable")]
    if not len(best_first):
        return []
    steps = np.unique(np.linspace(0, len(best_first) - 1, min(count, len(best_first))).round().astype(int))
    chosen: list[int] = best_first[steps].tolist()
    return chosen


def _told(evidence: Evidence, stored: Stored, chosen: Iterable[int]) -> list[dict[str, Any]]:
    from patterns.engine.finds import STATES

    rows, chosen = stored.outcomes, list(chosen)
    patterns = registry.detector(evidence.rule.detector).patterns
    symbols = dict(Instrument.objects.filter(pk__in={int(stored.instruments[k]) for k in chosen}).values_list("pk", "symbol"))
    return [
        {
            "symbol": symbols.get(int(stored.instruments[k]), ""),
            "pattern": patterns[int(rows["pattern"][k])].name,
            "side": "long" if rows["side"][k] > 0 else "short",
            "known_at": said(float(rows["known_at"][k]), evidence.interval),
            "triggered_at": said(float(rows["trigger_at"][k]), evidence.interval),
            "fill": tidy(float(rows["fill"][k])),
            "stop": tidy(float(rows["stop"][k])),
            "score": tidy(float(rows["score"][k])),
            "r": round(float(rows["r"][k]), 4),
            "state": STATES[int(rows["state"][k])],
        }
        for k in chosen
    ]
