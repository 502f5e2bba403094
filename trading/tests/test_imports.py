# ruff: noqa: E501  (lines are as long as brokers write them)
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from legend.lib.errors import Invalid
from trading.importing.executions import Reading
from trading.models import Fill, ImportedExecution, Trade
from trading.services import imports as service
from trading.services.corrections import change_trade
from trading.services.deleting import delete_trade
from trading.services.import_undo import NotTheLast, preview_undo, undo_import
from trading.services.imports import UnknownImport, preview_import, start_import
from trading.services.ledgers import change_account
from trading.services.trades import close_trade

from .factories import NOW, closed_trade, open_trade, out, reference_journal

NEW_YORK = ZoneInfo("America/New_York")
GENERIC = """Symbol,Date,Side,Quantity,Price,Commission
ACME,2026-01-05 10:00:00,Buy,100,50.00,1.00
ACME,2026-01-06 10:00:00,Sell,40,52.00,0.50
ACME,2026-01-07 10:00:00,Sell,60,54.00,0.50
ACME,2026-01-08 10:00:00,Sell,10,54.00,0.50
"""
FLEX = """"ClientAccountID","CurrencyPrimary","Symbol","TradeID","DateTime","Quantity","TradePrice","IBCommission","Buy/Sell"
"U1","USD","ACME","111","20260105;100000","100","50","-1","BUY"
"U1","USD","ACME","112","20260106;100000","-150","52","-1.5","SELL"
"""
ACTIVITY = """Statement,Header,Field Name,Field Value
Statement,Data,Title,Activity Statement
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis
Trades,Data,Order,Stocks,USD,ACME,"2026-01-05, 10:00:00","1,000",50,51,-50000,-1,50001
Trades,Data,Order,Forex,USD,EUR.USD,"2026-01-05, 10:00:00",1,1.1,1.1,-1,-1,1
Trades,SubTotal,,Stocks,USD,ACME,,1000,,,,,
"""
TRADINGVIEW = """Symbol,Side,Type,Qty,Limit Price,Stop Price,Fill Price,Status,Commission,Placing Time,Closing Time,Order ID
NASDAQ:ACME,Buy,Market,10,,,50.5,Filled,0,2026-01-05 09:59:59,2026-01-05 10:00:00,901
NASDAQ:ACME,Sell,Limit,10,60,,,Cancelled,0,2026-01-05 10:00:00,2026-01-06 10:00:00,902
"""


def reading(broker: str = "auto", **how: Any) -> Reading:
    return Reading(NEW_YORK, broker, **how)


def take(owner: User, text: str = GENERIC, broker: str = "auto", mapping: dict[str, str] | None = None, **more: Any) -> Any:
    return start_import(owner=owner, text=text, reading=reading(broker, mapping=mapping or {}), now=NOW, **more)


def test_executions_become_trades_from_flat_to_flat(alice: User) -> None:
    made = take(alice, file_name="trades.csv")
    assert (made.taken, made.known, made.refused) == (4, 0, [])
    long, short = Trade.objects.order_by("opened_at")
    assert (long.side, long.status, long.net_pnl, long.fees) == ("long", "closed", 318, 2)
    assert (short.side, short.status, short.quantity_in) == ("short", "open", 10)
    assert f"{long.opened_at:%H:%M}" == "15:00" and long.source == "import" and long.risk_amount is None


def test_the_same_file_twice_changes_nothing_and_a_longer_one_adds_what_is_new(alice: User) -> None:
    take(alice)
    again = take(alice)
    assert (again.taken, again.known) == (0, 4) and Fill.objects.count() == 4
    longer = take(alice, GENERIC + "ACME,2026-01-09 10:00:00,Buy,10,50.00,0.50\n")
    assert (longer.taken, longer.known) == (1, 4)
    assert Trade.objects.closed().count() == 2


def test_two_equal_fills_stay_two(alice: User) -> None:
    row = "ACME,2026-01-05 10:00:00,Buy,100,50.00,1.00\n"
    head = GENERIC.splitlines(keepends=True)[0]
    assert take(alice, head + row + row).taken == 2
    assert (take(alice, head + row + row).taken, Trade.objects.get().quantity_in) == (0, 200)


def test_a_position_that_turns_over_is_two_trades(alice: User) -> None:
    made = take(alice, FLEX, "ib")
    assert made.taken == 2
    long, short = Trade.objects.order_by("id")
    assert (long.status, long.net_pnl, short.side, short.quantity_in) == ("closed", Decimal("198"), "short", 50)
    assert (long.fees + short.fees) == Decimal("2.5")
    assert take(alice, FLEX, "ib").known == 2


def test_an_activity_statement_and_a_paper_trading_history_are_read(alice: User) -> None:
    take(alice, ACTIVITY)
    take(alice, TRADINGVIEW)
    assert Trade.objects.get().quantity_in == 1010


def test_undoing_takes_the_whole_file_back_and_it_can_be_taken_again(alice: User, charlie: User) -> None:
    own = closed_trade(alice)
    made = take(alice)
    with pytest.raises(UnknownImport):
        undo_import(owner=charlie, code=made.code, now=NOW)
    undo_import(owner=alice, code=made.code, now=NOW)
    assert list(Trade.objects.all()) == [own] and not ImportedExecution.objects.exists()
    assert undo_import(owner=alice, code=made.code, now=NOW).undone_at == NOW
    assert take(alice).taken == 4


def test_a_file_that_later_ones_build_on_is_not_undone_alone(alice: User) -> None:
    head = GENERIC.splitlines(keepends=True)[0]
    first = take(alice, head + "ACME,2026-01-05,Buy,10,50,0\n")
    second = take(alice, head + "ACME,2026-01-06,Sell,10,55,0\n")
    with pytest.raises(NotTheLast):
        undo_import(owner=alice, code=first.code, now=NOW)
    assert Trade.objects.get().is_closed
    undo_import(owner=alice, code=second.code, now=NOW)
    undo_import(owner=alice, code=first.code, now=NOW)
    assert not Trade.objects.exists()


def test_rows_at_fault_are_refused_with_their_reason_and_the_others_taken(alice: User) -> None:
    head = "symbol;date;side;qty;price\n"
    rows = [
        "ACME;2026-01-05;Buy;10;50,25",
        "ACME;soon;Buy;10;50",
        "AC ME;2026-01-05;Buy;10;50",
        "ACME;2026-01-05;Hold;10;50",
        "ACME;2026-01-05;Buy;NaN;50",
        "ACME;2026-01-05;Buy;0;50",
        "ACME;2999-01-05;Buy;1;50",
        "ACME;2026-01-05;Buy;1;-50",
        "BIG;2026-01-05;Sell;1;0",
    ]
    made = take(alice, head + "\n".join(rows))
    assert made.taken == 1 and [one["row"] for one in made.refused] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert Fill.objects.get().price == Decimal("50.25")
    older = take(alice, head + "ACME;2026-01-02;Buy;1;50")
    assert older.taken == 0 and "lies before your long trade in ACME" in older.refused[0]["reason"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a,b\n1,2\n", "symbol,date\nACME,2026-01-05\n", "\0\0\0", '"' * 5, "Trades,Data,Order,Stocks\n"]
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(alice: User, text: str) -> None:
    for broker in ("generic", "ib", "tradingview"):
        with pytest.raises(Invalid):
            take(alice, text, broker)


def test_columns_can_be_mapped_by_hand(alice: User) -> None:
    text = "what,day,how many,paid\nACME,2026-01-05,10,50\n"
    mapping = {"symbol": "what", "at": "day", "quantity": "how many", "price": "paid"}
    assert take(alice, text, mapping=mapping).taken == 1


def test_partial_fills_of_one_order_are_all_taken(alice: User) -> None:
    head = GENERIC.splitlines()[0] + ",Order ID\n"
    rows = "".join(f"ACME,2026-01-05 10:00:0{k},Buy,10,50.00,0,77\n" for k in (1, 2, 2))
    assert take(alice, head + rows).taken == 3 and Trade.objects.get().quantity_in == 30


def test_what_was_typed_by_hand_is_known_again_and_stays_when_the_file_goes(alice: User) -> None:
    typed = closed_trade(alice, "55")  # a hundred bought at 50 and sold at 55
    text = f"{GENERIC.splitlines()[0]}\nACME,{NOW:%Y-%m-%d} 10:00:00,Buy,100,50.01,1\nACME,{NOW:%Y-%m-%d} 10:00:01,Sell,100,55,1\n"
    seen = preview_import(owner=alice, text=text, reading=reading(), now=NOW)
    assert [why for _, why in seen.known] == ["you entered it by hand"] * 2 and not seen.new
    made = take(alice, text)
    assert (made.taken, made.known, Trade.objects.count()) == (0, 2, 1)
    assert take(alice, text + f"ACME,{NOW:%Y-%m-%d} 10:00:02,Buy,100,50.01,1\n").taken == 1
    for one in alice.trade_imports.all():
        undo_import(owner=alice, code=one.code, now=NOW)
    assert Trade.objects.get() == typed and typed.fills.count() == 2 and not ImportedExecution.objects.exists()


def test_an_open_trade_typed_by_hand_goes_on_with_the_file(alice: User) -> None:
    typed = open_trade(alice)
    later = f"{NOW + dt.timedelta(minutes=3):%Y-%m-%d %H:%M:%S}Z"
    head = GENERIC.splitlines()[0]
    seen = preview_import(owner=alice, text=f"{head}\nACME,{later},Sell,140,56,1.40\n", reading=reading(), now=NOW)
    assert seen.plan.does == {2: "closes the long of 2 Mar 2026, then opens a short trade"}
    made = take(alice, f"{head}\nACME,{later},Sell,140,56,1.40\n")
    typed.refresh_from_db()
    assert typed.is_closed and typed.net_pnl == 599 and typed.source == "manual"
    short = Trade.objects.exclude(pk=typed.pk).get()
    assert (short.side, short.quantity_in, short.fees, short.source) == ("short", 40, Decimal("0.4"), "import")
    undo_import(owner=alice, code=made.code, now=NOW)
    typed.refresh_from_db()
    assert typed.is_open and Trade.objects.count() == 1
    assert typed.events.filter(kind="fill_removed").count() == 1


def test_older_files_fit_between_if_they_end_flat(alice: User) -> None:
    head = GENERIC.splitlines()[0]
    take(alice)
    older = f"{head}\nACME,2025-12-01,Buy,5,40,0\nACME,2025-12-02,Sell,5,41,0\n"
    assert take(alice, older).taken == 2 and Trade.objects.closed().count() == 2
    inside = take(alice, f"{head}\nACME,2026-01-06 12:00,Buy,5,40,0\n")
    assert inside.taken == 0 and "lies within your long trade" in inside.refused[0]["reason"]


def test_a_file_makes_the_trades_that_hands_would_have_made(alice: User, charlie: User) -> None:
    """The reference trades as executions give the same figures, fills and results."""
    by_hand = reference_journal(alice)
    fills = Fill.objects.select_related("trade").order_by("at", "trade_id", "number")
    lines = ["symbol,at,side,quantity,price,fee,stop"]
    for fill in fills:
        buys = (fill.kind == "entry") == (fill.trade.side == "long")
        lines.append(
            f"{fill.trade.symbol},{fill.at.isoformat()},{'buy' if buys else 'sell'},{fill.quantity},{fill.price},{fill.fee},{fill.stop or ''}"
        )
    take(charlie, "\n".join(lines), mapping={"stop": "stop"})
    names = (
        "symbol",
        "side",
        "status",
        "quantity_in",
        "entry_price",
        "exit_price",
        "gross_pnl",
        "fees",
        "net_pnl",
        "risk_amount",
        "r_multiple",
    )
    told = [list(Trade.objects.owned_by(who).order_by("symbol").values_list(*names)) for who in (alice, charlie)]
    assert len(by_hand) == 12 and told[0] == told[1]
    realised = [
        list(Fill.objects.filter(trade__owner=who).order_by("trade__symbol", "number").values_list("gross", "net"))
        for who in (alice, charlie)
    ]
    assert realised[0] == realised[1]


def test_a_large_file_is_taken_in_the_background_once(
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    api: Callable[[User | None], APIClient],
    browser: Callable[[User], Client],
) -> None:
    monkeypatch.setattr(service, "TAKEN_AT_ONCE", 2)
    told = api(alice).post("/api/trades/import", {"csv": GENERIC, "time_zone": "America/New_York"})
    assert told.status_code == 202 and told.json()["status"] == "queued" and told.json()["executions"] == 4
    made = alice.trade_imports.get()
    assert not Trade.objects.exists() and made.text == GENERIC
    part = browser(alice).get(f"/journal/import/{made.code}/").content.decode()
    assert "Being taken in: 0 of 4" in part and "<progress" in part and "<html" not in part
    with django_capture_on_commit_callbacks(execute=True):
        assert service.requeue_waiting(now=NOW) == 0
    later = made.created_at + dt.timedelta(minutes=5)
    for _ in range(2):  # the second finds nothing to do
        with django_capture_on_commit_callbacks(execute=True):
            service.requeue_waiting(now=later)
    made.refresh_from_db()
    assert (made.status, made.taken, made.text, Trade.objects.count()) == ("done", 4, "", 2)
    done = api(alice).get(f"/api/trades/import/{made.code}").json()
    assert (done["done"], done["reading"]["time_zone"], done["reading"]["mapping"]["fee"]) == (4, "America/New_York", "Commission")


def test_what_was_deleted_does_not_come_back_and_an_archived_account_takes_nothing(alice: User) -> None:
    take(alice)
    closed = Trade.objects.closed().get()
    delete_trade(owner=alice, code=closed.code, now=NOW)
    seen = preview_import(owner=alice, text=GENERIC, reading=reading(), now=NOW)
    assert (
        sorted(why for _, why in seen.known) == ["taken before, and no longer in the journal"] * 2 + ["there already"] * 2
        or len(seen.known) == 4
    )
    account = alice.trading_accounts.get()
    change_account(owner=alice, code=account.code, now=NOW, changes={"archived": True})
    with pytest.raises(Invalid):
        take(alice, account=account.code)


MANY = "".join(
    f"{symbol},2026-01-{5 + k // 6:02} 1{k % 6}:00:00,{side},{quantity},5{k % 7}.25,1.00\n"
    for k, (symbol, side, quantity) in enumerate(
        one.split()
        for one in "ACME Buy 100,BETA Sell 50,ACME Sell 40,ACME Buy 20,BETA Buy 80,ACME Sell 200,BETA Sell 30,ACME Buy 60,ACME Buy 60,"
        "BETA Buy 10,ACME Sell 60,BETA Buy 10".split(",")
    )
)


@pytest.mark.parametrize("first", range(1, 12))
def test_a_longer_export_after_a_shorter_one_gives_what_it_gives_alone(alice: User, charlie: User, first: int) -> None:
    head, rows = GENERIC.splitlines(keepends=True)[0], MANY.splitlines(keepends=True)
    take(alice, head + "".join(rows[:first]))
    assert take(alice, head + MANY).taken == len(rows) - first
    take(charlie, head + MANY)
    names = ("symbol", "side", "status", "quantity_in", "quantity_out", "entry_price", "fees", "realised_pnl", "opened_at", "closed_at")
    told = [list(Trade.objects.owned_by(who).order_by("symbol", "opened_at").values_list(*names)) for who in (alice, charlie)]
    assert told[0] == told[1] and len(told[0]) > 4


def test_the_same_wish_again_is_the_same_import(alice: User, api: Callable[[User | None], APIClient]) -> None:
    client, key = api(alice), {"HTTP_IDEMPOTENCY_KEY": "once"}
    codes = {client.post("/api/trades/import", {"csv": GENERIC}, **key).json()["code"] for _ in range(2)}
    assert len(codes) == 1 == alice.trade_imports.count()
    assert client.post("/api/trades/import", {"csv": GENERIC, "decimal": "point"}, **key).status_code == 422


def test_what_waits_and_is_undone_is_never_taken(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "TAKEN_AT_ONCE", 2)
    made = take(alice)
    undo_import(owner=alice, code=made.code, now=NOW)
    service.take_queued(import_id=made.pk, now=NOW)
    assert not Trade.objects.exists()


def test_what_was_done_by_hand_stays_and_says_why(alice: User) -> None:
    head = GENERIC.splitlines()[0]
    made = take(alice, f"{head}\nACME,2026-01-05,Buy,10,50,0\nBETA,2026-01-05,Buy,10,50,0\n")
    acme, beta = Trade.objects.order_by("symbol")
    close_trade(owner=alice, code=acme.code, fill=out("56"), now=NOW)
    change_trade(owner=alice, code=beta.code, changes={"notes": "mine"}, now=NOW)
    looked = preview_undo(owner=alice, code=made.code)
    assert (looked.worked_on, [trade.symbol for trade, _ in looked.kept]) == (1, ["ACME"])
    undone = undo_import(owner=alice, code=made.code, now=NOW)
    assert [one["symbol"] for one in undone.kept] == ["ACME"] and "by hand" in undone.kept[0]["reason"]
    assert Trade.objects.get().net_pnl == 60
    assert take(alice, f"{head}\nACME,2026-01-05,Buy,10,50,0\n").known == 1  # it is still there


def test_a_file_costs_the_same_queries_however_long_it_is(alice: User, django_assert_max_num_queries: Any) -> None:
    head = GENERIC.splitlines()[0] + "\n"
    rows = [
        f"S{k % 40},2026-01-{1 + k // 80:02} 10:{k % 60:02}:00,{'Buy' if k // 40 % 2 == 0 else 'Sell'},10,50.25,1\n" for k in range(800)
    ]
    with django_assert_max_num_queries(60):
        assert take(alice, head + "".join(rows)).taken == 800
    assert Trade.objects.closed().count() == 400


def test_no_text_is_more_than_a_refusal(alice: User, api: Callable[[User | None], APIClient], browser: Callable[[User], Client]) -> None:
    client, page = api(alice), browser(alice)
    told = {"broker": "auto", "time_zone": "America/New_York", "account": ""}
    for content in (
        b"",
        b"\0\0\0\0",
        bytes(range(256)),
        b"PK\x03\x04",
        b"\xff\xfe\x00",
        b'"' * 9,
        GENERIC.splitlines()[0].encode(),
        b"x" * 300_000,
    ):
        for preview in (True, False):
            answer = client.post(
                "/api/trades/import", {"file": SimpleUploadedFile("x.csv", content or b" "), "preview": preview}, format="multipart"
            )
            assert answer.status_code in (200, 400), content[:20]
        assert page.post("/journal/import/", told | {"file": io.BytesIO(content or b" ")}).status_code in (200, 422)
    assert not Trade.objects.exists()


def test_import_and_export_by_api(alice: User, charlie: User, api: Callable[[User | None], APIClient]) -> None:
    client = api(alice)
    seen = client.post("/api/trades/import", {"csv": GENERIC, "preview": True, "time_zone": "America/New_York"}).json()
    assert (seen["new"], seen["mapping"]["fee"], seen["rows"][0]["at"]) == (4, "Commission", "2026-01-05T15:00:00Z")
    file = SimpleUploadedFile("x.csv", GENERIC.encode())
    made = client.post("/api/trades/import", {"file": file, "time_zone": "America/New_York"}, format="multipart")
    assert made.status_code == 201 and made.json()["taken"] == 4
    assert client.post("/api/trades/import", {"csv": GENERIC, "time_zone": "Mars"}).status_code == 400
    assert client.post("/api/trades/import", {}).status_code == 400
    exported = client.get("/api/trades/export?format=csv")
    assert "legend-closed" in exported.headers["Content-Disposition"]
    assert client.get("/api/trades/export?list=all").status_code == 400
    code = made.json()["code"]
    assert api(charlie).delete(f"/api/trades/import/{code}").status_code == 404
    assert client.delete(f"/api/trades/import/{code}").json()["undone_at"] is not None
    assert client.get("/api/trades/import").json()["results"][0]["code"] == code


def test_a_file_is_looked_at_then_taken_by_pages(alice: User, browser: Callable[[User], Client]) -> None:
    client = browser(alice)
    told = {"broker": "auto", "time_zone": "America/New_York", "account": ""}
    assert client.post("/journal/import/", told).status_code == 422
    page = client.post("/journal/import/", told | {"file": io.BytesIO(GENERIC.encode())})
    assert "Take 4 executions" in page.content.decode()
    assert "rows are shown" not in page.content.decode()  # all four are
    assert client.post("/journal/import/", told | {"token": page.context["token"], "take": "yes"}).status_code == 302
    assert Trade.objects.count() == 2
    account = str(alice.trading_accounts.get().code)
    again = client.post("/journal/import/", told | {"account": account, "file": io.BytesIO(GENERIC.encode())})
    assert "4 known" in again.content.decode()
    unknown = client.post("/journal/import/", told | {"file": io.BytesIO(b"what,day,how many,paid\nBETA,2026-01-05,10,50.25\n")})
    assert "No column is known for" in unknown.content.decode()
    chosen = {"column_symbol": "what", "column_at": "day", "column_quantity": "how many", "column_price": "paid"}
    mapped = client.post("/journal/import/", told | chosen | {"token": unknown.context["token"]})
    assert "Take 1 execution" in mapped.content.decode()
    assert client.post("/journal/import/", told | {"account": account, "file": io.BytesIO(b"\xff\xfe\x00\x00nothing")}).status_code == 422
    address = f"/journal/import/{alice.trade_imports.get().code}/undo/"
    assert "2 trades go" in client.get(address).content.decode()
    client.post(address)
    assert client.get(address).status_code == 302
    assert not Trade.objects.exists()
