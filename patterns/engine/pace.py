"""How rules, whose lengths are in daily bars, are read on bars of another interval (detectors.md 1.1)."""

from dataclasses import dataclass

HORIZON_DAYS = 60  # daily bars after the trigger at which a trade is given up
ATRS_A_TENTH = 4.0  # what ten percent of price become on intraday bars


@dataclass(frozen=True)
class Pace:
    """`days`: daily bars in one bar, 1 for daily and finer ones. `in_atrs`: limits in percent that are marked so become limits in ATR."""

    days: int = 1
    in_atrs: bool = False

    def bars(self, daily: int, least: int = 1) -> int:
        """So many daily bars, rounded up; on coarser bars at least `least`."""
        return daily if self.days == 1 else max(-(-daily // self.days), least)

    @property
    def horizon(self) -> int:
        """Bars after the trigger at which a trade is given up, unless somebody asks for another number."""
        return self.bars(HORIZON_DAYS)


DAILY, WEEKLY, INTRADAY = Pace(), Pace(days=5), Pace(in_atrs=True)


def pace_of(interval: str) -> Pace:
    """Of an interval's name: `1day`, `1week`, or a finer one such as `1h`."""
    return {"1day": DAILY, "1week": WEEKLY}.get(interval, INTRADAY)


def in_atrs(fraction: float) -> float:
    """What a fraction of price becomes on intraday bars."""
    return ATRS_A_TENTH * fraction / 0.1
