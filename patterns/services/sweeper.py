"""Picking up what a crash, or a lost message, left of scans."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from patterns.models import Instrument, Scan, ScanPiece

from .pieces import ATTEMPTS, STALE, close_if_last, note

REMIND_AGAIN = dt.timedelta(minutes=5)


def requeue_stale(*, now: dt.datetime, remind: bool = True) -> int:
    """Give back pieces whose worker is silent, give up those that failed too often, and remind the workers of those that wait.

    Returns how many pieces were given back.
    """
    running = ScanPiece.objects.filter(status=ScanPiece.Status.RUNNING, heartbeat_at__lt=now - STALE)
    given_back = running.update(status=ScanPiece.Status.QUEUED)
    for piece in ScanPiece.objects.waiting().filter(attempts__gte=ATTEMPTS):
        _give_up(piece)
    if remind:
        # each at most every few minutes, lest a long queue grow longer
        lost = Q(heartbeat_at=None, scan__created_at__lt=now - STALE) | Q(heartbeat_at__lt=now - REMIND_AGAIN)
        _send(ScanPiece.objects.waiting().filter(lost | Q(attempts__gt=0, heartbeat_at__lt=now - STALE)), now)
    return given_back


def requeue_everything(*, now: dt.datetime) -> int:
    """At the start of the one process of embedded mode nothing else can be running: every piece under way was lost with the last one.

    Returns how many pieces were given back.
    """
    given_back = give_back_everything()
    _send(ScanPiece.objects.waiting(), now)
    return given_back


def give_back_everything() -> int:
    """Let every piece under way wait again; only for who knows that nobody else is working."""
    return ScanPiece.objects.filter(status=ScanPiece.Status.RUNNING).update(status=ScanPiece.Status.QUEUED)


def _send(pieces: QuerySet[ScanPiece], now: dt.datetime) -> None:
    """Tell the workers; the time of it is kept where the heartbeat will be."""
    from patterns.tasks import run_piece as task

    ids = list(pieces.order_by("scan_id", "number").values_list("pk", flat=True))
    ScanPiece.objects.filter(pk__in=ids, status=ScanPiece.Status.QUEUED).update(heartbeat_at=now)
    for piece_id in ids:
        task.delay(piece_id)


@transaction.atomic
def _give_up(piece: ScanPiece) -> None:
    """Count a piece that killed its workers as failed, so that the rest of the scan can be shown."""
    scan = Scan.objects.select_for_update().get(pk=piece.scan_id)
    hopeless = ScanPiece.objects.filter(pk=piece.pk, status=ScanPiece.Status.QUEUED, attempts__gte=ATTEMPTS)
    if scan.is_unfinished and hopeless.update(status=ScanPiece.Status.FAILED):
        symbols = Instrument.objects.filter(pk__in=piece.instrument_ids).values_list("symbol", flat=True)
        note(scan, failed=[{"symbol": symbol, "reason": f"The work stopped {ATTEMPTS} times without a word."} for symbol in symbols])
        close_if_last(scan=scan)
