"""What changing and deleting cannot do: pretty a record, or take a loser out of it (section 10 of the definitions)."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from accounts.models import User
from legend.lib.errors import Invalid
from patterns.bars import store_bars
from patterns.engine.bars import Bars
from patterns.models import Instrument, Interval
from trading.models import CashFlow, RemovedTrade, Trade
from trading.services.corrections import change_fill, change_trade, remove_fill
from trading.services.deleting import delete_trade
from trading.services.ledgers import change_account
from trading.services.trades import TradeInput, add_fill, close_trade, create_trade

from .factories import NOW, account_of, closed_trade, entry, open_trade, out

D = Decimal
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
Spoil = Callable[[User, Trade], object]


def changed(owner: User, trade: Trade, at: dt.datetime = NOW + DAY, **changes: Any) -> Trade:
    return change_trade(owner=owner, code=trade.code, changes=changes, now=at)


SPOILED: dict[str, Spoil] = {
    "its exit": lambda alice, one: change_fill(owner=alice, code=one.code, number=2, changes={"price": D(60)}, now=NOW + DAY),
    "its entry": lambda alice, one: change_fill(owner=alice, code=one.code, number=1, changes={"price": D(49)}, now=NOW + DAY),
    "when it was entered": lambda alice, one: change_fill(
        owner=alice, code=one.code, number=1, changes={"at": NOW - 9 * DAY}, now=NOW + DAY
    ),
    "its size": lambda alice, one: change_fill(owner=alice, code=one.code, number=1, changes={"quantity": D(200)}, now=NOW + DAY),
    "its stop": lambda alice, one: changed(alice, one, stop_loss=D(10)),
    "whether it has a stop": lambda alice, one: changed(alice, one, stop_loss=None),
    "its risk": lambda alice, one: changed(alice, one, risk_amount=D(100_000)),
    "its side": lambda alice, one: changed(alice, one, side="short", stop_loss=D(60)),
    "that it was closed": lambda alice, one: remove_fill(owner=alice, code=one.code, number=2, now=NOW + DAY),
}


def closed_better(alice: User, one: Trade) -> object:
    remove_fill(owner=alice, code=one.code, number=2, now=NOW + DAY)
    return close_trade(owner=alice, code=one.code, fill=out("70", at=NOW + DAY), now=NOW + DAY)


@pytest.mark.parametrize("spoil", [*SPOILED.values(), closed_better], ids=[*SPOILED, "how it was closed"])
def test_what_was_changed_late_does_not_change_what_stays_of_a_deleted_loser(alice: User, spoil: Spoil) -> None:
    trade = closed_trade(alice, "46", account=account_of(alice).code)
    spoil(alice, trade)
    assert Trade.objects.get(pk=trade.pk).events.last().detail.get("late") or spoil is closed_better
    assert delete_trade(owner=alice, code=trade.code, now=NOW + 2 * DAY) is True
    kept = RemovedTrade.objects.get()
    assert (kept.net_pnl, kept.r_multiple, kept.outcome, kept.was_open) == (-400, -2, "loss", False)
    assert CashFlow.objects.get().amount == -400


def test_what_was_corrected_in_time_counts(alice: User) -> None:
    trade = open_trade(alice)
    changed(alice, trade, NOW + 5 * MINUTE, stop_loss=D(46))
    close_trade(owner=alice, code=trade.code, fill=out("46", at=NOW + DAY), now=NOW + DAY)
    change_fill(owner=alice, code=trade.code, number=2, changes={"price": D(45)}, now=NOW + DAY + 5 * MINUTE)
    delete_trade(owner=alice, code=trade.code, now=NOW + 2 * DAY)
    assert (RemovedTrade.objects.get().net_pnl, RemovedTrade.objects.get().r_multiple) == (-500, D("-1.25"))


def test_an_exit_taken_back_in_the_first_minutes_is_not_forgotten(alice: User) -> None:
    trade = closed_trade(alice, "46")
    remove_fill(owner=alice, code=trade.code, number=2, now=NOW + MINUTE)
    assert delete_trade(owner=alice, code=trade.code, now=NOW + 2 * MINUTE) is True


def test_an_entry_told_again_does_not_begin_the_first_minutes_anew(alice: User) -> None:
    trade = open_trade(alice)
    later = NOW + DAY
    add_fill(owner=alice, code=trade.code, told=entry("50", "100", at=later), now=later)
    remove_fill(owner=alice, code=trade.code, number=1, now=later)
    assert delete_trade(owner=alice, code=trade.code, now=later + MINUTE) is True


def test_a_plan_of_last_week_entered_just_now_goes_without_a_trace(alice: User) -> None:
    plan = create_trade(owner=alice, told=TradeInput("ACME", planned_entry=D(50), stop_loss=D(48)), now=NOW - 7 * DAY)
    add_fill(owner=alice, code=plan.code, told=entry(), now=NOW)
    assert delete_trade(owner=alice, code=plan.code, now=NOW + 5 * MINUTE) is False


@pytest.mark.parametrize("spoil", [entry("51", "1", at=NOW - 9 * DAY), entry("51", "1", at=NOW + DAY)], ids=["late", "in time"])
def test_an_add_on_does_not_take_a_trade_out_of_the_count(alice: User, spoil: Any) -> None:
    trade = open_trade(alice)
    add_fill(owner=alice, code=trade.code, told=spoil, now=NOW + DAY)
    assert delete_trade(owner=alice, code=trade.code, now=NOW + 2 * DAY) is True


def test_a_risk_typed_late_is_a_late_change(alice: User) -> None:
    trade = closed_trade(alice, "46")
    after = changed(alice, trade, risk_amount=D(4000))
    assert after.events.last().detail == {"typed_risk": [None, "4000.00"], "late": True}


def test_a_stop_given_after_the_first_minutes_is_not_the_initial_one(alice: User) -> None:
    early, late = open_trade(alice, stop=None), open_trade(alice, stop=None)
    assert changed(alice, early, NOW + 5 * MINUTE, stop=D(48)).risk_amount == 200
    after = changed(alice, late, NOW + 20 * MINUTE, stop=D(48))
    assert (after.stop_loss, after.current_stop, after.risk_amount) == (None, 48, None)


def test_an_add_on_of_yesterday_has_the_stop_of_yesterday(alice: User) -> None:
    trade = open_trade(alice)
    changed(alice, trade, NOW + DAY, current_stop=D(52))
    added = add_fill(owner=alice, code=trade.code, told=entry("53", "10", at=NOW + DAY / 2), now=NOW + 2 * DAY)
    assert [row.stop for row in added.fills.all()] == [48, 48] and added.risk_amount == 250
    assert add_fill(owner=alice, code=trade.code, told=entry("53", "10", at=NOW + 2 * DAY), now=NOW + 2 * DAY).risk_amount == 260


def test_trades_do_not_move_into_examples_nor_into_archived_accounts(alice: User) -> None:
    trade, examples, old = open_trade(alice), account_of(alice, "Examples"), account_of(alice, "Old")
    type(examples).objects.filter(pk=examples.pk).update(is_example=True)
    change_account(owner=alice, code=old.code, now=NOW, changes={"archived": True})
    for account, words in ((examples, "examples"), (old, "archived")):
        with pytest.raises(Invalid) as refused:
            changed(alice, trade, account=account.code)
        assert words in refused.value.errors[0].message


def test_another_account_takes_the_result_and_its_lines_with_it(alice: User) -> None:
    from trading.services.ledgers import add_cash_flow

    one, other = account_of(alice, "One"), account_of(alice, "Other")
    trade = closed_trade(alice, account=one.code)
    add_cash_flow(owner=alice, account=one.code, kind="dividend", amount=D(5), on=NOW.date(), now=NOW, trade=trade.code)
    moved = changed(alice, trade, account=other.code)
    assert moved.account == other and moved.adjustments_made.get().account == other and moved.net_pnl == 505
    assert moved.events.last().detail == {"account": ["One", "Other"]}


def test_one_r_everywhere(alice: User, api: Any, browser: Any) -> None:
    # 2.67495 R: rounded to 4 places first, two places would say 2.68
    trade = closed_trade(alice, "55.3499", stop="48")
    assert trade.r == D("2.67495")
    told = api(alice).get(f"/api/trades/{trade.code}").json()
    whole = api(alice).get("/api/trades/statistics").json()
    assert told["r_multiple"] == whole["total_r"] == whole["best_r"] == "2.6750"
    page, journal = (browser(alice).get(path).content.decode() for path in (f"/journal/{trade.code}/", "/journal/"))
    assert "2.67R" in page and "2.68R" not in page and "2.67R" in journal and "2.68R" not in journal


@pytest.mark.parametrize(
    ("side", "stop", "entered", "days", "moved", "r"),
    [
        ("long", "48", ("50", "100"), [(51, 52, 47), (48.6, 49, 47.9), (60, 61, 59)], None, "-1.00"),
        ("long", "48", ("50", "100"), [(51, 52, 47), (47.5, 49, 47), (60, 61, 59)], None, "-1.25"),
        ("short", "104", ("100", "50"), [(99, 105, 98), (106, 107, 99), (80, 81, 79)], None, "-1.50"),
        ("long", "48", ("50", "100"), [(51, 52, 47), (51, 52, 49), (55, 56, 54)], None, "2.50"),
        # brought towards the price on the first day, and away from it
        ("long", "48", ("50", "100"), [(51, 52, 50), (51, 52, 49.4), (60, 61, 59)], "49.5", "-0.25"),
        ("long", "48", ("50", "100"), [(51, 52, 50), (51, 52, 45), (60, 61, 59)], "40", "-1.00"),
    ],
)
def test_a_loser_held_open_and_deleted_counts_at_its_stop(
    alice: User, side: str, stop: str, entered: tuple[str, str], days: list[tuple[float, float, float]], moved: str | None, r: str
) -> None:
    first = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    at = np.array([(first + k * DAY).timestamp() for k in range(len(days))])
    opened, high, low = (np.array(column, dtype=float) for column in zip(*days, strict=True))
    close = np.clip(np.full(len(days), 55.0), low, high)
    bars = Bars(at, opened, high, low, close, np.full(len(days), 1e6))
    store_bars(instrument=Instrument.objects.create(symbol="ACME"), interval=Interval.DAY_1, bars=bars)
    trade = open_trade(alice, side=side, stop=stop, fills=[entry(*entered)])
    if moved is not None:
        changed(alice, trade, NOW + 20 * MINUTE, current_stop=D(moved))
    assert delete_trade(owner=alice, code=trade.code, now=NOW + 3 * DAY) is True
    assert RemovedTrade.objects.get().r_multiple == D(r)
