import datetime as dt
from decimal import Decimal

import pytest

from trading.stats.decimals import as_money, as_price, as_quantity, as_ratio, is_storable, rounded, stored
from trading.stats.fills import (
    BadFills,
    Fill,
    Kind,
    Split,
    Status,
    excursion,
    measure,
    pnl_pct,
    r_multiple,
    reward_to_risk,
    unrealised,
)
from trading.stats.stopped import stopped_at

from . import reference
from .reference import at

D = Decimal


def entry(day: str, quantity: str, price: str, stop: str | None = None, fee: str = "0", number: int = 0) -> Fill:
    return Fill(at(day), Kind.ENTRY, D(quantity), D(price), D(fee), None if stop is None else D(stop), number)


def out(day: str, quantity: str, price: str, fee: str = "0", number: int = 0) -> Fill:
    return Fill(at(day), Kind.EXIT, D(quantity), D(price), D(fee), None, number)


@pytest.mark.parametrize("row", reference.ROWS, ids=lambda row: row[0])
def test_every_reference_trade_has_its_figures(row: reference.Row) -> None:
    one = measure(side=row[1], fills=reference.fills_of(row))
    gross, fees, net, risk, r, percent = reference.EXPECTED[row[0]]
    assert as_money(one.gross) == gross and as_money(one.fees) == fees and as_money(one.net) == net
    assert as_money(one.risk) == risk
    assert as_ratio(r_multiple(one.net, one.risk)) == r
    assert as_ratio(pnl_pct(one.net, one.entry_price, one.quantity_in), 2) == percent


def test_average_cost_with_a_scale_in_after_a_partial_exit() -> None:
    steps = [
        entry("01-05", "100", "10", fee="1.00"),
        out("01-06", "40", "12", "0.40"),
        entry("01-07", "60", "13", fee="0.60"),
        out("01-08", "120", "14", "1.20"),
    ]
    assert measure(side="long", fills=steps[:2]).average_cost == 10
    scaled = measure(side="long", fills=steps[:3])
    assert scaled.average_cost == D("11.5") and scaled.quantity_open == 120 and scaled.status == Status.OPEN
    whole = measure(side="long", fills=steps)
    assert [as_money(one.gross) for one in whole.exits] == ["80.00", "300.00"]
    assert [as_money(one.net) for one in whole.exits] == ["79.20", "297.60"]
    assert whole.net == D("376.8")


def test_moving_the_stop_later_changes_no_r() -> None:
    t4 = reference.measures()["T4"]
    wrong = t4.net / (D("1.00") * 100)  # from a stop trailed to 39
    assert as_ratio(wrong, 2) == "2.98"
    assert as_ratio(r_multiple(t4.net, t4.risk)) == "1.4900"


def test_a_gross_r_would_be_wrong() -> None:
    t1 = reference.measures()["T1"]
    assert as_ratio(r_multiple(t1.gross, t1.risk), 2) == "2.50"
    assert as_ratio(r_multiple(t1.net, t1.risk), 2) == "2.49"


def test_a_short_has_the_sign_of_its_side() -> None:
    assert reference.measures()["T3"].gross == 400


def test_a_typed_risk_counts_and_a_stop_on_the_wrong_side_gives_none() -> None:
    assert measure(side="long", fills=[entry("01-05", "100", "50", "48")], typed_risk=D("150")).risk == 150
    assert measure(side="long", fills=[entry("01-05", "100", "50")], typed_risk=D("150")).risk == 150
    for stop in ("50", "51"):
        assert measure(side="long", fills=[entry("01-05", "100", "50", stop)]).risk is None
    assert measure(side="short", fills=[entry("01-05", "100", "50", "49")]).risk is None


def test_an_add_on_with_its_stop_beyond_its_price_adds_no_risk() -> None:
    fills = [entry("01-05", "100", "50", "48"), entry("01-06", "100", "52", "53", number=1)]
    assert measure(side="long", fills=fills).risk == 200


def test_an_exit_before_the_first_entry_is_refused() -> None:
    with pytest.raises(BadFills, match="before the first entry"):
        measure(side="long", fills=[entry("01-06", "1", "50"), out("01-05", "1", "51")])


def test_more_out_than_in_at_any_point_is_refused() -> None:
    fills = [entry("01-05", "10", "50"), out("01-06", "11", "51"), entry("01-07", "10", "50", number=2)]
    with pytest.raises(BadFills, match="takes out 11, but only 10 is open"):
        measure(side="long", fills=fills)


def test_entries_come_before_exits_of_the_same_instant() -> None:
    assert measure(side="long", fills=[out("01-05", "1", "51"), entry("01-05", "1", "50", number=9)]).status == Status.CLOSED


def test_a_delisted_share_is_an_exit_at_zero() -> None:
    one = measure(side="long", fills=[entry("01-05", "100", "50", "48"), out("01-06", "100", "0")])
    assert one.net == -5000 and one.gross == -5000


def test_adjustments_count_in_the_net() -> None:
    one = measure(side="long", fills=[entry("01-05", "100", "50", "48"), out("01-09", "100", "55")], adjustments=D("-12.5"))
    assert one.net == D("487.5") and one.exits[0].net == 500


def test_reward_to_risk() -> None:
    assert reward_to_risk(side="long", entry=D(50), stop=D(48), target=D(56)) == 3
    assert reward_to_risk(side="short", entry=D(80), stop=D(82), target=D(74)) == 3
    assert reward_to_risk(side="long", entry=D(50), stop=D(48), target=D(49)) is None
    assert reward_to_risk(side="long", entry=D(50), stop=None, target=D(56)) is None


def test_excursions_of_daily_bars() -> None:
    held = measure(side="long", fills=[entry("01-05", "100", "50", "48")])
    highs, lows = [D("51.2"), D("53.0"), D("54.4")], [D("49.1"), D("48.6"), D("51.0")]
    found = excursion(side="long", measures=held, highs=highs, lows=lows)
    assert (found.favourable, found.adverse, found.favourable_r, found.adverse_r) == (D("4.40"), D("1.40"), D("2.20"), D("0.70"))
    assert found.exit_efficiency is None
    assert unrealised(side="long", measures=held, price=D("53.5")) == 350
    assert r_multiple(unrealised(side="long", measures=held, price=D("53.5")), held.risk) == D("1.75")
    assert unrealised(side="long", measures=held, price=None) is None
    done = measure(side="long", fills=[entry("01-05", "100", "50", "48"), out("01-07", "100", "53")])
    assert as_ratio(excursion(side="long", measures=done, highs=highs, lows=lows).exit_efficiency) == "0.6818"


def test_hold_time_includes_nights_and_weekends() -> None:
    opened, closed = dt.datetime(2026, 1, 12, 15, tzinfo=dt.UTC), dt.datetime(2026, 1, 21, 20, 30, tzinfo=dt.UTC)
    one = measure(side="long", fills=[Fill(opened, Kind.ENTRY, D(1), D(1)), Fill(closed, Kind.EXIT, D(1), D(1))])
    assert as_ratio(D(one.hold_seconds) / 86400, 1) == "9.2"


def test_a_split_between_entry_and_exit() -> None:
    four = [Split(at("01-07", 0), 4, 1)]
    split = measure(side="long", fills=[entry("01-05", "100", "200", "190"), out("01-08", "400", "55")], splits=four)
    plain = measure(side="long", fills=[entry("01-05", "100", "200", "190"), out("01-08", "100", "220")])
    assert split.net == plain.net == 2000 and split.risk == plain.risk == 1000
    assert split.entry_price == 50 and split.quantity_in == 400
    odd = measure(
        side="long",
        fills=[entry("01-05", "100", "9", "8"), out("01-08", "33.33333333", "30")],
        splits=[Split(at("01-07", 0), 1, 3)],
    )
    assert odd.status == Status.CLOSED


@pytest.mark.parametrize(
    ("side", "bar", "price"),
    [
        ("long", ("48", "48.60", "49", "47.90"), "48"),
        ("long", ("48", "47.50", "49", "47"), "47.50"),
        ("long", ("48", "49", "60", "48.01"), None),
        ("long", ("48", "49", "50", "48"), "48"),
        ("short", ("104", "106", "107", "99"), "106"),
        ("short", ("104", "100", "104", "90"), "104"),
        ("short", ("104", "100", "103.99", "90"), None),
    ],
)
def test_a_stop_that_a_bar_reached_ends_a_trade_there(side: str, bar: tuple[str, ...], price: str | None) -> None:
    stop, opened, high, low = map(D, bar)
    calm = (stop, *([D("60")] * 3 if side == "long" else [D("80")] * 3))
    found = stopped_at(side=side, bars=[(calm[0], calm[1], calm[2], calm[3]), (stop, opened, high, low)])
    assert found == (None if price is None else D(price))


def test_rounding_is_half_up_and_away_from_zero() -> None:
    assert as_money(D("2.675")) == "2.68" != f"{2.675:.2f}"
    assert as_money(D("0.125")) == "0.13" and as_money(D("-0.125")) == "-0.13"
    assert as_money(D("-0.001")) == "0.00"
    assert as_price(D("55.00000000")) == "55.00" and as_price(D("0.12345000")) == "0.12345"
    assert as_quantity(D("100.00000000")) == "100" and as_quantity(D("0.25000000")) == "0.25"
    assert rounded(D("-0"), 2).is_signed() is False


def test_a_stored_amount_has_at_most_15_digits() -> None:
    assert stored(D("1.123456785")) == D("1.12345679")
    assert stored(D("12345678901.12345678")) == D("12345678901.1235")
    assert stored(D("9999999.99999999")) == D("9999999.99999999")
    assert is_storable(D("9999999.99999999")) and not is_storable(D("10000000.00000001")) and not is_storable(D("0.000000001"))
    assert not is_storable(D("NaN"))
