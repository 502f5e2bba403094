"""What was published of patterns (detectors.md 10): for orientation beside a match, never in the place of measured evidence.

Bulkowski's figures of the 2020 update that belongs to the 3rd edition of his Encyclopedia, bull markets. They are averages of perfect
trades without costs, from the breakout to the ultimate high or low, and so upper bounds of what a trader gets.
"""

from typing import NamedTuple

SOURCE = "Bulkowski, Encyclopedia of Chart Patterns, figures of 2020, bull markets"
Figure = float | tuple[float, float] | None  # one number, or from one to another where the kinds of a pattern differ


class Published(NamedTuple):
    """In percent but for the rank. `fail`: moved less than 5 %; `back`: came back to the level; `target`: reached the full target."""

    rank: Figure
    of: int | None
    fail: Figure
    move: Figure
    back: Figure
    target: Figure
    note: str = ""


HALF = "82 % reached half of the height"
# by pattern, side, and variant or kind where the figures tell them apart
FIGURES: dict[tuple[str, str, str], Published] = {
    ("ascending-triangle", "long", ""): Published(16, 39, 17, 43, 64, 70),
    ("ascending-triangle", "short", ""): Published(30, 36, 38, 13, 63, 44),
    ("descending-triangle", "long", ""): Published(33, 39, 22, 38, 60, 64),
    ("descending-triangle", "short", ""): Published(15, 36, 23, 15, 58, 50),
    ("symmetrical-triangle", "long", ""): Published(36, 39, 25, 34, 62, 58),
    ("symmetrical-triangle", "short", ""): Published(34, 36, 37, 12, 65, 36),
    ("rising-wedge", "long", ""): Published(32, 39, 19, 38, 72, 63),
    ("rising-wedge", "short", ""): Published(36, 36, 51, 9, 72, 32),
    ("falling-wedge", "long", ""): Published(31, 39, 26, 38, 62, 62),
    ("falling-wedge", "short", ""): Published(27, 36, 29, 14, 74, 29),
    ("rectangle", "long", "top"): Published(4, 39, 15, 51, 66, 78),
    ("rectangle", "short", "top"): Published(32, 36, 34, 13, 64, 54),
    ("rectangle", "long", "bottom"): Published(8, 39, 15, 48, 64, 79),
    ("rectangle", "short", "bottom"): Published(14, 36, 24, 16, 66, 55),
    ("broadening", "long", "top"): Published(22, 39, 18, 42, 67, 66),
    ("broadening", "short", "top"): Published(28, 36, 27, 13, 67, 42),
    ("broadening", "long", "bottom"): Published(15, 39, 16, 45, 69, 65),
    ("broadening", "short", "bottom"): Published(23, 36, 26, 15, 62, 41),
    ("hs-top", "short", ""): Published(9, 36, 19, 16, 68, 51),
    ("hs-bottom", "long", ""): Published(13, 39, 11, 45, 65, 71),
    ("double-bottom", "long", "Adam and Adam"): Published(26, 39, 16, 39, 67, 73),
    ("double-bottom", "long", "Adam and Eve"): Published(17, 39, 12, 43, 67, 69),
    ("double-bottom", "long", "Eve and Adam"): Published(20, 39, 12, 42, 67, 72),
    ("double-bottom", "long", "Eve and Eve"): Published(5, 39, 12, 50, 65, 65),
    ("double-top", "short", ""): Published((10, 19), 36, (20, 25), (15, 16), (64, 65), (43, 64), "four kinds"),
    ("triple-bottom", "long", ""): Published(12, 39, 13, 46, 65, 74),
    ("triple-top", "short", ""): Published(24, 36, 25, 14, 66, 49),
    ("cup-handle", "long", ""): Published(3, 39, 5, 54, 62, 61),
    ("high-tight-flag", "long", ""): Published(30, 39, 15, 39, 67, None, HALF),
    ("bull-flag", "long", ""): Published(None, None, 44, 9, None, 46),
    ("bear-flag", "short", ""): Published(None, None, 45, 8, None, None),
    ("bull-pennant", "long", ""): Published(None, None, 54, 7, None, 35),
    ("bear-pennant", "short", ""): Published(None, None, 54, 6, None, 32),
}
# shares that never reach their level, so that the shape stays without a name
NEVER_CONFIRM = {"double-top": ("two tops", 60), "double-bottom": ("two bottoms", 48)}
# how often price left to the other side after a leg that turned before the far line: up after a partial decline, down after a partial rise
PARTIAL = {
    ("rectangle", "top"): ("77 to 79", "75"),
    ("rectangle", "bottom"): ("77 to 79", "75"),
    ("broadening", "top"): ("72", "52"),
    ("broadening", "bottom"): ("73", "53"),
}
USUALLY_BACK = (58, 74)  # percent, over most patterns


def published(pattern: str, side: str, variant: str = "", kind: str = "") -> Published | None:
    """What is known of the pattern on that side; None: no figures were published, or not for this one."""
    keys = [(pattern, side, kind), (pattern, side, variant), (pattern, side, "")]
    return next((FIGURES[key] for key in keys if key in FIGURES), None)


def published_of(pattern: str) -> list[tuple[str, str, Published]]:
    """Side, variant or kind, and figures of all rows of a pattern."""
    return [(side, kind, figures) for (name, side, kind), figures in FIGURES.items() if name == pattern]


def in_words(value: Figure, unit: str = "") -> str:
    """`17 %`, `20 to 25 %`, or a dash."""
    if value is None:
        return "\N{EM DASH}"
    return f"{value[0]:g} to {value[1]:g}{unit}" if isinstance(value, tuple) else f"{value:g}{unit}"


def as_told(figures: Published) -> dict[str, object]:
    """As plain values, a range as a list of two, with source and sentence."""
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in figures._asdict().items()}
    return {**values, "source": SOURCE, "sentence": sentence(figures)}


def sentence(figures: Published | None) -> str:
    """For people, with the source; of what nobody published it says so."""
    if figures is None:
        return "None published."
    parts = [f"{in_words(figures.fail, ' %')} failed to move 5 %", f"the mean move was {in_words(figures.move, ' %')}"]
    if figures.back is not None:
        parts.append(f"{in_words(figures.back, ' %')} came back to the level")
    if figures.target is not None:
        parts.append(f"{in_words(figures.target, ' %')} reached the full target")
    rank = f"Rank {in_words(figures.rank)} of {figures.of}: " if figures.rank is not None else "Unranked: "
    note = f" ({figures.note})" if figures.note else ""
    return f"{rank}{', '.join(parts)}{note}. Perfect trades without costs: upper bounds. {SOURCE}."
