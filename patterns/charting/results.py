"""Results in R as pictures: how they are spread, and how they add up month by month beside chance."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import ceil, floor, log10
from typing import Any

from django.utils.safestring import SafeString

from patterns.services.wording import MINUS, in_r

from .fluid import box, fluid, line, paths, text, together

LEFT = 1.0  # percent at the sides
RIGHT = 91.0  # figures of the scale stand to the right of it


def histogram(buckets: Sequence[Mapping[str, Any]], *, height: int = 190) -> SafeString:
    """Trades by result. buckets : {from, to, n}, `from` None at the first and `to` None at the last, in R."""
    total, most = sum(bucket["n"] for bucket in buckets), max((bucket["n"] for bucket in buckets), default=0)
    if not total:
        return SafeString("")
    base, top = height - 22, 20
    step = 100 / len(buckets)
    pieces = [line("strip-axis", 0, base, 100, base)]
    for number, bucket in enumerate(buckets):
        x, tall = number * step, (base - top) * bucket["n"] / most
        kind = "loss" if bucket["to"] is not None and bucket["to"] <= 0 else "gain"
        pieces.append(box(f"bar-{kind}", x + 0.12 * step, base - tall, 0.76 * step, tall, 2))
        if bucket["n"]:
            pieces.append(text("strip-figure", x + step / 2, base - tall - 5, f"{bucket['n']:,}", "middle"))
        if bucket["to"] is not None:
            pieces.append(text("strip-name", x + step, base + 16, _edge(bucket["to"]), "middle"))
    words = ", ".join(f"{_range(bucket)} {bucket['n']}" for bucket in buckets if bucket["n"])
    return fluid("figure", height, f"{total} trades by result in R: {words}", together(*pieces))


def _edge(value: float) -> str:
    return f"{value:+g}".replace("-", MINUS) if value else "0R"


def _range(bucket: Mapping[str, Any]) -> str:
    if bucket["from"] is None:
        return f"below {bucket['to']:g}"
    return f"{bucket['from']:g} and above" if bucket["to"] is None else f"{bucket['from']:g} to {bucket['to']:g}"


def equity_curve(months: Sequence[str], results: Sequence[float], control: Sequence[float], *, height: int = 220) -> SafeString:
    """Sums of R by the end of each month, of the trades and of random entries in their place. months : `2013-02`."""
    if not months:
        return SafeString("")
    low, high = min(0.0, *results, *control), max(0.0, *results, *control)
    marks = _round_marks(low, high)
    low, high = min(low, marks[0]), max(high, marks[-1])
    top, base = 12, height - 22

    def x(number: float) -> float:
        return LEFT + (RIGHT - LEFT) * number / len(months)

    def y(value: float) -> float:
        return top + (base - top) * (high - value) / (high - low)

    def path(values: Sequence[float]) -> str:
        # it begins with nothing before the first month
        return "M" + "L".join(f"{x(number):.2f} {y(value):.1f}" for number, value in enumerate([0.0, *values]))

    area = f"{path(results)}L{x(len(months)):.2f} {y(0):.1f}L{x(0):.2f} {y(0):.1f}Z"
    return fluid(
        "figure",
        height,
        f"Sum of R from {months[0]} to {months[-1]}: the rule {in_r(results[-1])}, random entries {in_r(control[-1])}; "
        f"worst fall of the rule {in_r(-_worst_fall(results))}",
        together(
            *(line("strip-zero" if mark == 0 else "strip-grid", LEFT, y(mark), RIGHT, y(mark)) for mark in marks),
            *(text("strip-name", RIGHT + 1.5, y(mark) + 4, _edge(mark) if mark else "0R") for mark in marks),
            *_years(months, x, base),
            paths(height, [("curve-area", area), ("curve-control", path(control)), ("curve", path(results))]),
        ),
    )


def _years(months: Sequence[str], x: Any, base: float) -> list[SafeString]:
    """The names of years where they begin, as many as fit a phone."""
    begins = [(number, month[:4]) for number, month in enumerate(months) if month.endswith("-01")]
    step = max(1, ceil(len(begins) / 6))
    return [text("strip-name", x(number), base + 17, year, "middle") for number, year in begins[::step]]


def _round_marks(low: float, high: float) -> list[float]:
    """Three to six round figures that span both, 0 among them."""
    rough = max(high - low, 1e-6) / 4
    unit = 10 ** floor(log10(rough))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough)
    return [round(number * step, 9) for number in range(floor(low / step), ceil(high / step) + 1)]


def _worst_fall(values: Sequence[float]) -> float:
    """Deepest loss from a height reached before, in R."""
    heights = accumulate([0.0, *values], max)
    return max((peak - value for peak, value in zip(heights, [0.0, *values], strict=True)), default=0.0)
