"""How sure a record makes one: sections 6 and 7 with the reader's own figures."""

from decimal import Decimal

from trading.queries.journal import Figures
from trading.risk import FEW_DECIDED, breakeven_win_rate, kelly
from trading.stats.decimals import exact
from trading.stats.luck import PSR_LEAST, SD_FLOOR, SHRINK_TRADES, in_percent
from trading.stats.multiples import R_CAP, UNIT
from trading.stats.reasons import CURRENCIES, NO_R, ONE_R, undefined

from .figure import BAILEY, KELLY, OVER, ROBINSON, ROOT, TIMES, Figure, counted, pct, plain, r

NOT_SURE = f"needs {PSR_LEAST} trades with a stop, and results that differ"


class Certainty:
    def __init__(self, found: Figures) -> None:
        self.s, self.sure, self.currency = found.summary, found.confidence, found.currency
        self.m = found.summary.trades_with_r
        self.n = counted(self.m, "trade with a stop", "trades with a stop")
        self.payoff = found.summary.payoff_ratio if found.currency else None
        self.no_payoff = undefined(found.summary).get("payoff_ratio", "") if found.currency else CURRENCIES

    def probability(self) -> Figure:
        sure, record = self.sure, self.sure.record
        own = ["Not enough results yet."]
        if record is not None:
            own = [
                f"Sharpe of R {r(self.s.average_r_multiple)} {OVER} {r(self.s.sd_r)} = {plain(record.ratio)}; skewness {plain(record.skewness)}, kurtosis {plain(record.kurtosis)}.",
                f"\N{GREEK CAPITAL LETTER PHI}({plain(record.ratio)} {TIMES} {ROOT}{self.m - 1} {OVER} {ROOT}{plain(record.argument)}) = {plain(sure.psr)}: {pct(in_percent(sure.psr), 0)} confident that the edge is above zero.",
            ]
        formula = f"\N{GREEK CAPITAL LETTER PHI}(SR {TIMES} {ROOT}(m \N{MINUS SIGN} 1) {OVER} {ROOT}(1 \N{MINUS SIGN} skewness {TIMES} SR + (kurtosis \N{MINUS SIGN} 1) {OVER} 4 {TIMES} SR\N{SUPERSCRIPT TWO})), SR = mean {OVER} deviation of R"
        under = "probability" if sure.psr is not None else ""
        return Figure(
            "probability", "Edge above zero", in_percent(sure.psr), "percent", formula, tuple(own), self.n, NOT_SURE, under, source=BAILEY
        )

    def needed(self) -> Figure:
        sure, record = self.sure, self.sure.record
        own = "A record that does not gain makes nobody sure of a gain."
        if record is not None and sure.trades_needed:
            own = f"1 + {plain(record.argument)} {TIMES} (1.6448536 {OVER} {plain(record.ratio)})\N{SUPERSCRIPT TWO} = {sure.trades_needed}, rounded up; you have {self.m}"
        formula = f"1 + argument of the root above {TIMES} (1.6448536 {OVER} SR)\N{SUPERSCRIPT TWO}, for 95 %"
        why = NOT_SURE if record is None else "the mean R is not above 0"
        return Figure("trades_needed", "Trades for 95 %", sure.trades_needed, "count", formula, (own,), self.n, why, source=BAILEY)

    def shrunk(self) -> Figure:
        m, value = self.m, self.sure.shrunk_r
        own = f"{plain(value * (m + SHRINK_TRADES) if value is not None else None)}R {OVER} ({m} + {SHRINK_TRADES}) = {r(value)}"
        formula = f"R of each trade, counted up to +{R_CAP // UNIT}R, added up {OVER} (trades + {SHRINK_TRADES}): as if {SHRINK_TRADES} break-even trades came first"
        return Figure("shrunk_r", "Expectancy, shrunk", value, "r", formula, (own,), self.n, NO_R, signed=True, source=ROBINSON)

    def consistency(self) -> Figure:
        s, value = self.s, self.sure.consistency
        own = f"{r(s.average_r_multiple)} {OVER} {r(s.sd_r)} {TIMES} {ROOT}{min(self.m, 100)} = {plain(value)}"
        formula = f"mean R {OVER} deviation of R (at least {SD_FLOOR}) {TIMES} {ROOT}trades up to 100; R counted up to +{R_CAP // UNIT}R, the score between \N{MINUS SIGN}10 and 10"
        why = NO_R if not self.m else ONE_R
        return Figure(
            "consistency", "Consistency", value, "ratio", formula, (own,), self.n, why, source="Legend's own; the score of a leaderboard"
        )

    @exact
    def kelly(self) -> list[Figure]:
        s, payoff = self.s, self.payoff
        decided = s.winning_trades + s.losing_trades
        n, formula = (
            counted(decided, "decided trade"),
            f"p \N{MINUS SIGN} (1 \N{MINUS SIGN} p) {OVER} b, p = wins {OVER} decided trades, b = payoff; below 0 it is 0",
        )
        if payoff is None or not payoff:
            made = [("kelly", "Kelly"), ("half_kelly", "Half Kelly")]
            return [Figure(name, title, None, "percent", formula, (), n, self.no_payoff, source=KELLY) for name, title in made]
        p = Decimal(s.winning_trades) / decided
        found = kelly(win_rate=p, payoff=payoff, decided=decided)
        own = [
            f"{plain(p)} \N{MINUS SIGN} (1 \N{MINUS SIGN} {plain(p)}) {OVER} {plain(payoff)} = {pct(in_percent(found.raw))}",
            *found.warnings,
        ]
        under = f"fewer than {FEW_DECIDED}: unreliable" if decided < FEW_DECIDED else "of equity at risk"
        return [
            Figure("kelly", "Kelly", in_percent(found.full), "percent", formula, tuple(own), n, "", under, source=KELLY),
            Figure("half_kelly", "Half Kelly", in_percent(found.half), "percent", "half of it: most of the growth, much less of the swings", (f"{pct(in_percent(found.full))} {OVER} 2 = {pct(in_percent(found.half))}",), n, source=KELLY),
        ]  # fmt: skip

    def break_even(self) -> Figure:
        payoff, formula = self.payoff, f"100 {OVER} (1 + payoff)"
        value = breakeven_win_rate(payoff) if payoff else None
        own = f"100 {OVER} (1 + {plain(payoff)}) = {pct(value)}; you win {pct(self.s.win_rate_without_break_evens, 2)} of the decided ones"
        n = counted(self.s.winning_trades + self.s.losing_trades, "decided trade")
        return Figure("break_even_rate", "Win rate needed", value, "percent", formula, (own,), n, self.no_payoff, "to break even")
