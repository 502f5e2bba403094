"""The row in which a detector writes what it found, and in which its levels, life and score are then fixed."""

from typing import Any, TypeAlias

import numpy as np
from numba import config

from .compiled import kernel

LONG, SHORT = 1, -1
READY, TRIGGERED, TARGET, STOPPED, EXPIRED = range(5)
STATES = ("ready", "triggered", "target", "stopped", "expired")
NO_REASON, VALIDITY, INVALIDATED, REPLACED, EXTENDED, HORIZON = range(6)
REASONS = ("", "validity", "invalidated", "replaced", "extended", "horizon")
WIDE, LOOSE, SUSPECT, NO_RS, NO_MARKET, NO_VOLUME = 1, 2, 4, 8, 16, 32
FLAGS = {WIDE: "wide", LOOSE: "loose", SUSPECT: "suspect", NO_RS: "no-rs", NO_MARKET: "no-market", NO_VOLUME: "no-volume"}

INTERPRETED = bool(getattr(config, "DISABLE_JIT", False))  # numba's switch for running kernels as plain Python

POINTS, CLAUSES, MARKS, LINES, PARTS = 14, 14, 6, 2, 5

FIND = np.dtype(
    [
        # written by the detector; bars are indexes into the series, prices in its currency
        ("pattern", "i8"),  # which of the detector's published names
        ("variant", "i8"),  # which of its variants; 0 is the plain one
        ("side", "i8"),
        ("start", "i8"),  # first anchor
        ("end", "i8"),  # last confirmed anchor
        ("known", "i8"),  # the first close at which it could be known
        ("group", "i8"),  # successors and the two arms of one structure share it
        ("replaces", "i8"),  # row of the book that this one replaces, or -1
        ("level", "f8"),
        ("stop", "f8"),
        ("target", "f8"),
        ("target2", "f8"),
        ("opposite", "f8"),  # far side of the pattern, beyond which a close after the trigger is a bust; NaN: its farthest bar
        ("expires", "i8"),  # last bar at which it may trigger
        ("out_price", "f8"),  # a close beyond it, against the side, ends the match; NaN: none
        ("out_line", "f8", (2,)),  # the same for a line: value at `known`, change per bar; NaN: none
        ("out_atrs", "f8"),  # ... by this many ATR
        ("out_sma_closes", "i8"),  # so many closes in a row beyond SMA50 end it; 0: none
        ("out_sma", "f8"),  # ... by this fraction
        ("prior", "f8"),  # size of the move before a reversal, fraction; NaN: judged by the trend template instead
        ("volume", "f8"),  # the detector's volume mark 0..1
        ("marks", "f8", (MARKS,)),  # geometry marks 0..1, weighted by Detector.marks
        ("clauses", "f8", (CLAUSES,)),  # measured values of Detector.clauses
        ("count", "i8"),  # how many points
        ("points", "i8", (POINTS,)),
        ("roles", "i8", (POINTS,)),  # which of Detector.roles
        ("seen", "i8", (POINTS,)),  # bar at which each point was confirmed
        ("lines", "f8", (LINES, 4)),  # from bar, price, to bar, price; NaN: none
        ("touches", "i8"),
        ("notes", "i8"),
        # fixed by settle()
        ("rule", "i8"),
        ("entry", "f8"),
        ("state", "i8"),
        ("reason", "i8"),
        ("triggered", "i8"),  # -1: not (yet)
        ("confirmed", "i8"),  # first close beyond entry from the trigger on
        ("ended", "i8"),
        ("paid", "f8"),  # fill of the entry; NaN before the trigger
        ("exit", "f8"),  # fill of the exit; NaN while it runs
        ("throwback", "i8"),  # first bar within 30 after the trigger that came back to 1 % of the level; -1: none
        ("busted", "i8"),  # first close beyond the opposite side before the move had reached 10 %; -1: none
        ("surge", "f8"),  # volume of the trigger bar over the mean of the 50 bars before it; NaN before
        ("best", "f8"),  # farthest price with the trade, and ...
        ("worst", "f8"),  # ... against it, from the trigger to the end
        ("score", "f8"),
        ("parts", "f8", (PARTS,)),  # geometry, context, volume, readiness, reward to risk
        ("possible", "f8", (PARTS,)),  # points that could be had with what was known
    ],
    align=True,
)

# Rows are a recarray of FIND, so that they read `find.level` in compiled and in plain Python alike; types do not know its fields.
Finds: TypeAlias = Any


def blank(size: int) -> Finds:
    """`size` rows to write into; pages of memory are touched only when written."""
    rows = np.zeros(size, FIND)
    # a plain structured array reaches a kernel ten times faster than a recarray; the interpreter alone needs the latter for `row.level`
    return rows.view(np.recarray) if INTERPRETED else rows


@kernel
def new_row(rows: Finds, size: int) -> Finds:
    """Row `size`, with everything optional at "none". IndexError when the book is full."""
    if size >= len(rows):
        raise IndexError("the book is full")
    row = rows[size]
    row.pattern, row.variant, row.replaces = 0, 0, -1
    row.out_price, row.out_atrs, row.out_sma_closes, row.out_sma = np.nan, 0.0, 0, 0.0
    row.out_line[0] = row.out_line[1] = np.nan
    row.prior = row.volume = row.opposite = np.nan
    row.count, row.touches, row.notes = 0, 0, 0
    for k in range(MARKS):
        row.marks[k] = 0.0
    for k in range(CLAUSES):
        row.clauses[k] = np.nan
    for line in range(LINES):
        for k in range(4):
            row.lines[line, k] = np.nan
    return row


@kernel
def add_point(row: Finds, bar: int, role: int, seen: int) -> None:
    """One more anchor of the match: its bar, its role (index into Detector.roles), and the bar at which it was confirmed."""
    row.points[row.count], row.roles[row.count], row.seen[row.count] = bar, role, seen
    row.count += 1


class Book:
    """Where detectors write: rows [0, size) are found so far. One book serves many instruments: making one costs more than a search."""

    def __init__(self, capacity: int = 2048) -> None:
        self.rows = blank(capacity)
        self.size = 0

    def grow(self) -> None:
        """Twice the room; what was found stays."""
        rows = blank(2 * len(self.rows))
        rows[: self.size] = self.rows[: self.size]
        self.rows = rows

    def found(self) -> Finds:
        """A copy of what was found, as a recarray."""
        return self.rows[: self.size].copy().view(np.recarray)
