"""Trades of the past that show what a rule means."""

from typing import Any

import numpy as np

from patterns.engine import registry
from patterns.models import Evidence, Instrument
from patterns.moments import said
from patterns.services.presentation import tidy
from patterns.services.records import stored_outcomes

EXAMPLES = 8


def examples_of(*, evidence: Evidence, count: int = EXAMPLES) -> list[dict[str, Any]]:
    """Trades of each pattern and side, from the best to the worst in even steps, so that none is chosen for its looks; two queries."""
    from patterns.engine.finds import STATES

    stored = stored_outcomes(evidence=evidence)
    rows = stored.outcomes
    patterns = registry.detector(evidence.rule.detector).patterns
    chosen: list[int] = []
    for pattern in range(len(patterns)):
        for side in (1, -1):
            trades = np.flatnonzero((rows["pattern"] == pattern) & (rows["side"] == side) & np.isfinite(rows["r"]))
            best_first = trades[np.argsort(-rows["r"][trades], kind="stable")]
            steps = np.unique(np.linspace(0, len(best_first) - 1, min(count, len(best_first))).round().astype(int))
            chosen += best_first[steps].tolist() if len(best_first) else []
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
