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
from trading.models import Fill, ImportedExecution, Trade
from trading.services.imports import NotTheLast, UnknownImport, import_trades, preview_import, undo_import

from .factories import NOW, closed_trade

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


def take(owner: User, text: str = GENERIC, broker: str = "generic", **more: Any) -> Any:
    return import_trades(owner=owner, text=text, broker=broker, zone=NEW_YORK, now=NOW, **more)


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
    take(alice, ACTIVITY, "ib")
    take(alice, TRADINGVIEW, "tradingview")
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
    ]
    made = take(alice, head + "\n".join(rows))
    assert made.taken == 1 and [one["row"] for one in made.refused] == [3, 4, 5, 6, 7, 8, 9]
    assert Fill.objects.get().price == Decimal("50.25")
    older = take(alice, head + "ACME;2026-01-02;Buy;1;50")
    assert older.taken == 0 and "lies before executions" in older.refused[0]["reason"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a,b\n1,2\n", "symbol,date\nACME,2026-01-05\n", "\0\0\0", '"' * 5, "Trades,Data,Order,Stocks\n"]
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(alice: User, text: str) -> None:
    for broker in ("generic", "ib", "tradingview"):
        with pytest.raises(Invalid):
            preview_import(owner=alice, text=text, broker=broker, zone=NEW_YORK, now=NOW)


def test_columns_can_be_mapped_by_hand(alice: User) -> None:
    text = "what,day,how many,paid\nACME,2026-01-05,10,50\n"
    mapping = {"symbol": "what", "at": "day", "quantity": "how many", "price": "paid"}
    assert take(alice, text, mapping=mapping).taken == 1


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
    assert "legend-closed" in exported.headers["Content-Disposition"] and ",318.00," in exported.content.decode()
    assert client.get("/api/trades/export?list=fills&format=csv").content.decode().count("\n") == 5
    assert client.get("/api/trades/export?list=open&format=xlsx").content[:2] == b"PK"
    assert client.get("/api/trades/export?list=all").status_code == 400
    code = made.json()["code"]
    assert api(charlie).delete(f"/api/trades/import/{code}").status_code == 404
    assert client.delete(f"/api/trades/import/{code}").json()["undone_at"] is not None
    assert client.get("/api/trades/import").json()["results"][0]["code"] == code


def test_no_cell_is_taken_for_a_formula(alice: User, api: Callable[[User | None], APIClient]) -> None:
    closed_trade(alice, "45", notes='=HYPERLINK("http://evil")', tags=["+swing", "@x"])
    body = api(alice).get("/api/trades/export?format=csv").content.decode()
    assert "'=HYPERLINK" in body and ",'+swing" in body.replace('"', "") and ",-500.00," in body


def test_a_file_is_looked_at_then_taken_by_pages(alice: User, browser: Callable[[User], Client]) -> None:
    client = browser(alice)
    told = {"broker": "generic", "time_zone": "America/New_York", "account": ""}
    assert client.post("/journal/import/", told).status_code == 422
    page = client.post("/journal/import/", told | {"file": io.BytesIO(GENERIC.encode())})
    assert "Take 4 executions" in page.content.decode()
    assert client.post("/journal/import/", told | {"token": page.context["token"], "take": "yes"}).status_code == 302
    assert Trade.objects.count() == 2
    account = str(alice.trading_accounts.get().code)
    again = client.post("/journal/import/", told | {"account": account, "file": io.BytesIO(GENERIC.encode())})
    assert "4 known" in again.content.decode()
    assert client.post("/journal/import/", told | {"account": account, "file": io.BytesIO(b"\xff\xfe\x00\x00nothing")}).status_code == 422
    client.post(f"/journal/import/{alice.trade_imports.get().code}/undo/")
    assert not Trade.objects.exists()
