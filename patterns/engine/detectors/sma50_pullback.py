"""Pullback to a rising 50-bar average."""

from patterns.engine.finds import LONG
from patterns.engine.registry import Detector, Drawn, Role

from . import _sma50

DETECTORS = (
    Detector(
        name="sma50-pullback",
        title="SMA50 pullback",
        side="long",
        kind="continuation",
        summary="In a rise, a pullback to the 50-bar average that turns up again; bought above the signal bar.",
        rules=(
            "SMA50 above SMA200 and higher by at least 1 % in 20 bars; SMA200 not lower; the close above SMA50.",
            "The high of 63 bars lies 3 to 25 bars back, at least 5 % above SMA50, with 70 % of the 30 closes before it above SMA50.",
            "From there a pullback of 4 to 15 % in 3 to 20 bars, without a close 3 % below SMA50.",
            "One of the last three lows comes within 1 % or half an ATR of SMA50.",
            "The signal bar closes above the previous bar's high, in the upper 40 % of its range; the match is known at its close, entry above its high.",
            "Stop half an ATR beyond the lowest low or SMA50; the sober target is the swing high.",
            "Over at a close 3 % below SMA50, or ten bars after the touch. First and second tests of the average count most.",
        ),
        source="O'Neil's pullback to the 10-week line, and common screens; no published statistics",
        min_bars=220,
        params=_sma50.Params,
        find=_sma50.tests(LONG),
        roles=(Role("swing", "Swing high", "high"), Role("end", "Pullback", "low"), Role("signal", "Signal", "high")),
        clauses=_sma50.CLAUSES,
        marks=_sma50.MARKS,
        ordered=(("min_depth", "max_depth"), ("min_swing", "swing_bars"), ("min_pullback", "pullback_bars")),
        examples=(Drawn(((0, 60), (230, 100), (12, 108), (9, 101.5), (3, 104), (10, 112)), breaks=253),),
        counter=(Drawn(((0, 60), (230, 100), (12, 108), (14, 90), (3, 104), (10, 112)), note="too deep"),),
        horizon="days to weeks",
    ),
)
