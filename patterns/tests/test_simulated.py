"""The simulated market: what it has in common with real ones, that it is the same everywhere, and that it grows without changing."""

import csv
import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pytest

from legend.lib.errors import Unavailable
from patterns.bars import load_bars
from patterns.calendars import midnight, sessions
from patterns.engine.bars import Bars, Floats
from patterns.engine.simulated import FIRST_DAY, GIVEN_UP, LISTED, TAKEN_OVER, Market, simulate
from patterns.engine.simulated_companies import COMPANIES, INDEX
from patterns.events import bars_updated
from patterns.models import BarBlock, Instrument, Universe
from patterns.services.simulated_market import ensure_simulated_market

from .factories import create_instrument, random_bars

START = dt.date(2021, 1, 4)
END = dt.date(2026, 11, 20)
GICS = {
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
}


@pytest.fixture(scope="module")
def market() -> Market:
    return simulate(sessions(START, END))


@pytest.fixture(scope="module")
def whole(market: Market) -> list[Bars]:
    """Shares that are listed all the time."""
    return [share.bars for share in market.shares if share.joined is None and share.left is None]


@pytest.fixture(scope="module")
def returns(whole: list[Bars]) -> Floats:
    """(shares, n-1), logarithmic, close to close."""
    return np.diff(np.log([bars.close for bars in whole]))


def correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def autocorrelation(series: Floats, lag: int) -> float:
    """Mean over the rows."""
    return float(np.mean([correlation(row[:-lag], row[lag:]) for row in series]))


def kurtosis(series: Floats) -> float:
    """Excess over the normal distribution's."""
    off = series - series.mean()
    return float((off**4).mean() / (off**2).mean() ** 2 - 3)


# ── reproducible ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_market_is_the_same_on_every_machine(market: Market) -> None:
    digest = hashlib.sha256()
    for listed in [market.benchmark, *market.shares]:
        digest.update(listed.company.symbol.encode())
        digest.update(np.rint(np.stack(listed.bars[1:]) * 100).astype("<i8").tobytes())
    assert digest.hexdigest() == "9254ebfcd6e1a967fc0b808fac903abfdd88792016358825af4d0f13438789bf"


@pytest.mark.parametrize("size", [1, 50, 700, 1300])
def test_more_days_at_the_end_leave_the_bars_before_them_as_they_are(market: Market, size: int) -> None:
    days = sessions(START, END)[:size]
    shorter = simulate(days)
    for early, late in zip([shorter.benchmark, *shorter.shares], [market.benchmark, *market.shares], strict=True):
        known = late.bars.cut(midnight(days[-1].item()))
        assert all(np.array_equal(one, other) for one, other in zip(early.bars, known, strict=True))


def test_another_seed_is_another_market(market: Market) -> None:
    other = simulate(sessions(START, END)[:100], seed=1)
    assert not np.array_equal(other.benchmark.bars.close, market.benchmark.bars.close[:100])


def test_the_walk_starts_on_its_first_day_only() -> None:
    with pytest.raises(ValueError, match="starts on 2021-01-04"):
        simulate(sessions(dt.date(2022, 1, 3), END))
    with pytest.raises(ValueError, match="starts on 2021-01-04"):
        simulate(np.array([], dtype="datetime64[D]"))
    assert FIRST_DAY.item() == START


# ── what is listed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_about_two_hundred_invented_companies_in_all_sectors(market_data: Path) -> None:
    assert len({one.symbol for one in COMPANIES}) == len({one.name for one in COMPANIES}) == len(COMPANIES) == 200
    assert {one.sector for one in COMPANIES} == GICS
    real = set()
    for name in ("sp500-membership.csv", "nasdaq100-membership.csv", "sp500-constituents-2026-08.csv", "sp500-2013-2018-symbols.csv"):
        with (market_data / name).open() as file:
            real |= {row["symbol"] for row in csv.DictReader(file)}
    assert not real & {one.symbol for one in [*COMPANIES, INDEX]}


def test_some_are_young_and_some_are_gone(market: Market) -> None:
    by_symbol = {share.company.symbol: share for share in market.shares}
    days = sessions(START, END)
    for symbol, session in LISTED.items():
        assert by_symbol[symbol].joined == days[session]
        assert by_symbol[symbol].bars.size == len(days) - session
    for symbol, session in (TAKEN_OVER | GIVEN_UP).items():
        assert by_symbol[symbol].left == days[session]
        assert by_symbol[symbol].bars.size == session
    assert min(share.bars.size for share in market.shares) < 100


def test_a_take_over_pays_a_premium_and_ties_the_price(market: Market) -> None:
    bars = next(share.bars for share in market.shares if share.company.symbol in TAKEN_OVER)
    offer = int(np.argmax(bars.open[1:] / bars.close[:-1])) + 1
    assert bars.size - offer == 46
    assert bars.open[offer] / bars.close[offer - 1] > 1.2
    assert np.abs(bars.close[offer + 1 :] / bars.close[offer] - 1).max() < 0.06


# ── like a real market ───────────────────────────────────────────────────────────────────────────────────────────────────────
# Beside each range: the S&P 500 shares of 2013 to 2018.


def test_there_are_no_impossible_bars(market: Market) -> None:
    for listed in [market.benchmark, *market.shares]:
        bars = listed.bars
        assert (np.diff(bars.at) > 0).all()
        assert (bars.low <= np.minimum(bars.open, bars.close)).all()
        assert (bars.high >= np.maximum(bars.open, bars.close)).all()
        assert (bars.low > 0).all()
        assert (bars.volume > 0).all()
        assert (bars.volume == np.rint(bars.volume)).all()
        assert np.abs(np.stack(bars[1:5]) * 100 - np.rint(np.stack(bars[1:5]) * 100)).max() < 1e-6  # whole cents


def test_prices_lie_between_5_and_500(market: Market) -> None:
    assert min(share.bars.low.min() for share in market.shares) > 4
    assert max(share.bars.high.max() for share in market.shares) < 550
    assert 40 < np.median([share.bars.close[-1] for share in market.shares]) < 110


def test_no_bar_jumps_like_an_unrecorded_split(market: Market) -> None:
    assert max(np.abs(share.bars.open[1:] / share.bars.close[:-1] - 1).max() for share in market.shares) < 0.40


def test_shares_move_as_much_as_real_ones(returns: Floats) -> None:
    deviation = returns.std(axis=1)
    assert 0.013 < np.median(deviation) < 0.019  # 0.0145
    assert np.quantile(deviation, 0.95) / np.quantile(deviation, 0.05) > 1.8  # 2.5


def test_returns_have_fat_tails(returns: Floats) -> None:
    assert 3 < np.median([kurtosis(row) for row in returns]) < 12  # 5.9


def test_unrest_comes_in_clusters_but_returns_do_not(returns: Floats) -> None:
    assert 0.08 < autocorrelation(np.abs(returns), 1) < 0.25  # 0.13
    assert 0.03 < autocorrelation(np.abs(returns), 10) < 0.20  # 0.05
    assert abs(autocorrelation(returns, 1)) < 0.04  # -0.01


def test_shares_move_together_and_more_so_within_a_sector(market: Market, returns: Floats) -> None:
    together = np.asarray(np.corrcoef(returns))
    sectors = np.array([share.company.sector for share in market.shares if share.joined is None and share.left is None])
    pairs = np.triu_indices(len(sectors), 1)
    same = sectors[pairs[0]] == sectors[pairs[1]]
    assert 0.2 < together[pairs].mean() < 0.4  # 0.28
    assert together[pairs][same].mean() > together[pairs][~same].mean() + 0.05


def test_the_market_drifts_up_with_setbacks(market: Market) -> None:
    close = market.benchmark.bars.close
    yearly = np.log(close[-1] / close[0]) / len(close) * 252
    assert 0.04 < yearly < 0.14
    assert -0.35 < (close / np.maximum.accumulate(close) - 1).min() < -0.15
    assert 0.006 < np.diff(np.log(close)).std() < 0.012  # 0.0077 of SPY


def test_the_index_moves_with_its_members(market: Market, returns: Floats) -> None:
    assert correlation(np.diff(np.log(market.benchmark.bars.close)), returns.mean(axis=0)) > 0.95


def test_some_nights_make_gaps(whole: list[Bars]) -> None:
    gaps = np.concatenate([np.abs(bars.open[1:] / bars.close[:-1] - 1) for bars in whole])
    assert 0.004 < (gaps > 0.04).mean() < 0.012  # 0.0073
    assert 0.0005 < (gaps > 0.08).mean() < 0.003  # 0.0015


def test_a_days_range_has_the_usual_size_beside_its_move(whole: list[Bars], returns: Floats) -> None:
    ranges = np.mean([((bars.high - bars.low) / bars.close).mean() for bars in whole])
    assert 1.6 < ranges / np.abs(returns).mean() < 2.0  # 1.81


def test_volume_answers_to_moves_and_keeps_its_mood(whole: list[Bars], returns: Floats) -> None:
    usual = [np.convolve(bars.volume, np.ones(50) / 50, mode="valid")[:-1] for bars in whole]
    relative = np.array([np.log(bars.volume[50:] / mean) for bars, mean in zip(whole, usual, strict=True)])
    assert 0.3 < np.median([correlation(row, np.abs(moves[49:])) for row, moves in zip(relative, returns, strict=True)]) < 0.6  # 0.43
    assert 0.35 < autocorrelation(relative, 1) < 0.7  # 0.54
    assert np.median(relative.max(axis=1)) > np.log(4)  # surges
    assert np.median(np.quantile(relative, 0.05, axis=1)) < np.log(0.65)  # dry days


def test_quiet_stretches_are_dry_ones(whole: list[Bars]) -> None:
    ratios = []
    for bars in whole:
        days = np.lib.stride_tricks.sliding_window_view(np.arange(bars.size), 30)[::30]
        width = np.array([bars.high[window].max() / bars.low[window].min() for window in days])
        volume = np.array([bars.volume[window].mean() for window in days])
        quiet = width <= np.quantile(width, 0.25)
        ratios.append(volume[quiet].mean() / volume[~quiet].mean())
    assert np.median(ratios) < 0.85


# ── in the database ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CLOSED = dt.datetime(2023, 6, 30, 21, tzinfo=dt.UTC)


@pytest.mark.django_db
class TestUniverse:
    def test_it_is_a_universe_with_a_benchmark_and_labelled_simulated(self) -> None:
        demo = ensure_simulated_market(now=CLOSED)
        assert (demo.name, demo.title) == ("DEMO", "Demo market (simulated)")
        assert demo.benchmark is not None
        assert (demo.benchmark.symbol, demo.benchmark.is_simulated) == (INDEX.symbol, True)
        shares = Instrument.objects.filter(memberships__universe=demo)
        assert {(one.source, one.home_id) for one in shares} == {("simulated", demo.pk)}
        assert not shares.filter(symbol=INDEX.symbol).exists()
        assert {one.sector for one in shares} == GICS
        assert load_bars(demo.benchmark, "1day").at[-1] == midnight(dt.date(2023, 6, 30))

    def test_the_second_call_asks_two_questions_and_writes_nothing(self, django_assert_num_queries) -> None:
        first = ensure_simulated_market(now=CLOSED)
        with django_assert_num_queries(2):
            assert ensure_simulated_market(now=CLOSED + dt.timedelta(days=2)) == first

    def test_the_next_day_adds_its_bars_and_changes_none(self, django_capture_on_commit_callbacks) -> None:
        demo = ensure_simulated_market(now=CLOSED)
        before = {row["id"]: row for row in BarBlock.objects.filter(year__lt=2023).values()}
        heard: list[int] = []

        def listen(sender: object, instrument_ids: list[int], **rest: object) -> None:
            heard.append(len(instrument_ids))

        bars_updated.connect(listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                ensure_simulated_market(now=dt.datetime(2023, 7, 5, 21, tzinfo=dt.UTC))
        finally:
            bars_updated.disconnect(listen)
        assert {row["id"]: row for row in BarBlock.objects.filter(year__lt=2023).values()} == before
        assert set(Instrument.objects.values_list("version", flat=True)) == {1}
        assert heard == [demo.members.count() + 1]
        assert load_bars(Instrument.objects.get(symbol=INDEX.symbol), "1day").at[-1] == midnight(dt.date(2023, 7, 5))

    def test_members_come_when_they_are_listed_and_leave_when_they_are_gone(self) -> None:
        demo = ensure_simulated_market(now=CLOSED)
        young, gone = "BTRC", "MTLD"
        assert not Instrument.objects.filter(symbol=young).exists()
        assert demo.members.get(instrument__symbol=gone).left is None
        ensure_simulated_market(now=dt.datetime(2024, 12, 31, 22, tzinfo=dt.UTC))
        assert demo.members.get(instrument__symbol=young).joined == dt.date(2023, 10, 16)
        assert demo.members.get(instrument__symbol=gone).left == dt.date(2024, 8, 9)
        assert load_bars(Instrument.objects.get(symbol=gone), "1day").at[-1] == midnight(dt.date(2024, 8, 8))

    def test_a_real_share_of_the_same_symbol_keeps_its_own_bars(self) -> None:
        real = create_instrument(COMPANIES[0].symbol, bars=random_bars(30))
        demo = ensure_simulated_market(now=CLOSED)
        assert load_bars(real, "1day").size == 30
        assert not demo.members.filter(instrument=real).exists()

    def test_a_clock_before_the_markets_first_day_is_said(self) -> None:
        with pytest.raises(Unavailable, match="starts on 2021-01-04, and this machine's clock says 2019-12-31"):
            ensure_simulated_market(now=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        assert not Universe.objects.exists()
