"""Asking the market a question and what becomes of it: request, join, withdraw, progress."""

import datetime as dt
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet, Sum

from legend.lib.errors import Conflict, Forbidden, invalid
from legend.lib.throttling import spend
from patterns.engine.registry import Rule as EngineRule
from patterns.engine.registry import default_rules
from patterns.models import BarBlock, Instrument, Scan, ScanPiece, ScanRequest, Universe
from patterns.moments import check_interval, last_bar_by, said
from patterns.series import series_span, series_version

from .context import prepare_context
from .pieces import run_piece
from .rules import store_rules
from .sweeper import requeue_stale
from .universes import MAX_SYMBOLS, UnknownSymbols, find_instruments, members, shown_name

if TYPE_CHECKING:
    from accounts.models import User

PIECE = 50  # instruments


@dataclass(frozen=True)
class Progress:
    """How far a scan is; rate in instruments per second. Rate and time left are unknown until something is done."""

    status: str
    done: int
    total: int
    rate: float | None
    seconds_left: float | None


def request_scan(
    *,
    universe: Universe | None = None,
    symbols: Sequence[str] = (),
    rules: Sequence[EngineRule] = (),
    interval: str = "1day",
    as_of: str | dt.date | None = None,
    by: "User | None",
    now: dt.datetime,
) -> Scan:
    """Ask for a universe or a list of symbols to be scanned; the work begins after commit.

    Without rules all detectors run; `as_of` is by default the latest bar there is. The same question joins a scan of it that is
    unfinished and counts for nobody. Invalid for unknown symbols, interval or date, and where there were no bars yet; TooMany beyond
    LEGEND_RATE_SCAN of one person.
    """
    scan, is_new = _ask(universe, symbols, rules, interval, as_of, by, now)
    if is_new:
        transaction.on_commit(lambda: _start(scan.pk))
    return scan


def _start(scan_id: int) -> None:
    # tasks are doors to these services and import them
    from patterns.tasks import prepare_scan

    prepare_scan.delay(scan_id)


def _ask(
    universe: Universe | None,
    symbols: Sequence[str],
    rules: Sequence[EngineRule],
    interval: str,
    as_of: str | dt.date | None,
    by: "User | None",
    now: dt.datetime,
) -> tuple[Scan, bool]:
    """The scan, and whether this made it."""
    check_interval(interval)
    until = last_bar_by(as_of, interval, now=now) if as_of is not None else None
    if universe is not None:
        blocks = BarBlock.objects.filter(instrument__memberships__universe=universe)
        until = _within_bars(blocks, shown_name(universe), interval, until)
        instruments, names = _members_on(universe, until.date()), []
    else:
        instruments = _listed(symbols)
        names = [instrument.symbol for instrument in instruments]
        until = _within_bars(BarBlock.objects.filter(instrument__in=instruments), "these symbols", interval, until)
    ids = [instrument.pk for instrument in instruments]
    rows = store_rules(rules=rules or default_rules())
    version = series_version(ids, interval)
    rule_ids = sorted(row.pk for row in rows)
    question = f"{universe and universe.pk}|{names}|{rule_ids}|{interval}|{until.isoformat()}|{version}"
    asked = Scan(
        kind=_kind(universe, interval),
        universe=universe,
        symbols=names,
        interval=interval,
        as_of=until,
        question=hashlib.sha256(question.encode()).hexdigest(),
        data_version=version,
        total=len(ids),
    )
    if scan := _join(asked.question, by):
        return scan, False
    if by is not None:
        spend("scan", f"user-{by.pk}", what="You have started as many scans as one may for now")
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
            asked.rules.set(rows)
            ScanRequest.objects.create(scan=asked, user=by)
            chunks = [ids[start : start + PIECE] for start in range(0, len(ids), PIECE)]
            ScanPiece.objects.bulk_create(
                ScanPiece(scan=asked, number=number, instrument_ids=chunk, size=len(chunk)) for number, chunk in enumerate(chunks)
            )
    except IntegrityError:
        # somebody asked the same a moment earlier
        if scan := _join(asked.question, by):
            return scan, False
        raise
    return asked, True


@transaction.atomic
def _join(question: str, by: "User | None") -> Scan | None:
    scan = Scan.objects.unfinished().select_for_update().filter(question=question).first()
    if scan is not None:
        request, _ = ScanRequest.objects.get_or_create(scan=scan, user=by)
        if request.withdrawn_at is not None:
            request.withdrawn_at = None
            request.save(update_fields=["withdrawn_at"])
    return scan


def _listed(symbols: Sequence[str]) -> list[Instrument]:
    """The instruments of a list in the order of their symbols. Invalid names those nobody knows."""
    names = sorted({symbol.strip().upper() for symbol in symbols} - {""})
    if not 1 <= len(names) <= MAX_SYMBOLS:
        raise invalid("symbols", f"A list holds 1 to {MAX_SYMBOLS} symbols; these are {len(names)}.", "bad_size")
    try:
        return find_instruments(symbols=names)
    except UnknownSymbols as unknown:
        raise invalid("symbols", unknown.detail, unknown.code) from None


def _members_on(universe: Universe, day: dt.date) -> list[Instrument]:
    found = list(members(universe=universe, day=day))
    if not found:
        raise invalid("universe", f"{shown_name(universe)} had no members on {day}.", "empty_universe")
    return found


def _within_bars(blocks: QuerySet[BarBlock], what: str, interval: str, until: dt.datetime | None) -> dt.datetime:
    """`until`, or the latest bar there is. Invalid if there are no bars of the interval, or none so early."""
    first, last = series_span(blocks, interval)
    if first is None or last is None:
        raise invalid("interval", f"There are no bars of {interval} for {what}.", "no_data")
    if until is not None and until < first:
        raise invalid("as_of", f"The first bar of {what} is that of {said(first, interval)}.", "before_first_bar")
    return until or last


def _kind(universe: Universe | None, interval: str) -> Scan.Kind:
    if universe is None or universe.owner_id is not None:
        return Scan.Kind.CUSTOM
    return Scan.Kind.WEEKLY if interval == "1week" else Scan.Kind.DAILY


def prepare(*, scan_id: int) -> list[int]:
    """Rate the universes a scan needs before its pieces ask for them; the pieces that wait, by id."""
    scan = Scan.objects.select_related("universe").get(pk=scan_id)
    waiting = list(scan.pieces.filter(status=ScanPiece.Status.QUEUED).order_by("number"))
    if not scan.is_unfinished or not waiting:
        return []
    for universe in _rating(scan, waiting):
        prepare_context(universe=universe, interval=scan.interval)
    return [piece.pk for piece in waiting]


def _rating(scan: Scan, pieces: Sequence[ScanPiece]) -> set[Universe]:
    """The universes in which the instruments of these pieces are rated."""
    if scan.universe is not None and scan.rates_within:
        return {scan.universe}
    ids = [instrument_id for piece in pieces for instrument_id in piece.instrument_ids]
    homes = (scan.rated_in(one) for one in Instrument.objects.filter(pk__in=ids).select_related("home"))
    return {home for home in homes if home is not None}


def run_scan_here(
    *,
    universe: Universe | None = None,
    symbols: Sequence[str] = (),
    rules: Sequence[EngineRule] = (),
    interval: str = "1day",
    as_of: str | dt.date | None = None,
    by: "User | None" = None,
    now: dt.datetime,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Scan:
    """Scan with threads of this process, one a core, and return when it is finished; `progress` is told (done, total).

    Pieces that other workers are on are waited for. `threads=0` works in the calling thread alone.
    """
    scan, _ = _ask(universe, symbols, rules, interval, as_of, by, now)
    pieces = prepare(scan_id=scan.pk)
    workers = (os.cpu_count() or 1) if threads is None else threads
    progress(0, scan.total)
    if workers:
        with ThreadPoolExecutor(workers, thread_name_prefix="scan") as pool:
            try:
                for _ in pool.map(_run_in_thread, pieces):
                    progress(progress_of(scan=scan, now=now).done, scan.total)
            except BaseException:
                # who breaks it off does not wait for pieces that nobody has begun; the next to ask finds them waiting
                pool.shutdown(cancel_futures=True)
                raise
    else:
        for piece_id in pieces:
            run_piece(piece_id=piece_id)
    scan.refresh_from_db()
    while scan.is_unfinished:
        time.sleep(0.2)
        requeue_stale(now=dt.datetime.now(dt.UTC), remind=False)
        for piece_id in prepare(scan_id=scan.pk):
            run_piece(piece_id=piece_id)
        scan.refresh_from_db()
    progress(scan.total, scan.total)
    return scan


def _run_in_thread(piece_id: int) -> None:
    try:
        run_piece(piece_id=piece_id)
    finally:
        connection.close()


@transaction.atomic
def withdraw(*, code: UUID, by: "User", now: dt.datetime) -> Scan:
    """Take one's request back; when the last who asked does so, the scan is cancelled.

    A scan the person cannot see is not found. Forbidden if somebody else asked for it; Conflict if it is finished already.
    """
    scan = Scan.objects.visible_to(by).select_for_update(of=("self",)).get(code=code)
    request = scan.requests.filter(user=by).first()
    if request is None:
        raise Forbidden("Only those who asked for a scan can cancel it.")
    if scan.status == Scan.Status.CANCELLED:
        return scan
    if not scan.is_unfinished:
        raise Conflict("This scan is finished already.", code="finished")
    request.withdrawn_at = now
    request.save(update_fields=["withdrawn_at"])
    if not scan.requests.filter(withdrawn_at=None).exists():
        _cancel(scan, now)
    return scan


@transaction.atomic
def cancel(*, code: UUID, now: dt.datetime) -> Scan:
    """Stop a scan whoever asked for it: the moderator's way. Conflict if it is finished already."""
    scan = Scan.objects.select_for_update().get(code=code)
    if not scan.is_unfinished:
        raise Conflict("This scan is finished already.", code="finished")
    _cancel(scan, now)
    return scan


def _cancel(scan: Scan, now: dt.datetime) -> None:
    """Pieces that are being worked on see it when they want to write."""
    scan.status, scan.finished_at = Scan.Status.CANCELLED, now
    scan.save(update_fields=["status", "finished_at"])
    scan.pieces.filter(status=ScanPiece.Status.QUEUED).update(status=ScanPiece.Status.CANCELLED)


def progress_of(*, scan: Scan, now: dt.datetime) -> Progress:
    """How far it is, from its pieces: one query, none if it was read `with_done`."""
    done: int | None = getattr(scan, "done", None)
    if done is None:
        done = ScanPiece.objects.over().filter(scan=scan).aggregate(done=Sum("size"))["done"] or 0
    end = scan.finished_at or now
    seconds = (end - scan.started_at).total_seconds() if scan.started_at else 0.0
    rate = done / seconds if done and seconds > 0 else None
    left = (scan.total - done) / rate if rate and scan.is_unfinished else None
    return Progress(scan.status, done, scan.total, rate, left)
