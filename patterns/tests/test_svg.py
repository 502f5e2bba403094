import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from patterns.charting import svg
from patterns.charting.svg import Level, Segment, Share, Spot

LEVELS = [Level("entry", 110.0), Level("stop", 95.0), Level("target", 130.0)]


def texts(picture: str) -> list[tuple[str, float, float]]:
    return [(node.text or "", float(node.get("x", 0)), float(node.get("y", 0))) for node in ElementTree.fromstring(picture).iter("text")]


def every_picture() -> list[str]:
    return [
        svg.thumbnail([100, 101, 99, 104], LEVELS, label="four closes"),
        svg.score_bar([Share("Geometry", 31, 40), Share("Context", 12, 20)]),
        svg.part_bar(Share("Geometry", 31, 40), 1),
        svg.progress_bar(3, 10),
        svg.ticks([("Close above SMA50", True), ("RS rating at least 70", None), ("SMA50 above SMA200", False)]),
        svg.drawn_example([(0, 80), (40, 120), (70, 100)], label="a path", levels=LEVELS, spots=[Spot(40, 120, "Top")]),
    ]


@pytest.mark.parametrize("picture", every_picture())
def test_a_picture_is_well_formed_has_no_style_and_says_what_it_shows(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    assert "style" not in picture
    assert root.get("aria-label") or root.get("aria-hidden") == "true"


def test_names_from_outside_are_escaped() -> None:
    picture = svg.drawn_example([(0, 1), (1, 2)], label='"><script>', spots=[Spot(1, 2, "<b>")])
    assert "<script>" not in picture and "<b>" not in picture


def test_a_thumbnail_spans_its_box_and_higher_prices_lie_higher() -> None:
    picture = svg.thumbnail([100, 120], [], label="up", width=102, height=34)
    assert 'points="1.0,32.0 101.0,2.0"' in picture


def test_a_flat_series_is_drawn_in_the_middle() -> None:
    assert 'points="1.0,16.0 101.0,16.0"' in svg.thumbnail([5, 5], [], label="flat", width=102, height=32)


def test_a_single_close_gives_no_thumbnail() -> None:
    assert svg.thumbnail([100], LEVELS, label="one") == ""


def test_the_parts_of_a_score_fill_as_much_of_the_bar_as_the_score_says() -> None:
    picture = svg.score_bar([Share("Geometry", 40, 40), Share("Context", 10, 20)], width=100)
    widths = [float(width) for width in re.findall(r'part-\d" x="[\d.]+" width="([\d.]+)"', picture)]
    assert sum(widths) == pytest.approx(50, abs=1.5)
    assert "Geometry 40 of 40, Context 10 of 20" in picture


def test_progress_never_runs_over_and_an_empty_work_is_zero() -> None:
    assert 'aria-valuenow="10"' in svg.progress_bar(12, 10)
    assert 'width="0"' in svg.progress_bar(0, 0)


def test_a_test_that_cannot_be_told_is_neither_passed_nor_failed() -> None:
    picture = svg.ticks([("RS rating at least 70", None)])
    assert "tick-unknown" in picture and "0 of 1 tests pass" in picture


def test_names_of_levels_that_lie_close_are_moved_apart() -> None:
    close = [Level("entry", 100.0), Level("stop", 99.9), Level("target", 100.1)]
    heights = sorted(y for _, _, y in texts(svg.drawn_example([(0, 50), (10, 150)], label="tight", levels=close)))
    assert min(b - a for a, b in pairwise(heights)) >= svg.LABEL_HEIGHT - 0.1


def test_a_label_that_would_cover_another_is_left_out() -> None:
    names = [Spot(50, 100, "Left shoulder"), Spot(51, 100, "Head")]
    assert [text for text, _, _ in texts(svg.drawn_example([(0, 80), (100, 100)], label="two", spots=names))] == ["Left shoulder"]


def test_a_path_may_begin_in_the_middle_of_its_run_up() -> None:
    picture = svg.drawn_example([(0, 80), (100, 100), (110, 90)], label="late", first=50, width=116, height=60)
    assert re.search(r'polyline class="ink-strong" points="8.0,40.0 ', picture)


def test_lines_and_the_span_of_the_pattern_are_drawn() -> None:
    picture = svg.drawn_example([(0, 80), (100, 100)], label="span", lines=[Segment((0, 80), (100, 80))], span=(20, 60))
    assert "ink-shade" in picture and "ink-bound" in picture
