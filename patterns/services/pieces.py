"""Working on a piece of a scan: take it, look, keep what was found; the last piece closes the scan."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from legend.lib.events import publish
from legend.lib.live import hint
from patterns.events import matches_changed, scan_finished
from patterns.models import Life, PatternMatch, Scan, ScanPiece, ScanResult, Walked

if TYPE_CHECKING:
    from .looking import Look

ATTEMPTS = 3
STALE = dt.timedelta(seconds=60)

_warming = Lock()
_warm = False


def run_piece(*, piece_id: int) -> bool:
    """Work on a piece that still waits; True if its result was taken from here.

    Any number of workers may try the same piece at once or again: one result counts, and matches are written once.
    """
    # the engine is loaded first, since compiling it takes longer than a heartbeat may
    warm_once()
    from .looking import look_at

    piece = _take(piece_id)
    if piece is None:
        return False
    try:
        return _finish(piece, look_at(piece=piece))
    except BaseException:
        ScanPiece.objects.filter(pk=piece.pk, attempts=piece.attempts, status=ScanPiece.Status.RUNNING).update(
            status=ScanPiece.Status.QUEUED
        )
        raise


def warm_once(progress: Callable[[int, int, str], None] | None = None) -> None:
    """Compile the engine, or load what is compiled, before the first piece of this process; `progress` is told (done, all, title)."""
    global _warm
    with _warming:
        if not _warm:
            from patterns.engine.evidence import warm_evidence
            from patterns.engine.replay import warm

            warm(progress)
            warm_evidence()
            _warm = True


def _take(piece_id: int) -> ScanPiece | None:
    now = timezone.now()
    waiting = ScanPiece.objects.waiting().filter(pk=piece_id, attempts__lt=ATTEMPTS)
    if not waiting.update(status=ScanPiece.Status.RUNNING, attempts=F("attempts") + 1, heartbeat_at=now):
        return None
    piece = ScanPiece.objects.select_related("scan__universe").get(pk=piece_id)
    if piece.scan.status == Scan.Status.QUEUED:
        Scan.objects.filter(pk=piece.scan_id, status=Scan.Status.QUEUED).update(status=Scan.Status.RUNNING, started_at=now)
    return piece


@transaction.atomic
def _finish(piece: ScanPiece, look: "Look") -> bool:
    """Write the result unless the scan was cancelled or somebody else took the piece over."""
    scan = Scan.objects.select_for_update().get(pk=piece.scan_id)
    # requeued but not yet taken by another: this result still counts
    mine = ScanPiece.objects.filter(pk=piece.pk, attempts=piece.attempts, status__in=[ScanPiece.Status.RUNNING, ScanPiece.Status.QUEUED])
    if not scan.is_unfinished:
        mine.update(status=ScanPiece.Status.CANCELLED)
        return False
    if not mine.update(status=ScanPiece.Status.DONE, heartbeat_at=timezone.now()):
        return False
    _keep(scan, look)
    note(scan, skipped=look.skipped, failed=look.failed, bars_last_at=max((seen.last_at for seen in look.seen), default=None))
    close_if_last(scan=scan)
    tell_open_pages(scan=scan)
    return True


def tell_open_pages(*, scan: Scan) -> None:
    """After commit, the pages of those who wait for it ask how far it is."""
    for user_id in scan.requests.filter(user__isnull=False, withdrawn_at=None).values_list("user_id", flat=True):
        hint(f"user-{user_id}", {"topic": "scan"})


def _keep(scan: Scan, look: "Look") -> None:
    # one order for all, so that two scans that find the same do not wait for each other in a ring
    PatternMatch.objects.bulk_create([look.fresh[code] for code in sorted(look.fresh)], ignore_conflicts=True)
    rows, _ = save_lives(lives=look.lives) if look.lives else ([], 0)
    ids = look.known | {row.code: row.pk for row in rows}
    for code, result in look.shown.items():
        result.scan, result.match_id = scan, ids[code]
    ScanResult.objects.bulk_create(look.shown.values(), ignore_conflicts=True)


def save_lives(*, lives: Mapping[UUID, Walked]) -> tuple[list[PatternMatch], int]:
    """Write what happened to matches, by code, up to the last bar seen of each; what the rows know beyond it stays.

    Returns the rows, and how many changed but for the day. Call it in a transaction.
    """
    concerned = PatternMatch.objects.select_for_update().filter(code__in=lives).order_by("pk")
    rows = list(concerned.only("code", "walked_to", "is_over", *Life._fields))
    changed, walked = [], defaultdict(list)
    for row in rows:
        before, until = row.walked_to, lives[row.code].until
        if row.live(lives[row.code]):
            changed.append(row)
        elif until > before:
            walked[until].append(row.pk)
    if changed:
        PatternMatch.objects.bulk_update(changed, ["walked_to", "is_over", *Life._fields])
        publish(matches_changed, match_ids=[row.pk for row in changed])
    for until, ids in walked.items():
        PatternMatch.objects.filter(pk__in=ids).update(walked_to=until)
    return rows, len(changed)


def note(
    scan: Scan,
    *,
    skipped: Sequence[dict[str, str]] = (),
    failed: Sequence[dict[str, str]] = (),
    bars_last_at: dt.datetime | None = None,
) -> None:
    """Add to what a scan tells of itself; the caller holds its lock."""
    scan.skipped = sorted([*scan.skipped, *skipped], key=lambda entry: entry["symbol"])
    scan.failed = sorted([*scan.failed, *failed], key=lambda entry: entry["symbol"])
    last = max((at for at in (scan.bars_last_at, bars_last_at) if at), default=None)
    if skipped or failed or last != scan.bars_last_at:
        scan.bars_last_at = last
        scan.save(update_fields=["skipped", "failed", "bars_last_at"])


def close_if_last(*, scan: Scan) -> bool:
    """Close the scan when no piece is left to do; the caller holds its lock. True if this closed it."""
    unfinished = (ScanPiece.Status.QUEUED, ScanPiece.Status.RUNNING)
    if ScanPiece.objects.filter(scan=scan, status__in=unfinished).exists():
        return False
    looked_at = scan.total - len(scan.skipped) - len(scan.failed)
    status = Scan.Status.FAILED if looked_at <= 0 else Scan.Status.PARTIAL if scan.failed else Scan.Status.COMPLETED
    closing = Scan.objects.unfinished().filter(pk=scan.pk)
    if not closing.update(status=status, finished_at=timezone.now()):
        return False
    _mark_new(scan)
    if status != Scan.Status.FAILED:
        publish(scan_finished, scan_id=scan.pk)
    return True


def _mark_new(scan: Scan) -> None:
    """New is what the last scan of an earlier close did not show; the first scan of its kind has nothing to compare with."""
    before = previous_scan(scan=scan)
    if before is not None:
        known = ScanResult.objects.filter(scan=before).values("match")
        ScanResult.objects.filter(scan=scan).exclude(match__in=known).update(is_new=True)


def previous_scan(*, scan: Scan) -> Scan | None:
    """The latest finished scan of the same instruments, rules and interval as of an earlier close."""
    rules = scan.rules.values_list("pk", flat=True)
    same = Scan.objects.finished().filter(universe=scan.universe_id, interval=scan.interval, as_of__lt=scan.as_of)
    candidates = same.with_exactly(list(rules)).order_by("-as_of", "-finished_at")
    return next((one for one in candidates[:200] if one.symbols == scan.symbols), None) if scan.symbols else candidates.first()
