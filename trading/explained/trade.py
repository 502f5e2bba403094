"""Figures of one trade: section 2 with its own fills."""

from collections.abc import Sequence

from trading.models import Fill, Trade
from trading.queries.positions import Position
from trading.stats.decimals import exact
from trading.stats.fills import Excursion, reward_to_risk

from .figure import MINUS, OVER, THARP, TIMES, Figure, Words, counted, days, pct, plain, price, r

NO_STOP, NO_TARGET, NO_BARS = "needs an initial stop", "needs a target", "no bars of these days are stored"
DAILY = "By daily bars: the first and the last one include prices from outside the holding time; which of a day's high and low came first is not known."
MOST_TERMS = 4


class OfTrade:
    """`fills` of the trade as stored; `words` of its account's currency."""

    def __init__(self, trade: Trade, fills: Sequence[Fill], words: Words) -> None:
        self.t, self.fills, self.words = trade, fills, words
        self.n = counted(len(fills), "fill")

    def result(self) -> list[Figure]:
        """Of a closed trade."""
        return [self.r_multiple(), self.net(), self.gross(), self.fees(), self.percent(), self.held(), self.risk(), self.planned()]

    def r_multiple(self) -> Figure:
        t, say = self.t, self.words.money
        own = (f"{say(t.net_pnl)} {OVER} {say(t.risk_amount)} = {r(t.r)}",) if t.risk_amount else ()
        formula = f"net result {OVER} 1R, the money at risk when entering"
        return Figure("r_multiple", "Result", t.r, "r", formula, own, self.n, NO_STOP, signed=True, source=THARP)

    def net(self) -> Figure:
        t, say = self.t, self.words.money
        value = t.net_pnl if t.is_closed else t.realised_pnl
        own = f"{say(t.gross_pnl)} gross {MINUS} {say(t.fees)} fees + {say(t.adjustments)} dividends and costs = {say(value)}"
        title, name = ("Net", "net_pnl") if t.is_closed else ("Realised", "realised_pnl")
        formula = (
            f"gross {MINUS} fees + dividends {MINUS} borrow costs"
            if t.is_closed
            else "the net of the exits so far, their share of the entry fees taken off"
        )
        own = own if t.is_closed else f"{say(value)} in {counted(sum(one.kind == Fill.Kind.EXIT for one in self.fills), 'exit')}"
        return Figure(name, title, value, "money", formula, (own,), self.n, signed=True, currency=self.words.currency)

    def gross(self) -> Figure:
        t, say = self.t, self.words
        taken = f"{say.shares(t.quantity_out)} out at {price(t.exit_price)}, in at {price(t.entry_price)} on average"
        formula = f"shares {TIMES} (average exit {MINUS} average entry); for shorts the other way round"
        own = f"{taken}: {say.money(t.gross_pnl)}"
        return Figure("gross_pnl", "Gross", t.gross_pnl, "money", formula, (own,), self.n, signed=True, currency=say.currency)

    def fees(self) -> Figure:
        say = self.words.money
        own = " + ".join(say(one.fee) for one in self.fills) if len(self.fills) <= MOST_TERMS else self.n
        return Figure(
            "fees",
            "Fees",
            self.t.fees,
            "money",
            "the fees of all fills added up",
            (f"{own} = {say(self.t.fees)}",),
            self.n,
            currency=self.words.currency,
        )

    @exact
    def percent(self) -> Figure:
        t, say = self.t, self.words.money
        paid = t.entry_price * t.quantity_in if t.entry_price is not None else None
        own = f"{say(t.net_pnl)} {OVER} {say(paid)} {TIMES} 100 = {pct(t.pct)}"
        formula = f"net {OVER} (average entry {TIMES} shares) {TIMES} 100"
        return Figure("pnl_pct", "On the position", t.pct, "percent", formula, (own,), self.n, signed=True)

    def held(self) -> Figure:
        t = self.t
        own = (
            f"{t.opened_at:%-d %b %Y %H:%M} to {t.closed_at:%-d %b %Y %H:%M} UTC: {days(t.hold_seconds)}"
            if t.opened_at and t.closed_at
            else ""
        )
        return Figure(
            "held", "Held", t.hold_seconds, "days", "last exit less first entry, nights and weekends included", (own,), self.n, "still open"
        )

    @exact
    def risk(self) -> Figure:
        t, say = self.t, self.words
        entries = [one for one in self.fills if one.kind == Fill.Kind.ENTRY]
        if t.typed_risk is not None:
            own = f"{say.money(t.typed_risk)}, as you typed it"
        elif t.risk_amount is not None and len(entries) <= MOST_TERMS:
            own = (
                " + ".join(f"{say.shares(one.quantity)} {TIMES} |{price(one.price)} {MINUS} {price(one.stop)}|" for one in entries)
                + f" = {say.money(t.risk_amount)}"
            )
        else:
            own = f"{counted(len(entries), 'entry', 'entries')}: {say.money(t.risk_amount)}"
        formula = f"shares {TIMES} distance to the stop in force when entering, of each entry; moving the stop later changes nothing"
        return Figure("risk_amount", "1R", t.risk_amount, "money", formula, (own,), self.n, NO_STOP, source=THARP, currency=say.currency)

    def planned(self) -> Figure:
        t = self.t
        entry = t.entry_price if t.entry_price is not None else t.planned_entry
        value = reward_to_risk(side=t.side, entry=entry, stop=t.stop_loss, target=t.target_price)
        own = f"|{price(t.target_price)} {MINUS} {price(entry)}| {OVER} |{price(entry)} {MINUS} {price(t.stop_loss)}| = {plain(value)}"
        formula = f"(target {MINUS} entry) {OVER} (entry {MINUS} initial stop)"
        why = (
            NO_STOP
            if t.stop_loss is None
            else NO_TARGET
            if t.target_price is None
            else "stop or target lie on the wrong side of the average entry"
        )
        return Figure(
            "risk_reward", "Planned", value, "r", formula, (own,) if value is not None else (), self.n, why, "reward for 1R of risk"
        )


def of_position(held: Position, words: Words) -> list[Figure]:
    """Of an open trade, at the last close."""
    t, say = held.trade, words.money
    close = held.close.price if held.close else None
    no_price = "no bar of this symbol is stored"
    why = no_price if close is None else NO_STOP
    unrealised = (
        f"{words.shares(t.quantity_open)} {TIMES} ({price(close)} {MINUS} average cost), entry fees taken off: {say(held.unrealised)}"
    )
    return [
        Figure("unrealised_r", "Open result", held.unrealised_r, "r", f"unrealised result {OVER} 1R", (f"{say(held.unrealised)} {OVER} {say(t.risk_amount)} = {r(held.unrealised_r)}",), "last close", why, signed=True),
        Figure("unrealised", "Open money", held.unrealised, "money", f"(last close {MINUS} average cost) {TIMES} open shares {MINUS} entry fees left", (unrealised,), "last close", no_price, signed=True, currency=words.currency),
        Figure("stop_distance_r", "To the stop", held.stop_distance_r, "r", f"(last close {MINUS} stop in force) {OVER} risk of a share", (f"{price(close)} to {price(t.stop_now)}: {pct(held.stop_distance_pct, 2)} of the price, {r(held.stop_distance_r)}",), "last close", why),
        Figure("open_risk_r", "Open risk", held.open_risk_r, "r", f"what is lost from average cost if the stop is hit {OVER} 1R; 0 once the stop lies beyond cost", (f"{say(held.open_risk)} {OVER} {say(t.risk_amount)} = {r(held.open_risk_r)}",), "last close", NO_STOP),
    ]  # fmt: skip


@exact
def of_excursion(trade: Trade, found: Excursion | None) -> list[Figure]:
    """MFE, MAE, and how much of the best move the exit took."""
    long = trade.side == "long"
    entry = trade.entry_price
    high, low = ("highest high", "lowest low") if long else ("lowest low", "highest high")
    best = worst = reached = fell = efficiency = None
    if found is not None and entry is not None:
        s = 1 if long else -1
        reached, fell = entry + s * found.favourable, entry - s * found.adverse
        best, worst = found.favourable_r, found.adverse_r
        efficiency = found.exit_efficiency if trade.is_closed else None
    no_r = NO_BARS if found is None else NO_STOP
    taken = f"({price(trade.exit_price)} {MINUS} {price(entry)}) {OVER} {price(found.favourable if found else None)} = {plain(efficiency)}"
    open_yet = NO_BARS if found is None else "still open" if not trade.is_closed else "the price never went your way"
    return [
        Figure("mfe", "MFE", best, "r", f"({high} {MINUS} average entry) {OVER} risk of a share, not below 0", (f"{price(reached)} against {price(entry)}: {price(found.favourable if found else None)} a share = {r(best)}", DAILY), "daily bars", no_r, "best it stood"),
        Figure("mae", "MAE", worst, "r", f"(average entry {MINUS} {low}) {OVER} risk of a share, not below 0", (f"{price(fell)} against {price(entry)}: {price(found.adverse if found else None)} a share = {r(worst)}", DAILY), "daily bars", no_r, "worst it stood"),
        Figure("exit_efficiency", "Exit efficiency", efficiency, "ratio", f"(average exit {MINUS} average entry) {OVER} MFE", (taken, DAILY) if efficiency is not None else (DAILY,), "daily bars", open_yet, "of the best move taken"),
    ]  # fmt: skip
