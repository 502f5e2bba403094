"""Pictures of what a rule did: percent across, pixels down."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from patterns.charting.results import equity_curve, histogram
from patterns.charting.strips import edge_strip, forest_row

PHONE = 260  # pixels, the narrowest column a strip stands in
LETTER = 6.6
BUCKETS = [{"from": None, "to": -1, "n": 3}, {"from": -1, "to": 0, "n": 12}, {"from": 0, "to": 1, "n": 0}, {"from": 1, "to": None, "n": 6}]


def percent(node: ElementTree.Element, name: str) -> float:
    text = node.get(name, "0%")
    assert text.endswith("%")
    return float(text[:-1])


@pytest.mark.parametrize(
    "picture",
    [edge_strip(-0.57, -0.2, 0.22), forest_row(-1, 0, 9, reach=1), forest_row(None, None, None, reach=1), histogram(BUCKETS),
     equity_curve(["2013-12", "2014-01"], [1.5, -0.5], [0.1, 0.2])],
)  # fmt: skip
def test_a_picture_is_well_formed_has_no_style_and_says_what_it_shows_or_leaves_it_to_the_words(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    assert "style" not in picture
    assert root.get("aria-label") or root.get("aria-hidden") == "true"


@pytest.mark.parametrize(
    ("low", "value", "high"), [(-0.57, -0.2, 0.22), (0.01, 0.02, 0.03), (-0.02, 0.0, 0.02), (-3.0, 0.0, 0.1), (-0.18, -0.09, -0.004)]
)
def test_labels_of_a_strip_never_touch_or_leave_a_phone(low: float, value: float, high: float) -> None:
    boxes = []
    for node in ElementTree.fromstring(edge_strip(low, value, high)).iter("text"):
        width, x = len(node.text or "") * LETTER, percent(node, "x") * PHONE / 100
        left = {"start": x, "middle": x - width / 2, "end": x - width}[node.get("text-anchor", "start")]
        boxes.append((left, left + width, float(node.get("y", 0))))
        assert left >= 0 and left + width <= PHONE
    for k, (left, right, y) in enumerate(boxes):
        assert all(abs(y - other) > 12 or right <= begin or end <= left for begin, end, other in boxes[k + 1 :])


def test_chance_stands_in_the_middle_and_a_better_edge_to_the_right_of_it() -> None:
    root = ElementTree.fromstring(edge_strip(0.1, 0.2, 0.3, kind="edge"))
    dot = next(root.iter("circle"))
    assert percent(dot, "cx") > 50 and "strip-edge" in dot.get("class", "")
    assert [percent(node, "x") for node in root.iter("text") if node.text == "chance"] == [50]


def test_an_interval_beyond_the_axis_ends_in_an_arrow_there() -> None:
    inside, beyond = forest_row(-0.5, 0.0, 0.5, reach=1), forest_row(-0.5, 0.0, 5.0, reach=1)
    assert "forest-more" not in inside and beyond.count("forest-more") == 1 and 'x2="100%"' in beyond


def test_bars_are_as_tall_as_their_counts_and_losses_differ_from_gains() -> None:
    root = ElementTree.fromstring(histogram(BUCKETS))
    tall = {node.get("class"): float(node.get("height", 0)) for node in root.iter("rect") if float(node.get("height", 0))}
    assert [node.get("class") for node in root.iter("rect")] == ["bar-loss", "bar-loss", "bar-gain", "bar-gain"]
    assert tall["bar-loss"] == pytest.approx(2 * tall["bar-gain"], abs=0.1)
    assert "below -1 3" in root.get("aria-label", "") and "1 and above 6" in root.get("aria-label", "")
    assert histogram([{"from": None, "to": None, "n": 0}]) == ""


def test_the_curve_begins_at_nothing_and_its_words_tell_the_end_and_the_worst_fall() -> None:
    months = [f"20{year}-{month:02d}" for year in range(13, 18) for month in range(1, 13)]
    results = [float(number % 7) for number in range(60)]
    root = ElementTree.fromstring(equity_curve(months, results, [0.0] * 60))
    assert "the rule +3.00R" in root.get("aria-label", "") and "worst fall of the rule \N{MINUS SIGN}6.00R" in root.get("aria-label", "")
    years = [percent(node, "x") for node in root.iter("text") if len(node.text or "") == 4]
    assert len(years) == 5 and min(b - a for a, b in pairwise(years)) > 10
