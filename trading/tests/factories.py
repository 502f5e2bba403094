"""Rows for tests, made by the services."""

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import User
from trading.models import Trade, TradingAccount
from trading.services.ledgers import create_account
from trading.services.trades import FillInput, TradeInput, close_trade, create_trade

from . import reference

NOW = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)


def entry(price: str = "50", quantity: str = "100", *, at: dt.datetime = NOW, fee: str = "0", stop: str | None = None) -> FillInput:
    return FillInput("entry", at, Decimal(price), Decimal(quantity), Decimal(fee), None if stop is None else Decimal(stop))


def out(price: str = "55", quantity: str | None = None, *, at: dt.datetime = NOW, fee: str = "0") -> FillInput:
    return FillInput("exit", at, Decimal(price), None if quantity is None else Decimal(quantity), Decimal(fee))


def open_trade(owner: User, *, stop: str | None = "48", now: dt.datetime = NOW, symbol: str = "ACME", **told: Any) -> Trade:
    """A long of 100 at 50, unless told otherwise."""
    fills = told.pop("fills", None) or [entry(at=now)]
    told = {"symbol": symbol, "fills": fills, "stop_loss": None if stop is None else Decimal(stop)} | told
    return create_trade(owner=owner, told=TradeInput(**told), now=now)


def closed_trade(owner: User, price: str = "55", *, at: dt.datetime = NOW, **told: Any) -> Trade:
    trade = open_trade(owner, now=at, **told)
    return close_trade(owner=owner, code=trade.code, fill=out(price, at=at), now=at)


def account_of(owner: User, name: str = "Broker", balance: str | None = "10000", currency: str = "USD") -> TradingAccount:
    return create_account(
        owner=owner,
        name=name,
        currency=currency,
        now=NOW,
        opening_balance=None if balance is None else Decimal(balance),
        opened_on=None if balance is None else dt.date(2026, 1, 1),
    )


def reference_journal(owner: User, account: TradingAccount | None = None) -> list[Trade]:
    """The twelve trades of the definitions."""
    made = []
    for name, side, entries, exits in reference.ROWS:
        fills = [entry(p, q, at=reference.at(day), fee=fee, stop=stop) for day, q, p, stop, fee in entries]
        fills += [out(p, q, at=reference.at(day, 20), fee=fee) for day, q, p, fee in exits]
        told = TradeInput(symbol=name, side=side, fills=fills, account=account.code if account else None)
        made.append(create_trade(owner=owner, told=told, now=NOW))
    return made


def create_journal(owner: User) -> tuple[TradingAccount, Trade]:
    """An account with nothing in it, and an open trade in another."""
    return account_of(owner), open_trade(owner)
