"""Small pictures drawn on the server: they print, scale, need no script, and say in words what they show.

Everything here is a pure function from numbers to a safe SVG string. Colours and widths come from classes and attributes, since the
Content-Security-Policy refuses every style. Prices grow upwards; a flat or single-valued series is drawn in the middle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

ROLE_TITLES = {"entry": "Entry", "stop": "Stop", "target": "Target"}
LABEL_HEIGHT = 13.0
LETTER = 6.1  # mean width of a letter at 11 px


@dataclass(frozen=True)
class Level:
    """A price that matters; `role` is entry, stop or target."""

    role: str
    price: float


@dataclass(frozen=True)
class Spot:
    """A labelled place on a drawn line; the label stands above it or below."""

    bar: float
    price: float
    label: str = ""
    above: bool = True


@dataclass(frozen=True)
class Segment:
    """A straight line from (bar, price) to (bar, price)."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Share:
    """Points of one part of a score, out of those possible."""

    title: str
    points: float
    possible: float


@dataclass(frozen=True)
class _Scale:
    """From (bar, price) to pixels inside a box."""

    left: float
    top: float
    width: float
    height: float
    first: float
    last: float
    low: float
    high: float

    def x(self, bar: float) -> float:
        span = self.last - self.first
        return self.left + (self.width * (bar - self.first) / span if span else self.width / 2)

    def y(self, price: float) -> float:
        span = self.high - self.low
        return self.top + (self.height * (self.high - price) / span if span else self.height / 2)


def thumbnail(closes: Sequence[float], levels: Sequence[Level], *, label: str, width: int = 104, height: int = 32) -> SafeString:
    """The last closes as a line, with a dash at the right for each level. Nothing to draw with fewer than two closes."""
    if len(closes) < 2:
        return SafeString("")
    prices = [*closes, *(level.price for level in levels)]
    scale = _Scale(1, 2, width - 2, height - 4, 0, len(closes) - 1, min(prices), max(prices))
    # a list shows dozens of these: numbers need no escaping, so they are not escaped
    dashes = "".join(f'<path class="ink-{level.role}" d="M{0.62 * width:.1f} {scale.y(level.price):.1f}H{width}"/>' for level in levels)
    return _image("thumb", width, height, label, mark_safe(f'{dashes}<polyline class="ink" points="{_points(scale, enumerate(closes))}"/>'))


def score_bar(shares: Sequence[Share], *, width: int = 52, height: int = 6) -> SafeString:
    """A score out of 100 made of its parts; the words name the points each part gave."""
    x, pieces = 0.0, [f'<rect class="score-track" width="{width}" height="{height}" rx="2"/>']
    for number, share in enumerate(shares, start=1):
        length = width * max(0.0, share.points) / 100
        pieces.append(f'<rect class="part-{number}" x="{x:.2f}" width="{max(0.0, length - 0.6):.2f}" height="{height}" rx="1"/>')
        x += length
    words = ", ".join(f"{share.title} {share.points:.0f} of {share.possible:.0f}" for share in shares)
    return _image("scorebar", width, height, words or "no score", mark_safe("".join(pieces)))


def part_bar(share: Share, number: int) -> SafeString:
    """One part of a score as a bar of its own, as wide as its column; the words stand beside it, so it says nothing itself."""
    filled = 100 * share.points / share.possible if share.possible else 0
    return format_html(
        '<svg class="part-bar" viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="score-track" width="100" height="5"/><rect class="part-{}" width="{}" height="5"/></svg>',
        number,
        _n(min(100.0, max(0.0, filled))),
    )


def count_bar(count: float, most: float) -> SafeString:
    """A count beside the largest of its list."""
    return part_bar(Share("", count, most), 1)


def progress_bar(done: int, total: int, *, label: str = "Progress") -> SafeString:
    """How much of a long work is done."""
    share = 100 * min(done, total) / total if total else 0
    return format_html(
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="progressbar" aria-label="{}" aria-valuemin="0" '
        'aria-valuemax="{}" aria-valuenow="{}"><rect class="meter-track" width="100" height="6"/>'
        '<rect class="meter-fill" width="{}" height="6"/></svg>',
        label,
        total,
        min(done, total),
        _n(share),
    )


def ticks(tests: Sequence[tuple[str, bool | None]], *, size: int = 12) -> SafeString:
    """One mark per test: filled when it passes, a ring when it fails, a dashed ring when it cannot be told."""
    step = size + 5
    marks = []
    for k, (name, passed) in enumerate(tests):
        kind, word = {True: ("yes", "passes"), False: ("no", "fails"), None: ("unknown", "cannot be told")}[passed]
        marks.append((kind, _n(k * step + size / 2 + 1), _n(size / 2 + 1), _n(size / 2 - 0.5), f"{name}: {word}"))
    body = format_html_join("", '<circle class="tick-{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>', marks)
    passes = sum(1 for _, passed in tests if passed)
    return _image("ticks", len(tests) * step, size + 2, f"{passes} of {len(tests)} tests pass", body)


def drawn_example(
    vertices: Sequence[tuple[float, float]],
    *,
    label: str,
    levels: Sequence[Level] = (),
    spots: Sequence[Spot] = (),
    lines: Sequence[Segment] = (),
    span: tuple[float, float] | None = None,
    first: float | None = None,
    width: int = 320,
    height: int = 168,
    named: bool = True,
) -> SafeString:
    """A drawn price path through (bar, price) vertices, from bar `first` on, with its lines, labelled spots and levels.

    `span` shades the bars from the start of the pattern to the close at which it is known. Level names stand at the right, moved
    apart when they would touch; a spot's label moves away from the path or is left out when it would cover another.
    """
    first = vertices[0][0] if first is None else first
    path = _cut(vertices, first)
    prices = [price for _, price in path] + [level.price for level in levels] + [y for line in lines for y in (line.start[1], line.end[1])]
    right = 52 if named and levels else 8
    scale = _Scale(8, 20, width - 8 - right, height - 40, first, path[-1][0], min(prices), max(prices))
    parts: list[SafeString] = []
    if span:
        shade = (_n(scale.x(max(first, span[0]))), _n(scale.x(span[1]) - scale.x(max(first, span[0]))), height - 12)
        parts.append(format_html('<rect class="ink-shade" x="{}" y="6" width="{}" height="{}" rx="4"/>', *shade))
    edge = width - right
    parts.append(
        format_html_join(
            "", '<path class="ink-{}" d="M{} {}H{}"/>', _level_rows(levels, scale, scale.x(span[1]) if span else scale.left, edge)
        )
    )
    parts.append(
        format_html_join(
            "",
            '<path class="ink-bound" d="M{} {}L{} {}"/>',
            ((_n(scale.x(a[0])), _n(scale.y(a[1])), _n(scale.x(b[0])), _n(scale.y(b[1]))) for a, b in ((s.start, s.end) for s in lines)),
        )
    )
    parts.append(format_html('<polyline class="ink-strong" points="{}"/>', _points(scale, path)))
    parts.append(
        format_html_join(
            "", '<circle class="ink-point" cx="{}" cy="{}" r="3.2"/>', ((_n(scale.x(s.bar)), _n(scale.y(s.price))) for s in spots)
        )
    )
    if named:
        parts.append(_level_names(levels, scale, edge + 6))
        parts.append(_spot_names(spots, scale, edge))
    return _image("draw", width, height, label, mark_safe("".join(parts)))


def _image(css: str, width: float, height: float, label: str, body: SafeString) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>',
        css, width, height, width, height, label, body,
    )  # fmt: skip


def _points(scale: _Scale, pairs: Iterable[tuple[float, float]]) -> str:
    span, reach = scale.last - scale.first, scale.high - scale.low
    if not span or not reach:
        return " ".join(f"{scale.x(bar):.1f},{scale.y(price):.1f}" for bar, price in pairs)
    step, rise = scale.width / span, scale.height / reach
    left, top = scale.left - step * scale.first, scale.top + rise * scale.high
    return " ".join(f"{left + step * bar:.1f},{top - rise * price:.1f}" for bar, price in pairs)


def _cut(vertices: Sequence[tuple[float, float]], first: float) -> list[tuple[float, float]]:
    """The path from bar `first` on, its first point interpolated."""
    kept = [vertex for vertex in vertices if vertex[0] >= first]
    for (x0, y0), (x1, y1) in pairwise(vertices):
        if x0 < first < x1:
            return [(first, y0 + (y1 - y0) * (first - x0) / (x1 - x0)), *kept]
    return kept


def _level_rows(levels: Sequence[Level], scale: _Scale, start: float, edge: float) -> list[tuple[str, str, str, str]]:
    return [(level.role, _n(start), _n(scale.y(level.price)), _n(edge)) for level in levels]


def _level_names(levels: Sequence[Level], scale: _Scale, x: float) -> SafeString:
    """Names beside their lines, pushed apart from top to bottom and kept inside the picture."""
    rows, least = [], scale.top - 8.0
    for level in sorted(levels, key=lambda level: -level.price):
        y = max(scale.y(level.price), least)
        rows.append((level.role, _n(x), _n(y + 4), ROLE_TITLES[level.role]))
        least = y + LABEL_HEIGHT
    return format_html_join("", '<text class="ink-label-{}" x="{}" y="{}">{}</text>', rows)


def _spot_names(spots: Sequence[Spot], scale: _Scale, edge: float) -> SafeString:
    taken: list[tuple[float, float, float]] = []
    rows = []
    for spot in spots:
        half = len(spot.label) * LETTER / 2
        x = min(max(scale.x(spot.bar), scale.left + half), edge - half)
        y = scale.y(spot.price) + (-8 if spot.above else 17)
        if not spot.label or any(abs(x - other) < half + reach + 4 and abs(y - height) < LABEL_HEIGHT for other, height, reach in taken):
            continue
        taken.append((x, y, half))
        rows.append((_n(x), _n(y), spot.label))
    return format_html_join("", '<text class="ink-label-strong" x="{}" y="{}" text-anchor="middle">{}</text>', rows)


def _n(value: float) -> str:
    """At most two decimals, none when whole."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
