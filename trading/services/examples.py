"""Example trades to look at a journal with: invented, in an account of their own, gone with one click."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from legend.lib.errors import Conflict
from legend.lib.events import publish
from patterns.bars import load_panel
from patterns.models import Instrument, Interval
from trading.events import trade_deleted
from trading.models import Trade, TradingAccount
from trading.queries.prices import exactly
from trading.risk import position_size

from .history import step
from .trades import FillInput, TradeInput, create_trade

if TYPE_CHECKING:
    from accounts.models import User

NAME = "Examples"
SYMBOLS = 12
BALANCE = Decimal(25_000)
SETUPS = ("cup-handle", "double-bottom", "bull-flag", "vcp", "ascending-triangle", "rectangle")
TAGS = ("swing", "breakout", "earnings")
SEED = 20260105


class ExamplesLoaded(Conflict):
    code = "examples_loaded"


@transaction.atomic
def load_examples(*, owner: "User", now: dt.datetime) -> TradingAccount:
    """About sixty trades of the last year over stored bars, two of them open. Raises ExamplesLoaded; Conflict without any bars."""
    if TradingAccount.objects.owned_by(owner).filter(is_example=True).exists():
        raise ExamplesLoaded("The examples are loaded already.")
    instruments = list(Instrument.objects.filter(blocks__interval=Interval.DAY_1).distinct().order_by("symbol")[:SYMBOLS])
    panel = load_panel([one.pk for one in instruments], Interval.DAY_1)
    if not panel:
        raise Conflict("Examples need bars, and none are stored yet.", code="no_bars")
    account = TradingAccount.objects.create(
        owner=owner,
        name=_free(owner),
        currency="USD",
        opening_balance=BALANCE,
        is_example=True,
        opened_on=(now - dt.timedelta(days=370)).date(),
        created_at=now,
    )
    dice = np.random.default_rng(SEED)
    for instrument in instruments:
        bars = panel[instrument.pk]
        days = np.flatnonzero(bars.at >= (now - dt.timedelta(days=360)).timestamp())
        days = days if len(days) > 60 else np.arange(max(1, bars.size - 240), bars.size)
        place = int(days[0]) + int(dice.integers(3, 20))
        while place < bars.size - 4:
            place = _trade(owner, account, instrument.symbol, bars, place, dice, now) + int(dice.integers(12, 45))
    return account


def _trade(owner: "User", account: TradingAccount, symbol: str, bars: object, k: int, dice: np.random.Generator, now: dt.datetime) -> int:
    """One trade from bar k on: half out at 1.5R, the rest at 3R, the stop, or after 25 bars. Returns its last bar."""
    at, close, high, low = bars.at, bars.close, bars.high, bars.low  # type: ignore[attr-defined]
    side = "long" if close[k] >= close[max(0, k - 20)] else "short"
    s = 1 if side == "long" else -1
    entry = exactly(round(float(close[k]), 2))
    distance = max(Decimal("0.02"), exactly(round(float(np.mean(high[max(0, k - 14) : k + 1] - low[max(0, k - 14) : k + 1])) * 1.6, 2)))
    stop = entry - s * distance
    if stop <= 0:
        return k
    shares = int(position_size(entry=entry, stop=stop, side=side, risk_amount=Decimal(250)).shares)
    if shares < 2:
        return k
    fills = [FillInput("entry", _close_of(at[k]), entry, Decimal(shares), Decimal(1))]
    left, floor, end = shares, stop, k
    for j in range(k + 1, min(k + 26, len(at))):
        end = j
        worst, best = (low[j], high[j]) if s > 0 else (high[j], low[j])
        if s * (exactly(float(worst)) - floor) <= 0:
            fills.append(FillInput("exit", _close_of(at[j]), floor, Decimal(left), Decimal(1)))
            left = 0
            break
        if left == shares and s * (exactly(float(best)) - entry) >= distance * Decimal("1.5"):
            half = shares // 2
            fills.append(FillInput("exit", _close_of(at[j]), entry + s * distance * Decimal("1.5"), Decimal(half), Decimal(1)))
            left, floor = shares - half, entry
        if s * (exactly(float(best)) - entry) >= 3 * distance:
            fills.append(FillInput("exit", _close_of(at[j]), entry + s * 3 * distance, Decimal(left), Decimal(1)))
            left = 0
            break
    if left and end < len(at) - 1:
        fills.append(FillInput("exit", _close_of(at[end]), exactly(round(float(close[end]), 2)), Decimal(left), Decimal(1)))
    told = TradeInput(
        symbol=symbol,
        side=side,
        fills=[fill for fill in fills if fill.price > 0],
        stop_loss=stop if dice.random() > 0.06 else None,
        target_price=entry + s * 3 * distance if entry + s * 3 * distance > 0 else None,
        account=account.code,
        pattern=str(dice.choice(SETUPS)),
        tags=[str(dice.choice(TAGS))],
        notes="An example.",
    )
    create_trade(owner=owner, told=told, now=now)
    return end


def _close_of(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(float(at), dt.UTC) + dt.timedelta(hours=20)


@transaction.atomic
def remove_examples(*, owner: "User") -> None:
    """Take the example account and its trades away; nothing else is touched."""
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    account = TradingAccount.objects.owned_by(owner).filter(is_example=True).first()
    if account is None:
        return
    ids = list(account.trades.values_list("pk", flat=True))
    Trade.objects.filter(pk__in=ids).delete()
    account.delete()
    step(owner.pk)
    for trade_id in ids:
        publish(trade_deleted, trade_id=trade_id, user_id=owner.pk)


def _free(owner: "User") -> str:
    taken = set(TradingAccount.objects.owned_by(owner).values_list("name", flat=True))
    return next(name for name in (NAME, *(f"{NAME} {k}" for k in range(2, len(taken) + 3))) if name not in taken)
