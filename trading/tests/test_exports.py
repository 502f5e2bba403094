import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from legend.lib.tables import Table, write_csv, write_xlsx
from patterns.tests.factories import create_market
from trading.importing.executions import Reading
from trading.models import Fill, Trade
from trading.queries.journal import Narrowing, figures
from trading.services.alerts import create_alert
from trading.services.alerts import test_alert as send_test
from trading.services.examples import load_examples, remove_examples
from trading.services.imports import start_import
from trading.services.ledgers import add_cash_flow
from trading.services.splits import apply_split
from trading.services.trades import close_trade
from trading.services.watchlists import watch
from trading.tables import LISTS

from .factories import NOW, account_of, closed_trade, open_trade, out, reference_journal

Api = Callable[[User | None], APIClient]


def sent(answer: Any) -> bytes:
    """What a streamed answer brings."""

    async def collect() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(collect)()


def rows(client: APIClient, what: str, **asked: str) -> list[dict[str, str]]:
    answer: Any = client.get("/api/trades/export", {"list": what, "format": "csv", **asked})
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(io.StringIO(sent(answer).decode("utf-8-sig"))))


def test_every_list_leaves_as_csv_and_xlsx_and_with_nothing_of_others(alice: User, charlie: User, api: Api) -> None:
    create_market(2, bars=300)
    account = account_of(alice)
    reference_journal(alice, account)
    add_cash_flow(owner=alice, account=account.code, kind="deposit", amount=Decimal(50), on=NOW.date(), now=NOW)
    watch(owner=alice, ticker="S0", now=NOW)
    alert = create_alert(owner=alice, wish={"kind": "price", "symbol": "S0", "params": {"level": 1}})
    send_test(owner=alice, code=alert.code, now=NOW)
    start_import(owner=alice, text="symbol,date,quantity,price\nXYZ,2026-01-05,1,1", reading=Reading(ZoneInfo("UTC")), now=NOW)
    for what, _ in LISTS:
        mine, theirs = rows(api(alice), what), rows(api(charlie), what)
        assert mine, what
        assert what in ("statistics", "distribution") or not theirs, what
        sheet: Any = api(alice).get("/api/trades/export", {"list": what, "format": "xlsx"})
        assert sheet.streaming and zipfile.ZipFile(io.BytesIO(sent(sheet))).testzip() is None
    for address in ("/api/notifications", "/api/patterns/saved"):
        for file_format in ("csv", "xlsx"):
            assert api(alice).get(address, {"format": file_format}).status_code == 200
        assert api(alice).get(address).headers["Content-Type"] == "application/json"
    assert api(alice).get("/api/trades/export?list=all").status_code == 400
    assert api(None).get("/api/trades/export?list=closed").status_code == 401


def test_the_digits_are_those_of_the_api(alice: User, api: Api) -> None:
    reference_journal(alice, account_of(alice))
    client = api(alice)
    told = client.get("/api/trades/statistics").json()
    exported = {row["name"]: row["value"] for row in rows(client, "statistics")}
    assert all(exported[name] == ("" if value is None else str(value)) for name, value in told.items() if name in exported)
    assert len(exported) > 25 and exported["total_profit_loss"] == "1537.00"
    groups = client.get("/api/analytics/patterns", {"by": "symbol"}).json()["results"]
    by_symbol = [row for row in rows(client, "breakdowns") if row["by"] == "symbol"]
    assert [(row["label"], row["total_profit_loss"], row["win_rate"]) for row in by_symbol] == [
        (row["label"], row["total_profit_loss"], row["win_rate"]) for row in groups
    ]
    days = client.get("/api/analytics/calendar").json()["days"]
    assert [(row["start"], row["profit_loss"]) for row in rows(client, "calendar") if row["period"] == "day"] == [
        (day["start"], day["profit_loss"]) for day in days
    ]


def test_a_list_is_narrowed_as_its_page_is(alice: User, api: Api, browser: Callable[[User], Client]) -> None:
    reference_journal(alice)
    create_market(2, bars=300)
    watch(owner=alice, ticker="S0", now=NOW, details={"tags": ["one"]})
    watch(owner=alice, ticker="S1", now=NOW)
    client = api(alice)
    assert [row["symbol"] for row in rows(client, "closed", symbol="T4")] == ["T4"]
    assert {row["side"] for row in rows(client, "fills", side="short")} == {"short"}
    assert len(rows(client, "closed", **{"from": "2026-02-01"})) == 3
    assert [row["symbol"] for row in rows(client, "watchlist", tag="one")] == ["S0"]
    page = browser(alice).get("/journal/?symbol=T4").content.decode()
    assert "list=closed&amp;symbol=T4&amp;format=csv" in page
    assert "list=watchlist&amp;status=active&amp;tag=one&amp;format=xlsx" in browser(alice).get("/watchlist/?tag=one").content.decode()
    for address, what in (("/alerts/", "alert-log"), ("/journal/accounts/", "cash-flows"), ("/journal/import/", "imports")):
        assert f"list={what}&amp;format=csv" in browser(alice).get(address).content.decode()


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_is_taken_for_a_formula_and_figures_stay_figures(begin: str) -> None:
    table = Table("list", ("note", "money"), [{"note": f"{begin}1+1", "money": "-12.50"}], frozenset({"note"}))
    text = io.BytesIO()
    write_csv(table, text)
    [row] = csv.DictReader(io.StringIO(text.getvalue().decode("utf-8-sig"), newline=""))
    assert row["note"].startswith(f"'{begin}") and row["money"] == "-12.50"
    book = io.BytesIO()
    write_xlsx(table, book)
    with zipfile.ZipFile(book) as parts:
        sheet, styles = (parts.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert "<f>" not in sheet and "<v>-12.5</v>" in sheet and 'formatCode="0.00"' in styles


def test_a_figure_longer_than_a_spreadsheet_keeps_is_written_whole() -> None:
    book = io.BytesIO()
    write_xlsx(Table("list", ("money",), [{"money": "-1234567890123456.78"}]), book)
    with zipfile.ZipFile(book) as parts:
        assert "-1234567890123456.78" in parts.read("xl/worksheets/sheet1.xml").decode()


def test_exported_fills_come_back_as_the_same_trades(alice: User, charlie: User, api: Api) -> None:
    reference_journal(alice)
    open_trade(alice)  # two at once in one symbol stay two
    open_trade(alice, side="short", stop="52")
    split = closed_trade(alice, "55", symbol="SPLIT", at=NOW - dt.timedelta(days=9))
    apply_split(owner=alice, code=split.code, at=NOW - dt.timedelta(days=5), new=4, old=1, now=NOW)
    again = open_trade(alice, symbol="HALVED", now=NOW - dt.timedelta(days=9))
    apply_split(owner=alice, code=again.code, at=NOW - dt.timedelta(days=5), new=5, old=4, now=NOW)
    close_trade(owner=alice, code=again.code, fill=out("45", "125"), now=NOW)
    exported: Any = api(alice).get("/api/trades/export?list=fills&format=csv")
    file = sent(exported).decode("utf-8-sig")
    made = api(charlie).post("/api/trades/import", {"csv": file}).json()
    assert (made["broker"], made["taken"], made["refused"]) == ("legend", Fill.objects.filter(trade__owner=alice).count(), [])
    names = (
        "symbol", "side", "status", "quantity_in", "quantity_out", "entry_price", "exit_price", "gross_pnl", "fees", "net_pnl",
        "risk_amount", "r_multiple", "opened_at", "closed_at",
    )  # fmt: skip
    told = [list(Trade.objects.owned_by(who).order_by("opened_at", "symbol", "side").values_list(*names)) for who in (alice, charlie)]
    assert told[0] == told[1] and len(told[0]) == 16
    assert api(charlie).post("/api/trades/import", {"csv": file}).json()["taken"] == 0
    own = api(alice).post("/api/trades/import", {"csv": file}).json()
    assert (own["taken"], own["known"]) == (0, made["taken"])


def test_examples_are_nobodys_own_and_leave_nothing(alice: User, api: Api) -> None:
    create_market(3, bars=400)
    account = load_examples(owner=alice, now=NOW)
    assert figures(owner=alice, narrowing=Narrowing()).summary.total_trades > 3  # nothing else is there to look at
    assert not rows(api(alice), "closed") and not rows(api(alice), "cash-flows") and not rows(api(alice), "accounts")
    closed_trade(alice, "55")
    assert figures(owner=alice, narrowing=Narrowing()).summary.total_trades == 1
    assert figures(owner=alice, narrowing=Narrowing(account=account.code)).summary.total_trades > 3
    assert len(rows(api(alice), "closed")) == 1
    remove_examples(owner=alice)
    assert Trade.objects.count() == 1 and alice.trading_accounts.count() == 1 and Fill.objects.count() == 2
