"""Figures in R: results over the money first put at risk."""

from trading.queries.journal import Figures
from trading.stats.journal import SQN_CAP, SQN_RELIABLE, sqn_band
from trading.stats.luck import in_percent
from trading.stats.reasons import NO_R, undefined
from trading.stats.sums import SumsOfR

from .figure import OVER, ROOT, THARP, TIMES, Figure, counted, pct, plain, r


class Multiples:
    """Section 4 in R, and 5.7."""

    def __init__(self, found: Figures, sums: SumsOfR | None) -> None:
        """`sums` are left out of a very long journal."""
        self.s, self.sums, self.normal = found.summary, sums, found.confidence.risk_normalised
        self.why = undefined(found.summary)
        self.m = found.summary.trades_with_r
        self.n = (
            f"{self.m} of {counted(found.summary.total_trades, 'trade')} have a stop"
            if found.summary.trades_without_r
            else counted(self.m, "trade")
        )

    def _figure(self, name: str, title: str, formula: str, *own: str, under: str = "", signed: bool = False) -> Figure:
        value = getattr(self.s, name)
        return Figure(name, title, value, "r", formula, own, self.n, self.why.get(name, ""), under, signed, THARP)

    def total(self) -> Figure:
        left, t = self.s.trades_without_r, self.sums
        own = [f"{counted(self.m, 'trade')}: {r(self.s.total_r)}"]
        if t is not None:
            gained, lost = counted(t.gains, "trade"), counted(t.losses, "trade")
            own = [f"{r(t.gained)} gained in {gained} \N{MINUS SIGN} {r(t.lost)} lost in {lost} = {r(self.s.total_r)}"]
        if left:
            own.append(f"{counted(left, 'trade')} without a stop {'is' if left == 1 else 'are'} left out.")
        formula = f"R of each trade added up; R = net result {OVER} the money at risk between entry and initial stop"
        return self._figure("total_r", "Total", formula, *own, under=self.n if left else "", signed=True)

    def expectancy(self) -> Figure:
        s, t = self.s, self.sums
        own = [f"{r(s.total_r)} {OVER} {self.m} = {r(s.average_r_multiple)} a trade"]
        if t is not None and t.gains and t.losses:
            parts = f"{t.gains} gains {TIMES} {r(t.gained / t.gains)} \N{MINUS SIGN} {t.losses} losses {TIMES} {r(t.lost / t.losses)}"
            own.insert(0, f"({parts}) {OVER} {self.m} = {r(s.average_r_multiple)}")
        under = f"median {plain(s.median_r, 2)}R" if s.median_r is not None else ""
        return self._figure(
            "average_r_multiple", "Expectancy", f"the sum of all R {OVER} trades that have one", *own, under=under, signed=True
        )

    def median(self) -> Figure:
        own = f"half of {self.m} results lie at {r(self.s.median_r)} or below"
        return self._figure("median_r", "Median", "the middle result; the mean of the two middle ones of an even number", own, signed=True)

    def extremes(self) -> list[Figure]:
        s = self.s
        return [
            self._figure("best_r", "Best", "the largest R", f"{r(s.best_r)}, the best of {self.m}", signed=True),
            self._figure("worst_r", "Worst", "the smallest R", f"{r(s.worst_r)}, the worst of {self.m}", signed=True),
        ]

    def deviation(self) -> Figure:
        s, m = self.s, self.m
        own = "needs two results"
        if s.sd_r is not None:
            squares = s.sd_r * s.sd_r * (m - 1)
            own = f"{ROOT}({plain(squares)} {OVER} ({m} \N{MINUS SIGN} 1)) = {r(s.sd_r)}, around a mean of {r(s.average_r_multiple)}"
        under = f"best {plain(s.best_r, 2)}R, worst {plain(s.worst_r, 2)}R" if s.best_r is not None else ""
        formula = f"{ROOT}(squared distances from the mean added up {OVER} (trades \N{MINUS SIGN} 1)), of a sample"
        return self._figure("sd_r", "Deviation", formula, own, under=under)

    def sqn(self) -> Figure:
        s, m = self.s, self.m
        own = [f"{r(s.average_r_multiple)} {OVER} {r(s.sd_r)} {TIMES} {ROOT}{min(m, SQN_CAP)} = {plain(s.sqn)}"]
        if s.sqn is not None:
            own.append(
                f"That is {sqn_band(s.sqn)}. Bands: below 1.6 hard to trade, to 2.0 below average, to 2.5 average, to 3.0 good, to 5.0 excellent, above superb."
            )
        under = ""
        if s.sqn is not None:
            under = sqn_band(s.sqn) if m >= SQN_RELIABLE else f"fewer than {SQN_RELIABLE} trades: not yet reliable"
        formula = f"mean R {OVER} deviation {TIMES} {ROOT}trades, at most {SQN_CAP} of them"
        source = f"{THARP}; Definitive Guide to Position Sizing Strategies (2008)"
        return Figure("sqn", "SQN", s.sqn, "ratio", formula, tuple(own), self.n, self.why.get("sqn", ""), under, source=source)

    def drawdown(self) -> Figure:
        s, t = self.s, self.sums
        own = f"{r(s.max_drawdown_r)} below the peak at the deepest"
        if t is not None:
            own = f"peak {r(t.peak)} \N{MINUS SIGN} trough {r(t.trough)} = {r(s.max_drawdown_r)}"
        under = f"now {plain(s.current_drawdown_r, 2)}R" if s.current_drawdown_r is not None else ""
        return self._figure(
            "max_drawdown_r", "Drawdown", "the deepest fall of cumulative R from its peak, which begins at 0", own, under=under
        )

    def current_drawdown(self) -> Figure:
        s = self.s
        own = f"cumulative R is {r(s.total_r)}, {r(s.current_drawdown_r)} below its peak"
        return self._figure("current_drawdown_r", "Drawdown now", "how far cumulative R lies below its peak at the last trade", own)

    def at_one_percent(self) -> list[Figure]:
        normal, m = self.normal, self.m
        gained, fallen = (in_percent(normal.gained), normal.drawdown_pct) if normal else (None, None)
        formula = f"(1 + 0.01 {TIMES} R) of each trade multiplied up, in the order of closing, less 1; it needs no balance"
        own = f"{counted(m, 'trade')} with 1 % of equity risked on each turn 1.00 into {plain(1 + normal.gained if normal else None)}"
        first = Figure(
            "risk_normalised", "At 1 % risk", gained, "percent", formula, (own,), self.n, "" if normal else NO_R,
            f"drawdown {plain(fallen, 2)} %" if normal else "", True, THARP,
        )  # fmt: skip
        formula = "the deepest fall of that product from its peak, in percent of the peak"
        second = Figure(
            "risk_normalised_drawdown",
            "Drawdown at 1 %",
            fallen,
            "percent",
            formula,
            (f"{pct(fallen)} at the deepest",),
            self.n,
            "" if normal else NO_R,
        )
        return [first, second]
