import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.preferences import change_preferences
from legend.lib.errors import Invalid
from patterns.bars import store_bars
from patterns.engine.bars import Bars
from patterns.models import Instrument, Interval
from trading.models import TradingAccount
from trading.queries import equity as equity_query
from trading.queries.equity import Equity, equity_of
from trading.services.corrections import change_fill
from trading.services.ledgers import add_cash_flow, create_account
from trading.services.splits import apply_split
from trading.stats.decimals import as_ratio
from trading.stats.returns import by_session

from .factories import NOW, entry, open_trade, out, reference_journal

D = Decimal
Client = Callable[[User | None], APIClient]
MONDAY = dt.date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _clock_of_new_york(alice: User) -> None:
    change_preferences(user=alice, changes={"time_zone": "America/New_York"})


def account(owner: User, opened_on: dt.date = MONDAY, balance: str = "10000") -> TradingAccount:
    return create_account(owner=owner, name="Broker", currency="USD", now=NOW, opening_balance=D(balance), opened_on=opened_on)


def bars(symbol: str, closes: dict[dt.date, float]) -> None:
    instrument = Instrument.objects.create(symbol=symbol)
    at = np.array([dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() for day in closes])
    close = np.array(list(closes.values()))
    store_bars(instrument=instrument, interval=Interval.DAY_1, bars=Bars(at, close, close, close, close, np.full(len(close), 1e6)))


def then(day: int, hour: int = 16) -> dt.datetime:
    return dt.datetime(2026, 1, day, hour, tzinfo=dt.UTC)


def pct(value: D | None) -> str | None:
    return None if value is None else as_ratio(100 * value)


def of(owner_account: TradingAccount, until: dt.date = dt.date(2026, 2, 10), **span: dt.date) -> Equity:
    found = equity_of(account=owner_account, until=until, **span)
    assert found is not None
    return found


@pytest.fixture
def marked(alice: User) -> TradingAccount:
    """Example B of section 5.2: bought at 50, closes 51 and 49, sold at 52, a deposit between."""
    book = account(alice)
    bars("ACME", {MONDAY: 51.0, dt.date(2026, 1, 6): 49.0, dt.date(2026, 1, 7): 52.5})
    fills = [entry(at=then(5), fee="1", stop="48"), out("52", at=then(7), fee="1")]
    open_trade(alice, account=book.code, fills=fills)
    add_cash_flow(owner=alice, account=book.code, kind="deposit", amount=D(1000), on=dt.date(2026, 1, 6), now=NOW)
    return book


def test_open_trades_are_marked_at_each_close(marked: TradingAccount) -> None:
    found = of(marked, dt.date(2026, 1, 7))
    assert [one.equity for one in found.days] == [10099, 10899, 11198]
    assert pct(found.twr) == "1.8908" and found.profit == 198 and found.unmarked_days == 0


def test_returns_are_those_of_the_days_that_are_meant(marked: TradingAccount) -> None:
    middle = of(marked, first=dt.date(2026, 1, 6), last=dt.date(2026, 1, 6))
    assert pct(middle.twr) == "-1.8020" and middle.profit == -200 and len(middle.days) == 1
    assert pct(middle.money_weighted) == "-1.8020" and as_ratio(middle.drawdown_pct) == "1.8020"
    last = of(marked, dt.date(2026, 1, 7), first=dt.date(2026, 1, 7))
    assert pct(last.twr) == "2.7434" and last.drawdown_pct == 0
    assert pct(of(marked, first=dt.date(2020, 1, 1), last=dt.date(2026, 1, 7)).twr) == "1.8908"
    assert equity_of(account=marked, until=dt.date(2026, 2, 1), first=dt.date(2026, 3, 1)) is None
    assert equity_of(account=marked, until=dt.date(2026, 1, 4)) is None


def test_the_period_reaches_api_and_page(alice: User, api: Client, browser: Any, marked: TradingAccount) -> None:
    ask = "from=2026-01-06&to=2026-01-06"
    told = api(alice).get(f"/api/analytics/equity?{ask}").json()["accounts"][0]
    assert (told["roi"], told["max_drawdown_pct"], told["profit"], told["sessions"]) == ("-1.8020", "1.8020", "-200.00", 1)
    assert [one["day"] for one in told["days"]] == ["2026-01-06"]
    page = browser(alice).get("/journal/?from=2026-01-06&unit=pct").content.decode()
    whole = browser(alice).get("/journal/?unit=pct").content.decode()
    assert "0.89" in page and "1.89" in whole and "1.89" not in page


def test_a_part_of_an_accounts_trades_has_no_return(alice: User, api: Client, marked: TradingAccount) -> None:
    assert api(alice).get("/api/analytics/equity?symbol=ACME").json()["accounts"] == []
    assert api(alice).get(f"/api/analytics/equity?account={marked.code}").json()["accounts"][0]["roi"] == "1.8908"


def test_sharpe_counts_every_session_and_no_other_day(alice: User) -> None:
    book = account(alice)
    # a gain on a Saturday and none on the sessions after it
    fills = [entry(at=then(5)), out("51", at=dt.datetime(2026, 1, 10, 18, tzinfo=dt.UTC))]
    open_trade(alice, account=book.code, fills=fills)
    found = of(book, dt.date(2026, 2, 6))
    sessions = [one.day for one in found.days if one.day != dt.date(2026, 1, 10)]
    assert found.sessions == len(sessions) == 24 and dt.date(2026, 1, 19) not in sessions
    daily = [D("0.01") if day == dt.date(2026, 1, 12) else D(0) for day in sessions]
    from trading.stats.returns import sharpe

    assert as_ratio(found.sharpe) == as_ratio(sharpe(daily)) and found.sharpe is not None
    assert of(book, dt.date(2026, 1, 30)).sharpe is None


def test_a_weekends_return_belongs_to_the_session_after_it() -> None:
    r = D("0.1")
    assert by_session([r, r, D(0), r], [True, False, True, False]) == [r, D("0.21")]
    assert by_session([r], [False]) == [] and by_session([r, None], [True, True]) is None


def test_a_split_leaves_the_marks_as_they_were(alice: User) -> None:
    book = account(alice)
    bars("ACME", {MONDAY: 25.0, dt.date(2026, 1, 6): 26.0})
    trade = open_trade(alice, account=book.code, fills=[entry(at=then(5), stop="48")])
    apply_split(owner=alice, code=trade.code, at=then(6, 5), new=2, old=1, now=NOW)
    assert [one.equity for one in of(book, dt.date(2026, 1, 6)).days] == [10000, 10200]


def test_longs_and_shorts_of_one_symbol_are_marked_apart(alice: User) -> None:
    book = account(alice)
    bars("ACME", {MONDAY: 55.0})
    open_trade(alice, account=book.code, fills=[entry(at=then(5), stop="48")])
    open_trade(alice, account=book.code, side="short", stop="52", fills=[entry(at=then(5))])
    found = of(book, MONDAY)
    assert found.days[0].equity == 10000 and found.unmarked_days == 0
    assert pct(found.twr) == "0.0000"


def test_a_day_without_a_price_is_not_marked(alice: User) -> None:
    book = account(alice)
    open_trade(alice, account=book.code, fills=[entry(at=then(5), fee="3")])
    found = of(book, dt.date(2026, 1, 6))
    assert [one.equity for one in found.days] == [9997] * 2 and not any(one.is_marked for one in found.days) and found.unmarked_days == 2


def test_the_reference_journal_by_realised_equity(alice: User) -> None:
    book = account(alice)
    reference_journal(alice, book)
    found = of(book, dt.date(2026, 2, 6))
    assert found.days[-1].equity == 11537 and pct(found.twr) == "15.3700"
    january, february = (of(book, first=dt.date(2026, k, 1), last=dt.date(2026, k, 28 if k == 2 else 31)) for k in (1, 2))
    # T10 is open then, and its entry fee is paid
    assert january.profit == 922 and february.profit == 615
    both = (1 + (january.twr or 0)) * (1 + (february.twr or 0)) - 1
    assert pct(both) == pct(found.twr)


@pytest.mark.parametrize("days", ["from=0001-01-01", "to=9999-12-31", "from=9999-12-31&to=0001-01-01", "from=0001-01-01&to=9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Pago_Pago"])
def test_absurd_days_are_answered(alice: User, api: Client, marked: TradingAccount, zone: str, days: str) -> None:
    change_preferences(user=alice, changes={"time_zone": zone})
    for path in ("/api/analytics/equity", "/api/trades/statistics", "/api/analytics/calendar", "/api/trades/closed"):
        answer = api(alice).get(f"{path}?{days}")
        assert answer.status_code == 200, (path, answer.json())
    if "to=0001" not in days:
        assert api(alice).get(f"/api/trades/statistics?{days}").json()["total_trades"] == 1


def test_a_ledger_of_a_hundred_years_is_told_in_bounded_days_and_an_older_one_refused(alice: User, api: Client) -> None:
    with pytest.raises(Invalid):
        account(alice, dt.date(1, 1, 1))
    book = account(alice, dt.date(1900, 1, 1))
    open_trade(alice, account=book.code, fills=[entry(at=dt.datetime(1900, 1, 2, 15, tzinfo=dt.UTC))])
    told = api(alice).get("/api/analytics/equity").json()["accounts"][0]
    assert len(told["days"]) == 3660 and told["sessions"] > 19_000 and told["roi"] == "0.0000"
    for on in ("0001-01-01", "1899-12-31"):
        flow = {"kind": "deposit", "amount": "1", "on": on}
        assert api(alice).post(f"/api/portfolio/accounts/{book.code}/cash-flows", flow).status_code == 400


def test_an_account_opened_tomorrow_has_no_day_yet(alice: User, api: Client) -> None:
    book = account(alice)
    TradingAccount.objects.filter(pk=book.pk).update(opened_on=timezone.now().date() + dt.timedelta(days=1))
    change_preferences(user=alice, changes={"time_zone": "Pacific/Pago_Pago"})
    assert api(alice).get("/api/analytics/equity").json()["accounts"] == []


def test_an_answer_is_remembered_until_something_changes(alice: User, api: Client, marked: TradingAccount, monkeypatch: Any) -> None:
    asked: list[int] = []
    plain = equity_query.equity_of

    def counting(**told: Any) -> Equity | None:
        asked.append(1)
        return plain(**told)

    monkeypatch.setattr(equity_query, "equity_of", counting)
    client = api(alice)
    for _ in range(2):
        client.get("/api/analytics/equity")
    assert len(asked) == 1
    change_fill(owner=alice, code=marked.trades.get().code, number=2, changes={"price": D(53)}, now=NOW)
    assert client.get("/api/analytics/equity").json()["accounts"][0]["profit"] == "298.00" and len(asked) == 2


def test_queries_do_not_grow_with_trades(alice: User, django_assert_max_num_queries: Any) -> None:
    book = account(alice)
    reference_journal(alice, book)
    with django_assert_max_num_queries(9):
        of(book)
