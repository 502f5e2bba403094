"""Pattern: a scan finds a match that becomes ready, or whose entry is reached."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from legend.lib.errors import invalid
from patterns.engine import registry
from patterns.models import PatternMatch

from .base import SYMBOL, UNIVERSE, WATCHLIST, Param, Params

STATES = (("either", "becomes ready or is triggered"), ("ready", "becomes ready"), ("triggered", "is triggered"))
BECOMING = {"either": "becoming ready or triggered", "ready": "becoming ready", "triggered": "being triggered"}
SIDES = (("", "long or short"), *PatternMatch.Side.choices)


@dataclass(frozen=True)
class Shown:
    """A match as a scan shows it, with what alerts ask of it."""

    match: PatternMatch
    state: str
    by_default_rule: bool
    turned_at: float  # the bar of its state, UTC seconds


class Pattern:
    kind = "pattern"
    title = "Pattern"
    help = "A chart pattern on one symbol, on the watchlist or in a universe."
    scopes: tuple[str, ...] = (SYMBOL, WATCHLIST, UNIVERSE)
    params: tuple[Param, ...] = (
        Param("patterns", "Patterns", "names", default=[], help="none chosen means all"),
        Param("saved", "Own detectors", "names", default=[], help="settings kept from the lab, by code"),
        Param("side", "Side", "choice", "", choices=SIDES),
        Param("on", "When it", "choice", "either", choices=STATES),
        Param("min_score", "Score at least", low=0, high=100, default=0),
    )

    def check(self, params: dict[str, Any]) -> None:
        known = registry.patterns()
        if unknown := [name for name in params["patterns"] if name not in known]:
            raise invalid("params.patterns", f"There is no pattern {unknown[0]!r}; there are {', '.join(known)}.", "unknown_pattern")

    def wish(self, params: Params) -> str:
        names = [registry.patterns()[name][1].title for name in params["patterns"] if name in registry.patterns()]
        named = [
            *names,
            *([f"my {len(params['saved'])} detectors" if len(params["saved"]) > 1 else "my detector"] if params["saved"] else []),
        ]
        what = "any pattern" if not named else " or ".join(named) if len(named) < 4 else f"one of {len(named)} patterns"
        side = f"{params['side']} " if params["side"] else ""
        score = f", score {params['min_score']:g} or more" if params["min_score"] else ""
        return f"shows {side}{what} {BECOMING[params['on']]}{score}"

    def test(self, shown: Sequence[Shown], params: Params, *, saved_rules: Collection[int]) -> list[Shown]:
        """Those of the shown matches that the alert asks for. `saved_rules` are the rules of its own detectors."""
        wanted, by_name = set(params["patterns"]), bool(params["patterns"]) or not params["saved"]
        return [
            one
            for one in shown
            if params["on"] in ("either", one.state)
            and one.match.score >= params["min_score"]
            and params["side"] in ("", one.match.side)
            and ((by_name and one.by_default_rule and (not wanted or one.match.pattern in wanted)) or one.match.rule_id in saved_rules)
        ]
