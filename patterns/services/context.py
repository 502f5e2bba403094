"""The market around an instrument: RS ratings of a whole universe and the state of its benchmark, worked out once and kept packed."""

import datetime as dt
import hashlib
import io
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from patterns.engine.bars import Bars, Floats
from patterns.engine.pace import pace_of
from patterns.models import MarketContext, Universe, UniverseMember
from patterns.series import load_sound, series_version

if TYPE_CHECKING:
    from patterns.engine.context import Context, UniverseContext

Stay = tuple[int, float, float]  # instrument, joined, left in UTC seconds

KEPT = 4  # unpacked contexts a process remembers; one of 505 shares and five years takes 0.7 MB


@dataclass(frozen=True)
class Rated:
    """A universe's context with the row of each instrument in it."""

    rows: dict[int, int]
    context: "UniverseContext"

    def around(self, instrument_id: int, at: Floats) -> "Context":
        """Aligned to an instrument's bars at `at` (n,); a stranger to the universe has no rating but the same market."""
        row = self.rows.get(instrument_id)
        if row is not None:
            return self.context.of(row, at)
        if not self.rows:
            from patterns.engine.context import no_context

            return no_context(len(at))
        market = self.context.of(0, at)
        return market._replace(rs=np.full(len(at), np.nan))

    def bars_since(self, at: float, until: float) -> int:
        """How many bar times of the universe lie in (at, until]."""
        first, end = np.searchsorted(self.context.times, [at, until], side="right")
        return int(end - first)


def prepare_context(*, universe: Universe, interval: str) -> MarketContext:
    """Rate the universe at every close of its stored bars, unless that is done for exactly these bars and members.

    One row per universe, interval and version of the data; those of older versions go. Done twice it is the same row.
    """
    stays = _stays(universe)
    ids, version = _ids(stays), _version_of(universe, stays, interval)
    current = MarketContext.objects.filter(universe=universe, interval=interval, data_version=version).defer("packed").first()
    if current is not None:
        return current
    rated = _rate(universe, stays, ids, interval)
    with transaction.atomic():
        MarketContext.objects.filter(universe=universe, interval=interval).exclude(data_version=version).delete()
        row, _ = MarketContext.objects.get_or_create(
            universe=universe, interval=interval, data_version=version, defaults={"packed": _pack(rated)}
        )
    return row


def context_version(*, universe: Universe, interval: str) -> str:
    """32 hex digits that change with the bars, the members' stays or the benchmark. Two queries."""
    return _version_of(universe, _stays(universe), interval)


def presence(*, universe: Universe, members: Mapping[int, Bars]) -> NDArray[np.bool_] | None:
    """(members, t) over the sorted union of the members' times: who belonged on each day; None if everybody always did. One query."""
    return _present(list(members.values()), {instrument_id: row for row, instrument_id in enumerate(members)}, _stays(universe))


def context_of(*, universe: Universe, interval: str) -> Rated:
    """The newest context prepared for the universe, prepared now if there is none. One small query when this process knows it."""
    row = MarketContext.objects.filter(universe=universe, interval=interval).defer("packed").order_by("-pk").first()
    return _unpacked(row or prepare_context(universe=universe, interval=interval))


_cache: OrderedDict[tuple[int, dt.datetime], Rated] = OrderedDict()
_cache_lock = Lock()


def _unpacked(row: MarketContext) -> Rated:
    # a key may come back after a row was taken back; its moment does not
    key = row.pk, row.created_at
    # one thread unpacks, the others wait for it
    with _cache_lock:
        if key not in _cache:
            _cache[key] = _unpack(MarketContext.objects.values_list("packed", flat=True).get(pk=row.pk))
        _cache.move_to_end(key)
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
        return _cache[key]


def _rate(universe: Universe, stays: Sequence[Stay], ids: Sequence[int], interval: str) -> Rated:
    from patterns.engine.context import rate_universe

    panel, _ = load_sound([*ids, *_benchmark(universe)], interval)
    benchmark = panel.get(universe.benchmark_id) if universe.benchmark_id else None
    members = [instrument_id for instrument_id in ids if instrument_id in panel]
    bars = [panel[instrument_id] for instrument_id in members]
    rows = {instrument_id: row for row, instrument_id in enumerate(members)}
    return Rated(rows, rate_universe(bars, benchmark, _present(bars, rows, stays), pace_of(interval)))


def _present(bars: Sequence[Bars], rows: dict[int, int], stays: Sequence[Stay]) -> NDArray[np.bool_] | None:
    """(members, t): who belonged at each bar time; None if everybody always did."""
    if not bars or all(joined == -np.inf and left == np.inf for _, joined, left in stays):
        return None
    times = np.unique(np.concatenate([one.at for one in bars]))
    days = times // 86400 * 86400
    present = np.zeros((len(rows), len(times)), np.bool_)
    for instrument_id, joined, left in stays:
        if instrument_id in rows:
            present[rows[instrument_id]] |= (days >= joined) & (days < left)
    return present


def _stays(universe: Universe) -> list[Stay]:
    rows = (
        UniverseMember.objects.filter(universe=universe).order_by("instrument_id", "joined").values_list("instrument_id", "joined", "left")
    )
    return [
        (
            instrument_id,
            -np.inf if joined is None else np.datetime64(joined, "s").astype(float),
            np.inf if left is None else np.datetime64(left, "s").astype(float),
        )
        for instrument_id, joined, left in rows
    ]


def _benchmark(universe: Universe) -> list[int]:
    return [universe.benchmark_id] if universe.benchmark_id else []


def _ids(stays: Sequence[Stay]) -> list[int]:
    return sorted({instrument_id for instrument_id, _, _ in stays})


def _version_of(universe: Universe, stays: Sequence[Stay], interval: str) -> str:
    data = series_version([*_ids(stays), *_benchmark(universe)], interval)
    days = pace_of(interval).days  # ratings that were made of other lengths are made anew
    pace = f"|{days}" if days > 1 else ""
    return hashlib.blake2b(f"{data}|{universe.benchmark_id}|{stays}{pace}".encode(), digest_size=16).hexdigest()


def _pack(rated: Rated) -> bytes:
    file = io.BytesIO()
    np.savez(file, members=np.array(list(rated.rows), np.int64), **rated.context._asdict())
    return file.getvalue()


def _unpack(packed: bytes | memoryview) -> Rated:
    from patterns.engine.context import UniverseContext

    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        rows = {int(instrument_id): row for row, instrument_id in enumerate(arrays["members"])}
        return Rated(rows, UniverseContext(*(arrays[name] for name in UniverseContext._fields)))
