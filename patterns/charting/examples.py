"""Drawn examples of detectors, found and measured by the very rule that scans the market."""

from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from patterns.engine.registry import Detector, Drawn, detector

from .svg import Level, Segment, Spot, drawn_example

if TYPE_CHECKING:
    from patterns.engine.match import Match

SIZES = {"card": (320, 168), "page": (720, 320), "hero": (640, 340), "phone": (360, 230)}


@cache
def example_match(name: str, number: int = 0) -> "Match | None":
    """What the detector's rule says of its drawn example; None if it finds nothing there."""
    from patterns.engine.replay import replay

    source = detector(name)
    example = source.examples[number]
    found = replay(example.bars(), [source.rule()]).matches()
    wanted = example.pattern or source.patterns[0].name
    # where both arms of a shape are found, the drawing shows the one that it breaks through
    found.sort(key=lambda match: (match.pattern != wanted, match.triggered is None))
    return found[0] if found else None


@cache
def example_picture(name: str, size: str = "card", number: int = 0) -> SafeString:
    """The example as a picture with points, lines and levels; empty if the detector has none."""
    source = detector(name)
    if number >= len(source.examples):
        return SafeString("")
    width, height = SIZES[size]
    vertices = path_of(source.examples[number])
    match = example_match(name, number)
    if match is None:
        return drawn_example(vertices, label=f"{source.title}, drawn", width=width, height=height)
    spots = spots_of(match, source, vertices, named=size != "card")
    start = spots[0].bar if spots else match.start
    run_up = 0.7 * (match.known - start)
    return drawn_example(
        vertices,
        label=f"{match.title}, drawn: {match.analysis}",
        levels=[Level("entry", match.entry), Level("stop", match.stop), Level("target", match.target)],
        spots=spots,
        lines=[Segment(line.start, line.end) for line in match.lines],
        span=(start, match.known),
        first=max(0.0, start - run_up),
        width=width,
        height=height,
    )


def path_of(example: Drawn) -> list[tuple[float, float]]:
    """Vertices as (bar, price)."""
    bars = accumulate(step for step, _ in example.vertices)
    return [(float(bar), price) for bar, (_, price) in zip(bars, example.vertices, strict=True)]


def spots_of(match: "Match", source: Detector, vertices: list[tuple[float, float]], *, named: bool) -> list[Spot]:
    """Points of the match, on the drawn path: a drawn top is the high of the bar after it too, since that opens where it closed."""
    on = {role.name: role.on for role in source.roles}
    spots = []
    for point in match.points:
        bar, price = next((vertex for vertex in vertices if 0 <= point.bar - vertex[0] <= 1), (point.bar, point.price))
        spots.append(Spot(bar, price, point.label if named else "", above=on[point.role] == "high"))
    return spots
