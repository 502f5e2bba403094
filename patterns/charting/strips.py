"""An edge with its interval on an axis whose middle is chance."""

from django.utils.safestring import SafeString

from patterns.services.wording import in_r

from .fluid import box, dot, fluid, line, text, together

ROOM = 1.6  # how far the axis reaches beyond the farther end, so that a name fits beside it
NARROW = 40  # percent of the width in which two figures do not fit side by side on a phone


def edge_strip(low: float, value: float, high: float, *, kind: str = "none") -> SafeString:
    """A value with its interval; `chance` stands above the axis, the ends below.

    Ends of a wide interval are written inside it, those of a narrow one outside, so that they never touch. kind : what may be claimed.
    """
    reach = ROOM * max(abs(low), abs(high), abs(value), 1e-9)
    x_low, x_value, x_high = (_place(figure, reach) for figure in (low, value, high))
    is_narrow = x_high - x_low < NARROW
    return fluid(
        "strip",
        44,
        f"{in_r(value)}, interval {in_r(low)} to {in_r(high)}, chance at 0",
        together(
            line("strip-axis", 0, 22, 100, 22),
            line("strip-chance", 50, 13, 50, 31),
            text("strip-name", 50, 9, "chance", "middle"),
            box(f"strip-range strip-{kind}", x_low, 18, x_high - x_low, 8, 4),
            dot(f"strip-dot strip-{kind}", x_value, 22, 5),
            text("strip-figure", x_low, 42, in_r(low), "end" if is_narrow else "start"),
            text("strip-figure", x_high, 42, in_r(high), "start" if is_narrow else "end"),
        ),
    )


def forest_row(low: float | None, value: float | None, high: float | None, *, reach: float, kind: str = "none") -> SafeString:
    """One row of a column of intervals on a common axis of ±`reach`; it only shows, since the figures stand beside it.

    An interval that runs beyond the axis ends in an arrow there.
    """
    middle = line("strip-chance", 50, 0, 50, 24)
    if value is None or low is None or high is None:
        return fluid("forest", 24, "", middle)
    x_low, x_high = _place(max(low, -reach), reach), _place(min(high, reach), reach)
    arrows = [text(f"forest-more strip-{kind}", x, 16, arrow, anchor) for x, arrow, anchor, runs_on in (
        (0, "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", "start", low < -reach),
        (100, "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", "end", high > reach),
    ) if runs_on]  # fmt: skip
    dots = [dot(f"strip-dot strip-{kind}", _place(value, reach), 12, 3.5)] if abs(value) <= reach else []
    return fluid("forest", 24, "", together(middle, line(f"forest-range strip-{kind}", x_low, 12, x_high, 12), *arrows, *dots))


def _place(value: float, reach: float) -> float:
    """Percent of the width."""
    return 50 + 50 * value / reach
