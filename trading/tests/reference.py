"""The twelve trades of the definitions, as data: what tests load and every worked example is computed from."""

import datetime as dt
from decimal import Decimal

from trading.stats.fills import Fill, Kind, Measures, measure
from trading.stats.multiples import Moments, to_units
from trading.stats.results import Result, in_close_order

Row = tuple[str, str, list[tuple[str, str, str, str | None, str]], list[tuple[str, str, str, str]]]

# id, side, entries (date, quantity, price, stop, fee), exits (date, quantity, price, fee)
ROWS: list[Row] = [
    ("T1", "long", [("01-05", "100", "50.00", "48.00", "1.00")], [("01-09", "100", "55.00", "1.00")]),
    ("T2", "long", [("01-06", "200", "30.00", "29.00", "1.00")], [("01-08", "200", "29.00", "1.00")]),
    ("T3", "short", [("01-07", "100", "80.00", "82.00", "1.00")], [("01-14", "100", "76.00", "1.00")]),
    ("T4", "long", [("01-12", "100", "40.00", "38.00", "1.00")], [("01-16", "50", "44.00", "0.50"), ("01-21", "50", "42.00", "0.50")]),
    ("T5", "long", [("01-13", "100", "60.00", "58.50", "1.00")], [("01-15", "100", "60.02", "1.00")]),
    ("T6", "long", [("01-15", "100", "20.00", None, "1.00")], [("01-22", "100", "21.00", "1.00")]),
    ("T7", "short", [("01-20", "50", "100.00", "104.00", "1.00")], [("01-23", "50", "107.00", "1.00")]),
    (
        "T8",
        "long",
        [("01-21", "100", "25.00", "24.00", "1.00"), ("01-23", "100", "27.00", "26.00", "1.00")],
        [("01-30", "200", "28.00", "1.00")],
    ),
    ("T9", "long", [("01-26", "100", "70.00", "68.00", "1.00")], [("01-28", "100", "67.90", "1.00")]),
    ("T10", "long", [("01-27", "200", "15.00", "14.00", "1.00")], [("02-05", "200", "18.20", "1.00")]),
    ("T11", "long", [("02-02", "100", "45.00", "43.00", "1.00")], [("02-03", "100", "43.00", "1.00")]),
    ("T12", "short", [("02-04", "200", "12.00", "13.00", "1.00")], [("02-06", "200", "11.10", "1.00")]),
]
# id: gross, fees, net, 1R, R, percent
EXPECTED = {
    "T1": ("500.00", "2.00", "498.00", "200.00", "2.4900", "9.96"),
    "T2": ("-200.00", "2.00", "-202.00", "200.00", "-1.0100", "-3.37"),
    "T3": ("400.00", "2.00", "398.00", "200.00", "1.9900", "4.98"),
    "T4": ("300.00", "2.00", "298.00", "200.00", "1.4900", "7.45"),
    "T5": ("2.00", "2.00", "0.00", "150.00", "0.0000", "0.00"),
    "T6": ("100.00", "2.00", "98.00", None, None, "4.90"),
    "T7": ("-350.00", "2.00", "-352.00", "200.00", "-1.7600", "-7.04"),
    "T8": ("400.00", "3.00", "397.00", "200.00", "1.9850", "7.63"),
    "T9": ("-210.00", "2.00", "-212.00", "200.00", "-1.0600", "-3.03"),
    "T10": ("640.00", "2.00", "638.00", "200.00", "3.1900", "21.27"),
    "T11": ("-200.00", "2.00", "-202.00", "200.00", "-1.0100", "-4.49"),
    "T12": ("180.00", "2.00", "178.00", "200.00", "0.8900", "7.42"),
}
CLOSE_ORDER = ["T2", "T1", "T3", "T5", "T4", "T6", "T7", "T9", "T8", "T11", "T10", "T12"]


def at(day: str, hour: int = 15) -> dt.datetime:
    month, date = map(int, day.split("-"))
    return dt.datetime(2026, month, date, hour, tzinfo=dt.UTC)


def fills_of(row: Row) -> list[Fill]:
    entries = [
        Fill(at(day), Kind.ENTRY, Decimal(q), Decimal(p), Decimal(fee), None if stop is None else Decimal(stop), k)
        for k, (day, q, p, stop, fee) in enumerate(row[2])
    ]
    exits = [Fill(at(day, 20), Kind.EXIT, Decimal(q), Decimal(p), Decimal(fee), None, 10 + k) for k, (day, q, p, fee) in enumerate(row[3])]
    return [*entries, *exits]


def measures() -> dict[str, Measures]:
    return {row[0]: measure(side=row[1], fills=fills_of(row)) for row in ROWS}


def result_of(measured: Measures, key: int = 0) -> Result:
    return Result(measured.closed_at, measured.net, measured.gross, measured.fees, measured.risk, measured.hold_seconds, key)


def results() -> list[Result]:
    return list(in_close_order(result_of(one, key) for key, one in enumerate(measures().values())))


def moments(*rs: Decimal) -> Moments:
    return Moments.of([to_units(r) for r in rs])


def exits() -> list[tuple[dt.datetime, Decimal]]:
    return sorted((one.at, one.net) for measured in measures().values() for one in measured.exits)
