"""Bars in packed rows: what goes in comes out, and the version tells when history changed."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patterns.bars import StoredCount, data_version, last_bars, last_times, load_bars, load_panel, store_bars, store_many
from patterns.calendars import midnight
from patterns.engine.bars import Bars
from patterns.models import BarBlock, Instrument

from .factories import create_instrument, make_bars, random_bars

pytestmark = pytest.mark.django_db


def equal(one: Bars, other: Bars) -> bool:
    return all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


def part(bars: Bars, places: slice | np.ndarray) -> Bars:
    return Bars(*(column[places] for column in bars))


def test_what_is_stored_is_read_back_bit_for_bit() -> None:
    bars = random_bars(700)
    acme = create_instrument()
    assert store_bars(instrument=acme, interval="1day", bars=bars) == StoredCount(added=700)
    assert equal(load_bars(acme, "1day"), bars)


def test_a_block_holds_one_year() -> None:
    acme = create_instrument(bars=random_bars(600, first=dt.date(2015, 6, 1)))
    rows = acme.blocks.order_by("year").values_list("year", "count", "first_at", "last_at")
    assert [row[0] for row in rows] == [2015, 2016, 2017]
    assert sum(row[1] for row in rows) == 600
    assert all(first.year == last.year == year for year, _, first, last in rows)


def test_storing_the_same_bars_again_writes_nothing_and_keeps_the_version(django_assert_num_queries) -> None:
    bars = random_bars(600)
    acme = create_instrument(bars=bars)
    before = data_version([acme.pk], ["1day"])
    # savepoint, lock, last times, blocks of the years, savepoint
    with django_assert_num_queries(5):
        assert store_bars(instrument=acme, interval="1day", bars=bars) == StoredCount(same=600)
    assert acme.version == 1
    assert data_version([acme.pk], ["1day"]) == before


def test_bars_added_at_the_end_leave_the_version_but_change_the_data_version() -> None:
    bars = random_bars(600)
    acme = create_instrument(bars=bars.first(599))
    before = data_version([acme.pk], ["1day"])
    assert store_bars(instrument=acme, interval="1day", bars=bars.since(590)) == StoredCount(added=1, same=9)
    assert acme.version == 1
    assert data_version([acme.pk], ["1day"]) != before
    assert equal(load_bars(acme, "1day"), bars)


def test_a_changed_bar_steps_the_version() -> None:
    bars = random_bars(300)
    acme = create_instrument(bars=bars)
    before = data_version([acme.pk], ["1day"])
    changed = part(bars, slice(100, 101))._replace(volume=np.array([7.0]))
    assert store_bars(instrument=acme, interval="1day", bars=changed) == StoredCount(changed=1)
    assert acme.version == Instrument.objects.get().version == 2
    assert data_version([acme.pk], ["1day"]) != before
    assert load_bars(acme, "1day").volume[100] == 7


def test_a_bar_put_in_before_the_last_one_steps_the_version_because_history_is_another() -> None:
    bars = random_bars(300)
    acme = create_instrument(bars=part(bars, np.r_[0:100, 101:300]))
    assert store_bars(instrument=acme, interval="1day", bars=part(bars, slice(100, 101))) == StoredCount(added=1)
    assert acme.version == 2
    assert equal(load_bars(acme, "1day"), bars)


def test_other_intervals_of_the_same_instrument_are_apart() -> None:
    acme = create_instrument(bars=random_bars(50))
    store_bars(instrument=acme, interval="1week", bars=random_bars(10, seed=2))
    assert (load_bars(acme, "1day").size, load_bars(acme, "1week").size) == (50, 10)


def test_until_and_since_cut_to_the_bar() -> None:
    bars = random_bars(700)
    acme = create_instrument(bars=bars)
    assert equal(load_bars(acme, "1day", until=float(bars.at[399])), bars.first(400))
    assert equal(load_bars(acme, "1day", until=float(bars.at[399]) - 1), bars.first(399))
    assert equal(load_bars(acme, "1day", since=float(bars.at[300])), bars.since(300))
    assert equal(load_bars(acme, "1day", since=float(bars.at[300]), until=float(bars.at[350])), part(bars, slice(300, 351)))
    assert load_bars(acme, "1day", until=0.0).size == 0


def test_a_panel_is_one_query_and_leaves_out_who_has_nothing(django_assert_num_queries) -> None:
    early, late, none = create_instrument("A", bars=random_bars(300)), create_instrument("B"), create_instrument("C")
    store_bars(instrument=late, interval="1day", bars=random_bars(300, seed=2, first=dt.date(2018, 1, 2)))
    with django_assert_num_queries(1):
        panel = load_panel([early.pk, late.pk, none.pk], "1day")
    assert {key: bars.size for key, bars in panel.items()} == {early.pk: 300, late.pk: 300}
    assert set(load_panel([early.pk, late.pk], "1day", until=midnight(dt.date(2017, 12, 31)))) == {early.pk}


def test_nobody_has_no_bars() -> None:
    assert not load_panel([], "1day")
    assert not last_bars([], "1day")
    assert not last_times([], "1day")


def test_loaded_arrays_may_be_written_to_and_lie_in_one_piece() -> None:
    # kernels are compiled for such arrays; another kind would be compiled a second time
    acme = create_instrument(bars=random_bars(20))
    for column in load_bars(acme, "1day"):
        assert column.flags.writeable
        assert column.flags.c_contiguous
        assert column.dtype == np.float64


def test_many_instruments_are_stored_in_few_queries(django_assert_max_num_queries) -> None:
    shares = [create_instrument(f"S{number}") for number in range(30)]
    series = {share.pk: random_bars(250, seed=share.pk) for share in shares}
    with django_assert_max_num_queries(12):
        counts = store_many(series=series, interval="1day")
    assert all(count == StoredCount(added=250) for count in counts.values())
    panel = load_panel(list(series), "1day")
    assert all(equal(panel[key], bars) for key, bars in series.items())


def test_many_in_one_go_are_all_stored_or_none() -> None:
    good, bad = create_instrument("A"), random_bars(10)
    with pytest.raises(Instrument.DoesNotExist):
        store_many(series={good.pk: bad, good.pk + 1: bad}, interval="1day")
    assert not BarBlock.objects.exists()


@pytest.mark.parametrize("spoil", [lambda b: b._replace(close=b.close * np.nan), lambda b: b._replace(at=b.at[::-1].copy())])
def test_nonsense_is_refused_because_callers_check_first(spoil) -> None:
    acme = create_instrument()
    with pytest.raises(ValueError, match=r"finite|rise"):
        store_bars(instrument=acme, interval="1day", bars=spoil(random_bars(10)))
    assert not BarBlock.objects.exists()


def test_no_bars_are_no_work() -> None:
    acme = create_instrument()
    assert store_bars(instrument=acme, interval="1day", bars=random_bars(5).first(0)) == StoredCount()


def test_the_last_bars_reach_back_over_new_year(django_assert_num_queries) -> None:
    bars = random_bars(520)  # into January 2017
    young = create_instrument("Y", bars=random_bars(3))
    acme = create_instrument(bars=bars)
    with django_assert_num_queries(2):
        last = last_bars([acme.pk, young.pk], "1day", count=70)
    assert equal(last[acme.pk], bars.since(450))
    assert last[young.pk].size == 3
    assert equal(last_bars([acme.pk], "1day", count=5, until=float(bars.at[251]))[acme.pk], part(bars, slice(247, 252)))
    assert last_times([acme.pk, young.pk], "1day")[acme.pk] == bars.at[-1]


def test_the_data_version_depends_on_members_interval_and_bars() -> None:
    one, two = create_instrument("A", bars=random_bars(30)), create_instrument("B", bars=random_bars(30, seed=2))
    names = {data_version([one.pk], ["1day"]), data_version([two.pk], ["1day"]), data_version([one.pk, two.pk], ["1day"])}
    assert len(names | {data_version([one.pk], ["1week"])}) == 4
    assert data_version([two.pk, one.pk], ["1day"]) == data_version([one.pk, two.pk], ["1day"])
    assert all(len(name) == 32 for name in names)


class MergingEqualsADictionary(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=12), min_size=1, max_size=5))
    def test_storing_in_any_pieces_and_order_equals_a_dictionary_by_time(self, pieces: list[list[tuple[int, int]]]) -> None:
        template = make_bars([10.0] * 31, first=dt.date(2016, 12, 15))
        acme = create_instrument()
        expected: dict[float, float] = {}
        for piece in pieces:
            wanted = dict(piece)
            places = np.array(sorted(wanted), dtype=np.int64)
            volume = np.array([wanted[place] for place in places], dtype=np.float64)
            new = dict(zip(template.at[places].tolist(), volume.tolist(), strict=True))
            changed = sum(at in expected and expected[at] != value for at, value in new.items())
            inside = any(at not in expected and at < max(expected) for at in new) if expected else False
            version = acme.version
            count = store_bars(instrument=acme, interval="1day", bars=part(template, places)._replace(volume=volume))
            assert count == StoredCount(len(new.keys() - expected.keys()), changed, len(new.keys() & expected.keys()) - changed)
            assert (acme.version == version + 1) == (bool(changed) or inside)
            expected |= new
        stored = load_bars(acme, "1day")
        assert dict(zip(stored.at.tolist(), stored.volume.tolist(), strict=True)) == expected
        assert (np.diff(stored.at) > 0).all()
