"""Figures of results in money, and how many of them won."""

from decimal import Decimal

from trading.queries.journal import Figures
from trading.stats.decimals import HUNDRED, ZERO, exact
from trading.stats.luck import in_percent
from trading.stats.reasons import CURRENCIES, undefined

from .figure import OVER, TIMES, WILSON, Figure, Words, counted, days, pct, plain

MONEY = (
    "total_profit_loss",
    "gross_profit_loss",
    "fees",
    "average_win",
    "average_loss",
    "expectancy_per_trade",
    "payoff_ratio",
    "profit_factor",
)


class Results:
    """Section 4 in money and counts. Over several currencies what would add money is undefined."""

    def __init__(self, found: Figures, words: Words) -> None:
        self.s, self.interval, self.currency, self.words = found.summary, found.confidence.interval, found.currency, words
        self.why = undefined(found.summary) | ({} if found.currency else dict.fromkeys(MONEY, CURRENCIES))
        self.n = counted(found.summary.total_trades, "closed trade")

    def _of(self, name: str) -> Decimal | None:
        value: Decimal | None = getattr(self.s, name)
        return value if self.currency else None

    def _money(self, name: str, title: str, formula: str, own: str, n: str, *, signed: bool = False) -> Figure:
        why = self.why.get(name, "")
        return Figure(name, title, self._of(name), "money", formula, (own,), n, why, signed=signed, currency=self.currency)

    @property
    @exact
    def won(self) -> Decimal:
        return (self.s.average_win or ZERO) * self.s.winning_trades

    @property
    @exact
    def lost(self) -> Decimal:
        return -(self.s.average_loss or ZERO) * self.s.losing_trades

    def trades(self) -> Figure:
        s = self.s
        own = f"{s.winning_trades} + {s.losing_trades} + {s.break_even_trades} = {s.total_trades}"
        under = f"{s.winning_trades} W, {s.losing_trades} L, {s.break_even_trades} even"
        formula = "wins + losses + break-evens, each trade once, on the day of its last exit"
        return Figure("total_trades", "Trades", s.total_trades, "count", formula, (own,), self.n, under=under)

    def win_rate(self) -> Figure:
        s = self.s
        own = [f"{s.winning_trades} {OVER} {s.total_trades} {TIMES} 100 = {pct(s.win_rate)}"]
        between = ""
        if self.interval is not None:
            low, high = (in_percent(one) for one in self.interval)
            between = f"{plain(low, 0)} to {plain(high, 0)} %"
            own.append(
                f"With 95 % confidence between {pct(low, 2)} and {pct(high, 2)} (Wilson's interval of {s.winning_trades} in {s.total_trades})."
            )
        why = self.why.get("win_rate", "")
        formula = f"wins {OVER} trades {TIMES} 100; a break-even is not a win"
        return Figure("win_rate", "Win rate", s.win_rate, "percent", formula, tuple(own), self.n, why, between, source=WILSON)

    def win_rate_decided(self) -> Figure:
        s, name = self.s, "win_rate_without_break_evens"
        decided = s.winning_trades + s.losing_trades
        own = f"{s.winning_trades} {OVER} ({s.winning_trades} + {s.losing_trades}) {TIMES} 100 = {pct(s.win_rate_without_break_evens)}"
        formula = f"wins {OVER} (wins + losses) {TIMES} 100"
        n = counted(decided, "decided trade")
        return Figure(name, "Win rate, no evens", s.win_rate_without_break_evens, "percent", formula, (own,), n, self.why.get(name, ""))

    def net(self) -> Figure:
        s, say = self.s, self.words.money
        name = "total_profit_loss"
        own = f"{say(self.won)} won in {counted(s.winning_trades, 'trade')} \N{MINUS SIGN} {say(self.lost)} lost in {counted(s.losing_trades, 'trade')} = {say(self._of(name))}"
        return self._money(
            name, "Net result", "the net of every trade added up: gross less fees and costs, plus dividends", own, self.n, signed=True
        )

    def gross(self) -> Figure:
        s, say, name = self.s, self.words.money, "gross_profit_loss"
        own = f"{say(self._of(name))} before {say(self._of('fees'))} of fees; net {say(self._of('total_profit_loss'))}"
        formula = f"(exit price \N{MINUS SIGN} entry price) {TIMES} shares, added up; for shorts the other way round"
        return self._money(name, "Gross result", formula, own, counted(s.total_trades, "closed trade"), signed=True)

    def fees(self) -> Figure:
        say = self.words.money
        own = f"{say(self._of('fees'))} in {self.n}; they are in the net result already"
        return self._money("fees", "Fees", "the fees of all entries and exits added up", own, self.n)

    def average_win(self) -> Figure:
        s, say = self.s, self.words.money
        own = f"{say(self.won)} {OVER} {s.winning_trades} = {say(self._of('average_win'))}"
        return self._money("average_win", "Average win", f"all winning results {OVER} wins", own, counted(s.winning_trades, "win"))

    def average_loss(self) -> Figure:
        s, say = self.s, self.words.money
        own = f"\N{MINUS SIGN}{say(self.lost)} {OVER} {s.losing_trades} = {say(self._of('average_loss'))}"
        return self._money(
            "average_loss", "Average loss", f"all losing results {OVER} losses", own, counted(s.losing_trades, "loss", "losses")
        )

    def payoff(self) -> Figure:
        s, say, name = self.s, self.words.money, "payoff_ratio"
        own = f"{say(self._of('average_win'))} {OVER} {say(abs(s.average_loss) if s.average_loss is not None and self.currency else None)} = {plain(self._of(name))}"
        n = f"{counted(s.winning_trades, 'win')}, {counted(s.losing_trades, 'loss', 'losses')}"
        formula = f"average win {OVER} average loss, without its sign"
        return Figure(name, "Payoff", self._of(name), "ratio", formula, (own,), n, self.why.get(name, ""))

    def profit_factor(self) -> Figure:
        s, say, name = self.s, self.words.money, "profit_factor"
        own = f"{say(self.won)} {OVER} {say(self.lost)} = {plain(self._of(name))}"
        n = f"{counted(s.winning_trades, 'win')}, {counted(s.losing_trades, 'loss', 'losses')}"
        formula = f"all winning results {OVER} all losing results, without their sign; above 1 the journal gained"
        return Figure(name, "Profit factor", self._of(name), "ratio", formula, (own,), n, self.why.get(name, ""))

    @exact
    def expectancy(self) -> Figure:
        s, say, name = self.s, self.words.money, "expectancy_per_trade"
        own = f"{say(self._of('total_profit_loss'))} {OVER} {s.total_trades} = {say(self._of(name))} a trade"
        made = self._money(name, "Expectancy", f"net result {OVER} trades, break-evens included", own, self.n, signed=True).under_it(
            "a trade"
        )
        if s.average_win is None or s.average_loss is None or not self.currency:
            return made
        shares = [pct(HUNDRED * count / s.total_trades, 2) for count in (s.winning_trades, s.losing_trades)]
        same = f"The same: {shares[0]} {TIMES} {say(s.average_win)} \N{MINUS SIGN} {shares[1]} {TIMES} {say(abs(s.average_loss))}"
        return Figure(
            name, made.title, made.value, "money", made.formula, (own, same), made.n, made.why, made.under, True, currency=self.currency
        )

    def streaks(self) -> list[Figure]:
        s = self.s
        formula = "the longest run in the order of closing; a break-even ends no run and counts in none"
        longest = [
            Figure(
                f"longest_{kind}_streak",
                f"Longest {kind} run",
                count,
                "count",
                formula,
                (f"{count} {many} in a row, {self.n} looked at",),
                self.n,
            )
            for kind, many, count in (("win", "wins", s.longest_win_streak), ("loss", "losses", s.longest_loss_streak))
        ]
        return [self.streak(), *longest]

    def streak(self) -> Figure:
        s, now = self.s, None
        if s.current_streak is not None:
            now = f"{s.current_streak[0]} {'W' if s.current_streak[1] == 'win' else 'L'}"
        own = f"The last decided trades make {now}." if now else "No trade is decided yet."
        formula = "the run of wins (W) or losses (L) at the end, in the order of closing; break-evens are passed over"
        under = f"longest {s.longest_win_streak} W, {s.longest_loss_streak} L"
        return Figure("current_streak", "Streak", now, "text", formula, (own,), self.n, self.why.get("current_streak", ""), under)

    def holds(self) -> list[Figure]:
        s, formula = self.s, "from the first entry to the last exit in days, nights and weekends included; the mean"
        kinds = (
            ("average_hold_seconds", "Held", s.total_trades),
            ("average_hold_seconds_wins", "Held, wins", s.winning_trades),
            ("average_hold_seconds_losses", "Held, losses", s.losing_trades),
        )
        made = []
        for name, title, count in kinds:
            value: int | None = getattr(s, name)
            own = f"{days(value * count if value is not None else None)} together {OVER} {count} = {days(value)}"
            made.append(Figure(name, title, value, "days", formula, (own,), counted(count, "trade"), self.why.get(name, "")))
        return made
