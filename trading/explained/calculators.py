"""Answers of the risk calculators: section 6 with what was typed. They raise BadRisk for what cannot be calculated with."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trading import risk
from trading.stats.decimals import HUNDRED, ZERO, as_price, as_quantity, exact
from trading.stats.luck import in_percent

from .figure import KELLY, MINUS, OVER, TIMES, Figure, Words, pct, plain, price

Answer = tuple[list[Figure], tuple[str, ...]]


def _side(told: Mapping[str, Any]) -> str:
    return "short" if told.get("side") == "short" else "long"


@exact
def size(told: Mapping[str, Any], words: Words) -> Answer:
    """Shares that lose no more than was asked."""
    entry, stop, commission = told["entry_price"], told["stop_loss"], told.get("commission") or ZERO
    found = risk.position_size(
        entry=entry,
        stop=stop,
        side=_side(told),
        equity=told.get("equity"),
        risk_pct=told.get("risk_percent"),
        risk_amount=told.get("risk_amount"),
        commission=commission,
        fractions=bool(told.get("fractions")),
    )
    say, shares = words.money, as_quantity(found.shares)
    asked = f"{say(found.risk_amount)}, as typed"
    if told.get("risk_amount") is None:
        asked = f"{say(told['equity'])} {TIMES} {plain(told['risk_percent'])} % = {say(found.risk_amount)}"
    exactly = found.risk_amount / found.risk_per_share
    per_share = f"|{price(entry)} {MINUS} {price(stop)}| + 2 {TIMES} {as_price(commission)} = {as_price(found.risk_per_share)}"
    divided = f"{say(found.risk_amount)} {OVER} {as_price(found.risk_per_share)} = {plain(exactly)}, rounded down to {shares}"
    share = f"{say(found.cost)} {OVER} {say(told.get('equity'))} {TIMES} 100 = {pct(found.cost_pct)}" if found.cost_pct is not None else ""
    figures = [
        Figure("shares", "Shares", shares, "text", f"risk {OVER} (distance to the stop + commissions of both ways), rounded down", (asked, per_share, divided)),
        Figure("total_risk", "At risk", found.total_risk, "money", f"shares {TIMES} risk of a share", (f"{shares} {TIMES} {as_price(found.risk_per_share)} = {say(found.total_risk)}",), currency=words.currency),
        Figure("cost", "Cost", found.cost, "money", f"shares {TIMES} entry", tuple(one for one in (f"{shares} {TIMES} {price(entry)} = {say(found.cost)}", share) if one), under=f"{pct(found.cost_pct, 2)} of equity" if found.cost_pct is not None else "", currency=words.currency),
    ]  # fmt: skip
    return figures, found.warnings


@exact
def reward(told: Mapping[str, Any], words: Words) -> Answer:
    """What could be won for what is risked."""
    entry, stop, target = told["entry_price"], told["stop_loss"], told["target_price"]
    ratio = risk.risk_reward(side=_side(told), entry=entry, stop=stop, target=target)
    needed = risk.breakeven_win_rate(ratio)
    own = f"|{price(target)} {MINUS} {price(entry)}| {OVER} |{price(entry)} {MINUS} {price(stop)}| = {plain(ratio)}"
    warnings = (f"Less than {risk.LEAST_REWARD} to 1.",) if ratio < risk.LEAST_REWARD else ()
    return [
        Figure("risk_reward", "Reward to risk", ratio, "r", f"distance to the target {OVER} distance to the stop", (own,), under="for 1R at risk"),
        Figure("break_even_rate", "Win rate needed", needed, "percent", f"100 {OVER} (1 + reward to risk)", (f"100 {OVER} (1 + {plain(ratio)}) = {pct(needed)}",), under="to break even"),
    ], warnings  # fmt: skip


@exact
def kelly(told: Mapping[str, Any], words: Words) -> Answer:
    """The share of equity that grows fastest at these odds."""
    p, b = told["win_rate"] / HUNDRED, told["payoff_ratio"]
    found = risk.kelly(win_rate=p, payoff=b, decided=told.get("decided_trades"))
    own = f"{plain(p)} {MINUS} (1 {MINUS} {plain(p)}) {OVER} {plain(b)} = {pct(in_percent(found.raw))}"
    own = own if found.raw > 0 else f"{own}, shown as 0"
    return [
        Figure("kelly", "Kelly", in_percent(found.full), "percent", f"p {MINUS} (1 {MINUS} p) {OVER} b, p = win rate, b = payoff", (own,), under="of equity at risk", source=KELLY),
        Figure("half_kelly", "Half Kelly", in_percent(found.half), "percent", "half of it: most of the growth, much less of the swings", (f"{pct(in_percent(found.full))} {OVER} 2 = {pct(in_percent(found.half))}",), under="what most stay below", source=KELLY),
    ], found.warnings  # fmt: skip


@exact
def break_even(told: Mapping[str, Any], words: Words) -> Answer:
    """The win rate needed at a payoff, and the price that pays the commissions."""
    figures = []
    if (payoff := told.get("payoff_ratio")) is not None:
        rate = risk.breakeven_win_rate(payoff)
        figures.append(
            Figure(
                "win_rate_needed",
                "Win rate needed",
                rate,
                "percent",
                f"100 {OVER} (1 + payoff)",
                (f"100 {OVER} (1 + {plain(payoff)}) = {pct(rate)}",),
            )
        )
    if (entry := told.get("entry_price")) is not None:
        side, commission = _side(told), told.get("commission") or ZERO
        at = risk.breakeven_price(side=side, entry=entry, commission=commission)
        own = f"{price(entry)} {MINUS if side == 'short' else '+'} 2 {TIMES} {as_price(commission)} = {as_price(at)}"
        figures.append(
            Figure("even_price", "Even at", as_price(at), "text", f"entry + 2 {TIMES} commission of a share; for shorts less", (own,))
        )
    return figures, ()  # fmt: skip


@exact
def recovery(told: Mapping[str, Any], words: Words) -> Answer:
    """The gain that makes up for a loss."""
    loss: Decimal = told["loss_percent"]
    gain = risk.recovery_pct(loss)
    own = (f"100 {TIMES} {plain(loss)} {OVER} (100 {MINUS} {plain(loss)}) = {pct(gain)}",) if gain is not None else ()
    return [
        Figure("gain_needed", "Gain needed", gain, "percent", f"100 {TIMES} loss {OVER} (100 {MINUS} loss)", own, why="all is lost")
    ], ()
