import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import User
from legend.lib.errors import LegendError
from trading.models import Trade
from trading.presentation import told_trade
from trading.queries.positions import open_positions
from trading.services.corrections import change_trade
from trading.services.figures import OversizedExit
from trading.services.splits import OtherSplitThen, UnknownSplit, apply_split, take_back_split
from trading.services.trades import add_fill, close_trade
from trading.stats.decimals import as_money

from .factories import NOW, closed_trade, entry, open_trade, out

D = Decimal
LATER = NOW + dt.timedelta(days=1)


def levels(trade: Trade) -> list[D | None]:
    return [trade.stop_loss, trade.current_stop, trade.target_price]


def split(owner: User, trade: Trade, new: int = 4, old: int = 1) -> Trade:
    return apply_split(owner=owner, code=trade.code, at=LATER, new=new, old=old, now=LATER)


@pytest.fixture
def held(alice: User) -> Trade:
    return open_trade(alice, stop="190", fills=[entry("200")], target_price=D(240))


def test_a_split_moves_prices_and_no_result(alice: User, held: Trade) -> None:
    after = split(alice, held)
    assert (after.quantity_in, after.entry_price, after.target_price, after.stop_loss, after.risk_amount) == (400, 50, 60, D("47.5"), 1000)
    done = close_trade(owner=alice, code=held.code, fill=out("55", at=LATER), now=LATER)
    assert done.net_pnl == 2000 and done.r_multiple == 2


def test_after_a_split_every_level_is_told_on_its_far_side(alice: User, held: Trade) -> None:
    told = told_trade(split(alice, held))
    assert (told["entry_price"], told["stop_loss"], told["target_price"], told["risk_reward"]) == ("50.00", "47.50", "60.00", "4.0000")
    position = open_positions(owner=alice)[0]
    assert position.open_risk == 1000 and position.open_risk_r == 1


def test_a_split_of_a_closed_trade_changes_no_result(alice: User) -> None:
    trade = closed_trade(alice, "220", stop="190", fills=[entry("200")])
    before = (trade.net_pnl, trade.risk_amount, trade.r, trade.pct)
    after = split(alice, trade)
    assert (after.net_pnl, after.risk_amount, after.r, after.pct) == before
    assert (after.entry_price, after.exit_price, after.quantity_in, after.stop_loss) == (50, 55, 400, D("47.5"))


def test_the_same_split_again_changes_nothing_and_another_then_is_refused(alice: User, held: Trade) -> None:
    one, again = split(alice, held), split(alice, held)
    assert (again.quantity_in, again.stop_loss, len(again.splits)) == (one.quantity_in, one.stop_loss, 1)
    assert [event.kind for event in again.events.all()].count("split") == 1
    with pytest.raises(OtherSplitThen, match="4 for 1"):
        split(alice, held, 3)


@pytest.mark.parametrize("ratio", [(4, 1), (1, 3), (7, 3)])
def test_a_split_that_was_none_is_taken_back_without_a_trace_in_the_figures(alice: User, held: Trade, ratio: tuple[int, int]) -> None:
    change_trade(owner=alice, code=held.code, changes={"current_stop": D("195.5")}, now=NOW)
    before = Trade.objects.get(pk=held.pk)
    split(alice, held, *ratio)
    take_back_split(owner=alice, code=held.code, at=LATER, now=LATER)
    after = Trade.objects.get(pk=held.pk)
    for name in ("quantity_in", "entry_price", "risk_amount", "splits"):
        assert getattr(after, name) == getattr(before, name)
    assert levels(after) == levels(before)
    assert [event.kind for event in after.events.all()][-2:] == ["split", "split_removed"]
    with pytest.raises(UnknownSplit):
        take_back_split(owner=alice, code=held.code, at=LATER, now=LATER)


def test_a_split_that_exits_count_on_is_not_taken_back(alice: User, held: Trade) -> None:
    split(alice, held)
    close_trade(owner=alice, code=held.code, fill=out("55", "300", at=LATER), now=LATER)
    with pytest.raises(OversizedExit):
        take_back_split(owner=alice, code=held.code, at=LATER, now=LATER)
    assert len(Trade.objects.get(pk=held.pk).splits) == 1


def test_a_fraction_that_a_reverse_split_leaves_closes_the_trade(alice: User) -> None:
    trade = open_trade(alice, stop="8", fills=[entry("9", "100")])
    split(alice, trade, 1, 3)
    part = close_trade(owner=alice, code=trade.code, fill=out("30", "33", at=LATER), now=LATER)
    assert part.status == "open" and D("0.33") < part.quantity_open < D("0.34")
    done = close_trade(owner=alice, code=trade.code, fill=out("30", at=LATER), now=LATER)
    assert done.status == "closed" and as_money(done.net_pnl) == "100.00"


def test_an_initial_stop_corrected_after_a_split_reaches_the_entries_before_it(alice: User, held: Trade) -> None:
    split(alice, held)
    corrected = change_trade(owner=alice, code=held.code, changes={"stop_loss": D("45")}, now=LATER)
    assert corrected.risk_amount == 2000 and corrected.fills.get().stop == 180
    added = add_fill(owner=alice, code=held.code, told=entry("52", "100", at=LATER), now=LATER)
    assert added.risk_amount == 2700


def test_a_ratio_that_is_none_is_refused(alice: User, held: Trade) -> None:
    for new, old in ((1, 1), (0, 1), (1001, 1)):
        with pytest.raises(LegendError, match="1 to 1000"):
            split(alice, held, new, old)
