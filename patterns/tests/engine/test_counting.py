"""Which matches count: decided at the close at which each became known, by nothing later."""

from typing import Any

import numpy as np

from patterns.engine.bars import Bars
from patterns.engine.finds import EXPIRED, EXTENDED, NO_REASON, REPLACED, STOPPED, SUSPECT, TARGET, TRIGGERED, blank
from patterns.engine.outcomes import COSTS, OUTCOME, collect
from patterns.engine.study import Study

from .walks import walks

(BARS,) = walks(1, 300, seed=4).values()


def find(known: int, trigger: int = -1, ended: int = -1, state: int = TARGET, **more: Any) -> dict[str, Any]:
    return {"known": known, "start": known - 30, "triggered": trigger, "ended": ended, "state": state, "reason": NO_REASON, **more}


def replaced(known: int, at: int, **more: Any) -> dict[str, Any]:
    return find(known, ended=at, state=EXPIRED) | {"reason": REPLACED, **more}


def count(*finds: dict[str, Any], bars: Bars = BARS) -> Any:
    rows = blank(len(finds))
    for k, one in enumerate(finds):
        row = rows[k : k + 1]
        for name, value in {"side": 1, "entry": 50.0, "stop": 48.0, "target": 53.0, "paid": 50.0, "best": 53.0, "worst": 49.0}.items():
            row[name] = value
        row["exit"], row["group"] = 53.0, 7 + k
        for name, value in one.items():
            row[name] = value
    study, out = Study(bars), np.zeros(len(finds), OUTCOME)
    size = collect(study.tape, study.bars.at, np.ones(bars.size, np.bool_), rows, 0, COSTS, out)
    return out[:size]


def known(*finds: dict[str, Any]) -> list[int]:
    return [int(row["known"]) for row in count(*finds)]


def test_what_becomes_known_while_an_earlier_trade_runs_is_not_counted() -> None:
    assert known(find(60, 70, 90), find(75), find(100)) == [60, 100]


def test_a_trade_that_begins_later_says_nothing_of_what_was_known_before_it() -> None:
    assert known(find(60, 70, 90), find(65, 72, 80)) == [60, 65]
    assert known(find(60, 70, 90), find(70)) == [60], "the trigger bar is over at its own close"


def test_a_shorter_trade_does_not_hide_a_longer_one() -> None:
    assert known(find(60, 70, 200), find(65, 72, 80), find(90)) == [60, 65]


def test_a_trade_that_ended_at_the_close_is_over() -> None:
    assert known(find(60, 70, 90, STOPPED), find(90)) == [60, 90]


def test_a_trade_that_runs_at_the_end_of_the_data_runs() -> None:
    assert known(find(60, 70, -1, TRIGGERED), find(200)) == [60]
    assert np.isnan(count(find(60, 70, -1, TRIGGERED))["r"][0])


def test_other_rules_names_and_sides_do_not_matter() -> None:
    assert known(find(60, 70, 90), find(75, pattern=1), find(75, side=-1, stop=52.0, target=47.0), find(75, rule=1)) == [60, 75, 75, 75]


def test_of_what_was_replaced_the_successor_counts() -> None:
    assert known(replaced(60, 65, group=7), replaced(65, 70, group=7), find(70, 72, 90, group=7)) == [70]


def test_what_was_replaced_by_nothing_that_counts_counts_itself() -> None:
    late = find(65, ended=65, state=EXPIRED, group=7) | {"reason": EXTENDED}
    suspect = find(65, 70, 80, group=7, notes=SUSPECT)
    for successor in (late, suspect):
        (row,) = count(replaced(60, 65, group=7), successor)
        assert (int(row["known"]), int(row["trigger"])) == (60, -1)


def test_what_was_born_too_late_or_lies_over_a_suspect_bar_is_not_counted() -> None:
    assert known(find(60, ended=60, state=EXPIRED) | {"reason": EXTENDED}, find(80, notes=SUSPECT)) == []
