"""Rally to a falling 50-bar average."""

from patterns.engine.finds import SHORT
from patterns.engine.registry import Detector, Drawn, Role

from . import _sma50

DETECTORS = (
    Detector(
        name="sma50-rally",
        title="SMA50 rally",
        side="short",
        kind="continuation",
        summary="In a fall, a rally to the 50-bar average that turns down again; sold short below the signal bar.",
        rules=(
            "SMA50 below SMA200 and lower by at least 1 % in 20 bars; SMA200 not higher; the close below SMA50.",
            "The low of 63 bars lies 3 to 25 bars back, at least 5 % below SMA50, with 70 % of the 30 closes before it below SMA50.",
            "From there a rally of 4 to 15 % in 3 to 20 bars, without a close 3 % above SMA50.",
            "One of the last three highs comes within 1 % or half an ATR of SMA50.",
            "The signal bar closes below the previous bar's low, in the lower 40 % of its range; the match is known at its close, entry below its low.",
            "Stop half an ATR beyond the highest high or SMA50; the sober target is the swing low.",
            "Over at a close 3 % above SMA50, or ten bars after the touch. First and second tests of the average count most.",
        ),
        source="O'Neil's pullback to the 10-week line, and common screens; no published statistics",
        min_bars=220,
        params=_sma50.Params,
        find=_sma50.tests(SHORT),
        roles=(Role("swing", "Swing low", "low"), Role("end", "Rally", "high"), Role("signal", "Signal", "low")),
        clauses=_sma50.CLAUSES,
        marks=_sma50.MARKS,
        ordered=(("min_depth", "max_depth"), ("min_swing", "swing_bars"), ("min_pullback", "pullback_bars")),
        examples=(Drawn(((0, 166.7), (230, 100), (12, 92.6), (9, 99.5), (3, 96.5), (10, 89)), breaks=253),),
        counter=(Drawn(((0, 166.7), (230, 100), (12, 92.59), (14, 111.1), (3, 96.15), (10, 89.29)), note="too deep"),),
        horizon="days to weeks",
    ),
)
