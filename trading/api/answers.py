"""What trading answers, for the schema. Decimals are strings, undefined is null; `trading.presentation` writes them."""

from typing import Any

from rest_framework import serializers

from trading.presentation import COUNTS, HOLDS, MONEY, RATIOS


def figure(help_text: str = "") -> serializers.CharField:
    """A decimal as a string, or null."""
    return serializers.CharField(allow_null=True, help_text=help_text)


class FillAnswer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="its name within the trade")
    kind = serializers.ChoiceField(["entry", "exit"])
    at = serializers.DateTimeField()
    quantity = serializers.CharField()
    price = serializers.CharField()
    fee = serializers.CharField()
    stop = figure("in force when an entry happened")
    gross_profit_loss = figure("of an exit")
    profit_loss = figure("of an exit, fees and its share of the entry fees taken off")
    recorded_at = serializers.DateTimeField()


class Step(serializers.Serializer[Any]):
    text = serializers.CharField()
    done = serializers.BooleanField()


class TradeSummary(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    symbol = serializers.CharField()
    side = serializers.ChoiceField(["long", "short"])
    status = serializers.ChoiceField(["planned", "open", "closed"])
    account = serializers.UUIDField()
    currency = serializers.CharField()
    source = serializers.ChoiceField(["manual", "import", "copy"])  # type: ignore[assignment]  # DRF has its own
    pattern = serializers.CharField(allow_null=True, help_text="the setup")
    match = serializers.UUIDField(allow_null=True)
    entry_price = figure("average entry; of a plan the planned one")
    exit_price = figure("average exit")
    stop_loss = figure("the initial stop: 1R hangs on it")
    current_stop = figure("where it was moved to")
    target_price = figure()
    position_size = figure("all entries")
    quantity_open = serializers.CharField()
    risk_amount = figure("1R in money; null without a stop")
    reward_amount = figure()
    risk_reward = figure("planned reward to risk")
    entry_date = serializers.DateTimeField(allow_null=True)
    exit_date = serializers.DateTimeField(allow_null=True)
    gross_profit_loss = figure("realised so far")
    fees = serializers.CharField()
    realized_profit_loss = figure("net of the exits so far")
    profit_loss = figure("net, once closed")
    profit_loss_pct = figure("of the money paid in")
    win = serializers.BooleanField(allow_null=True, help_text="null when break-even or not closed")
    r_multiple = figure()
    hold_seconds = serializers.IntegerField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    checklist = Step(many=True)
    notes = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class ExcursionAnswer(serializers.Serializer[Any]):
    """How far the price went while the trade was held. `basis` says what is not known."""

    mfe = serializers.CharField(help_text="best price beyond the average entry")
    mae = serializers.CharField(help_text="worst price beyond it")
    mfe_r = figure()
    mae_r = figure()
    exit_efficiency = figure("part of the best that the exits took; null while open")
    basis = serializers.CharField()


class TradeAnswer(TradeSummary):
    fills = FillAnswer(many=True)
    excursion = ExcursionAnswer(allow_null=True, help_text="null without bars of the symbol, and of a plan")


class TradePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = TradeSummary(many=True)


class HistoryAnswer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True, help_text="who told it; null when that person is gone")
    detail = serializers.JSONField(help_text="the fill, or {field: [before, after]}")


class HistoryPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = HistoryAnswer(many=True)


class Streak(serializers.Serializer[Any]):
    length = serializers.IntegerField()
    outcome = serializers.ChoiceField(["win", "loss"])


class ByCurrency(serializers.Serializer[Any]):
    currency = serializers.CharField()
    total_trades = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), **{name: figure() for name in (*MONEY, "payoff_ratio", "profit_factor")}}


class StatisticsAnswer(serializers.Serializer[Any]):
    """Percent in percent units. `undefined` says why a figure is null."""

    current_streak = Streak(allow_null=True)
    trades_without_r = serializers.IntegerField(help_text="left out of the figures in R")
    currency = serializers.CharField(allow_null=True, help_text="null when the trades are in several; money is then in by_currency")
    by_currency = ByCurrency(many=True)
    undefined = serializers.DictField(child=serializers.CharField())

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        counts = {name: serializers.IntegerField() for name in COUNTS}
        holds = {name: serializers.IntegerField(allow_null=True) for name in HOLDS}
        return {**counts, **{name: figure() for name in (*MONEY, *RATIOS)}, **holds, **super().get_fields()}


class PerformanceAnswer(StatisticsAnswer):
    win_rate_low = figure("95 % interval of the win rate (Wilson), percent")
    win_rate_high = figure()
    shrunk_expectancy_r = figure("mean R pulled towards 0 by twenty break-even trades")
    probability_of_edge = figure("probabilistic Sharpe ratio of R: how sure the mean is above 0")
    trades_needed = serializers.IntegerField(allow_null=True, help_text="for 95 % confidence")
    consistency = figure()
    risk_normalised_return = figure("with 1 % of equity risked on each trade, percent")
    risk_normalised_drawdown = figure()


class GroupAnswer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes it off the class
    total_trades = serializers.IntegerField()
    winning_trades = serializers.IntegerField()
    trades_with_r = serializers.IntegerField(help_text="of which the figures in R are")
    win_rate = figure()
    win_rate_low = figure()
    win_rate_high = figure()
    average_r_multiple = figure()
    total_r = figure()
    profit_factor = figure()
    total_profit_loss = figure()
    few = serializers.BooleanField(help_text="fewer than 5 trades: sorted last")


class GroupsAnswer(serializers.Serializer[Any]):
    by = serializers.CharField()
    currency = serializers.CharField(allow_null=True)
    results = GroupAnswer(many=True)


class CellAnswer(serializers.Serializer[Any]):
    start = serializers.DateField(help_text="the day, or the first of the span")
    profit_loss = serializers.CharField()
    exits = serializers.IntegerField()


class CalendarAnswer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    days = CellAnswer(many=True)
    weeks = CellAnswer(many=True)
    months = CellAnswer(many=True)
    years = CellAnswer(many=True)
    total_profit_loss = serializers.CharField()
    exits = serializers.IntegerField()


class BinAnswer(serializers.Serializer[Any]):
    low = serializers.IntegerField(allow_null=True, help_text="belongs to the bin; null: unbounded")
    high = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class DistributionAnswer(serializers.Serializer[Any]):
    bins = BinAnswer(many=True)
    total_trades = serializers.IntegerField()
    trades_without_r = serializers.IntegerField()


class CurvePoint(serializers.Serializer[Any]):
    day = serializers.DateField()
    total_r = serializers.CharField()
    drawdown_r = serializers.CharField()
    risk_normalised_return = serializers.CharField(help_text="percent, had each trade risked 1 % of equity")


class EquityPoint(serializers.Serializer[Any]):
    day = serializers.DateField()
    equity = serializers.CharField()
    flow = serializers.CharField()
    drawdown_pct = figure()
    marked = serializers.BooleanField(help_text="false: a price was missing, the cost was taken")


class AccountEquity(serializers.Serializer[Any]):
    account = serializers.UUIDField()
    name = serializers.CharField()
    currency = serializers.CharField()
    roi = figure("time-weighted return, percent")
    cagr = figure("from one year on")
    money_weighted_return = figure("modified Dietz, percent")
    max_drawdown_pct = figure()
    sharpe = figure("a year's, over the sessions; from 20 on")
    sortino = figure()
    sessions = serializers.IntegerField(help_text="exchange trading days of the period")
    profit = serializers.CharField()
    unmarked_days = serializers.IntegerField()
    days = EquityPoint(many=True, help_text="at most ten years, the latest")


class EquityAnswer(serializers.Serializer[Any]):
    r = CurvePoint(many=True, help_text="cumulative R by day of exit")
    accounts = AccountEquity(many=True, help_text="of accounts with an opening balance")


class AccountAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    name = serializers.CharField()
    currency = serializers.CharField()
    opening_balance = figure()
    opened_on = serializers.DateField(allow_null=True)
    archived = serializers.BooleanField()
    example = serializers.BooleanField()


class FlowAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    kind = serializers.ChoiceField(["deposit", "withdrawal", "correction", "dividend", "borrow_cost", "removed"])
    on = serializers.DateField()
    amount = serializers.CharField(help_text="sign as it changed the balance")
    note = serializers.CharField()
    trade = serializers.UUIDField(allow_null=True)


class FlowPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = FlowAnswer(many=True)


class PositionAnswer(serializers.Serializer[Any]):
    trade = serializers.UUIDField()
    symbol = serializers.CharField()
    side = serializers.CharField()
    quantity_open = serializers.CharField()
    entry_price = figure()
    last_price = figure("last daily close; null when no bar is known")
    stop = figure("in force")
    value = figure()
    unrealized_profit_loss = figure()
    unrealized_r = figure()
    stop_distance_r = figure("from the last price")
    stop_distance_pct = figure()
    open_risk = figure("lost from average cost when the stop is hit")
    open_risk_r = figure()


class BookAnswer(AccountAnswer):
    balance = figure("opening balance, flows and realised results; null without a ledger")
    equity = figure("balance and what open trades gain or lose at the last close")
    exposure = serializers.CharField()
    exposure_pct = figure()
    unrealized_profit_loss = serializers.CharField()
    open_risk = serializers.CharField()
    open_risk_r = serializers.CharField()
    open_risk_pct = figure()
    unpriced = serializers.IntegerField(help_text="open trades without a known price")
    without_stop = serializers.IntegerField()
    positions = PositionAnswer(many=True)


class PortfolioAnswer(serializers.Serializer[Any]):
    accounts = BookAnswer(many=True)
