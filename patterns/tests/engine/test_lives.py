"""Each state of a match's life, worked by hand on a drawn double bottom whose levels are known (detectors.md 4 and 5)."""

from typing import Any

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.drawn import DAY, drawn
from patterns.engine.registry import detector
from patterns.engine.replay import replay

BASE = ((0, 120), (40, 116), (30, 100), (8, 110), (10, 100.5), (6, 107))
RULE = detector("double-bottom").rule()


def known() -> tuple[Bars, Any]:
    """The bars up to the close at which it is known, and its row."""
    bars = drawn(BASE)
    (find,) = replay(bars, [RULE]).finds
    return bars.first(int(find.known) + 1), find


def after(*more: tuple[float, float, float, float]) -> Any:
    """Its row when bars (open, high, low, close) follow the one at which it became known."""
    bars, _ = known()
    rows = np.array(more, float).reshape(-1, 4)
    at = bars.at[-1] + DAY * (1 + np.arange(len(rows)))
    opened, high, low, close = (np.concatenate([old, new]) for old, new in zip(bars[1:5], rows.T, strict=True))
    whole = Bars(np.concatenate([bars.at, at]), opened, high, low, close, np.full(bars.size + len(rows), 1e6))
    (find,) = replay(whole, [RULE]).finds
    return find


def quiet(count: int, price: float = 105.0) -> list[tuple[float, float, float, float]]:
    return [(price, price + 0.2, price - 0.2, price)] * count


STATES = ("ready", "triggered", "target", "stopped", "expired")
REASONS = ("", "validity", "invalidated", "replaced", "extended", "horizon")


def told(find: Any) -> tuple[str, str]:
    return STATES[int(find.state)], REASONS[int(find.reason)]


def test_its_levels_follow_the_rule() -> None:
    bars, find = known()
    low, middle, atr = 100 * 0.997, 110 * 1.003, find.entry - find.level
    assert find.level == pytest.approx(middle)
    assert atr == pytest.approx(max(0.001 * middle, atr))
    assert find.stop < low and find.target == pytest.approx(middle + 0.68 * (middle - (low + 100.5 * 0.997) / 2))
    assert find.entry > bars.close[-1] > find.stop


def test_without_a_trigger_it_stays_ready_and_then_expires() -> None:
    _, find = known()
    assert told(after(*quiet(3))) == ("ready", "")
    late = after(*quiet(int(find.expires - find.known) + 2))
    assert told(late) == ("expired", "validity") and late.ended == find.expires


def test_a_touch_of_entry_triggers_and_a_close_beyond_it_confirms() -> None:
    _, find = known()
    touch = (105.0, find.entry, 104.8, 106.0)
    one = after(touch)
    assert told(one) == ("triggered", "") and one.paid == find.entry and one.confirmed == -1
    two = after(touch, (106.0, find.entry + 0.5, 105.8, find.entry + 0.3))
    assert two.triggered == find.known + 1 and two.confirmed == find.known + 2
    assert told(after((105.0, find.entry - 1e-6, 104.8, 106.0))) == ("ready", "")


def test_a_gap_through_entry_is_filled_at_the_open() -> None:
    _, find = known()
    opened = find.entry + 1.0
    assert after((opened, opened + 0.5, opened - 0.5, opened)).paid == opened


def test_a_gap_that_leaves_no_room_to_the_target_gives_no_entry() -> None:
    _, find = known()
    opened = find.target + 0.1
    assert told(after((opened, opened + 0.5, opened - 0.5, opened))) == ("expired", "extended")


def test_trigger_and_target_in_one_bar_are_a_target_at_its_price() -> None:
    _, find = known()
    one = after((105.0, find.target + 1, 104.8, find.target))
    assert told(one) == ("target", "") and one.exit == find.target and one.triggered == one.ended == find.known + 1


def test_trigger_and_stop_in_one_bar_are_a_stop() -> None:
    _, find = known()
    one = after((105.0, find.entry, find.stop - 1, find.stop))
    assert told(one) == ("stopped", "") and one.exit == find.stop


def test_target_and_stop_in_one_later_bar_are_a_stop() -> None:
    _, find = known()
    one = after((105.0, find.entry, 104.8, 110.0), (110.0, find.target + 1, find.stop - 1, 110.0))
    assert told(one) == ("stopped", "") and one.exit == find.stop and one.ended == find.known + 2


def test_a_gap_through_the_stop_is_filled_at_the_open_and_so_is_one_through_the_target() -> None:
    _, find = known()
    touch = (105.0, find.entry, 104.8, 110.0)
    low, high = find.stop - 2, find.target + 2
    assert after(touch, (low, low + 1, low - 1, low)).exit == low
    assert after(touch, (high, high + 1, high - 1, high)).exit == high


def test_the_stop_before_entry_and_a_close_beyond_the_lows_invalidate() -> None:
    _, find = known()
    assert told(after((104.0, 104.5, find.stop, 103.0))) == ("expired", "invalidated")
    assert told(after((find.stop - 1, 104.0, find.stop - 2, 103.0))) == ("expired", "invalidated")
    assert told(after((104.0, 104.5, find.stop + 0.05, find.stop + 0.1))) == ("ready", "")


def test_a_trade_with_neither_ends_after_sixty_bars_at_the_close() -> None:
    _, find = known()
    touch, price = (105.0, find.entry, 104.8, 110.0), find.entry
    between = [(price, price + 0.3, price - 0.3, price + 0.1)] * 61
    one = after(touch, *between)
    assert told(one) == ("expired", "horizon")
    assert one.ended == one.triggered + 60 and one.exit == pytest.approx(price + 0.1)


def test_a_return_to_the_level_within_thirty_bars_is_a_throwback() -> None:
    _, find = known()
    touch = (110.0, find.entry + 0.5, 109.9, find.entry + 0.4)
    above = (find.level * 1.03, find.level * 1.035, find.level * 1.025, find.level * 1.03)
    back = (find.level * 1.03, find.level * 1.03, find.level * 1.009, find.level * 1.02)
    assert after(touch, above, above).throwback == -1
    assert after(touch, above, back).throwback == find.known + 3
    assert after(touch, *[above] * 29, back).throwback == find.known + 31
    assert after(touch, *[above] * 30, back).throwback == -1


def test_a_successor_replaces_the_match_before_it() -> None:
    bars = drawn(((0, 80), (60, 82), (8, 100), (6, 97.5), (1, 98), (3, 96.5), (1, 97.5)), (1, 1.8, 0.7, 0.7, 0.7, 0.7))
    finds = replay(bars, [detector("bull-flag").rule()]).finds
    before, later = finds[0], finds[1]
    assert told(before) == ("expired", "replaced") and before.ended == later.known
    assert before.group == later.group and later.opposite < before.opposite
    first = replay(bars.first(int(later.known)), [detector("bull-flag").rule()]).finds
    assert len(first) == 1 and told(first[0]) == ("ready", "")
