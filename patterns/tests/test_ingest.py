"""Import of CSV and Parquet: every good row is taken, every other one is counted and explained, and a bad file changes nothing."""

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db.models import Sum

from legend.lib.errors import Invalid, LegendError
from patterns.bars import load_bars, load_panel
from patterns.calendars import days_of, within_sessions
from patterns.engine.bars import Bars
from patterns.events import bars_updated
from patterns.models import BarBlock, Instrument, Universe
from patterns.providers.columns import UnreadableFile
from patterns.providers.listings import Listing, read_listings
from patterns.services.export import export_bars
from patterns.services.import_report import ImportReport
from patterns.services.ingest import NothingTaken, import_file
from patterns.services.universes import find_universe, members

from .factories import create_instrument, make_bars

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")
NOW = dt.datetime(2026, 11, 20, 23, tzinfo=dt.UTC)
HEADER = "symbol,date,open,high,low,close,volume"
GOOD = ["ACME,2017-06-28,10,11,9,10.5,1000", "ACME,2017-06-29,10.5,12,10,11.25,1100", "ACME,2017-06-30,11,11.5,10.75,11,900"]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A file of these lines; `end` is what follows the last one."""

    def write(*lines: str, name: str = "bars.csv", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + end, encoding="utf-8")
        return path

    return write


def take(path: Path, **options: Any) -> ImportReport:
    return import_file(path=path, now=options.pop("now", NOW), **options)


def stored(symbol: str, interval: str = "1day") -> Bars:
    return load_bars(Instrument.objects.get(symbol=symbol), interval)


def refused(report: ImportReport) -> dict[str, int]:
    return {finding.reason: finding.count for finding in report.refused}


def nothing_is_stored() -> bool:
    return not (Instrument.objects.exists() or Universe.objects.exists() or BarBlock.objects.exists())


# ── what is taken ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_long_form_is_taken_row_by_row(written) -> None:
    report = take(written(HEADER, *GOOD, "BETA,2017-06-30,20,21,19,20,5"), universe="TEST")
    assert (report.rows, report.taken, report.added, report.refused_rows) == (4, 4, 4, 0)
    assert (report.symbols, report.new_symbols, report.first, report.last) == (2, 2, "2017-06-28", "2017-06-30")
    bars = stored("ACME")
    assert days_of(bars.at).astype(str).tolist() == ["2017-06-28", "2017-06-29", "2017-06-30"]
    assert bars.close.tolist() == [10.5, 11.25, 11]
    assert bars.volume.tolist() == [1000, 1100, 900]


def test_symbols_join_the_universe_and_new_ones_are_at_home_there(written) -> None:
    take(written(HEADER, *GOOD), universe="FIRST")
    take(written(HEADER, *GOOD, "BETA,2017-06-30,20,21,19,20,5"), universe="SECOND")
    assert [one.symbol for one in members(universe=find_universe(name="SECOND"))] == ["ACME", "BETA"]
    assert dict(Instrument.objects.values_list("symbol", "home__name")) == {"ACME": "FIRST", "BETA": "SECOND"}
    assert set(Instrument.objects.values_list("source", flat=True)) == {"import"}


def test_without_a_name_the_universe_is_called_import(written) -> None:
    assert take(written(HEADER, *GOOD)).universe == "IMPORT"
    assert Universe.objects.get().name == "IMPORT"


def test_the_same_file_twice_changes_nothing(written) -> None:
    path = written(HEADER, *GOOD)
    take(path)
    blocks = list(BarBlock.objects.values())
    report = take(path)
    assert (report.added, report.changed, report.same) == (0, 0, 3)
    assert list(BarBlock.objects.values()) == blocks
    assert Instrument.objects.get().version == 1


def test_a_corrected_bar_replaces_the_old_one_and_steps_the_version(written) -> None:
    take(written(HEADER, *GOOD))
    report = take(written(HEADER, "ACME,2017-06-29,10.5,12,10,11.5,1100"))
    assert (report.added, report.changed, report.same) == (0, 1, 0)
    assert stored("ACME").close.tolist() == [10.5, 11.5, 11]
    assert Instrument.objects.get().version == 2


def test_news_of_new_bars_are_told_once_they_are_committed(written, django_capture_on_commit_callbacks) -> None:
    heard = []

    def listen(sender: object, **ids: object) -> None:
        heard.append((ids["instrument_ids"], ids["interval"]))

    bars_updated.connect(listen)
    try:
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                take(written(HEADER, *GOOD))
    finally:
        bars_updated.disconnect(listen)
    assert heard == [([Instrument.objects.get().pk], "1day")]


@pytest.mark.parametrize(
    "header",
    [
        "Date,Open,High,Low,Close,Volume,Name",
        "timestamp,1. open,2. high,3. low,4. close,5. volume,ticker",
        "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<TICKER>",
        " DATETIME , OPEN, High,low,Close ,vol,SYMBOL",
    ],
)
def test_columns_are_known_by_their_usual_names(written, header: str) -> None:
    rows = [",".join([*line.split(",")[1:], line.split(",")[0]]) for line in GOOD]
    assert take(written(header, *rows)).taken == 3
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_separate_too(written, separator: str) -> None:
    assert take(written(*(line.replace(",", separator) for line in [HEADER, *GOOD]))).taken == 3


def test_adjusted_prices_are_left_alone_and_that_is_said(written) -> None:
    report = take(written(HEADER + ",Adj Close", *(f"{line},1.5" for line in GOOD)))
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]
    assert report.notes == ["Columns not used: Adj Close."]


def test_one_file_per_symbol_is_named_by_the_file_or_by_hand(written) -> None:
    lines = [line.partition(",")[2] for line in [HEADER, *GOOD]]
    take(written(*lines, name="acme.csv"))
    take(written(*lines, name="prices of acme.csv"), symbol="brk.b")
    assert list(Instrument.objects.values_list("symbol", flat=True)) == ["ACME", "BRK.B"]


def test_a_file_name_that_cannot_be_a_symbol_asks_for_one(written) -> None:
    with pytest.raises(UnreadableFile, match="no column for the symbol, and MY PRICES cannot be one: say --symbol"):
        take(written(*(line.partition(",")[2] for line in [HEADER, *GOOD]), name="my prices.csv"))


def test_a_symbol_for_a_file_that_names_its_own_is_refused(written) -> None:
    with pytest.raises(UnreadableFile, match="names the symbol in each row"):
        take(written(HEADER, *GOOD), symbol="ACME")


def test_volume_may_be_missing(written) -> None:
    report = take(written(*(line.rpartition(",")[0] for line in [HEADER, *GOOD])))
    assert stored("ACME").volume.tolist() == [0, 0, 0]
    assert report.notes == ["There is no volume; it is stored as 0."]


def test_the_order_of_the_rows_does_not_matter(written) -> None:
    take(written(HEADER, *reversed(GOOD)))
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]


def test_a_file_without_a_last_line_break_is_whole_and_noted(written) -> None:
    report = take(written(HEADER, *GOOD, end=""))
    assert report.taken == 3
    assert "No line break ends the file" in report.notes[0]


def test_the_symbol_na_is_a_symbol(written) -> None:
    take(written(HEADER, *(line.replace("ACME", "NA") for line in GOOD)))
    assert Instrument.objects.get().symbol == "NA"


@pytest.mark.parametrize(
    "form", ["20170628", "2017-06-28T00:00:00Z", "2017-06-28 00:00:00-04:00", "2017-06-28 16:00:00", "1498608000", "1498622400000"]
)
def test_dates_are_read_in_many_forms(written, form: str) -> None:
    take(written(HEADER, f"ACME,{form},10,11,9,10.5,1000"))
    assert days_of(stored("ACME").at).astype(str).tolist() == ["2017-06-28"]


def test_names_and_sectors_are_given_by_a_list(written) -> None:
    names = written("Symbol,Name,Sector", 'ACME,"Acme, Inc.",Industrials', "OTHER,Other,Energy", name="names.csv")
    listings = read_listings(names)
    assert listings["ACME"] == Listing("Acme, Inc.", "Industrials", "")
    take(written(HEADER, *GOOD), listings=listings)
    acme = Instrument.objects.get()
    assert (acme.name, acme.sector) == ("Acme, Inc.", "Industrials")


# ── what is refused, row by row ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ACME,2017-06-27,,11,9,10.5,1000", "missing_value"),
        ("ACME,2017-06-27,NaN,11,9,10.5,1000", "missing_value"),
        ("ACME,2017-06-27,10,11,9,null,1000", "missing_value"),
        ("ACME,2017-06-27,10,11,9,10.5,", "missing_value"),
        ("ACME,2017-06-27,ten,11,9,10.5,1000", "not_a_number"),
        ("ACME,2017-06-27,10,inf,9,10.5,1000", "not_a_number"),
        ("ACME,2017-06-27,10,11,9,10.5,many", "not_a_number"),
        ("ACME,2017-06-27,0,11,0,10.5,1000", "price_not_positive"),
        ("ACME,2017-06-27,-10,11,-11,10.5,1000", "price_not_positive"),
        ("ACME,2017-06-27,10,11,9,10.5,-1", "negative_volume"),
        ("ACME,2017-06-27,10,9,11,10.5,1000", "high_below_low"),
        ("ACME,2017-06-27,8,11,9,10.5,1000", "outside_high_low"),
        ("ACME,2017-06-27,10,11,9,11.5,1000", "outside_high_low"),
        ("ACME,2017-07-04,10,11,9,10.5,1000", "not_a_session"),
        ("ACME,2017-07-01,10,11,9,10.5,1000", "not_a_session"),
        ("ACME,06/27/2017,10,11,9,10.5,1000", "bad_time"),
        ("ACME,2017-06-31,10,11,9,10.5,1000", "bad_time"),
        ("ACME,,10,11,9,10.5,1000", "bad_time"),
        (",2017-06-27,10,11,9,10.5,1000", "bad_symbol"),
        ("A C M E,2017-06-27,10,11,9,10.5,1000", "bad_symbol"),
        ("ACME,2026-11-23,10,11,9,10.5,1000", "not_closed"),
        ("ACME,2031-01-06,10,11,9,10.5,1000", "not_closed"),
        ("ACME,2017-06-27,10,11,9,10.5", "ragged_line"),
        ("ACME,2017-06-27,10,11,9,10.5,1000,5", "ragged_line"),
    ],
)
def test_a_bad_row_is_counted_and_explained_and_the_good_ones_are_taken(written, row: str, reason: str) -> None:
    report = take(written(HEADER, GOOD[0], row, *GOOD[1:]))
    assert refused(report) == {reason: 1}
    assert (report.rows, report.taken) == (4, 3)
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]
    example = report.refused[0].examples[0]
    assert example["line"] == 3 and set(example) == ({"line"} if reason == "ragged_line" else {"line", "symbol", "date"})


def test_the_first_examples_say_symbol_and_date_as_they_were_written(written) -> None:
    report = take(written(HEADER, *GOOD, "ACME,27.6.2017,10,11,9,10.5,1", "B B,2017-06-27,1,1,1,1,1", "BETA,2017-06-27,1,0.5,2,1,1"))
    assert {finding.reason: finding.examples[0] for finding in report.refused} == {
        "bad_time": {"line": 5, "symbol": "ACME", "date": "27.6.2017"},
        "bad_symbol": {"line": 6, "symbol": "B B", "date": "2017-06-27"},
        "high_below_low": {"line": 7, "symbol": "BETA", "date": "2017-06-27"},
    }


def test_of_identical_rows_one_is_taken(written) -> None:
    report = take(written(HEADER, *GOOD, GOOD[1], GOOD[1]))
    assert refused(report) == {"duplicate_identical": 2}
    assert stored("ACME").size == 3


def test_of_rows_that_contradict_each_other_none_is_taken(written) -> None:
    report = take(written(HEADER, *GOOD, GOOD[1].replace("11.25", "11.5")))
    assert refused(report) == {"duplicate_conflicting": 2}
    assert stored("ACME").close.tolist() == [10.5, 11]


def test_a_faulty_row_does_not_contradict_a_good_one(written) -> None:
    report = take(written(HEADER, *GOOD, "ACME,2017-06-29,10.5,12,10,NaN,1100"))
    assert refused(report) == {"missing_value": 1}
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]


def test_todays_bar_waits_for_the_close(written) -> None:
    path = written(HEADER, "ACME,2025-11-26,10,11,9,10,1", "ACME,2025-11-28,10,11,9,10,1")  # the latter closes at 18:00 UTC
    assert refused(take(path, now=dt.datetime(2025, 11, 28, 17, 59, tzinfo=dt.UTC))) == {"not_closed": 1}
    assert refused(take(path, now=dt.datetime(2025, 11, 28, 18, 0, tzinfo=dt.UTC))) == {}


# ── splits, jumps, and series that do not fit ────────────────────────────────────────────────────────────────────────────────

SPLIT_HEADER = HEADER + ",split_coefficient"
SPLIT = [
    "ACME,2017-06-28,70,77,63,70,100,1.0",
    "ACME,2017-06-29,70,77,63,71,100,1.0",
    "ACME,2017-06-30,10,11,9,10.5,700,7.00000700001",
]


def test_bars_before_a_split_are_put_into_its_terms(written) -> None:
    report = take(written(SPLIT_HEADER, *SPLIT))
    bars = stored("ACME")
    assert bars.open.tolist() == [10, 10, 10]
    assert bars.close.tolist() == [10, 71 / 7, 10.5]
    assert bars.volume.tolist() == [700, 700, 700]
    assert report.splits == [{"symbol": "ACME", "date": "2017-06-30", "ratio": 7.0}]
    assert not report.suspect


def test_a_split_counts_although_the_row_that_records_it_is_faulty(written) -> None:
    take(written(SPLIT_HEADER, *SPLIT[:2], "ACME,2017-06-30,,11,9,10.5,700,7", "ACME,2017-07-03,10,11,9,10,700,1"))
    assert stored("ACME").close.tolist() == [10, 71 / 7, 10]


def test_a_split_that_the_prices_do_not_show_was_applied_by_the_source(written) -> None:
    report = take(written(SPLIT_HEADER, *(f"{line},{ratio}" for line, ratio in zip(GOOD, (0, 0, 4), strict=True))))
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]
    assert [finding.reason for finding in report.suspect] == ["split_not_in_prices"]


def test_a_jump_without_a_recorded_split_is_kept_and_reported(written) -> None:
    report = take(written(HEADER, *(line.rpartition(",")[0] for line in SPLIT)))
    assert stored("ACME").close.tolist() == [70, 71, 10.5]
    assert [(one.reason, one.examples) for one in report.suspect] == [("overnight_jump", [{"symbol": "ACME", "date": "2017-06-30"}])]


def test_copies_and_gaps_are_reported(written) -> None:
    report = take(written(HEADER, GOOD[0], GOOD[0].replace("06-28", "06-29"), "ACME,2017-07-05,11,12,10,11,5"))
    assert {one.reason: one.count for one in report.suspect} == {"copy_of_next_bar": 1, "missing_sessions": 1}
    assert "(2 of them in all)" in report.suspect[-1].meaning


def test_part_of_a_history_in_another_scale_does_not_replace_a_good_one(written) -> None:
    acme = create_instrument("ACME", bars=make_bars([100.0] * 40, first=dt.date(2017, 5, 1)))
    before = load_bars(acme, "1day")
    later = [f"ACME,{day},25,26,24,25,1000" for day in days_of(before.at[-10:]).astype(str)]
    with pytest.raises(NothingTaken, match=r"prices are about 0.25 times those stored.*import the whole history"):
        take(written(HEADER, *later))
    assert all(np.array_equal(a, b) for a, b in zip(load_bars(acme, "1day"), before, strict=True))


def test_a_whole_history_in_another_scale_replaces_the_old_one(written) -> None:
    acme = create_instrument("ACME", bars=make_bars([100.0] * 40, first=dt.date(2017, 5, 1)))
    days = days_of(load_bars(acme, "1day").at).astype(str)
    report = take(written(HEADER, *(f"ACME,{day},25,26,24,25,1000" for day in days)))
    assert report.changed == 40
    assert set(stored("ACME").close.tolist()) == {25.0}


def test_a_split_after_what_is_stored_asks_for_the_whole_history(written) -> None:
    take(written(SPLIT_HEADER, *SPLIT[:2]))
    with pytest.raises(NothingTaken, match="import the whole history"):
        take(written(SPLIT_HEADER, SPLIT[2]))
    assert stored("ACME").close.tolist() == [70, 71]
    take(written(SPLIT_HEADER, *SPLIT))
    assert stored("ACME").close.tolist() == [10, 71 / 7, 10.5]
    # and now that all is in its terms, the last rows alone are welcome again
    assert take(written(SPLIT_HEADER, SPLIT[2])).same == 1


def test_a_mostly_faulty_series_does_not_replace_a_good_one(written) -> None:
    take(written(HEADER, *GOOD))
    broken = ["ACME,2017-06-28,10,11,9,10.25,1000", *(line.replace("11", "") for line in GOOD[1:])]
    with pytest.raises(NothingTaken, match="2 of its 3 rows are faulty"):
        take(written(HEADER, *broken))
    assert stored("ACME").close.tolist() == [10.5, 11.25, 11]


def test_real_bars_do_not_get_into_the_simulated_market(written) -> None:
    create_instrument("ACME", source="simulated", bars=make_bars([50.0] * 5))
    report = take(written(HEADER, *GOOD, "BETA,2017-06-30,20,21,19,20,5"))
    assert report.refused_series == [{"symbol": "ACME", "reason": "it is a share of the simulated market"}]
    assert refused(report) == {"bad_series": 3}
    assert stored("ACME").size == 5
    with pytest.raises(Invalid, match="DEMO is the simulated market"):
        take(written(HEADER, *GOOD), universe="DEMO")


# ── files that are not what they should be ───────────────────────────────────────────────────────────────────────────────────


def table(*, header: str = HEADER) -> bytes:
    return "\n".join([header, *GOOD, ""]).encode()


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    prices: dict[str, list[Any]] = {name: [1.0] for name in ("open", "high", "low", "close")}
    pq.write_table(pa.table({"symbol": ["A"], "date": ["2017-06-30"], **prices}), sink)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(lambda: b"", "is empty", id="empty"),
        pytest.param(lambda: HEADER.encode() + b"\n", "names its columns but has no rows", id="header only"),
        pytest.param(lambda: HEADER.encode(), "names its columns but has no rows", id="header without line break"),
        pytest.param(lambda: b"ticker,day,price\nA,2017-06-30,5\n", "close; found: ticker, day, price", id="wrong columns"),
        pytest.param(lambda: table().replace(b"close", b"clse"), "no column for close; found: symbol, date, open", id="a column missing"),
        pytest.param(lambda: table(header=HEADER.replace("open", "High")), "more than one column called high", id="a column twice"),
        pytest.param(lambda: "\n".join(GOOD).encode(), "found: ACME, 2017-06-28, 10", id="no header"),
        pytest.param(lambda: table()[:-12], "looks cut off: its last line has 5 of 7 fields", id="cut"),
        pytest.param(lambda: table()[:-3], "cut off in the middle of its last value", id="cut in the last value"),
        pytest.param(lambda: table().replace(b",1", b",NaN#"), "a price or volume is not a number", id="no number anywhere"),
        pytest.param(lambda: f"{HEADER}\nA,2017-06-30,NaN,NaN,NaN,NaN,NaN\n".encode(), "a price or volume is missing", id="NaN"),
        pytest.param(lambda: b"All work and no play\n" * 500_000, "no column for date, open, high", id="10 MB of lines"),
        pytest.param(lambda: b"x" * 10_000_000, "its first 64 kB are one line", id="10 MB in one line"),
        pytest.param(lambda: table() + b'A,2017-06-30,"' + b"1" * 10_000_000, "looks cut off|no whole CSV", id="10 MB in one cell"),
        pytest.param(lambda: bytes(range(256)) * 40, "holds binary data", id="binary"),
        pytest.param(lambda: b"\x89\xfe\xfd\xfc" * 40 + b"\n", "neither CSV in UTF-8 nor Parquet", id="noise"),
        pytest.param(lambda: b"PK\x03\x04" + b"spreadsheet" * 50, "holds binary data", id="a zip"),
        pytest.param(lambda: table().decode().encode("utf-16"), "text in UTF-16; save it as UTF-8", id="UTF-16"),
        pytest.param(lambda: parquet()[:-40], "no whole Parquet file: it is cut off or damaged", id="cut parquet"),
        pytest.param(lambda: b"PAR1 but nothing else", "no whole Parquet file", id="parquet by its first bytes only"),
    ],
)
def test_a_bad_file_gets_one_clear_sentence_and_nothing_is_stored(tmp_path: Path, content: Callable[[], bytes], sentence: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(content())
    with pytest.raises(LegendError, match=sentence) as caught:
        take(path)
    assert len(caught.value.detail) < 500
    assert "\n" not in caught.value.detail
    assert nothing_is_stored()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv cannot be read: No such file"):
        take(tmp_path / "nowhere.csv")


def test_parquet_columns_that_hold_no_numbers_are_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    prices: dict[str, list[Any]] = {name: [1.0] for name in ("open", "high", "low")}
    pq.write_table(pa.table({"symbol": ["A"], "date": ["2017-06-30"], **prices, "close": [[1.0]]}), path)
    with pytest.raises(UnreadableFile, match="in the column for close, not numbers"):
        take(path)


@pytest.mark.parametrize("name", ["sp500", "SP 500", "", "-A", "A" * 41, "7:MINE"])
def test_a_universe_is_named_in_capitals_digits_and_dashes(written, name: str) -> None:
    with pytest.raises(Invalid, match="cannot name a universe"):
        take(written(HEADER, *GOOD), universe=name)
    assert nothing_is_stored()


def test_an_interval_that_is_none_is_refused(written) -> None:
    with pytest.raises(Invalid, match="no interval '2day'"):
        take(written(HEADER, *GOOD), interval="2day")


def test_intraday_bars_are_not_taken_for_daily_ones_nor_the_other_way_round(written) -> None:
    minutes = [f"ACME,2017-06-28 {9 + m // 60:02}:{m % 60:02}:00,10,11,9,10,1" for m in range(30, 90, 5)]
    with pytest.raises(UnreadableFile, match=r"several bars a day \(09:30, 09:35, 09:40 …\): say their interval"):
        take(written(HEADER, *minutes))
    with pytest.raises(UnreadableFile, match="dates without times of day, so its bars are daily"):
        take(written(HEADER, *GOOD), interval="5min")


# ── intraday and weekly ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_times_without_a_zone_are_the_exchanges_on_both_sides_of_daylight_saving(written) -> None:
    rows = [f"ACME,{at},10,11,9,10,1" for at in ("2025-10-31 09:30:00", "2025-11-03 09:30:00", "2025-11-03T14:35:00Z")]
    take(written(HEADER.replace("date", "datetime"), *rows), interval="5min")
    moments = [dt.datetime.fromtimestamp(at, dt.UTC).isoformat() for at in stored("ACME", "5min").at]
    assert moments == ["2025-10-31T13:30:00+00:00", "2025-11-03T14:30:00+00:00", "2025-11-03T14:35:00+00:00"]


def test_the_hour_that_clocks_repeat_or_skip_is_no_time(written) -> None:
    rows = [f"ACME,{at},10,11,9,10,1" for at in ("2025-11-03 09:30:00", "2025-11-02 01:30:00", "2026-03-08 02:30:00")]
    assert refused(take(written(HEADER, *rows), interval="5min")) == {"bad_time": 2}


def test_date_and_time_may_stand_in_two_columns(written) -> None:
    header = "ticker,date,time,open,high,low,close,vol"
    take(written(header, "ACME,20251103,093000,10,11,9,10,1", "ACME,20251103,093500,10,11,9,10,1"), interval="5min")
    assert np.diff(stored("ACME", "5min").at).tolist() == [300]


def test_the_running_intraday_bar_waits_for_its_end(written) -> None:
    path = written(HEADER, "ACME,2025-11-03 09:30:00,10,11,9,10,1", "ACME,2025-11-03 09:35:00,10,11,9,10,1")
    report = take(path, interval="5min", now=dt.datetime(2025, 11, 3, 14, 39, 59, tzinfo=dt.UTC))
    assert (report.taken, refused(report)) == (1, {"not_closed": 1})


def test_weekly_bars_are_dated_by_the_last_session_of_their_week(written) -> None:
    rows = ["ACME,2024-03-18,10,11,9,10,1", "ACME,2024-03-25,10,11,9,10,1"]  # Mondays; the second week ends on Maundy Thursday
    take(written(HEADER, *rows), interval="1week")
    assert days_of(stored("ACME", "1week").at).astype(str).tolist() == ["2024-03-22", "2024-03-28"]


# ── the real files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def raw_series(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The file's rows by symbol, read by other means than the product's."""
    table = pq.read_table(path).to_pydict()
    series: dict[str, list[tuple[Any, ...]]] = {}
    for symbol, *values in zip(*table.values(), strict=True):
        series.setdefault(symbol, []).append(tuple(values))
    return series


def is_good(row: tuple[Any, ...]) -> bool:
    _, opened, high, low, close, volume = row
    if None in (opened, high, low, close, volume):
        return False
    return 0 < low <= min(opened, close) and max(opened, close) <= high and volume >= 0


def test_the_sp500_file_goes_in_as_it_is(market_data: Path) -> None:
    path = market_data / "sp500-2013-2018.parquet"
    report = take(path, universe="SP500-2018", listings=read_listings(market_data / "sp500-2013-2018-symbols.csv"))
    # the defects its README lists: 8 rows without open, high and low, 3 without open, 12 with open or close outside low to high,
    # of which one has its high below its low; the four of zero volume are among the first eight
    assert (report.rows, report.taken, report.refused_rows) == (619_040, 619_017, 23)
    assert refused(report) == {"missing_value": 8 + 3, "high_below_low": 1, "outside_high_low": 12 - 1}
    assert {one.reason: one.count for one in report.suspect}["copy_of_next_bar"] == 277
    jumps = next(one for one in report.suspect if one.reason == "overnight_jump")
    spin_offs = {"BAX", "DISCA", "DISCK", "EBAY", "NI"}
    assert spin_offs <= {example["symbol"] for example in jumps.examples}
    assert (report.symbols, report.first, report.last) == (505, "2013-02-08", "2018-02-07")

    ids = dict(Instrument.objects.values_list("symbol", "pk"))
    panel = load_panel(list(ids.values()), "1day")
    raw = raw_series(path)
    assert raw.keys() == ids.keys()
    for symbol, rows in raw.items():
        good = [row for row in rows if is_good(row)]
        bars = panel[ids[symbol]]
        assert days_of(bars.at).tolist() == [row[0] for row in good]
        for place, column in enumerate(bars[1:], start=1):
            assert column.tolist() == [row[place] for row in good]

    again = take(path, universe="SP500-2018")
    assert (again.added, again.changed, again.same) == (0, 0, 619_017)
    assert set(Instrument.objects.values_list("version", flat=True)) == {1}
    assert Instrument.objects.get(symbol="BRK.B").sector == "Financials"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_export_and_database_agree_bar_for_bar(market_data: Path, tmp_path: Path, ending: str) -> None:
    take(market_data / "excerpt-10-tickers.csv", universe="TEN")
    take(market_data / "unadjusted-with-corporate-actions.csv", universe="EIGHT")
    path = tmp_path / f"out.{ending}"
    exported = export_bars(universe=find_universe(name="EIGHT"), path=path)
    assert exported.instruments == 8
    assert exported.bars == BarBlock.objects.filter(instrument__memberships__universe__name="EIGHT").aggregate(all=Sum("count"))["all"]
    report = take(path, universe="EIGHT")
    assert (report.refused_rows, report.added, report.changed, report.same) == (0, 0, 0, exported.bars)


def test_the_unadjusted_file_equals_the_adjusted_one_after_its_split(market_data: Path) -> None:
    report = take(market_data / "unadjusted-with-corporate-actions.csv", universe="EIGHT")
    assert report.splits == [{"symbol": "AAPL", "date": "2014-06-09", "ratio": 7.0}]
    assert not [one for one in report.suspect if one.reason == "overnight_jump"]
    bars = stored("AAPL")
    with (market_data / "excerpt-10-tickers.csv").open() as file:
        adjusted = {row["date"]: float(row["close"]) for row in csv.DictReader(file) if row["symbol"] == "AAPL"}
    ours = dict(zip(days_of(bars.at).astype(str).tolist(), bars.close.tolist(), strict=True))
    off = [day for day, close in adjusted.items() if abs(ours[day] / close - 1) > 5e-3]
    assert off == ["2017-08-01"]  # whose bar in the other file is known to be wrong


def test_the_intraday_file_comes_back_across_daylight_saving(market_data: Path, tmp_path: Path) -> None:
    source = market_data / "intraday-5min.parquet"
    report = take(source, interval="5min", universe="FIVE")
    assert (report.rows, report.taken) == (63_042, 63_042)
    assert "lie before or after the trading session; they are kept" in report.notes[0]

    for symbol, rows in raw_series(source).items():
        bars = stored(symbol, "5min")
        local = [dt.datetime.fromtimestamp(at, NEW_YORK).replace(tzinfo=None) for at in bars.at.tolist()]
        assert local == [row[0] for row in rows]
        assert bars.close.tolist() == [row[4] for row in rows]
        # a full session has 78 bars
        session = within_sessions(bars.at)
        assert 0 < session.sum() <= 151 * 78

    path = tmp_path / "five.parquet"
    exported = export_bars(universe=find_universe(name="FIVE"), path=path, interval="5min")
    again = take(path, interval="5min", universe="FIVE")
    assert (exported.bars, again.same, again.added, again.changed) == (63_042, 63_042, 0, 0)
