"""A universe laid out in memory, ready for rules to be replayed on it; the last ones used stay, so that a second look is quick."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock

import numpy as np
from django.db.models import Sum
from numpy.typing import NDArray

from patterns.engine.bars import Bars
from patterns.engine.context import Context
from patterns.engine.control import Market, lay_out
from patterns.models import BarBlock, Evidence, Instrument, Universe
from patterns.series import BUILT_FROM, load_sound, sources

from .context import Rated, context_of, presence
from .universes import members

TOGETHER = 200  # instruments read at a time
KEPT_BYTES = 400_000_000  # of all workbenches a process remembers; 505 shares and five years take 45 MB
Reason = dict[str, str]


@dataclass(frozen=True, eq=False)
class Workbench:
    """Members in the order of their ids; their bars are views of one block of memory, which `market` shares."""

    instruments: tuple[Instrument, ...]
    members: tuple[Bars, ...]
    market: Market
    rated: Mapping[int, Rated]  # by universe
    rated_in: tuple[int | None, ...]  # of each member
    left_out: tuple[Reason, ...] = field(default=())

    @property
    def symbols(self) -> list[str]:
        return [instrument.symbol for instrument in self.instruments]

    @property
    def size(self) -> int:
        """Bytes that stay in memory."""
        arrays = (*self.market[:6], self.market.where)
        return sum(array.nbytes for array in arrays) + 2 * self.market.open.nbytes

    def around(self, row: int) -> Context | None:
        """What was known around the member at each of its bars."""
        rated = self.rated.get(self.rated_in[row] or 0)
        return rated.around(self.instruments[row].pk, self.members[row].at) if rated else None


_kept: "OrderedDict[tuple[object, ...], Workbench]" = OrderedDict()
_lock = Lock()


def open_workbench(*, evidence: Evidence) -> Workbench:
    """The universe of a row with its bars up to the row's last one, as it was when the row's data version was current."""
    key = (evidence.universe_id, evidence.interval, evidence.until, evidence.data_version)
    # one thread reads, the others wait for it
    with _lock:
        if key not in _kept:
            bench = _lay_out(evidence.universe, evidence.interval, evidence.until.timestamp())
            while _kept and sum(one.size for one in _kept.values()) + bench.size > KEPT_BYTES:
                _kept.popitem(last=False)
            if bench.size > KEPT_BYTES:
                return bench
            _kept[key] = bench
        _kept.move_to_end(key)
        return _kept[key]


def forget_workbenches() -> None:
    """Give the memory back."""
    with _lock:
        _kept.clear()


def _lay_out(universe: Universe, interval: str, until: float) -> Workbench:
    belonging = {instrument.pk: instrument for instrument in members(universe=universe).select_related("home").order_by("pk")}
    damaged: dict[int, str] = {}
    ids, first, joined = _join(_read(list(belonging), interval, until, damaged), _room(list(belonging), interval))
    bars = {
        instrument_id: Bars(*(column[begin:end] for column in joined))
        for instrument_id, (begin, end) in zip(ids, pairwise(first.tolist()), strict=True)
    }
    instruments = [belonging[instrument_id] for instrument_id in ids]
    homes = [universe.rates(instrument) for instrument in instruments]
    left_out = [
        {"symbol": instrument.symbol, "reason": damaged.get(pk, f"There are no bars of {interval} for it.")}
        for pk, instrument in belonging.items()
        if pk not in bars
    ]
    return Workbench(
        instruments=tuple(instruments),
        members=tuple(bars.values()),
        market=lay_out(joined, first, presence(universe=universe, members=bars)),
        rated={home.pk: context_of(universe=home, interval=interval) for home in {home for home in homes if home}},
        rated_in=tuple(home.pk if home else None for home in homes),
        left_out=tuple(sorted(left_out, key=lambda entry: entry["symbol"])),
    )


def _room(ids: Sequence[int], interval: str) -> int:
    """Bars there are, or are built from, at most; one query."""
    blocks = BarBlock.objects.filter(instrument_id__in=ids, interval__in=sources(interval))
    return blocks.aggregate(bars=Sum("count"))["bars"] or 0


def _read(ids: list[int], interval: str, until: float, damaged: dict[int, str]) -> Iterator[dict[int, Bars]]:
    # what is built of finer bars asks all of them which week is over
    together = len(ids) if interval in BUILT_FROM else TOGETHER
    for start in range(0, len(ids), together or 1):
        panel, faults = load_sound(ids[start : start + together], interval, until=until)
        damaged |= faults
        yield dict(sorted(panel.items()))


def _join(panels: Iterable[dict[int, Bars]], room: int) -> tuple[list[int], NDArray[np.int64], Bars]:
    """Instruments that have bars, where each one's begin (members + 1,), and all bars end to end; memory is touched as it fills."""
    columns = [np.empty(room) for _ in Bars._fields]
    ids: list[int] = []
    first = [0]
    for panel in panels:
        for instrument_id, bars in panel.items():
            end = first[-1] + bars.size
            if end > len(columns[0]):  # bars came in since they were counted
                columns = [np.concatenate([column[: first[-1]], np.empty(room + bars.size)]) for column in columns]
            for column, values in zip(columns, bars, strict=True):
                column[first[-1] : end] = values
            ids.append(instrument_id)
            first.append(end)
    return ids, np.array(first, np.int64), Bars(*(column[: first[-1]] for column in columns))
