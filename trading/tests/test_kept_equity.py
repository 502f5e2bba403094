"""Equity from kept months is that of a recomputation from the rows, and of trades looked at one by one, whatever changed before."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from accounts.services.preferences import change_preferences
from legend.lib.errors import LegendError
from patterns.bars import load_bars, store_bars
from patterns.engine.bars import Bars
from patterns.models import Instrument, Interval
from tests.caches import empty_cache
from trading.models import Trade, TradingAccount
from trading.queries import months
from trading.queries.equity import EquityDay, equities, equity_of
from trading.queries.journal import Narrowing
from trading.queries.prices import exactly
from trading.services.checking import differences
from trading.services.corrections import change_fill, change_trade, remove_fill
from trading.services.deleting import delete_trade
from trading.services.figures import splits_of
from trading.services.ledgers import add_cash_flow
from trading.services.splits import apply_split
from trading.services.trades import add_fill
from trading.stats.decimals import ZERO, exact, stored, total
from trading.stats.fills import in_order, measure, unrealised

from .factories import account_of, entry, open_trade, out

D = Decimal
NOW = dt.datetime(2026, 6, 1, 21, tzinfo=dt.UTC)
NEW_YORK = ZoneInfo("America/New_York")
UNTIL = dt.date(2026, 3, 20)
FIRST = dt.date(2025, 12, 20)
SYMBOLS = ("ACME", "BOLT", "CORE")  # the last has no bars


def instant(day: int, hour: int = 16) -> dt.datetime:
    return dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(hour), tzinfo=dt.UTC)


def store(symbol: str, closes: dict[int, float]) -> None:
    instrument, _ = Instrument.objects.get_or_create(symbol=symbol)
    days = sorted(closes)
    at = np.array([instant(day, 0).timestamp() for day in days])
    close = np.array([closes[day] for day in days])
    store_bars(instrument=instrument, interval=Interval.DAY_1, bars=Bars(at, close, close, close, close, np.full(len(close), 1e6)))


def kept(owner: User) -> list[tuple[int, Any]]:
    found = equities(owner=owner, narrowing=Narrowing(), today=UNTIL)
    return [(account.pk, equity) for account, equity in found]


def recomputed(owner: User) -> list[tuple[int, Any]]:
    rows = TradingAccount.objects.filter(owner=owner, is_example=False).select_related("owner")
    return [(account.pk, equity_of(account=account, until=UNTIL)) for account in rows]


@exact
def one_by_one(account: TradingAccount, days: list[EquityDay], closes: dict[str, dict[dt.date, D]]) -> list[D]:
    """Equity of each day from its definition: every trade measured anew by its fills until then."""
    trades = [(trade, [row.as_fact() for row in trade.fills.all()]) for trade in account.trades.all()]
    lines = list(account.cash_flows.values_list("on", "amount"))
    made = []
    for one in days:
        value = account.opening_balance + total(amount for on, amount in lines if on <= one.day)
        for trade, facts in trades:
            so_far = [fact for fact in in_order(facts) if fact.at.astimezone(NEW_YORK).date() <= one.day]
            now = measure(side=trade.side, fills=so_far, splits=splits_of(trade))
            is_over = trade.is_closed and len(so_far) == len(facts)
            nets = {row.number: row.net for row in trade.fills.all() if row.net is not None}
            value += total(nets[fact.number] for fact in so_far if fact.number in nets)
            if not is_over and now.quantity_open > 0:
                past = [price for day, price in sorted(closes.get(trade.symbol, {}).items()) if day <= one.day]
                gain = unrealised(side=trade.side, measures=now, price=past[-1]) if past else -now.entry_fees_left
                value += gain or ZERO
        made.append(stored(value))
    return made


def bars_of_all() -> dict[str, dict[dt.date, D]]:
    found = {}
    for instrument in Instrument.objects.all():
        bars = load_bars(instrument, Interval.DAY_1)
        days = [dt.datetime.fromtimestamp(at, dt.UTC).date() for at in bars.at.tolist()]
        found[instrument.symbol] = dict(zip(days, map(exactly, bars.close.tolist()), strict=True))
    return found


CHANGES = st.tuples(st.integers(0, 11), st.integers(0, 6), st.integers(0, 75), st.integers(1, 60), st.sampled_from(SYMBOLS))
Change = tuple[int, int, int, int, str]


def make(owner: User, books: list[TradingAccount], change: Change) -> None:
    """One of the things that people and markets do; what is refused changes nothing."""
    kind, which, day, size, symbol = change
    trades = list(Trade.objects.filter(owner=owner).order_by("pk"))
    trade = trades[which % len(trades)] if trades else None
    book = books[which % 2]
    # of three shares a third is left: no figure of it has an end
    fills = [entry(str(10 + size), "3", at=instant(day), fee="0.35"), entry(str(9 + size), "4", at=instant(day + size // 20), fee="0.1")]
    exits = [out(str(8 + size), "5", at=instant(day + size // 5 + 1), fee="0.2"), out(str(12), at=instant(day + size // 3 + 9), fee="0.2")]
    if kind < 4 or trade is None:
        side = "short" if size % 2 else "long"
        open_trade(owner, stop=None, now=NOW, symbol=symbol, side=side, account=book.code, fills=[*fills, *exits[: kind % 3]])
        return
    code = trade.code
    numbers = list(trade.fills.values_list("number", flat=True))
    number = numbers[size % len(numbers)]
    what: dict[int, Callable[[], object]] = {
        4: lambda: change_fill(owner=owner, code=code, number=number, changes={"price": D(size)}, now=NOW),
        5: lambda: change_fill(owner=owner, code=code, number=number, changes={"at": instant(day)}, now=NOW),
        6: lambda: delete_trade(owner=owner, code=code, now=NOW),
        7: lambda: apply_split(owner=owner, code=code, at=instant(day, 1), new=size % 3 + 1, old=3, now=NOW),
        8: lambda: remove_fill(owner=owner, code=code, number=number, now=NOW),
        9: lambda: add_cash_flow(owner=owner, account=book.code, kind="deposit", amount=D(size), on=instant(day).date(), now=NOW),
        10: lambda: change_trade(owner=owner, code=code, changes={"account": books[size % 2].code}, now=NOW),
        11: lambda: add_fill(owner=owner, code=code, told=out("17", at=instant(day)), now=NOW),
    }
    try:
        what[kind]()
    except LegendError:
        return


BARS = st.dictionaries(st.integers(0, 80), st.integers(400, 7000).map(lambda cents: cents / 100), min_size=1, max_size=30)
NEWS = st.one_of(CHANGES, st.tuples(st.sampled_from(SYMBOLS[:2]), BARS))


class KeptEquity(TestCase):
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(CHANGES, min_size=3, max_size=8), BARS, st.lists(NEWS, min_size=1, max_size=6))
    def test_whatever_changes(self, before: list[Change], bars: dict[int, float], news: list[Any]) -> None:
        empty_cache()  # rows of the example before are rolled back, and their keys given out again
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(months, "SMALL", 1)
            owner = User.objects.create(username="hanna", email="hanna@example.com")
            change_preferences(user=owner, changes={"time_zone": "America/New_York"})
            owner = User.objects.get(pk=owner.pk)
            books = [account_of(owner), account_of(owner, "Other", "777.77")]
            store("ACME", bars)
            for change in before:
                make(owner, books, change)
            for one in [None, *news]:
                if one is not None and len(one) == 2:
                    store(*one)
                elif one is not None:
                    make(owner, books, one)
                if not Trade.objects.filter(owner=owner).exists():
                    continue  # the examples are shown then
                found = kept(owner)
                empty_cache()
                assert kept(owner) == found == recomputed(owner)
            if not Trade.objects.filter(owner=owner).exists():
                return
            assert not list(differences(owner=owner, mend=False, now=NOW))
            closes = bars_of_all()
            for (_, equity), book in zip(found, books, strict=True):
                book.refresh_from_db()
                assert [one.equity for one in equity.days] == one_by_one(book, equity.days, closes)
