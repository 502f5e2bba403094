"""Bars in the database: a year of one instrument and interval is one packed row, and only this file knows how it is packed."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet
from numpy.typing import NDArray

from patterns.engine.bars import Bars, Floats
from patterns.models import BarBlock, Instrument

Packed = NDArray[np.float64]  # (6, n): at, open, high, low, close, volume
Row = tuple[int, "bytes | memoryview[int]"]  # instrument id and the packed bytes

TOGETHER = 200  # instruments merged at a time, so that memory stays bounded however many are stored


@dataclass(frozen=True)
class StoredCount:
    """What became of the bars handed over."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "StoredCount") -> "StoredCount":
        return StoredCount(self.added + other.added, self.changed + other.changed, self.same + other.same)


def store_bars(*, instrument: Instrument, interval: str, bars: Bars) -> StoredCount:
    """Merge bars into those stored, by time; the new bar wins. See `store_many`."""
    counts, stepped = _store({instrument.pk: bars}, interval)
    if stepped:
        instrument.refresh_from_db(fields=["version"])
    return counts[instrument.pk]


def store_many(*, series: Mapping[int, Bars], interval: str) -> dict[int, StoredCount]:
    """Merge bars of many instruments (by id) into those stored, by time, in one transaction; the new bar wins.

    Stored bars that are not handed over stay. An instrument's version steps when its stored history is touched: by another value,
    or by a bar put in before its last one. Bars added at the end leave it, and storing the same bars twice writes nothing.
    ValueError if times do not rise strictly or a number is not finite; Instrument.DoesNotExist for an unknown id.
    """
    return _store(series, interval)[0]


@transaction.atomic
def _store(series: Mapping[int, Bars], interval: str) -> tuple[dict[int, StoredCount], set[int]]:
    """Returns the counts, and the instruments whose version stepped."""
    packed = {instrument_id: _packed(bars) for instrument_id, bars in series.items() if bars.size}
    _lock(packed)
    counts = dict.fromkeys(series, StoredCount())
    stepped: set[int] = set()
    ids = list(packed)
    for start in range(0, len(ids), TOGETHER):
        group = {instrument_id: packed[instrument_id] for instrument_id in ids[start : start + TOGETHER]}
        group_counts, group_stepped = _store_group(group, interval)
        counts |= group_counts
        stepped |= group_stepped
    if stepped:
        Instrument.objects.filter(pk__in=stepped).update(version=F("version") + 1)
    return counts, stepped


def _lock(ids: Collection[int]) -> None:
    """Let another writer of the same instruments wait until this transaction ends."""
    known = set(Instrument.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk").values_list("pk", flat=True))
    if missing := set(ids) - known:
        raise Instrument.DoesNotExist(f"No instrument has the id {min(missing)}.")


def _store_group(group: dict[int, Packed], interval: str) -> tuple[dict[int, StoredCount], set[int]]:
    stored_until = last_times(group, interval)
    years = {int(year) for new in group.values() for year in np.unique(_years(new[0]))}
    stored = _read(BarBlock.objects.filter(instrument_id__in=list(group), interval=interval, year__in=years))
    counts: dict[int, StoredCount] = {}
    stepped: set[int] = set()
    blocks: list[BarBlock] = []
    for instrument_id, new in group.items():
        merged, touched, count = _merge(stored.get(instrument_id), new)
        counts[instrument_id] = count
        blocks += _blocks(instrument_id, interval, merged, touched)
        if len(touched) and touched[0] <= stored_until.get(instrument_id, -np.inf):
            stepped.add(instrument_id)
    BarBlock.objects.bulk_create(
        blocks,
        update_conflicts=True,
        unique_fields=["instrument", "interval", "year"],
        update_fields=["count", "first_at", "last_at", "packed"],
    )
    return counts, stepped


def _merge(old: Packed | None, new: Packed) -> tuple[Packed, Floats, StoredCount]:
    """Returns all bars of the years at hand, the times (k,) that were added or changed, and the counts."""
    if old is None:
        return new, new[0], StoredCount(added=new.shape[1])
    place = np.searchsorted(old[0], new[0])
    known = np.isin(new[0], old[0], assume_unique=True)
    same = np.zeros_like(known)
    same[known] = (old[:, place[known]] == new[:, known]).all(axis=0)
    changed = known & ~same
    old[:, place[changed]] = new[:, changed]
    merged = old if known.all() else np.insert(old, place[~known], new[:, ~known], axis=1)
    return merged, new[0, ~same], StoredCount(int((~known).sum()), int(changed.sum()), int(same.sum()))


def _blocks(instrument_id: int, interval: str, merged: Packed, touched: Floats) -> Iterator[BarBlock]:
    """The rows of those years in which something was added or changed."""
    years = _years(merged[0])
    for year in np.unique(_years(touched)):
        first, end = np.searchsorted(years, [year, year + 1])
        block = merged[:, first:end]
        yield BarBlock(
            instrument_id=instrument_id,
            interval=interval,
            year=int(year),
            count=int(end - first),
            first_at=_instant(block[0, 0]),
            last_at=_instant(block[0, -1]),
            packed=np.ascontiguousarray(block, dtype="<f8").tobytes(),
        )


def load_bars(instrument: Instrument, interval: str, *, until: float | None = None, since: float | None = None) -> Bars:
    """Stored bars with since <= at <= until (UTC seconds), oldest first; empty when there are none."""
    blocks = _known_by(BarBlock.objects.filter(instrument=instrument, interval=interval), until)
    if since is not None:
        blocks = blocks.filter(last_at__gte=_instant(since))
    bars = _bars(_read(blocks).get(instrument.pk, np.empty((6, 0))), until)
    return bars if since is None else bars.since(int(np.searchsorted(bars.at, since)))


def load_panel(instrument_ids: Collection[int], interval: str, *, until: float | None = None) -> dict[int, Bars]:
    """Stored bars of many instruments up to `until` (UTC seconds), in one query; instruments without any are absent."""
    blocks = _known_by(BarBlock.objects.filter(instrument_id__in=list(instrument_ids), interval=interval), until)
    return {instrument_id: _bars(packed, until) for instrument_id, packed in _read(blocks).items()}


def last_bars(instrument_ids: Collection[int], interval: str, *, count: int = 1, until: float | None = None) -> dict[int, Bars]:
    """The last `count` stored bars of each instrument up to `until`, fewer where there are fewer; two queries."""
    blocks = _known_by(BarBlock.objects.filter(instrument_id__in=list(instrument_ids), interval=interval), until)
    wanted: list[int] = []
    have: dict[int, int] = {}
    for pk, instrument_id, last_at, size in blocks.order_by("-year").values_list("pk", "instrument_id", "last_at", "count"):
        if have.get(instrument_id, 0) < count:
            wanted.append(pk)
            # a year that reaches beyond `until` gives one bar at least; how many is seen only when it is read
            whole = until is None or last_at.timestamp() <= until
            have[instrument_id] = have.get(instrument_id, 0) + (size if whole else 1)
    panel = {instrument_id: _bars(packed, until) for instrument_id, packed in _read(BarBlock.objects.filter(pk__in=wanted)).items()}
    return {instrument_id: bars.since(max(0, bars.size - count)) for instrument_id, bars in panel.items()}


def last_times(instrument_ids: Collection[int], interval: str) -> dict[int, float]:
    """Time of each instrument's last stored bar in UTC seconds; instruments without bars are absent. One query."""
    blocks = BarBlock.objects.filter(instrument_id__in=list(instrument_ids), interval=interval)
    rows = blocks.values("instrument_id").annotate(last=Max("last_at")).values_list("instrument_id", "last")
    return {instrument_id: last.timestamp() for instrument_id, last in rows}


def data_version(instrument_ids: Collection[int], intervals: Sequence[str]) -> str:
    """32 hex digits that change when the instruments, what is stored of them, or their last bar of these intervals changes. One query."""
    rows = (
        Instrument.objects.filter(pk__in=list(instrument_ids))
        .annotate(last=Max("blocks__last_at", filter=Q(blocks__interval__in=intervals)))
        .order_by("pk")
        .values_list("pk", "version", "last")
    )
    digest = hashlib.blake2b(",".join(intervals).encode(), digest_size=16)
    for pk, version, last in rows:
        digest.update(f"|{pk}:{version}:{last.timestamp() if last else None}".encode())
    return digest.hexdigest()


def _known_by(blocks: QuerySet[BarBlock], until: float | None) -> QuerySet[BarBlock]:
    return blocks if until is None else blocks.filter(first_at__lte=_instant(until))


def _read(blocks: QuerySet[BarBlock]) -> dict[int, Packed]:
    """Each instrument's blocks as one array of its own, oldest first."""
    parts: dict[int, list[Packed]] = {}
    for instrument_id, packed in _rows(blocks.order_by("instrument_id", "year").values_list("instrument_id", "packed")):
        parts.setdefault(instrument_id, []).append(np.frombuffer(packed, dtype="<f8").reshape(6, -1))
    # always a copy: arrays over bytes are read-only, for which kernels would be compiled a second time
    return {instrument_id: np.concatenate(years, axis=1) for instrument_id, years in parts.items()}


def _rows(blocks: QuerySet[BarBlock, Row]) -> Iterable[Row]:
    """The rows of the query; from PostgreSQL as binary values, since bytes as text, two letters each, take three times as long."""
    if connection.vendor != "postgresql":
        return blocks
    from psycopg import Cursor
    from psycopg.pq import Format

    try:
        sql, params = blocks.query.sql_with_params()
    except EmptyResultSet:
        return []
    connection.ensure_connection()
    binary: Any = Cursor(connection.connection)  # Django's own cursors bind on the client's side, which speaks text only
    binary.format = Format.BINARY
    with connection.make_debug_cursor(binary) if connection.queries_logged else connection.make_cursor(binary) as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _bars(packed: Packed, until: float | None) -> Bars:
    bars = Bars(*packed)
    return bars if until is None else bars.cut(until)


def _packed(bars: Bars) -> Packed:
    packed = np.array(bars, dtype=np.float64)
    if not np.isfinite(packed).all():
        raise ValueError("A bar holds a number that is not finite.")
    if not (np.diff(packed[0]) > 0).all():
        raise ValueError("The times of the bars do not rise strictly.")
    return packed


def _years(at: Floats) -> NDArray[np.int64]:
    return at.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970


def _instant(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(float(at), dt.UTC)
