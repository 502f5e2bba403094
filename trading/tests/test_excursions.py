import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from patterns.bars import store_bars
from patterns.engine.bars import Bars
from patterns.models import Instrument, Interval
from trading.services.splits import apply_split
from trading.services.trades import close_trade

from .factories import entry, open_trade, out

Api = Callable[[User | None], APIClient]
HIGHS, LOWS, LAST = [60.0, 51.2, 53.0, 54.4, 70.0], [40.0, 49.1, 48.6, 51.0, 30.0], 53.5


def then(day: int, hour: int = 16) -> dt.datetime:
    return dt.datetime(2026, 1, day, hour, tzinfo=dt.UTC)


@pytest.fixture
def _bars(db: None) -> None:
    """The example of section 2.6, with a wild day before and after it."""
    at = np.array([dt.datetime(2026, 1, day, tzinfo=dt.UTC).timestamp() for day in (2, 5, 6, 7, 8)])
    high, low = np.array(HIGHS), np.array(LOWS)
    close = np.clip(np.full(5, LAST), low, high)
    bars = Bars(at, close, high, low, close, np.full(5, 1e6))
    store_bars(instrument=Instrument.objects.create(symbol="ACME"), interval=Interval.DAY_1, bars=bars)


def asked(owner: User, api: Api, code: object) -> dict[str, Any]:
    found: dict[str, Any] = api(owner).get(f"/api/trades/{code}").json()["excursion"]
    return found


@pytest.mark.usefixtures("_bars")
def test_only_the_bars_of_the_days_it_was_held_count(alice: User, api: Api, browser: Callable[[User], Any]) -> None:
    trade = open_trade(alice, fills=[entry(at=then(5))])
    close_trade(owner=alice, code=trade.code, fill=out("53", at=then(7)), now=then(7))
    found = asked(alice, api, trade.code)
    assert (found["mfe"], found["mfe_r"], found["mae"], found["mae_r"]) == ("4.40", "2.2000", "1.40", "0.7000")
    assert found["exit_efficiency"] == "0.6818" and "which of a day's high and low came first is not known" in found["basis"]
    page = browser(alice).get(f"/journal/{trade.code}/").content.decode()
    assert "4.40 a share = 2.2000R" in page and "1.40 a share = 0.7000R" in page and "0.68" in page and "came first is not known" in page


@pytest.mark.usefixtures("_bars")
def test_an_open_trade_has_them_to_the_last_bar_and_no_efficiency(alice: User, api: Api) -> None:
    found = asked(alice, api, open_trade(alice, fills=[entry(at=then(5))]).code)
    assert (found["mfe"], found["mae"], found["exit_efficiency"]) == ("20.00", "20.00", None)


@pytest.mark.usefixtures("_bars")
def test_a_short_is_mirrored_and_a_split_counted(alice: User, api: Api) -> None:
    trade = open_trade(alice, side="short", stop="104", fills=[entry("100", "50", at=then(5))])
    apply_split(owner=alice, code=trade.code, at=then(6, 5), new=2, old=1, now=then(7))
    close_trade(owner=alice, code=trade.code, fill=out("51", at=then(7)), now=then(7))
    found = asked(alice, api, trade.code)
    assert (found["mfe"], found["mfe_r"], found["mae"], found["mae_r"]) == ("1.40", "0.7000", "4.40", "2.2000")
    assert found["exit_efficiency"] == "-0.7143"


def test_without_bars_there_are_none(alice: User, api: Api) -> None:
    assert asked(alice, api, open_trade(alice).code) is None
    plan = api(alice).post("/api/trades/create", {"ticker": "ACME", "entry_price": "50", "planned": True}).json()
    assert plan["excursion"] is None


@pytest.mark.usefixtures("_bars")
def test_a_trade_closed_between_bars_has_none(alice: User, api: Api) -> None:
    trade = open_trade(alice, fills=[entry(at=then(3)), out(at=then(4))])
    assert asked(alice, api, trade.code) is None
