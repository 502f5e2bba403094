"""What is open now: each position at the last close, and what all together cost and risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trading.models import Trade, TradingAccount
from trading.services.figures import splits_of
from trading.stats.decimals import HUNDRED, ZERO, exact, stored, total
from trading.stats.fills import measure, r_multiple, sign, unrealised

from .prices import Close, closes

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Position:
    """An open trade. None where no price, stop or risk is known."""

    trade: Trade
    close: Close | None
    unrealised: Decimal | None
    unrealised_r: Decimal | None
    value: Decimal | None  # of what is open, at the last close
    stop_distance_r: Decimal | None  # from the last close to the stop in force, in R of the whole trade's risk per share
    stop_distance_pct: Decimal | None
    open_risk: Decimal | None  # money lost from average cost if the stop in force is hit; 0 when it lies beyond cost
    open_risk_r: Decimal | None

    cost: Decimal | None  # average cost of what is open

    @property
    def unrealised_pct(self) -> Decimal | None:
        return None if self.unrealised is None else exact_pct(self.unrealised, self.cost)


@dataclass(frozen=True)
class Book:
    """Positions of one account."""

    account: TradingAccount
    positions: list[Position]
    balance: Decimal | None  # opening balance, flows, realised; None without a ledger
    exposure: Decimal
    unrealised: Decimal
    open_risk: Decimal
    open_risk_r: Decimal
    unpriced: int
    without_stop: int

    @property
    def equity(self) -> Decimal | None:
        return None if self.balance is None else self.balance + self.unrealised

    @property
    def open_risk_pct(self) -> Decimal | None:
        return exact_pct(self.open_risk, self.equity)

    @property
    def exposure_pct(self) -> Decimal | None:
        return exact_pct(self.exposure, self.equity)


@exact
def exact_pct(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return part / whole * HUNDRED if whole is not None and whole > 0 else None


def open_positions(*, owner: "User") -> list[Position]:
    """Newest first. Six queries, however many there are."""
    trades = Trade.objects.owned_by(owner).open().select_related("account", "match").prefetch_related("fills", "adjustments_made")
    rows = list(trades.order_by("-opened_at", "-id"))
    prices = closes({trade.symbol for trade in rows})
    return [position(trade, prices.get(trade.symbol)) for trade in rows]


@exact
def position(trade: Trade, close: Close | None) -> Position:
    found = measure(
        side=trade.side,
        fills=[row.as_fact() for row in trade.fills.all()],
        typed_risk=trade.typed_risk,
        adjustments=total(line.amount for line in trade.adjustments_made.all()),
        splits=splits_of(trade),
    )
    price, stop, s = close.price if close else None, trade.stop_now, sign(trade.side)
    gain = unrealised(side=trade.side, measures=found, price=price)
    per_share = found.risk / found.quantity_in if found.risk else None
    to_stop = s * (price - stop) if price is not None and stop is not None else None
    cost = found.average_cost
    open_risk = max(ZERO, s * (cost - stop) * found.quantity_open) if cost is not None and stop is not None else None
    return Position(
        trade=trade,
        close=close,
        unrealised=gain,
        unrealised_r=r_multiple(gain, found.risk),
        value=None if price is None else price * found.quantity_open,
        stop_distance_r=to_stop / per_share if to_stop is not None and per_share else None,
        stop_distance_pct=to_stop / price * HUNDRED if to_stop is not None and price else None,
        open_risk=open_risk,
        open_risk_r=r_multiple(open_risk, found.risk),
        cost=None if cost is None else cost * found.quantity_open,
    )


def books(*, owner: "User", positions: Sequence[Position] | None = None) -> list[Book]:
    """Each account in use with its positions and balance; nine queries."""
    held = open_positions(owner=owner) if positions is None else list(positions)
    accounts = list(TradingAccount.objects.owned_by(owner).in_use())
    balances = balances_of(accounts)
    return [_book(account, [one for one in held if one.trade.account_id == account.pk], balances[account.pk]) for account in accounts]


def balances_of(accounts: Sequence[TradingAccount]) -> dict[int, Decimal | None]:
    """Opening balance, cash flows and realised results of each; two queries, added up here since a database would round."""
    sums = {account.pk: account.opening_balance or ZERO for account in accounts}
    from trading.models import CashFlow

    flows = CashFlow.objects.filter(account__in=accounts, trade=None).values_list("account_id", "amount")
    made = Trade.objects.filter(account__in=[one for one in accounts if one.has_ledger]).exclude(status=Trade.Status.PLANNED)
    for account_id, amount in [*flows, *made.values_list("account_id", "realised_pnl").iterator(chunk_size=5000)]:
        sums[account_id] += amount
    return {account.pk: stored(sums[account.pk]) if account.has_ledger else None for account in accounts}


@exact
def _book(account: TradingAccount, positions: list[Position], balance: Decimal | None) -> Book:
    return Book(
        account=account,
        positions=positions,
        balance=balance,
        exposure=total(one.value for one in positions if one.value is not None),
        unrealised=total(one.unrealised for one in positions if one.unrealised is not None),
        open_risk=total(one.open_risk for one in positions if one.open_risk is not None),
        open_risk_r=total(one.open_risk_r for one in positions if one.open_risk_r is not None),
        unpriced=sum(one.close is None for one in positions),
        without_stop=sum(one.open_risk is None for one in positions),
    )
