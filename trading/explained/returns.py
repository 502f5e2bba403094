"""Returns of an account in percent: section 5."""

from trading.queries.equity import Equity
from trading.stats.luck import in_percent
from trading.stats.returns import SHARPE_LEAST, TRADING_DAYS, YEAR_DAYS

from .figure import DIETZ, OVER, ROOT, TIMES, Figure, Words, counted, pct, plain

FEW_DAYS = f"needs {SHARPE_LEAST} days that differ"


class Returns:
    """Of one account with a ledger; without one every figure is undefined, and `missing` says why."""

    def __init__(self, equity: Equity | None, words: Words, missing: str) -> None:
        self.e, self.words, self.missing = equity, words, missing
        self.n = counted(len(equity.days), "day") if equity else ""
        self.sessions = counted(equity.sessions, "trading day") if equity else ""
        self.unmarked = (
            f"{counted(equity.unmarked_days, 'day')} without a stored price counted at cost." if equity and equity.unmarked_days else ""
        )

    def all(self) -> list[Figure]:
        return [self.roi(), self.drawdown(), self.annual(), self.weighted(), self.sharpe(), self.sortino(), self.profit()]

    def _own(self, text: str) -> tuple[str, ...]:
        if self.e is None:
            return ()
        return (text, self.unmarked) if self.unmarked else (text,)

    def roi(self) -> Figure:
        e = self.e
        value = in_percent(e.twr) if e else None
        own = self._own(f"{self.n} multiplied up turn 1.00 into {plain(1 + e.twr if e and e.twr is not None else None)}: {pct(value)}")
        formula = f"(equity {OVER} (equity of the day before + what came in)) of each day multiplied up, less 1; open trades at the close"
        under = f"since {e.days[0].day:%-d %b %Y}" if e else ""
        return Figure(
            "roi",
            "Return",
            value,
            "percent",
            formula,
            own,
            self.n,
            self.missing or "equity fell to 0",
            under,
            True,
            f"Time-weighted. {DIETZ}",
        )

    def drawdown(self) -> Figure:
        e = self.e
        value = e.drawdown_pct if e else None
        deepest = (
            max((one for one in e.days if one.drawdown_pct is not None), key=lambda one: one.drawdown_pct or 0, default=None) if e else None
        )
        own = self._own(f"{pct(value)}, on {deepest.day:%-d %b %Y}" if deepest else pct(value))
        now = e.days[-1].drawdown_pct if e and e.days else None
        under = f"now {plain(now, 2)} %" if now is not None else ""
        formula = (
            f"(peak \N{MINUS SIGN} value) {OVER} peak {TIMES} 100 of the multiplied-up returns, the deepest; deposits do not hide a fall"
        )
        return Figure("drawdown_pct", "Drawdown", value, "percent", formula, own, self.n, self.missing or "equity fell to 0", under)

    def annual(self) -> Figure:
        e = self.e
        span = (e.days[-1].day - e.days[0].day).days + 1 if e and e.days else 0
        own = self._own(f"(1 + {plain(e.twr)})^({YEAR_DAYS} {OVER} {span}) \N{MINUS SIGN} 1 = {pct(in_percent(e.cagr))}" if e else "")
        why = self.missing or f"from {YEAR_DAYS} days on; {span} so far"
        formula = f"(1 + return)^({YEAR_DAYS} {OVER} days) \N{MINUS SIGN} 1"
        return Figure(
            "cagr",
            "A year",
            in_percent(e.cagr) if e else None,
            "percent",
            formula,
            own,
            counted(span, "day"),
            why,
            signed=True,
            source="Practice required of US futures advisers",
        )

    def weighted(self) -> Figure:
        e, say = self.e, self.words.money
        value = in_percent(e.money_weighted) if e else None
        own: tuple[str, ...] = ()
        if e:
            flows = [one.flow for one in e.days if one.flow]
            own = self._own(
                f"{say(e.profit)} of profit over what was invested on average ({counted(len(flows), 'deposit or withdrawal', 'deposits and withdrawals')}) = {pct(value)}"
            )
        formula = f"(end \N{MINUS SIGN} start \N{MINUS SIGN} flows) {OVER} (start + each flow {TIMES} the share of days it was there)"
        why = self.missing or "nothing was invested on average"
        return Figure(
            "money_weighted", "Money-weighted", value, "percent", formula, own, self.n, why, signed=True, source=f"Modified Dietz. {DIETZ}"
        )

    def sharpe(self) -> Figure:
        e = self.e
        own = self._own(f"the mean of {self.sessions} {OVER} their deviation {TIMES} {ROOT}{TRADING_DAYS} = {plain(e.sharpe)}" if e else "")
        formula = (
            f"mean of the returns of trading days {OVER} their deviation (of a sample) {TIMES} {ROOT}{TRADING_DAYS}, above a rate of 0"
        )
        return Figure("sharpe", "Sharpe", e.sharpe if e else None, "ratio", formula, own, self.sessions, self.missing or FEW_DAYS)

    def sortino(self) -> Figure:
        e = self.e
        own = self._own(
            f"the mean of {self.sessions} {OVER} the deviation of the falling ones {TIMES} {ROOT}{TRADING_DAYS} = {plain(e.sortino)}"
            if e
            else ""
        )
        formula = (
            f"mean of the returns of trading days {OVER} {ROOT}(squares of the negative ones {OVER} all days) {TIMES} {ROOT}{TRADING_DAYS}"
        )
        return Figure("sortino", "Sortino", e.sortino if e else None, "ratio", formula, own, self.sessions, self.missing or FEW_DAYS)

    def profit(self) -> Figure:
        e, say = self.e, self.words.money
        own = self._own(
            f"{say(e.days[-1].equity)} of equity at the last close, of which {say(e.profit)} was earned" if e and e.days else ""
        )
        formula = "equity at the end, less the opening balance and what came in since; open trades at the close"
        return Figure(
            "profit",
            "Profit",
            e.profit if e else None,
            "money",
            formula,
            own,
            self.n,
            self.missing,
            signed=True,
            currency=self.words.currency,
        )
