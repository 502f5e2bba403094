"""Single rules of detectors.md, worked by hand on drawn shapes."""

import numpy as np
import pytest

from patterns.engine.drawn import drawn, mirrored
from patterns.engine.finds import STOPPED
from patterns.engine.match import Match
from patterns.engine.pace import DAILY, INTRADAY, WEEKLY
from patterns.engine.registry import BadRule, default_rules, detector, detectors, patterns
from patterns.engine.replay import replay

from .test_detectors import random_walk

# two lows a year's sixth apart: the second 2 % below the first
UNDERCUT = ((0, 120), (40, 116), (30, 100), (20, 110), (20, 98), (14, 107), (10, 116))


def matches(name: str, vertices: tuple[tuple[int, float], ...], **changes: float) -> list[Match]:
    return replay(drawn(vertices), [detector(name).rule(**changes)]).matches()


def test_an_undercut_base_of_eight_weeks_is_entered_a_thousandth_above_its_middle() -> None:
    (match,) = matches("double-bottom", UNDERCUT)
    middle = next(point.price for point in match.points if point.role == "middle")
    assert match.variant == "double-bottom-undercut"
    assert match.level == pytest.approx(1.001 * middle)
    assert match.marks[0].value == 1.0
    height = middle - np.mean([point.price for point in match.points if point.role != "middle"])
    assert match.target == pytest.approx(match.level + 0.68 * height)


@pytest.mark.parametrize(("second", "variant"), [(98.0, "double-bottom-undercut"), (95.4, ""), (101.0, "")])
def test_only_a_second_low_up_to_four_percent_below_is_an_undercut(second: float, variant: str) -> None:
    shape = tuple((bars, second if price == 98 else price) for bars, price in UNDERCUT)
    (match,) = matches("double-bottom", shape)
    assert match.variant == variant
    assert ("loose" in match.flags) == (second < 96)


def test_a_young_undercut_is_a_plain_double_bottom() -> None:
    shape = ((0, 120), (40, 116), (30, 100), (8, 110), (10, 98.5), (14, 116))
    (match,) = matches("double-bottom", shape)
    assert match.variant == "" and match.level < 110.4


def test_a_contraction_tells_its_footprint() -> None:
    example = detector("vcp").examples[0]
    (match,) = [one for one in replay(example.bars(), [detector("vcp").rule()]).matches() if one.pattern == "vcp"][:1]
    weeks = -(-(match.known - match.start) // 5)
    assert match.footprint == f"{weeks}W 17/9/3 3T"
    assert detector("rectangle").examples[0].bars().size and all(
        not one.footprint for one in replay(detector("rectangle").examples[0].bars(), [detector("rectangle").rule()]).matches()
    )


def test_a_footprint_counts_weeks_or_intraday_bars() -> None:
    from patterns.engine.carried import footprint

    assert footprint(83, [100, 98, 97], [69, 84.28, 91.18], DAILY) == "17W 31/14/6 3T"
    assert footprint(17, [100, 98, 97], [69, 84.28, 91.18], WEEKLY) == "17W 31/14/6 3T"
    assert footprint(83, [100, 98], [69, 84.28], INTRADAY) == "83B 31/14 2T"


def test_a_bust_is_a_close_beyond_the_patterns_other_side_not_beyond_its_stop() -> None:
    start = ((0, 80), (40, 84), (30, 100), (8, 90), (8, 100), (7, 94), (6, 100), (5, 96.5))
    # above the ceiling, then below the last low and its stop, but not below the lowest low of the triangle
    shallow = drawn((*start, (6, 104), (8, 92)))
    deep = drawn((*start, (6, 104), (8, 92), (4, 86)))
    rule = detector("ascending-triangle").rule()
    for bars, is_busted in ((shallow, False), (deep, True)):
        found = replay(bars, [rule])
        (find,) = found.finds[(found.finds.side == 1) & (found.finds.state == STOPPED)]
        assert find.opposite == pytest.approx(90 * 0.997)
        assert (find.busted >= 0) == is_busted
        if is_busted:
            assert bars.close[find.busted] < find.opposite <= bars.close[find.busted - 1]


def test_the_far_side_of_a_flag_is_the_flags_not_its_poles() -> None:
    for name, far in (("bull-flag", min), ("bear-flag", max)):
        bars = detector(name).examples[0].bars()
        for find in replay(bars, [detector(name).rule()]).finds:
            rest = (bars.low if name == "bull-flag" else bars.high)[find.end + 1 : find.known + 1]
            assert find.opposite == far(rest)


def test_a_cup_without_handle_waits_twenty_bars() -> None:
    example = detector("cup-handle").examples[1]
    for find in replay(example.bars(), [detector("cup-handle").rule()]).finds:
        if find.pattern == 1:
            assert find.expires - find.known == 20


def test_the_volume_of_the_trigger_bar_is_told_against_the_fifty_before_it() -> None:
    example = detector("bull-flag").examples[0]
    bars = example.bars()
    (find,) = [one for one in replay(bars, [detector("bull-flag").rule()]).finds if one.triggered >= 0][:1]
    assert find.surge == pytest.approx(bars.volume[find.triggered] / bars.volume[find.triggered - 50 : find.triggered].mean())
    known = replay(bars.first(int(find.triggered)), [detector("bull-flag").rule()]).finds
    assert np.isnan(known.surge).all()


def test_a_flag_whose_volume_rises_is_no_high_tight_flag() -> None:
    plain = ((0, 40), (60, 41), (35, 82), (4, 78), (4, 74), (6, 86))
    rule = [detector("high-tight-flag").rule()]
    falling, rising = drawn(plain, (1, 2, 1.5, 1, 2)), drawn(plain, (1, 2, 0.5, 1.9, 2))
    assert replay(falling, rule).matches()
    known = {match.known for match in replay(rising, rule).matches()}
    assert not any(bar >= 95 + 8 for bar in known)


def test_the_pullback_is_looked_for_as_soon_as_its_averages_are_known() -> None:
    for name in ("sma50-pullback", "sma50-rally"):
        assert detector(name).min_bars == 220


def test_every_clause_that_judges_has_its_limit() -> None:
    seen = 0
    for seed in range(6):
        for bars in (random_walk(seed), mirrored(random_walk(seed))):
            for match in replay(bars, default_rules()).matches():
                for clause in match.clauses:
                    assert (clause.op is None) == (clause.limit is None) == (clause.ok is None), (match.pattern, clause)
                    seen += 1
    assert seen > 1000


def test_what_only_informs_is_little() -> None:
    informing = {clause.text for source in detectors().values() if not source.research for clause in source.clauses if clause.op is None}
    assert all("within 1 % of the" in text or text.startswith("Part of the height crossed") for text in informing), informing


def test_the_shape_of_a_broadening_variant_is_judged_by_its_own_limits() -> None:
    source = detector("broadening")
    for shape in source.examples:
        for match in replay(shape.bars(), [source.rule()]).matches():
            upper, lower, height = match.clauses[:3]
            assert upper.ok and lower.ok and height.ok
            if match.pattern == "broadening-ascending":
                assert lower.limit == (-0.15, 0.15) and upper.limit == 0.15
            if match.pattern == "broadening-wedge":
                assert height.limit == 1.3


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadRule, match="min_span is 60 and max_span is 40; min_span must not be larger than max_span") as refused:
        detector("rectangle").rule(min_span=60, max_span=40)
    assert refused.value.field in ("params.min_span", "params.max_span")
    with pytest.raises(BadRule) as refused:
        detector("double-bottom").rule(max_separation=30, min_separation=40)
    assert refused.value.field == "params.min_separation"
    with pytest.raises(BadRule) as refused:
        detector("vcp").rule(shrink_once=0.6)
    assert refused.value.field == "params.shrink_once"


# published figures and hints -------------------------------------------------------------------------------------------------


def test_published_figures_are_of_patterns_that_there_are_and_of_their_sides() -> None:
    from patterns.engine.published import FIGURES, as_told, in_words, published, sentence

    for name, side, kind in FIGURES:
        source, pattern = patterns()[name]
        assert pattern.side in (side, "both")
        assert kind in ("", *source.variants) or " and " in kind
    assert published("double-bottom", "long", kind="Eve and Eve") == FIGURES["double-bottom", "long", "Eve and Eve"]
    assert published("vcp", "long") is None and sentence(None) == "None published."
    assert as_told(FIGURES["double-top", "short", ""])["fail"] == [20, 25]
    assert "Rank 16 of 39" in sentence(published("ascending-triangle", "long"))
    assert "20 to 25 % failed" in sentence(published("double-top", "short"))
    assert "Unranked" in sentence(published("bear-flag", "short")) and in_words(None) == "\N{EM DASH}"


def test_a_match_carries_what_is_usual_of_its_like() -> None:
    (match,) = matches("double-bottom", ((0, 120), (40, 116), (30, 100), (8, 110), (10, 100.5), (14, 116)))
    assert match.kind in {f"{one} and {other}" for one in ("Adam", "Eve") for other in ("Adam", "Eve")}
    said = {hint.state: hint.text for hint in match.hints}
    assert "48 % never confirm" in said["ready"] and "usual" in said["triggered"] and match.kind in said[""]
    assert match.published is not None and match.published.of == 39
    rectangle = replay(detector("rectangle").examples[0].bars(), [detector("rectangle").rule()]).matches()[0]
    assert rectangle.variant == "top" and any("partial decline 77 to 79 %" in hint.text for hint in rectangle.hints)
