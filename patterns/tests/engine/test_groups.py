"""Several finds over one structure are shown once, under the leading name."""

from itertools import permutations

from patterns.engine.groups import LEADING, Place, Shape, grouped, is_one_structure, shape_of
from patterns.engine.registry import default_rules, detector, detectors
from patterns.engine.replay import replay

from .test_detectors import random_walk


def shape(name: str, start: int, end: int, *anchors: int, side: int = 1, score: float = 50.0, known: int = 100) -> Shape:
    return Shape(name, side, start, end, frozenset(anchors or (start, end)), score, known)


def test_every_detector_for_signals_has_a_place_among_the_leading_names() -> None:
    named = [name for family in LEADING for name in family]
    assert sorted(named) == sorted(name for name, source in detectors().items() if not source.research)


def test_spans_of_one_side_that_share_more_than_half_are_one_structure() -> None:
    one = shape("rectangle", 0, 99)
    assert is_one_structure(one, shape("channel-flat", 40, 109))  # 60 of 110 bars
    assert not is_one_structure(one, shape("channel-flat", 50, 109))  # 50 of 110
    assert not is_one_structure(one, shape("channel-flat", 0, 99, side=-1))


def test_two_common_anchors_make_one_structure_of_a_short_and_a_long_shape() -> None:
    triple = shape("triple-top", 10, 60, 10, 20, 35, 45, 60)
    assert is_one_structure(triple, shape("double-top", 35, 60, 35, 45, 60))
    assert not is_one_structure(triple, shape("bear-flag", 50, 60, 50, 60))


def test_the_leading_name_leads_whatever_its_score_and_whoever_was_first() -> None:
    shapes = [
        shape("rectangle", 10, 60, 10, 20, 35, 45, 60, score=90, known=61),
        shape("double-top", 35, 60, 35, 45, 60, score=80, known=62),
        shape("triple-top", 10, 60, 10, 20, 35, 45, 60, score=40, known=66),
        shape("bull-flag", 200, 220),
    ]
    assert grouped(shapes) == [Place(2, 2), Place(2, 1), Place(2, 0), Place(3, 0)]


def test_of_one_name_the_better_leads_then_the_older() -> None:
    assert grouped([shape("vcp", 0, 50, score=60), shape("vcp", 0, 52, score=70)]) == [Place(1, 1), Place(1, 0)]
    assert grouped([shape("vcp", 0, 50, known=70), shape("vcp", 0, 52, known=60)]) == [Place(1, 1), Place(1, 0)]


def test_what_shares_only_a_members_structure_leads_a_group_of_its_own() -> None:
    shapes = [shape("triple-top", 0, 40), shape("double-top", 10, 60), shape("rectangle", 25, 70)]
    assert is_one_structure(shapes[1], shapes[2])
    assert grouped(shapes) == [Place(0, 0), Place(0, 1), Place(2, 0)]


def test_the_order_of_the_shapes_does_not_matter() -> None:
    shapes = [shape("triple-top", 0, 40), shape("double-top", 10, 60), shape("rectangle", 25, 70), shape("vcp", 36, 74)]
    said = {frozenset((shapes[k].detector, shapes[p.leader].detector, p.place) for k, p in enumerate(grouped(shapes)))}
    for order in permutations(range(4)):
        turned = [shapes[k] for k in order]
        said.add(frozenset((turned[k].detector, turned[p.leader].detector, p.place) for k, p in enumerate(grouped(turned))))
    assert len(said) == 1


def test_nothing_has_no_groups() -> None:
    assert grouped([]) == []


def test_a_triple_top_leads_its_double_tops() -> None:
    bars = detector("triple-top").examples[0].bars()
    rules = [rule for rule in default_rules() if rule.detector in ("triple-top", "double-top")]
    finds = replay(bars, rules).finds
    shapes = [shape_of(find, rules[int(find.rule)]) for find in finds]
    assert {one.detector for one in shapes} == {"triple-top", "double-top"}
    assert {shapes[place.leader].detector for place in grouped(shapes)} == {"triple-top"}


def test_on_random_walks_groups_are_those_of_one_structure_and_side() -> None:
    rules, members = default_rules(), 0
    for seed in range(6):
        finds = replay(random_walk(seed), rules).finds
        shapes = [shape_of(find, rules[int(find.rule)]) for find in finds]
        for number, place in enumerate(grouped(shapes)):
            assert is_one_structure(shapes[number], shapes[place.leader])
            assert grouped(shapes)[place.leader] == Place(place.leader, 0)
            members += place.place > 0
    assert members > 20
