"""Current matches of one symbol or one file."""

import csv
import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pytest

from legend.lib.errors import Invalid, LegendError
from patterns.api.fields import MatchAnswer
from patterns.bars import load_bars
from patterns.engine.bars import Bars
from patterns.engine.registry import detector
from patterns.models import Instrument, PatternMatch, Rule, Universe
from patterns.moments import said
from patterns.services.detection import Detection, detect, detect_in_file
from patterns.services.presentation import present
from patterns.services.rules import asked_rules, changed_rule, engine_rule, meant_patterns, store_rules
from patterns.services.scans import run_scan_here

from .factories import create_instrument, create_market, create_universe, random_bars

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=320)


@pytest.fixture
def drawn_share() -> Instrument:
    """A double bottom as its detector draws it, known but not yet triggered at the last bar."""
    (example,) = detector("double-bottom").examples
    bars = example.bars()
    share = create_instrument("TWIN", bars=bars.first(example.breaks - 1))
    create_universe("TWINS", members=[share])
    return share


def write(path: Path, series: dict[str, Bars], *, symbol_column: bool = True) -> Path:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*(["symbol"] if symbol_column else []), "date", "open", "high", "low", "close", "volume"])
        for symbol, bars in series.items():
            for at, *values in zip(*bars, strict=True):
                rows.writerow([*([symbol] if symbol_column else []), said(at, "1day"), *(repr(float(value)) for value in values)])
    return path


def test_a_drawn_pattern_is_found_with_its_levels_in_order(drawn_share: Instrument) -> None:
    found = detect(ticker="twin", patterns=["double-bottom"], now=NOW).matches()
    (match,) = [one for one in found if one["pattern"] == "double-bottom"]
    assert (match["symbol"], match["side"], match["state"]) == ("TWIN", "long", "ready")
    assert match["stop"] < match["entry"] < match["target"] < match["target2"]
    assert match["risk_reward"] == pytest.approx((match["target"] - match["entry"]) / (match["entry"] - match["stop"]))
    assert match["risk_pct"] == pytest.approx(100 * (1 - match["stop"] / match["entry"]))
    assert [point["role"] for point in match["points"]]
    assert all(point["time"] <= point["confirmed_at"] <= match["known_at"] for point in match["points"])
    assert set(match["criteria_met"]) == {clause["text"] for clause in match["clauses"] if clause["ok"]}
    assert match["analysis"].endswith(".")


def test_every_match_has_the_documented_names_and_plain_values(market: Universe) -> None:
    seen = 0
    for share in market.members.all():
        for match in detect(ticker=share.instrument.symbol, now=NOW).matches():
            seen += 1
            assert set(match) == set(MatchAnswer().fields)
            json.dumps(match, allow_nan=False)
            for name in ("start", "known_at"):
                dt.date.fromisoformat(match[name])
    assert seen


def test_best_comes_first(market: Universe) -> None:
    for share in market.members.all():
        scores = [match["score"] for match in detect(ticker=share.instrument.symbol, now=NOW).matches()]
        assert scores == sorted(scores, reverse=True)


def test_a_symbol_and_the_scan_of_its_universe_agree(market: Universe) -> None:
    scan = run_scan_here(universe=market, now=NOW, threads=0)
    shown = scan.results.select_related("match__instrument").filter(state__in=["ready", "triggered"])
    by_scan = sorted((present(match=row.match, shown=row, as_of=scan.as_of) for row in shown), key=lambda one: one["code"])
    alone = [match for share in market.members.all() for match in detect(ticker=share.instrument.symbol, now=NOW).matches()]
    alone.sort(key=lambda one: one["code"])
    assert len(alone) == len(by_scan) > 0
    assert alone == by_scan


def test_detecting_keeps_no_match(market: Universe) -> None:
    detect(ticker="S0", now=NOW)
    assert not PatternMatch.objects.exists()


def test_as_of_tells_what_was_known_then(market: Universe) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S1"), "1day")
    for number in (250, 275, 300):
        then = detect(ticker="S1", as_of=said(bars.at[number], "1day"), now=NOW)
        assert then.last_at.timestamp() == bars.at[number]
        assert all(match["known_at"] <= said(bars.at[number], "1day") for match in then.matches())


def test_a_file_gives_what_the_symbol_gives_but_for_the_rating(tmp_path: Path) -> None:
    bars = random_bars(320, seed=2)
    create_instrument("LONE", bars=bars)
    stored = detect(ticker="LONE", now=NOW)
    found = detect_in_file(path=write(tmp_path / "LONE.csv", {"LONE": bars}, symbol_column=False), now=NOW)
    assert found.instrument.symbol == "LONE"

    def bare(detection: Detection) -> list[Any]:
        return [
            {name: value for name, value in match.items() if name not in ("code", "name", "sector", "chart_url")}
            for match in detection.matches()
        ]

    assert bare(found) == bare(stored) != []
    assert all(match["chart_url"] is None for match in found.matches())


def test_a_file_of_several_asks_which(tmp_path: Path) -> None:
    path = write(tmp_path / "two.csv", {"AAA": random_bars(320, seed=1), "BBB": random_bars(320, seed=2)})
    with pytest.raises(Invalid, match="AAA, BBB"):
        detect_in_file(path=path, now=NOW)
    with pytest.raises(Invalid, match="has no CCC; it has AAA, BBB"):
        detect_in_file(path=path, symbol="CCC", now=NOW)
    assert detect_in_file(path=path, symbol="bbb", now=NOW).instrument.symbol == "BBB"


@pytest.mark.parametrize(
    ("wrong", "code", "said_so"),
    [
        ({"ticker": "NOPE"}, "unknown_symbol", "NOPE"),
        ({"ticker": "S0", "interval": "3day"}, "unknown_interval", "1day"),
        ({"ticker": "S0", "interval": "1h"}, "no_data", "no bars of 1h for S0"),
        ({"ticker": "S0", "as_of": "2014-01-01"}, "no_data", "on or before 2014-01-01"),
        ({"ticker": "S0", "as_of": "2015-02-02"}, "too_few_bars", "20 bars.*at least"),
        ({"ticker": "S0", "as_of": "2026-03-03"}, "future", "future"),
        ({"ticker": "S0", "as_of": "yesterday"}, "bad_date", "2017-06-30"),
        ({"ticker": "S0", "as_of": "2016-02-02T10:00"}, "bad_date", "by date"),
        ({"ticker": "S0", "patterns": ["elliott-wave"]}, "unknown_pattern", "double-bottom"),
    ],
)
def test_what_cannot_be_detected_is_said(market: Universe, wrong: dict[str, Any], code: str, said_so: str) -> None:
    with pytest.raises(LegendError, match=said_so) as refused:
        detect(**wrong, now=NOW)
    assert refused.value.code == code


def test_weekly_bars_are_built_from_daily_ones() -> None:
    create_universe("TEST", members=[create_instrument("LONG", bars=random_bars(1500, seed=5))])
    found = detect(ticker="LONG", interval="1week", now=NOW)
    assert found.interval == "1week"
    assert 290 <= found.bars.size <= 320


# rules -----------------------------------------------------------------------------------------------------------------------


def test_a_rule_and_its_row_are_the_same_thing() -> None:
    rules = [detector("double-bottom").rule(), changed_rule(detector="double-bottom", params={"tolerance": 0.05})]
    rows = store_rules(rules=rules)
    assert [engine_rule(row=row) for row in rows] == rules
    assert store_rules(rules=rules) == rows
    assert Rule.objects.count() == 2


def test_a_parameter_out_of_bounds_is_named_with_its_bounds() -> None:
    with pytest.raises(Invalid, match=r"0\.005 to 0\.1") as refused:
        changed_rule(detector="double-bottom", params={"tolerance": 0.5})
    assert refused.value.errors[0].field == "params.tolerance"


def test_a_pattern_may_be_asked_by_its_own_name_or_its_detectors() -> None:
    assert [rule.detector for rule in asked_rules(patterns=["vcp-2t"])] == ["vcp"]
    assert meant_patterns(patterns=["vcp-2t"]) == {"vcp-2t"}
    assert meant_patterns(patterns=["channel-up", "vcp"]) == {"channel-up", "vcp"}
    with pytest.raises(Invalid, match="double-bottom"):
        meant_patterns(patterns=["elliott-wave"])


def test_no_number_of_an_answer_is_infinite_or_missing_silently(market: Universe) -> None:
    def numbers(value: Any) -> list[float]:
        if isinstance(value, dict):
            return [number for one in value.values() for number in numbers(one)]
        if isinstance(value, list):
            return [number for one in value for number in numbers(one)]
        return [value] if isinstance(value, float) else []

    for share in market.members.all():
        for match in detect(ticker=share.instrument.symbol, now=NOW).matches():
            assert all(math.isfinite(number) for number in numbers(match))
