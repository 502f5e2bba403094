"""Reading files, without a database."""
# ruff: noqa: E501  (lines are as long as brokers write them)

import contextlib
import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.importing.amounts import Mark, mark_of_file, read_amount
from trading.importing.brokers import broker_of
from trading.importing.executions import Execution, Parsed, Reading, parse
from trading.importing.moments import Order, order_of_file, read_moment
from trading.importing.tables import Unreadable, decoded, rows_of
from trading.importing.walk import walk
from trading.stats.fills import Fill, Kind, measure, sign

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
HEAD = "Symbol,Date,Side,Quantity,Price,Commission\n"
SEMICOLONS = HEAD.replace(",", ";")


def read(text: str, currency: str = "USD", zone: ZoneInfo = NEW_YORK, **how: Any) -> Parsed:
    return parse(text, reading=Reading(zone, **how), currency=currency)


def reasons(found: Parsed) -> str:
    return " ".join(one.reason for one in found.refused)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50.25", "50.25"), ("50,25", "50.25"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"), ("1,234,567", "1234567"), ("(1.50)", "-1.50"), ("-1.50", "-1.50"), ("1.50-", "-1.50"), ("\u22121.50", "-1.50"),
        ("$50.25", "50.25"), ("-$50.25", "-50.25"), ("USD 50.25", "50.25"), ("50.25 USD", "50.25"), ("1.5E2", "150"), ("+3", "3"), ("0.001", "0.001"),
    ],
)  # fmt: skip
def test_an_amount_that_means_one_thing_is_read(text: str, value: str) -> None:
    assert read_amount(text, "price", None, "USD") == Decimal(value)


@pytest.mark.parametrize("text", ["1,234", "1.234", "-12,500"])
def test_an_amount_that_could_be_two_is_refused_until_the_mark_is_known(text: str) -> None:
    with pytest.raises(ValueError, match="two ways"):
        read_amount(text, "price", None, "USD")
    read = {mark: read_amount(text, "price", mark, "USD") for mark in (Mark.POINT, Mark.COMMA)}
    assert read[Mark.POINT] != read[Mark.COMMA] and {abs(one) >= 1000 for one in read.values()} == {True, False}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1_000",
        "12,34,5",
        "1,23,456",
        "NaN",
        "inf",
        "1 2",
        "--1",
        "(-1)",
        "1e999",
        "50.25%",
        "１２",
        "1.2.3",
        "€50",
        "EUR 50",
        "1e-9",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_amount(text, "price", Mark.POINT, "USD")


def test_an_amount_that_does_not_fit_the_chosen_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        read_amount("50,25", "price", Mark.POINT, "USD")


def test_the_amounts_of_a_file_tell_its_mark_together() -> None:
    assert mark_of_file(["1,234", "50,25"], ";") == Mark.COMMA
    assert mark_of_file(["1,234", "50.25"], ";") == Mark.POINT
    assert mark_of_file(["1,234", "100"], ";") is None
    assert mark_of_file(["50.25", "50,25"], ";") is None


@given(st.decimals(min_value=0, max_value=9_999_999, places=2))
def test_what_is_written_with_a_known_mark_is_read_back(value: Decimal) -> None:
    assert read_amount(f"{value:,.2f}", "price", Mark.POINT, "USD") == value
    european = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_amount(european, "price", Mark.COMMA, "USD") == value


@given(st.text(max_size=40))
def test_any_text_is_an_amount_and_a_time_or_refused(text: str) -> None:
    for mark in (None, Mark.POINT, Mark.COMMA):
        with contextlib.suppress(ValueError):
            assert read_amount(text, "price", mark, "USD").is_finite()
    with contextlib.suppress(ValueError):
        assert read_moment(text, "", NEW_YORK, Order.DAY)[0].tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("text", "order", "utc"),
    [
        ("2026-01-05 10:00:00", None, "2026-01-05 15:00"), ("20260105;100000", None, "2026-01-05 15:00"), ("2026-01-05, 10:00:00", None, "2026-01-05 15:00"),
        ("2026-01-05T10:00:00Z", None, "2026-01-05 10:00"), ("2026-01-05 10:00:00 EST", None, "2026-01-05 15:00"),
        ("2026-01-05T10:00:00+01:00", None, "2026-01-05 09:00"), ("1/13/26 3:30 PM", None, "2026-01-13 20:30"), ("13/1/2026 15:30", None, "2026-01-13 20:30"),
        ("05.01.2026 10:00", None, "2026-01-05 15:00"), ("5-Jan-2026 10:00", None, "2026-01-05 15:00"), ("Jan 5, 2026 10:00", None, "2026-01-05 15:00"),
        ("1/2/2026 10:00", Order.MONTH, "2026-01-02 15:00"), ("1/2/2026 10:00", Order.DAY, "2026-02-01 15:00"),
        ("2026-01-05 10:00:00.250000", None, "2026-01-05 15:00"),
    ],
)  # fmt: skip
def test_a_time_that_means_one_thing_is_read(text: str, order: Order | None, utc: str) -> None:
    assert f"{read_moment(text, '', NEW_YORK, order)[0]:%Y-%m-%d %H:%M}" == utc


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "1/2/2026", "2026-01-05 25:00", "0001-01-01", "9999-01-01", "2026-01-05 10:00 XYZT", "1767606000"]
)
def test_what_is_no_time_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_moment(text, "", NEW_YORK, None)


def test_days_of_a_file_tell_their_order_together() -> None:
    assert order_of_file(["1/2/2026", "1/13/2026"]) == Order.MONTH
    assert order_of_file(["1/2/2026", "13/1/2026"]) == Order.DAY
    assert order_of_file(["1/2/2026", "3/4/2026"]) is None
    found = read(f"{HEAD}ACME,1/2/2026,Buy,1,50.25,0\nACME,1/3/2026,Buy,1,50.25,0\n")
    assert not found.executions and reasons(found).count("two days") == 2
    assert len(read(f"{HEAD}ACME,1/2/2026,Buy,1,50.25,0\n", order=Order.DAY).executions) == 1


def test_the_hour_that_the_clocks_skip_is_refused_and_the_one_that_comes_twice_is_said() -> None:
    with pytest.raises(ValueError, match="clocks went forward"):
        read_moment("2026-03-08 02:30", "", NEW_YORK, None)
    at, _, note = read_moment("2026-11-01 01:30", "", NEW_YORK, None)
    assert (f"{at:%H:%M}", "came twice" in note) == ("05:30", True)
    assert read_moment("2026-03-08 02:30", "", BERLIN, None)[0].hour == 1


def test_a_file_with_comma_fractions_is_read_as_a_whole() -> None:
    found = read(f"{SEMICOLONS}ACME;2026-01-05;Buy;1.500;50,25;-1,00\n", zone=BERLIN)
    [one] = found.executions
    assert (one.quantity, one.price, one.fee) == (Decimal(1500), Decimal("50.25"), Decimal(1))
    unclear = read(f"{SEMICOLONS}ACME;2026-01-05;Buy;1.500;50;1\n")
    assert not unclear.executions and "two ways" in reasons(unclear)
    assert read(f"{SEMICOLONS}ACME;2026-01-05;Buy;1.500;50;1\n", mark=Mark.COMMA).executions[0].quantity == 1500


def test_another_currency_than_the_accounts_is_refused() -> None:
    head = "Symbol,Date,Side,Quantity,Price,Currency\n"
    found = read(f"{head}ACME,2026-01-05,Buy,1,50,EUR\nACME,2026-01-06,Buy,1,50,USD\n")
    assert len(found.executions) == 1 and "in EUR, the account in USD" in reasons(found)
    assert "in €" in reasons(read(f"{HEAD}ACME,2026-01-05,Buy,1,€50,0\n"))


def test_words_for_sides_and_what_contradicts_them() -> None:
    words = {"BOT": True, "Buy to cover": True, "buy_to_open": True, "SLD": False, "Sell Short": False, "Sell to Close": False}
    found = read(HEAD + "".join(f"ACME,2026-01-05,{word},1,50.25,0\n" for word in words))
    assert [one.buys for one in found.executions] == list(words.values())
    refused = read(
        f"{HEAD}ACME,2026-01-05,long,1,50.25,0\nACME,2026-01-05,hold,1,50.25,0\nACME,2026-01-05,,1,50.25,0\nACME,2026-01-05,Buy,-1,50.25,0\n"
    )
    assert not refused.executions and len(refused.refused) == 4 and "says what is held" in reasons(refused)


def test_a_file_without_sides_and_without_sales_says_how_it_is_read() -> None:
    head = "Symbol,Date,Quantity,Price\n"
    assert read(f"{head}ACME,2026-01-05,1,50.25\nACME,2026-01-06,1,51.25\n").warnings
    assert [one.buys for one in read(f"{head}ACME,2026-01-05,1,50.25\nACME,2026-01-06,-1,51.25\n").executions] == [True, False]


def test_fees_are_costs_whatever_their_sign_and_a_row_with_the_other_sign_is_refused() -> None:
    rows = "ACME,2026-01-05,Buy,1,50.25,{0}1.00\nACME,2026-01-06,Buy,1,50.25,{0}1.00\n"
    for minus in ("", "-"):
        assert [one.fee for one in read(HEAD + rows.format(minus)).executions] == [1, 1]
    mixed = read(f"{HEAD}{rows.format('')}ACME,2026-01-07,Buy,1,50.25,-1.00\n")
    assert len(mixed.executions) == 2 and "another sign" in reasons(mixed)


def test_latest_first_and_days_alone_are_taken_in_the_order_they_happened() -> None:
    rows = ["ACME,2026-01-06,Sell,1,52,0", "ACME,2026-01-05,Sell,1,51,0", "ACME,2026-01-05,Buy,1,50,0", "ACME,2026-01-04,Buy,1,49.5,0"]
    assert [one.price for one in read(HEAD + "\n".join(rows)).executions] == [Decimal("49.5"), 50, 51, 52]


def test_an_id_shared_by_different_executions_is_no_execution_id() -> None:
    head = "Symbol,Date,Side,Quantity,Price,Trade ID\n"
    found = read(f"{head}ACME,2026-01-05,Buy,1,50.25,7\nACME,2026-01-05,Buy,2,50.25,7\nACME,2026-01-05,Buy,2,50.25,7\n")
    assert len(found.executions) == 3 and len({one.key for one in found.executions}) == 3 and "names orders" in found.warnings[0]
    same = read(f"{head}ACME,2026-01-05,Buy,1,50.25,7\nACME,2026-01-05,Buy,1,50.25,7\n")
    assert (len(same.executions), len(same.repeated)) == (1, 1)


def test_order_ids_are_no_execution_ids() -> None:
    head = "Symbol,Date,Side,Quantity,Price,Order ID\n"
    found = read(f"{head}ACME,2026-01-05,Buy,1,50.25,7\nACME,2026-01-05,Buy,1,50.25,7\nACME,2026-01-05,Buy,1,50.25,8\n")
    assert len({one.key for one in found.executions}) == 3 and not any(one.has_id for one in found.executions)


def test_one_time_zone_or_another_the_same_row_is_the_same_execution() -> None:
    row = f"{HEAD}ACME,2026-01-05 10:00,Buy,1,50.25,0\n"
    assert read(row).executions[0].key == read(row, zone=BERLIN).executions[0].key
    assert read(row).executions[0].key == read(row.replace(",0\n", ",1.00\n")).executions[0].key  # a fee may come later


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xef\xbb\xbf", b"\n\n\n", b"\0\0\0\0", b"PK\x03\x04rest", bytes(range(256)) * 40, b"\xff\xfe\x00", b'"' * 5, b'a,"b\nc,d\n',
        HEAD.encode(), b"a,b\n1,2\n", b"x" * 300_000, b"Trades,Data,Order,Stocks\n", b"Trades,Header,DataDiscriminator,Asset Category\n", b"sep=;\n", b"sep=",
        b"Trades,Header,DataDiscriminator,Asset Category\nTrades,Data,Order,Stocks\n", (HEAD * 60_000).encode(), b";;;\n;;;\n", b"BOF\n", b"\r\r\r",
    ],
)  # fmt: skip
def test_no_file_is_more_than_a_refusal(content: bytes) -> None:
    for broker in ("auto", "generic", "ib", "tradingview", "legend"):
        try:
            found = read(decoded(content), broker=broker)
        except Unreadable as fault:
            assert str(fault).endswith((".", "?"))
        else:
            assert found.missing and not found.executions


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_codings_are_told_apart(coding: str) -> None:
    text = f"{HEAD}ACME,2026-01-05,Buy,1,50.25,0\n"
    assert len(read(decoded(text.encode(coding))).executions) == 1


def test_separators_lines_and_titles_are_found() -> None:
    row = "ACME,2026-01-05,Buy,1,50.25,0\n"
    for text in (
        (HEAD + row).replace(",", "\t"), (HEAD + row).replace("\n", "\r\n"), (HEAD + row).replace("\n", "\r"), "sep=,\n" + HEAD + row,
        "Trades of the account U1\n\n" + HEAD + row,
    ):  # fmt: skip
        assert len(read(text).executions) == 1, text
    assert rows_of("a;b\n\n1;2\n")[0] == [(1, ["a", "b"]), (3, ["1", "2"])]


def test_columns_of_one_name_are_said_and_can_be_told_apart() -> None:
    text = "Symbol,Date,Side,Quantity,Price,Price\nACME,2026-01-05,Buy,1,50.25,60.25\n"
    assert read(text).executions[0].price == Decimal("50.25") and "2 columns named" in read(text).warnings[0]
    assert read(text, mapping={"price": "Price (2)"}).executions[0].price == Decimal("60.25")


def test_columns_nobody_knows_are_asked_for() -> None:
    text = "what,day,how many,paid\nACME,2026-01-05,10,50.25\n"
    assert read(text).missing == ["symbol", "at", "quantity", "price"]
    mapping = {"symbol": "what", "at": "day", "quantity": "how many", "price": "paid", "nothing": "what"}
    assert len(read(text, mapping=mapping).executions) == 1


FLEX = """"BOF","U1","query"
"ClientAccountID","CurrencyPrimary","AssetClass","Symbol","TradeID","IBOrderID","DateTime","Quantity","TradePrice","IBCommission","Taxes","Buy/Sell","LevelOfDetail"
"U1","USD","STK","BRK B","","9","20260105;100001","100","50","-1","0","BUY","ORDER"
"U1","USD","STK","BRK B","111","9","20260105;100000","60","50","-0.6","-0.1","BUY","EXECUTION"
"U1","USD","STK","BRK B","112","9","20260105;100001","40","50","0.2","0","BUY","EXECUTION"
"U1","USD","OPT","ACME 260116C50","113","10","20260105;100001","1","2","-1","0","BUY","EXECUTION"
"U1","USD","STK","ACME","114","11","20260105;100002","40","50","-1","0","BUY (Ca.)","EXECUTION"
"U1","EUR","STK","SAP","115","12","20260105;100002","40","50","-1","0","BUY","EXECUTION"
"U2","USD","STK","ACME","116","13","20260105;100002","40","50","-1","0","BUY","EXECUTION"
"EOF","U1"
"""
STATEMENT = """Statement,Header,Field Name,Field Value
Statement,Data,Title,Activity Statement
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,,Proceeds,Comm in USD,,,MTM in USD,Code
Trades,Data,Order,Forex,USD,EUR.USD,"2026-01-05, 10:00:00",1,1.1,,-1.1,-1,,,0,
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code
Trades,Data,Order,Stocks,USD,ACME,"2026-01-05, 10:00:00","1,000",50.123456789,51,-50123,-1.014569,50001,0,0,O
Trades,Data,Order,Stocks,USD,ACME,"2026-01-06, 10:00:00",-300,51,51,15300,-2,15300,0,0,C
Trades,Data,Trade,Stocks,USD,ACME,"2026-01-06, 09:59:59",-100,51,51,5100,-1,5100,0,0,C
Trades,Data,Trade,Stocks,USD,ACME,"2026-01-06, 10:00:00",-200,51,51,10200,-1,10200,0,0,C;P
Trades,Data,ClosedLot,Stocks,USD,ACME,2026-01-05,300,50,,,,15000,,,ST
Trades,SubTotal,,Stocks,USD,ACME,,700,,,,,,,,
Trades,Total,,Stocks,USD,,,,,,,,,,,
"""
TRADINGVIEW = """Symbol,Side,Type,Qty,Limit Price,Stop Price,Fill Price,Status,Commission,Placing Time,Closing Time,Order ID,Level ID,Leverage,Margin
NASDAQ:ACME,Sell,Market,5,,,61.25,Filled,,2/10/26 15:56,2/10/26 15:56,744,,20:1,"87.38 USD"
NASDAQ:ACME,Buy,Limit,5,60,,60.5,Filled,,2/9/26 15:54,2/9/26 15:55,743,,20:1,"87.38 USD"
NASDAQ:ACME,Sell,Limit,10,60,,,Cancelled,0,1/30/26 10:00,1/30/26 10:00,742,,,
CME_MINI:ES1!,Buy,Market,1,,,6994.25,Filled,,2/9/26 15:54,2/9/26 15:55,741,,,
"""


def test_a_flex_query_is_known_by_its_columns_and_read_by_execution() -> None:
    found = read(FLEX)
    assert found.reading.broker == "ib"
    assert [(one.symbol, one.quantity, one.fee, one.key) for one in found.executions] == [
        ("BRK.B", Decimal(60), Decimal("0.7"), "id:111"),
        ("BRK.B", Decimal(40), Decimal(0), "id:112"),
    ]
    assert "paid 0.2" in found.executions[1].notes[0]
    for words in ("no share", "took this execution back", "in EUR", "account U2"):
        assert words in reasons(found)


def test_an_activity_statement_is_read_by_execution_where_they_are_listed() -> None:
    found = read(STATEMENT)
    assert found.reading.broker == "ib"
    assert [(one.quantity, one.price, one.buys) for one in found.executions] == [
        (Decimal(1000), Decimal("50.12345679"), True),
        (Decimal(100), Decimal(51), False),
        (Decimal(200), Decimal(51), False),
    ]
    assert not found.refused


def test_a_paper_trading_history_is_read_with_its_filled_orders_alone() -> None:
    found = read(TRADINGVIEW, order=Order.MONTH)
    assert (found.reading.broker, found.skipped) == ("tradingview", 1)
    assert [(one.buys, f"{one.at:%m-%d %H:%M}") for one in found.executions] == [(True, "02-09 20:55"), (False, "02-10 20:56")]
    assert "ES1!" in reasons(found)
    assert read(TRADINGVIEW).reading.broker == "tradingview"  # 1/30 tells the order of all days
    assert read(TRADINGVIEW, broker="generic").reading.broker == "generic"


def test_any_other_file_is_any_csv() -> None:
    assert broker_of(rows_of(HEAD + "ACME,2026-01-05,Buy,1,50,0")[0]).name == "generic"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 50), st.integers(1, 100), st.integers(0, 300)), min_size=1, max_size=40))
def test_walking_loses_no_share_and_no_fee_and_never_crosses_zero_within_a_trade(told: list[tuple[bool, int, int, int]]) -> None:
    begin = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    executions = [
        Execution(k, begin + dt.timedelta(minutes=k), "ACME", buys, Decimal(quantity), Decimal(price), Decimal(fee) / 100, str(k))
        for k, (buys, quantity, price, fee) in enumerate(told)
    ]
    positions = walk(executions)
    signed = sum(one.quantity if one.buys else -one.quantity for one in executions)
    assert sum(one.held if one.side == "long" else -one.held for one in positions) == signed
    assert sum(part.fee for one in positions for part in one.parts) == sum(one.fee for one in executions)
    assert sum(part.quantity for one in positions for part in one.parts) == sum(one.quantity for one in executions)
    assert all(not one.held for one in positions[:-1])
    cash = sum((-1 if one.buys else 1) * one.quantity * one.price for one in executions)
    gross = Decimal(0)
    for one in positions:
        facts = [
            Fill(part.execution.at, Kind.ENTRY if part.enters else Kind.EXIT, part.quantity, part.execution.price, part.fee, None, number)
            for number, part in enumerate(one.parts)
        ]
        found = measure(side=one.side, fills=facts)
        cost = (found.average_cost or 0) * found.quantity_open * sign(one.side)
        gross += found.gross
        cash += cost
    assert abs(cash - gross) < Decimal("0.00001")
