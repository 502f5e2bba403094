import datetime as dt
import io
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.models import User
from legend.lib.errors import Invalid, LegendError
from legend.lib.models import KeyReused, Once
from trading import events
from trading.models import CashFlow, Fill, RemovedTrade, Trade
from trading.services.corrections import LastEntry, change_fill, change_trade, remove_fill
from trading.services.deleting import delete_trade
from trading.services.figures import ExitBeforeEntry, OversizedExit
from trading.services.ledgers import add_cash_flow, change_account, delete_account
from trading.services.screenshots import add_screenshot, delete_screenshot, find_screenshot
from trading.services.trades import (
    NothingLeftToClose,
    NotOpenYet,
    TradeInput,
    UnknownTrade,
    add_fill,
    close_trade,
    create_trade,
    find_trade,
)
from trading.stats.decimals import as_money, as_ratio

from . import reference
from .factories import NOW, account_of, closed_trade, entry, open_trade, out, reference_journal

D = Decimal
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def test_a_trade_is_entered_and_closed(alice: User) -> None:
    trade = open_trade(alice, target_price=D(56))
    assert (trade.status, trade.entry_price, trade.quantity_in, trade.risk_amount) == ("open", 50, 100, 200)
    done = close_trade(owner=alice, code=trade.code, fill=out("55", fee="2", at=NOW + DAY), now=NOW + DAY)
    assert (done.status, done.net_pnl, done.outcome, done.r_multiple) == ("closed", 498, "win", D("2.49"))
    assert done.closed_at == NOW + DAY
    assert [event.kind for event in done.events.all()] == ["created", "entry", "exit"]


def test_the_reference_trades_are_stored_as_defined(alice: User) -> None:
    for trade in reference_journal(alice):
        trade.refresh_from_db()
        gross, fees, net, risk, r, percent = reference.EXPECTED[trade.symbol]
        assert [as_money(trade.gross_pnl), as_money(trade.fees), as_money(trade.net_pnl)] == [gross, fees, net]
        assert (as_money(trade.risk_amount), as_ratio(trade.r_multiple), as_ratio(trade.pnl_pct, 2)) == (risk, r, percent)
        assert sum(row.net or 0 for row in trade.fills.all()) == trade.net_pnl


def test_a_plan_opens_with_its_first_entry(alice: User) -> None:
    plan = create_trade(owner=alice, told=TradeInput("acme", planned_entry=D(50), stop_loss=D(48), planned_quantity=D(10)), now=NOW)
    assert plan.status == "planned" and plan.symbol == "ACME"
    with pytest.raises(NotOpenYet):
        close_trade(owner=alice, code=plan.code, fill=out(), now=NOW)
    opened = add_fill(owner=alice, code=plan.code, told=entry("50.10", "10"), now=NOW)
    assert opened.status == "open" and opened.risk_amount == D("21.00")


def test_closing_in_parts(alice: User) -> None:
    trade = open_trade(alice)
    half = close_trade(owner=alice, code=trade.code, fill=out("54", "50", at=NOW + DAY), now=NOW + DAY)
    assert half.status == "open" and half.net_pnl is None
    assert (half.quantity_open, half.realised_pnl) == (D(50), D(200))
    done = close_trade(owner=alice, code=trade.code, fill=out("52", at=NOW + 2 * DAY), now=NOW + 2 * DAY)
    assert (done.status, done.net_pnl) == ("closed", 300)


def test_a_second_close_is_refused_and_changes_nothing(alice: User) -> None:
    trade = closed_trade(alice)
    with pytest.raises(NothingLeftToClose):
        close_trade(owner=alice, code=trade.code, fill=out("60"), now=NOW)
    assert Trade.objects.get(pk=trade.pk).net_pnl == 500 and trade.fills.count() == 2


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"stop_loss": D(51)}, "stop_loss"),
        ({"stop_loss": D(50)}, "stop_loss"),
        ({"target_price": D(49)}, "target_price"),
        ({"side": "short"}, "stop_loss"),
        ({"side": "up"}, "side"),
        ({"symbol": "no such thing"}, "ticker"),
        ({"risk_amount": D(0)}, "risk_amount"),
        ({"stop_loss": D("NaN")}, "stop_loss"),
        ({"stop_loss": D("1.123456789")}, "stop_loss"),
        ({"tags": ["x" * 31]}, "tags"),
        ({"notes": "x" * 20_001}, "notes"),
        ({"checklist": [{"done": True}]}, "checklist"),
        ({"match": uuid.uuid4()}, "match"),
        ({"fills": []}, "entry_price"),
        ({"fills": [entry(quantity="0")]}, "position_size"),
        ({"fills": [entry(price="-1")]}, "entry_price"),
        ({"fills": [entry(fee="-1")]}, "fee"),
        ({"fills": [entry(quantity="10000000")]}, "position_size"),
        ({"fills": [entry(at=NOW + DAY)]}, "entry_date"),
        ({"fills": [out()]}, "fills"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field_and_leaves_nothing(alice: User, told: dict[str, object], field: str) -> None:
    right = {"symbol": "ACME", "fills": [entry()], "stop_loss": D(48)}
    with pytest.raises(Invalid) as refused:
        create_trade(owner=alice, told=TradeInput(**(right | told)), now=NOW)
    assert refused.value.errors[0].field == field
    assert not Trade.objects.exists() and not Fill.objects.exists()


def test_more_out_than_in_and_out_before_in_are_refused(alice: User) -> None:
    trade = open_trade(alice)
    with pytest.raises(OversizedExit):
        close_trade(owner=alice, code=trade.code, fill=out("55", "101"), now=NOW)
    with pytest.raises(ExitBeforeEntry):
        close_trade(owner=alice, code=trade.code, fill=out("55", "1", at=NOW - DAY), now=NOW)
    assert trade.fills.count() == 1


def test_a_stranger_finds_no_trade_of_mine(alice: User, charlie: User) -> None:
    trade = open_trade(alice)
    for attempt in (
        lambda: find_trade(owner=charlie, code=trade.code),
        lambda: close_trade(owner=charlie, code=trade.code, fill=out(), now=NOW),
        lambda: change_trade(owner=charlie, code=trade.code, changes={"notes": "x"}, now=NOW),
        lambda: delete_trade(owner=charlie, code=trade.code, now=NOW),
        lambda: change_fill(owner=charlie, code=trade.code, number=1, changes={"price": D(1)}, now=NOW),
    ):
        with pytest.raises(UnknownTrade):
            attempt()


def test_the_same_wish_makes_one_trade_and_another_under_its_key_is_refused(alice: User) -> None:
    told = TradeInput("ACME", fills=[entry()], stop_loss=D(48))
    one, again = (create_trade(owner=alice, told=told, now=NOW, once=Once.read("k", {"a": 1})) for _ in range(2))
    assert one.pk == again.pk
    with pytest.raises(KeyReused):
        create_trade(owner=alice, told=told, now=NOW, once=Once.read("k", {"a": 2}))


def test_news_tell_what_happened(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    heard: list[str] = []

    def hearer(name: str) -> Callable[..., None]:
        return lambda trade_id, user_id, **_: heard.append(name)

    signals = {
        "opened": events.trade_opened,
        "closed": events.trade_closed,
        "changed": events.trade_changed,
        "deleted": events.trade_deleted,
    }
    hearers = {name: hearer(name) for name in signals}
    for name, signal in signals.items():
        signal.connect(hearers[name], weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            trade = closed_trade(alice)
            change_trade(owner=alice, code=trade.code, changes={"notes": "late entry"}, now=NOW)
            delete_trade(owner=alice, code=trade.code, now=NOW)
    finally:
        for name, signal in signals.items():
            signal.disconnect(hearers[name])
    assert heard == ["opened", "changed", "closed", "changed", "deleted"]


def test_changes_of_facts_leave_a_trace_and_notes_do_not(alice: User) -> None:
    trade = open_trade(alice)
    changed = change_trade(owner=alice, code=trade.code, changes={"stop_loss": D(47), "notes": "wider"}, now=NOW + 20 * MINUTE)
    assert changed.risk_amount == 300 and changed.notes == "wider"
    event = changed.events.last()
    assert event.kind == "changed" and event.detail == {"stop_loss": ["48.00", "47.00"], "late": True}
    change_trade(owner=alice, code=trade.code, changes={"tags": ["Swing", "swing ", "a  b"], "checklist": ["wait"]}, now=NOW)
    trade.refresh_from_db()
    assert trade.tags == ["swing", "a b"] and trade.checklist == [{"text": "wait", "done": False}]
    assert trade.events.count() == 3


def test_moving_the_stop_changes_no_risk(alice: User) -> None:
    trade = open_trade(alice)
    moved = change_trade(owner=alice, code=trade.code, changes={"current_stop": D(52)}, now=NOW + DAY)
    assert moved.risk_amount == 200 and moved.stop_loss == 48 and moved.events.last().kind == "stop_moved"
    added = add_fill(owner=alice, code=trade.code, told=entry("54", "50", at=NOW + DAY), now=NOW + DAY)
    assert added.risk_amount == 300  # 50 shares to the stop in force, 52


def test_a_fill_is_corrected_or_taken_back(alice: User) -> None:
    trade = closed_trade(alice)
    better = change_fill(owner=alice, code=trade.code, number=2, changes={"price": D(56), "fee": D("1.5")}, now=NOW + MINUTE)
    assert better.net_pnl == D("598.5")
    assert better.events.last().detail == {"number": 2, "price": ["55.00", "56.00"], "fee": ["0.00", "1.50"]}
    with pytest.raises(OversizedExit):
        change_fill(owner=alice, code=trade.code, number=1, changes={"quantity": D(99)}, now=NOW)
    reopened = remove_fill(owner=alice, code=trade.code, number=2, now=NOW + MINUTE)
    assert reopened.status == "open" and reopened.net_pnl is None
    with pytest.raises(LastEntry):
        remove_fill(owner=alice, code=trade.code, number=1, now=NOW)


def test_within_15_minutes_and_without_an_exit_a_trade_goes_without_a_trace(alice: User) -> None:
    trade = open_trade(alice)
    assert delete_trade(owner=alice, code=trade.code, now=NOW + 14 * MINUTE) is False
    assert not RemovedTrade.objects.exists() and not CashFlow.objects.exists()


def test_a_deleted_loser_leaves_its_bare_result(alice: User) -> None:
    trade = closed_trade(alice, "46", stop="48", account=account_of(alice).code)
    assert delete_trade(owner=alice, code=trade.code, now=NOW + DAY) is True
    kept = RemovedTrade.objects.get()
    assert (kept.net_pnl, kept.r_multiple, kept.outcome, kept.was_open) == (-400, -2, "loss", False)
    line = CashFlow.objects.get()
    assert (line.kind, line.amount, line.note) == ("removed", -400, "")
    assert not Trade.objects.exists()


def test_an_open_trade_deleted_late_counts_as_lost_where_no_price_is_known(alice: User) -> None:
    trade = open_trade(alice)
    assert delete_trade(owner=alice, code=trade.code, now=NOW + DAY) is True
    assert RemovedTrade.objects.get().r_multiple == -1 and RemovedTrade.objects.get().was_open


@pytest.mark.parametrize("told", [{"stop": None}, {"source": "import"}, {"fills": [entry(at=NOW - 2 * DAY)]}])
def test_a_trade_that_never_counted_leaves_nothing(alice: User, told: dict[str, object]) -> None:
    trade = open_trade(alice, **told)
    assert delete_trade(owner=alice, code=trade.code, now=NOW + DAY) is False
    assert not RemovedTrade.objects.exists()


def test_a_plan_is_deleted_at_any_time(alice: User) -> None:
    plan = create_trade(owner=alice, told=TradeInput("ACME", planned_entry=D(50)), now=NOW)
    assert delete_trade(owner=alice, code=plan.code, now=NOW + DAY) is False


def test_a_dividend_belongs_to_its_trade(alice: User) -> None:
    book = account_of(alice)
    trade = closed_trade(alice, account=book.code)
    add_cash_flow(owner=alice, account=book.code, kind="dividend", amount=D("12.5"), on=NOW.date(), now=NOW, trade=trade.code)
    add_cash_flow(owner=alice, account=book.code, kind="borrow_cost", amount=D("2.5"), on=NOW.date(), now=NOW, trade=trade.code)
    trade.refresh_from_db()
    assert (trade.net_pnl, trade.adjustments) == (510, 10)
    with pytest.raises(Invalid):
        add_cash_flow(owner=alice, account=book.code, kind="dividend", amount=D(1), on=NOW.date(), now=NOW)


def test_the_opening_balance_is_corrected_by_a_line_once_trading_began(alice: User) -> None:
    book = account_of(alice)
    change_account(owner=alice, code=book.code, now=NOW, changes={"opening_balance": D(11000)})
    closed_trade(alice, account=book.code)
    changed = change_account(owner=alice, code=book.code, now=NOW, changes={"opening_balance": D(12000)})
    assert changed.opening_balance == 11000
    assert [(line.kind, line.amount) for line in changed.cash_flows.all()] == [("correction", 1000)]
    with pytest.raises(LegendError, match="has trades"):
        delete_account(owner=alice, code=book.code)


def test_what_is_typed_comes_back_unchanged(alice: User) -> None:
    for price, quantity in (("9999999.99999999", "1"), ("0.00000001", "9999999.99999999"), ("1234567.12345678", "0.12345678")):
        trade = open_trade(alice, stop=None, fills=[entry(price, quantity, fee="0.00000001")])
        row = Fill.objects.get(trade=trade)
        assert (row.price, row.quantity, row.fee) == (D(price), D(quantity), D("0.00000001"))
        before = (trade.quantity_in, trade.entry_price, trade.fees)
        trade.refresh_from_db()
        assert before == (trade.quantity_in, trade.entry_price, trade.fees)
    big = open_trade(alice, stop="9000000", fills=[entry("9999999.99999999", "9999999.99999999")])
    risk = big.risk_amount
    big.refresh_from_db()
    assert big.risk_amount == risk == D("9999999999999.89")


def test_the_database_refuses_what_no_trade_can_be(alice: User) -> None:
    trade = open_trade(alice)
    with pytest.raises(IntegrityError, match=r"trade_never_more_out_than_in|CHECK"):
        Trade.objects.filter(pk=trade.pk).update(quantity_out=101)


def test_screenshots_are_encoded_anew(alice: User, charlie: User, settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    trade = open_trade(alice)
    file = io.BytesIO()
    Image.new("RGB", (3000, 1500), "navy").save(file, "PNG")
    file.seek(0)
    shot = add_screenshot(owner=alice, code=trade.code, file=file, now=NOW)
    assert (shot.width, shot.height) == (2400, 1200) and Image.open(shot.image.path).format == "WEBP"
    with pytest.raises(LegendError, match="no such picture"):
        find_screenshot(owner=charlie, code=shot.code)
    for bad in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"0" * 50):
        with pytest.raises(Invalid, match="no picture"):
            add_screenshot(owner=alice, code=trade.code, file=io.BytesIO(bad), now=NOW)
    delete_screenshot(owner=alice, code=shot.code)
    assert not trade.screenshots.exists()


def test_closing_asks_a_fixed_number_of_queries(alice: User) -> None:
    trade = open_trade(alice)
    with CaptureQueriesContext(connection) as few:
        close_trade(owner=alice, code=trade.code, fill=out("51", "1"), now=NOW)
    for _ in range(20):
        close_trade(owner=alice, code=trade.code, fill=out("51", "1"), now=NOW)
    with CaptureQueriesContext(connection) as many:
        close_trade(owner=alice, code=trade.code, fill=out("51", "1"), now=NOW)
    assert len(many) <= len(few)
