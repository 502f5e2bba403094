"""What is known of the market as a whole: how far the bars reach, and its breadth on a day."""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from patterns.bars import last_bars
from patterns.calendars import within_sessions
from patterns.models import BarBlock, Instrument, Interval, Scan, UniverseMember
from patterns.series import offered
from patterns.services.context import context_of

STATUS_SECONDS = 60
BREADTH_SECONDS = 24 * 3600  # its key holds the version of the data
YEAR = 252  # bars
MOODS = {1.0: "uptrend", 0.5: "mixed", 0.0: "downtrend"}


@dataclass(frozen=True)
class MarketStatus:
    """How far daily bars reach (any, where none are daily), which intervals there are, whether all is invented; whether trading is open."""

    bars_until: dt.date | None
    intervals: tuple[str, ...]
    is_simulated: bool
    is_open: bool


@dataclass(frozen=True)
class Breadth:
    """Shares of the members in percent, counts of members; `mood` is the benchmark against its 200-day mean, None if unknown."""

    members: int
    above_50: float
    above_200: float
    advances: int
    declines: int
    new_highs: int
    new_lows: int
    mood: str | None


def market_status() -> MarketStatus:
    """Asked on every page, so it is remembered for a minute."""
    status: MarketStatus | None = cache.get("market-status")
    if status is None:
        status = _market_status()
        cache.set("market-status", status, STATUS_SECONDS)
    return status


def _market_status() -> MarketStatus:
    newest = BarBlock.objects.order_by("-last_at").values_list("last_at", flat=True)
    last = newest.filter(interval=Interval.DAY_1).first() or newest.first()
    stored = set(BarBlock.objects.order_by().values_list("interval", flat=True).distinct())
    real = Instrument.objects.exclude(source="simulated").exists()
    simulated = not real and Instrument.objects.exists()
    return MarketStatus(last.date() if last else None, tuple(offered(stored)), simulated, real and _is_open())


def _is_open() -> bool:
    import numpy as np

    return bool(within_sessions(np.array([timezone.now().timestamp()]))[0])


def breadth(scan: Scan) -> Breadth | None:
    """The members of a scanned universe at its as-of close; None for a list of symbols, and where nobody has bars of a year."""
    if scan.universe is None:
        return None
    key = f"breadth:{scan.universe_id}:{scan.interval}:{scan.as_of:%Y%m%d%H%M}:{scan.data_version}"
    found: Breadth | None = cache.get(key)
    if found is None:
        found = _breadth(scan)
        cache.set(key, found, BREADTH_SECONDS)
    return found


def _breadth(scan: Scan) -> Breadth | None:
    import numpy as np

    ids = list(UniverseMember.objects.filter(universe=scan.universe_id).on(scan.as_of.date()).values_list("instrument_id", flat=True))
    panel = last_bars(ids, scan.interval, count=YEAR, until=scan.as_of.timestamp())
    known = [bars for bars in panel.values() if bars.size >= 2 and bars.at[-1] == scan.as_of.timestamp()]
    mature = [bars for bars in known if bars.size == YEAR]
    if not mature:
        return None
    last = np.array([bars.close[-1] for bars in known])
    before = np.array([bars.close[-2] for bars in known])
    return Breadth(
        members=len(known),
        above_50=100 * float(np.mean([bars.close[-1] > bars.close[-50:].mean() for bars in mature])),
        above_200=100 * float(np.mean([bars.close[-1] > bars.close[-200:].mean() for bars in mature])),
        advances=int((last > before).sum()),
        declines=int((last < before).sum()),
        new_highs=sum(bool(bars.high[-1] >= bars.high.max()) for bars in mature),
        new_lows=sum(bool(bars.low[-1] <= bars.low.min()) for bars in mature),
        mood=_mood(scan),
    )


def _mood(scan: Scan) -> str | None:
    import numpy as np

    if scan.universe is None or scan.universe.owner_id is not None:
        return None
    context = context_of(universe=scan.universe, interval=scan.interval).context
    place = int(np.searchsorted(context.times, scan.as_of.timestamp(), side="right")) - 1
    return MOODS.get(float(context.market[place])) if place >= 0 else None
