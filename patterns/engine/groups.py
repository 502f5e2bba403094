"""Finds of several rules over one structure are a group, which is shown once under its leading name (detectors.md 5)."""

from collections.abc import Sequence
from typing import NamedTuple

from .finds import Finds
from .registry import Rule

# Of a group the first of these leads.
LEADING = (
    ("high-tight-flag",),
    ("vcp",),
    ("cup-handle",),
    ("hs-top", "hs-bottom"),
    ("triple-top", "triple-bottom"),
    ("double-top", "double-bottom"),
    ("bull-flag", "bear-flag", "bull-pennant", "bear-pennant"),
    ("ascending-triangle", "descending-triangle", "symmetrical-triangle"),
    ("rising-wedge", "falling-wedge"),
    ("rectangle",),
    ("channel-up", "channel-down", "channel-flat"),
    ("broadening",),
    ("sma50-pullback", "sma50-rally"),
)
RANKS = {name: rank for rank, family in enumerate(LEADING) for name in family}
SHARED_ANCHORS = 2  # from so many common ones on two finds are of one structure, however long each is


class Shape(NamedTuple):
    """What tells whether two finds of one instrument are of one structure; bars may be indexes or times, as long as all are the same."""

    detector: str
    side: int
    start: int
    end: int
    anchors: frozenset[int]
    score: float
    known: int


class Place(NamedTuple):
    """`leader`: index of the shape under whose name the group is shown; `place`: 0 for the leader, then 1, 2, …"""

    leader: int
    place: int


def shape_of(find: Finds, rule: Rule) -> Shape:
    """A row of the engine's finds as a shape."""
    anchors = frozenset(find["points"][: int(find["count"])].tolist())
    return Shape(rule.detector, int(find["side"]), int(find["start"]), int(find["end"]), anchors, float(find["score"]), int(find["known"]))


def is_one_structure(one: Shape, other: Shape) -> bool:
    """Spans that share more than half of what they cover together, or two anchors in common."""
    if one.side != other.side:
        return False
    common = min(one.end, other.end) - max(one.start, other.start) + 1
    whole = max(one.end, other.end) - min(one.start, other.start) + 1
    return 2 * common > whole or len(one.anchors & other.anchors) >= SHARED_ANCHORS


def grouped(shapes: Sequence[Shape]) -> list[Place]:
    """The group of each shape, in their order.

    Shapes come in the order of the leading names, then by score, then the older first; each joins the first leader it shares a structure
    with, or leads itself. So a member always shares the structure of its leader, and the answer does not depend on the order of `shapes`.
    """
    found: dict[int, Place] = {}
    sizes: dict[int, int] = {}
    for number in sorted(range(len(shapes)), key=lambda k: _order(shapes[k])):
        leader = next((k for k in sizes if is_one_structure(shapes[k], shapes[number])), number)
        sizes[leader] = sizes.get(leader, 0) + 1
        found[number] = Place(leader, sizes[leader] - 1)
    return [found[number] for number in range(len(shapes))]


def _order(shape: Shape) -> tuple[object, ...]:
    rank = RANKS.get(shape.detector, len(LEADING))  # what is for research comes last
    return rank, -shape.score, shape.known, shape.start, shape.end, shape.detector
