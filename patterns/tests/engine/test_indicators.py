"""Indicators: worked by hand, judged by a foreign library on real bars, and held to what must be true of any series."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from patterns.engine.bars import Bars, Floats
from patterns.engine.indicators import Indicator, indicators
from patterns.engine.indicators.average_price import anchored_vwap, vwap
from patterns.engine.indicators.averages import ema, mean_before, moving_sum, sma, wilder
from patterns.engine.indicators.bands import bollinger, keltner
from patterns.engine.indicators.direction import adx
from patterns.engine.indicators.extremes import highest, lowest
from patterns.engine.indicators.macd import macd
from patterns.engine.indicators.momentum import rate_of_change, rsi
from patterns.engine.indicators.stochastic import fast_stochastic, slow_stochastic
from patterns.engine.indicators.trend_template import RS_TEST, TESTS, passed, trend_template
from patterns.engine.indicators.volatility import atr, deviation, true_range
from patterns.engine.indicators.volume import on_balance_volume, relative_volume

from .real import sp500

NAN = np.nan
SIMPLE = talib.MA_Type.SMA
SYMBOLS = ("AAPL", "A", "BRK.B", "CHK", "F", "GE", "NFLX", "XOM", "ALLE", "KMI")  # cheap and dear, calm and wild, whole and young series
every_indicator = pytest.mark.parametrize("indicator", indicators().values(), ids=list(indicators()))


def walk(seed: int, size: int = 300) -> Bars:
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(0.02 * rng.standard_normal(size)))
    opened = np.concatenate([close[:1], close[:-1]]) * np.exp(0.005 * rng.standard_normal(size))
    spread = np.abs(0.01 * rng.standard_normal((2, size)))
    high, low = np.maximum(opened, close) * (1 + spread[0]), np.minimum(opened, close) * (1 - spread[1])
    return Bars(86_400.0 * np.arange(size, dtype=np.float64), opened, high, low, close, np.round(1e6 * np.exp(rng.standard_normal(size))))


def first_valid(values: Floats) -> int:
    return int(np.flatnonzero(~np.isnan(values))[0])


def assert_agree(ours: Floats, theirs: Floats, *, of: Floats | float | None = None, since: int | None = None) -> None:
    """Both begin on the same bar and differ nowhere by more than 1e-9 of the value, or of `of` where the value is a difference of such.

    since : the first bar from which they must agree, where the definitions begin differently.
    """
    if since is None:
        assert first_valid(ours) == first_valid(theirs)
        since = 0
    ours, theirs = ours[since:], theirs[since:]
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    scale = np.abs(theirs) if of is None else np.broadcast_to(of, (since + len(ours),))[since:]
    assert np.nanmax(np.abs(ours - theirs) / np.where(scale > 0, scale, 1.0), initial=0.0) <= 1e-9


# Worked by hand


def test_means_of_a_few_values() -> None:
    values = np.array([1.0, 2, 3, 4, 8])
    np.testing.assert_allclose(sma(values, 3), [NAN, NAN, 2, 3, 5])
    np.testing.assert_allclose(ema(values, 3), [NAN, NAN, 2, 3, 5.5])  # weight a half
    np.testing.assert_allclose(wilder(values, 3), [NAN, NAN, 2, 8 / 3, 40 / 9])  # weight a third
    np.testing.assert_allclose(moving_sum(values, 3), [NAN, NAN, 6, 9, 15])
    np.testing.assert_allclose(mean_before(values, 3), [NAN, NAN, NAN, 2, 3])


def test_range_counts_the_gap_from_the_close_before() -> None:
    high, low, close = np.array([10.0, 14, 9, 9.5]), np.array([8.0, 13, 8, 9]), np.array([9.0, 13, 8.5, 9])
    np.testing.assert_allclose(true_range(high, low, close), [NAN, 5, 5, 1])
    np.testing.assert_allclose(atr(high, low, close, 2), [NAN, NAN, 5, 3])


def test_relative_strength_index_of_the_published_example() -> None:
    # the spreadsheet of StockCharts' ChartSchool, which rounds its prices to four digits and its answers to two
    close = np.array([
        44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
        45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
        45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
    ])  # fmt: skip
    expected = [70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46]
    expected += [37.30, 33.08, 37.77]
    found = rsi(close, 14)
    assert first_valid(found) == 14
    np.testing.assert_allclose(found[14:], expected, atol=0.011)


def test_deviation_and_bands_of_a_few_values() -> None:
    values = np.array([2.0, 4, 4, 4, 5, 5, 7, 9])  # the schoolbook's: mean 5, deviation 2
    assert deviation(values, 8)[-1] == 2
    bands = bollinger(values, 8, 2.0)
    assert (bands.lower[-1], bands.middle[-1], bands.upper[-1]) == (1, 5, 9)


def test_a_flat_stretch_has_no_deviation_however_wild_it_was_before() -> None:
    values = np.concatenate([walk(3, 40).close * 1e6, np.full(25, 0.1)])
    assert (deviation(values, 20)[60:] == 0).all()
    assert (moving_sum(np.concatenate([walk(3, 40).close, np.zeros(25)]), 20)[60:] == 0).all()


def test_directional_movement_of_a_few_bars() -> None:
    high, low, close = np.array([10.0, 12, 13, 12]), np.array([8.0, 9, 11, 8]), np.array([9.0, 11, 12, 9])
    # up moves 2, 1, 0; down moves 0, 0, 3; true ranges 3, 2, 4; means of two: (1.5, 0, 2.5), then (0.75, 1.5, 3.25)
    found = adx(high, low, close, 2)
    np.testing.assert_allclose(found.plus, [NAN, NAN, 60, 100 * 0.75 / 3.25])
    np.testing.assert_allclose(found.minus, [NAN, NAN, 0, 100 * 1.5 / 3.25])
    np.testing.assert_allclose(found.adx, [NAN, NAN, NAN, (100 + 100 / 3) / 2])


def test_stochastic_of_a_few_bars() -> None:
    high, low, close = np.array([10.0, 12, 11, 14]), np.array([8.0, 9, 9, 10]), np.array([9.0, 11, 10, 14])
    fast = fast_stochastic(high, low, close, 2, 2)
    np.testing.assert_allclose(fast.k, [NAN, 75, 100 / 3, 100])
    np.testing.assert_allclose(fast.d, [NAN, NAN, 325 / 6, 200 / 3])
    np.testing.assert_allclose(slow_stochastic(high, low, close, 2, 2, 2).k, fast.d)


def test_on_balance_volume_adds_on_rises_and_takes_away_on_falls() -> None:
    close, volume = np.array([10.0, 11, 11, 9, 9.5]), np.array([100.0, 50, 70, 30, 10])
    np.testing.assert_allclose(on_balance_volume(close, volume), [100, 150, 150, 120, 130])


def test_average_price_weighs_by_volume() -> None:
    price, volume = np.array([10.0, 20, 30, 40]), np.array([1.0, 3, 0, 0])
    np.testing.assert_allclose(vwap(price, price, price, volume, 2), [NAN, 17.5, 20, NAN])  # nothing traded, no price
    np.testing.assert_allclose(anchored_vwap(price, price, price, volume, 1), [NAN, 20, 20, 20])
    np.testing.assert_allclose(anchored_vwap(price, price, price, volume, 2), [NAN] * 4)
    for anchor in (-1, 4):
        with pytest.raises(ValueError, match="one of the bars"):
            anchored_vwap(price, price, price, volume, anchor)


def test_relative_volume_leaves_the_bar_itself_out() -> None:
    np.testing.assert_allclose(relative_volume(np.array([2.0, 4, 9, 0, 0, 5]), 2), [NAN, NAN, 3, 0, 0, NAN])


def test_rate_of_change_is_a_fraction() -> None:
    np.testing.assert_allclose(rate_of_change(np.array([10.0, 12, 11]), 1), [NAN, 0.2, 11 / 12 - 1])
    assert np.isnan(rate_of_change(np.array([10.0, 12, 11]), 7)).all()


def test_channel_extremes_keep_the_highest_as_long_as_it_is_in_the_window() -> None:
    np.testing.assert_allclose(highest(np.array([5.0, 3, 4, 1, 2, 9]), 3), [NAN, NAN, 5, 4, 4, 9])
    np.testing.assert_allclose(lowest(np.array([5.0, 3, 4, 1, 2, 9]), 3), [NAN, NAN, 3, 1, 1, 1])


def test_macd_is_the_difference_of_the_two_averages_that_a_chart_shows() -> None:
    close = walk(1).close
    found = macd(close, 12, 26, 9)
    np.testing.assert_array_equal(found.line, ema(close, 12) - ema(close, 26))
    np.testing.assert_array_equal(found.histogram, found.line - found.signal)
    with pytest.raises(ValueError, match="below slow"):
        macd(close, 26, 26, 9)


def test_keltner_channel_stands_on_the_average_true_range() -> None:
    bars = walk(2)
    found = keltner(bars.high, bars.low, bars.close, 20, 10, 2.0)
    np.testing.assert_allclose(found.upper - found.middle, 2 * atr(bars.high, bars.low, bars.close, 10)[: bars.size] + 0 * found.middle)
    np.testing.assert_array_equal(found.middle, ema(bars.close, 20))


def template(growth: float, rs: float) -> NDArray[np.uint8]:
    """The trend template over 300 bars that grow by `growth` each."""
    close = np.cumprod(np.full(300, 1 + growth))
    bits: NDArray[np.uint8] = trend_template(
        close * 1.005, close * 0.995, close, sma(close, 50), sma(close, 150), sma(close, 200), np.full(300, rs)
    )
    return bits


def test_a_steady_rise_passes_the_whole_trend_template_once_there_is_enough_history() -> None:
    bits = template(0.004, 85.0)
    assert len(TESTS) == 8
    assert bits[299] == 0b1111_1111
    assert passed(int(bits[299])) == 7
    assert bits[198] & 0b1011 == 0  # no SMA200 yet
    assert bits[250] & 0b110_0000 == 0  # no 52 weeks yet
    assert template(0.004, NAN)[299] == bits[299] - RS_TEST


def test_a_steady_fall_passes_none_of_the_trend_template() -> None:
    assert template(-0.004, 20.0)[299] == 0


# Judged by TA-Lib on real bars


@pytest.fixture(scope="module", params=SYMBOLS)
def bars(request: pytest.FixtureRequest, market_data: Path) -> Bars:
    return sp500(market_data)[request.param]


@pytest.mark.parametrize("length", [2, 5, 14, 50, 200])
def test_averages_agree_with_the_reference_library(bars: Bars, length: int) -> None:
    for values in (bars.close, bars.volume):
        assert_agree(sma(values, length), talib.SMA(values, length))
        assert_agree(ema(values, length), talib.EMA(values, length))
        assert_agree(wilder(values, length), talib.RMA(values, length))
        assert_agree(moving_sum(values, length), talib.SUM(values, length))
    assert_agree(relative_volume(bars.volume, length), talib.RVOL(bars.volume, length))


@pytest.mark.parametrize("length", [2, 9, 14, 63])
def test_movement_agrees_with_the_reference_library(bars: Bars, length: int) -> None:
    high, low, close = bars.high, bars.low, bars.close
    assert_agree(true_range(high, low, close), talib.TRANGE(high, low, close), of=close)
    assert_agree(atr(high, low, close, length), talib.ATR(high, low, close, length))
    assert_agree(rsi(close, length), talib.RSI(close, length))
    # A change is a difference of near equals, so it is measured by the price.
    assert_agree(rate_of_change(close, length), talib.ROCP(close, length), of=1.0)
    assert_agree(highest(high, length), talib.MAX(high, length))
    assert_agree(lowest(low, length), talib.MIN(low, length))


@pytest.mark.parametrize(("length", "width"), [(5, 1.0), (20, 2.0), (100, 2.5)])
def test_bollinger_bands_agree_with_the_reference_library(bars: Bars, length: int, width: float) -> None:
    upper, middle, lower = talib.BBANDS(bars.close, length, width, width)
    found = bollinger(bars.close, length, width)
    for ours, theirs in ((found.upper, upper), (found.middle, middle), (found.lower, lower)):
        assert_agree(ours, theirs, of=bars.close)


def test_keltner_channel_agrees_with_the_reference_library_in_its_parts(bars: Bars) -> None:
    # The library's channel stands on the mean of (high + low + close) / 3, ours on that of the closes, as chart programs draw it;
    # and the library begins its average true range late, so that it starts on the same bar as the mean.
    high, low, close = bars.high, bars.low, bars.close
    found = keltner(high, low, close, 20, 10, 2.0)
    assert_agree(found.middle, talib.EMA(close, 20))
    assert_agree(found.upper, talib.EMA(close, 20) + 2 * talib.ATR(high, low, close, 10))
    upper, middle, lower = talib.KC(high, low, close, 20, 10, 2.0)
    assert_agree(found.upper - found.lower, upper - lower, of=close, since=300)
    assert_agree(ema((high + low + close) / 3, 20), middle)


@pytest.mark.parametrize(("fast", "slow", "signal"), [(12, 26, 9), (5, 35, 5), (3, 10, 16)])
def test_macd_agrees_with_the_reference_library_once_both_have_forgotten_how_they_began(
    bars: Bars, fast: int, slow: int, signal: int
) -> None:
    # The library begins its fast mean late, so that both means start on the same bar; here each has its own beginning.
    found = macd(bars.close, fast, slow, signal)
    line = talib.EMA(bars.close, fast) - talib.EMA(bars.close, slow)
    assert_agree(found.line, line, of=bars.close)
    assert_agree(found.signal[slow - 1 :], talib.EMA(line[slow - 1 :], signal), of=bars.close[slow - 1 :])
    for ours, theirs in zip(found, talib.MACD(bars.close, fast, slow, signal), strict=True):
        assert_agree(ours, theirs, of=bars.close, since=15 * slow)


def wilders_directional_movement(bars: Bars, length: int) -> tuple[list[float], list[float], list[float]]:
    """As the book says it, in plain Python: sums of the first `length` bars, then less one part in `length`, plus the new."""
    n = bars.size
    sums: list[float] = []
    out: tuple[list[float], list[float], list[float]] = ([NAN] * n, [NAN] * n, [NAN] * n)
    seen: list[tuple[float, float, float]] = []
    mean, marks = NAN, []
    for t in range(1, n):
        up, down = bars.high[t] - bars.high[t - 1], bars.low[t - 1] - bars.low[t]
        reach = max(bars.high[t], bars.close[t - 1]) - min(bars.low[t], bars.close[t - 1])
        new = (reach, up if up > max(down, 0) else 0.0, down if down > max(up, 0) else 0.0)
        seen.append(new)
        if t < length:
            continue
        sums = (
            [sum(column) for column in zip(*seen, strict=True)]
            if t == length
            else [s - s / length + x for s, x in zip(sums, new, strict=True)]
        )
        plus, minus = 100 * sums[1] / sums[0], 100 * sums[2] / sums[0]
        marks.append(100 * abs(plus - minus) / (plus + minus) if plus + minus else 0.0)
        if len(marks) == length:
            mean = sum(marks) / length
        elif len(marks) > length:
            mean = (mean * (length - 1) + marks[-1]) / length
        out[0][t], out[1][t], out[2][t] = mean, plus, minus
    return out


@pytest.mark.parametrize("length", [7, 14])
def test_directional_movement_agrees_with_the_book_and_later_with_the_reference_library(bars: Bars, length: int) -> None:
    # The library's first sums hold one bar less than the book's; the difference fades by one part in `length` a bar.
    found = adx(bars.high, bars.low, bars.close, length)
    theirs = [line(bars.high, bars.low, bars.close, length) for line in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)]
    for ours, book, library in zip(found, wilders_directional_movement(bars, length), theirs, strict=True):
        assert_agree(ours, np.array(book), of=100.0)
        assert first_valid(ours) == first_valid(library)
        assert_agree(ours, library, of=100.0, since=30 * length)


@pytest.mark.parametrize(("length", "smooth", "signal"), [(5, 3, 3), (14, 3, 3), (39, 1, 2)])
def test_stochastic_agrees_with_the_reference_library(bars: Bars, length: int, smooth: int, signal: int) -> None:
    # The library leaves out the first K, for which there is no D yet.
    slow = slow_stochastic(bars.high, bars.low, bars.close, length, smooth, signal)
    k, d = talib.STOCH(bars.high, bars.low, bars.close, length, smooth, SIMPLE, signal, SIMPLE)
    assert_agree(slow.d, d, of=100.0)
    assert_agree(slow.k, k, of=100.0, since=first_valid(d))
    fast = fast_stochastic(bars.high, bars.low, bars.close, length, signal)
    k, d = talib.STOCHF(bars.high, bars.low, bars.close, length, signal, SIMPLE)
    assert_agree(fast.d, d, of=100.0)
    assert_agree(fast.k, k, of=100.0, since=first_valid(d))


def test_volume_indicators_agree_with_the_reference_library(bars: Bars) -> None:
    high, low, close, volume = bars.high, bars.low, bars.close, bars.volume
    assert_agree(on_balance_volume(close, volume), talib.OBV(close, volume))
    assert_agree(anchored_vwap(high, low, close, volume, 0), talib.VWAP(high, low, close, volume))
    # The library has no moving one: mean of price times volume over mean volume.
    typical = (high + low + close) / 3
    assert_agree(vwap(high, low, close, volume, 20), talib.SMA(typical * volume, 20) / talib.SMA(volume, 20))


def test_deviation_agrees_with_the_plain_formula_on_every_share(market_data: Path) -> None:
    for series in list(sp500(market_data).values())[::25]:
        if series.size < 60:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(series.close, 30)
        np.testing.assert_allclose(deviation(series.close, 30)[29:], windows.std(axis=1), rtol=1e-9)


# What every indicator of the catalogue keeps


def test_the_catalogue_holds_what_traders_expect() -> None:
    expected = (
        "sma ema rsi macd atr adx bollinger keltner stochastic-fast stochastic-slow on-balance-volume vwap average-volume rate-of-change"
    )
    assert {*expected.split()} <= {*indicators()}


def defaults(indicator: Indicator) -> list[int]:
    return [length.default for length in indicator.lengths]


@every_indicator
def test_it_is_valid_from_the_bar_it_names(indicator: Indicator) -> None:
    lines = indicator.of(walk(4))
    assert tuple(lines) == indicator.lines
    first = indicator.first(*defaults(indicator))
    assert max(first_valid(line) for line in lines.values()) == first
    for line in lines.values():
        assert line.shape == (300,)
        assert not np.isnan(line[first:]).any()


@every_indicator
def test_later_bars_change_nothing(indicator: Indicator) -> None:
    bars = walk(5)
    whole = indicator.of(bars)
    for size in range(0, bars.size, 13):
        for name, line in indicator.of(bars.first(size)).items():
            np.testing.assert_array_equal(line, whole[name][:size])


@every_indicator
@pytest.mark.parametrize("factor", [1024.0, 10.0, 0.001])
def test_prices_in_another_unit_give_the_same_picture(indicator: Indicator, factor: float) -> None:
    bars = walk(6)
    unit = factor if indicator.scale == "price" or indicator.name == "macd" else 1.0
    for name, line in indicator.of(bars.scaled(factor)).items():
        plain = indicator.of(bars)[name]
        np.testing.assert_allclose(line, plain * unit, rtol=1e-9, atol=1e-9 * unit * np.nanmax(np.abs(plain)))


@every_indicator
def test_a_missing_bar_leaves_a_gap_and_no_trace(indicator: Indicator) -> None:
    bars = walk(7)
    hole = Bars(*(np.where(np.arange(bars.size) == 120, NAN, column) for column in bars))
    first = indicator.first(*defaults(indicator))
    lines, anew = indicator.of(hole), indicator.of(bars.since(121))
    for name, line in lines.items():
        assert np.isnan(line[120])
        np.testing.assert_array_equal(line[:120], indicator.of(bars)[name][:120])
        if indicator.name != "on-balance-volume":  # a sum without an end goes on
            np.testing.assert_allclose(line[121 + first :], anew[name][first:], rtol=1e-9, atol=1e-12)


@every_indicator
def test_short_and_empty_series_are_no_error_and_input_stays_untouched(indicator: Indicator) -> None:
    for size in (0, 1, 2):
        bars = walk(8).first(size)
        before = [column.copy() for column in bars]
        lines = indicator.of(bars)
        assert all(line.shape == (size,) for line in lines.values())
        if indicator.lengths:
            assert all(np.isnan(line).all() for line in lines.values())
        for was, now in zip(before, bars, strict=True):
            np.testing.assert_array_equal(was, now)


@every_indicator
def test_impossible_lengths_are_refused(indicator: Indicator) -> None:
    with pytest.raises(ValueError, match="has no length"):
        indicator.of(walk(9), period=3)
    for length in indicator.lengths:
        for value in (0, -3, 1001):
            with pytest.raises(ValueError, match=length.name):
                indicator.of(walk(9), **{length.name: value})


@every_indicator
def test_flat_prices_are_no_error(indicator: Indicator) -> None:
    flat = np.full(200, 7.0)
    first = indicator.first(*defaults(indicator))
    for line in indicator.of(Bars(np.arange(200.0), flat, flat, flat, flat, flat)).values():
        assert np.isfinite(line[first:]).all()
        assert np.ptp(line[first:]) < 1e-9


KERNELS: dict[str, Callable[[Floats, int], Floats]] = {
    "sma": sma, "ema": ema, "wilder": wilder, "sum": moving_sum, "before": mean_before, "deviation": deviation, "highest": highest,
    "lowest": lowest, "rsi": rsi, "change": rate_of_change, "relative": relative_volume,
    "atr": lambda x, n: atr(x, x, x, n), "adx": lambda x, n: adx(x, x, x, n).adx, "vwap": lambda x, n: vwap(x, x, x, x, n),
    "stochastic": lambda x, n: fast_stochastic(x, x, x, n, 3).k,
}  # fmt: skip


@pytest.mark.parametrize("name", KERNELS)
def test_a_length_below_one_is_a_value_error_and_a_longer_one_than_the_series_is_all_unknown(name: str) -> None:
    values = walk(10, 30).close
    for length in (0, -1):
        with pytest.raises(ValueError, match="at least 1"):
            KERNELS[name](values, length)
    for length in (31, 10**12):
        assert np.isnan(KERNELS[name](values, length)).all()


series = st.lists(st.floats(0.01, 1e6), min_size=3, max_size=80).map(np.array)
small = st.integers(1, 12)


@settings(deadline=None, max_examples=60)
@given(series, small)
def test_moving_values_equal_their_plain_definition(values: Floats, length: int) -> None:
    for t in range(len(values)):
        window = values[max(0, t - length + 1) : t + 1]
        if len(window) < length:
            continue
        top = window.max()
        np.testing.assert_allclose(sma(values, length)[t], window.mean(), rtol=1e-9, atol=1e-9 * values.max())
        np.testing.assert_allclose(moving_sum(values, length)[t], window.sum(), rtol=1e-12)
        np.testing.assert_allclose(deviation(values, length)[t], window.std(), rtol=1e-9, atol=1e-7 * top)
        assert highest(values, length)[t] == top
        assert lowest(values, length)[t] == window.min()


@settings(deadline=None, max_examples=60)
@given(series, small)
def test_bounded_indicators_stay_within_their_bounds(values: Floats, length: int) -> None:
    high, low = values * 1.01, values * 0.99
    bounded = [rsi(values, length), *adx(high, low, values, length), *fast_stochastic(high, low, values, length, 3)]
    for line in bounded:
        line = line[~np.isnan(line)]
        assert ((line >= -1e-6) & (line <= 100 + 1e-6)).all()
    price = vwap(high, low, values, values, length)
    known = ~np.isnan(price)
    assert (price[known] <= highest(high, length)[known] * (1 + 1e-9)).all()
    assert (price[known] >= lowest(low, length)[known] * (1 - 1e-9)).all()


@settings(deadline=None, max_examples=60)
@given(series, small, st.integers(-8, 8))
def test_doubling_every_price_doubles_prices_and_leaves_shares_of_movement_alone(values: Floats, length: int, power: int) -> None:
    unit = 2.0**power  # exact in binary, so the answers are too
    high, low = values * 1.01, values * 0.99
    np.testing.assert_array_equal(rsi(values * unit, length), rsi(values, length))
    np.testing.assert_array_equal(atr(high * unit, low * unit, values * unit, length), atr(high, low, values, length) * unit)
    np.testing.assert_array_equal(deviation(values * unit, length), deviation(values, length) * unit)
    for scaled, plain in zip(adx(high * unit, low * unit, values * unit, length), adx(high, low, values, length), strict=True):
        np.testing.assert_array_equal(scaled, plain)
