"""Ratings of a universe: prepared once, read back the same, members as of each day."""

import datetime as dt

import numpy as np
import pytest

from patterns.bars import load_bars, load_panel, store_bars
from patterns.engine.context import rate_universe
from patterns.models import Instrument, MarketContext, Universe, UniverseMember
from patterns.services.context import context_of, prepare_context

from .factories import create_instrument, create_market, create_universe, make_bars, random_bars

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Universe:
    return create_market(5, bars=300)


def shares(universe: Universe) -> list[Instrument]:
    return list(Instrument.objects.filter(memberships__universe=universe).order_by("pk"))


def test_what_is_read_back_is_what_the_engine_rates(market: Universe) -> None:
    row = prepare_context(universe=market, interval="1day")
    members = shares(market)
    panel = load_panel([share.pk for share in members], "1day")
    rated = rate_universe([panel[share.pk] for share in members], None)
    stored = context_of(universe=market, interval="1day")
    assert row.universe == market
    for number, share in enumerate(members):
        at = panel[share.pk].at
        for mine, theirs in zip(stored.around(share.pk, at), rated.of(number, at), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_preparing_again_changes_nothing_and_reads_no_bars(market: Universe, django_assert_max_num_queries) -> None:
    first = prepare_context(universe=market, interval="1day")
    with django_assert_max_num_queries(3):
        assert prepare_context(universe=market, interval="1day").pk == first.pk


def test_new_bars_replace_the_row_of_the_old_ones(market: Universe) -> None:
    prepare_context(universe=market, interval="1day")
    store_bars(instrument=shares(market)[0], interval="1day", bars=random_bars(301, seed=0))
    row = prepare_context(universe=market, interval="1day")
    assert list(MarketContext.objects.all()) == [row]
    assert len(context_of(universe=market, interval="1day").context.times) == 301


def test_a_share_is_rated_only_on_days_it_belongs(market: Universe) -> None:
    last = shares(market)[-1]
    at = load_bars(last, "1day").at
    joined = dt.datetime.fromtimestamp(at[200], dt.UTC).date()
    left = dt.datetime.fromtimestamp(at[250], dt.UTC).date()
    UniverseMember.objects.filter(universe=market, instrument=last).update(joined=joined, left=left)
    rs = context_of(universe=market, interval="1day").around(last.pk, at).rs
    assert np.isnan(rs[:200]).all()
    assert np.isfinite(rs[200:250]).all()
    assert np.isnan(rs[250:]).all()


def test_who_left_does_not_count_among_the_others(market: Universe) -> None:
    best = create_instrument("BEST", bars=make_bars(50 * 1.01 ** np.arange(300)))
    create_universe("TEST", members=[best])
    second = max(
        shares(market)[:-1],
        key=lambda share: context_of(universe=market, interval="1day").around(share.pk, load_bars(share, "1day").at).rs[-1],
    )
    at = load_bars(second, "1day").at
    before = context_of(universe=market, interval="1day").around(second.pk, at).rs[-1]
    UniverseMember.objects.filter(universe=market, instrument=best).update(left=dt.date(2016, 1, 1))
    prepare_context(universe=market, interval="1day")
    assert before < 99
    assert context_of(universe=market, interval="1day").around(second.pk, at).rs[-1] == 99


def test_a_benchmark_gives_the_market(market: Universe) -> None:
    index = create_instrument("INDEX", bars=make_bars(100 * 1.001 ** np.arange(300)))
    market.benchmark = index
    market.save()
    around = context_of(universe=market, interval="1day").around(shares(market)[0].pk, load_bars(index, "1day").at)
    np.testing.assert_array_equal(around.benchmark, load_bars(index, "1day").close)
    assert around.market[-1] == 1.0


def test_a_stranger_has_the_market_but_no_rating(market: Universe) -> None:
    stranger = create_instrument("OTHER", bars=random_bars(300, seed=77))
    around = context_of(universe=market, interval="1day").around(stranger.pk, load_bars(stranger, "1day").at)
    assert np.isnan(around.rs).all()
    assert np.isfinite(around.market[-1])


def test_an_empty_universe_knows_nothing() -> None:
    empty = create_universe("EMPTY")
    around = context_of(universe=empty, interval="1day").around(1, np.arange(5.0))
    assert np.isnan(around.market).all()
