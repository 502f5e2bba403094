"""Celery doors of trading: call one service."""

from celery import shared_task
from django.utils import timezone

from .services import alerts, imports, monitoring, scan_alerts, watch_moves


@shared_task
def look_at_bars(instrument_ids: list[int], interval: str) -> None:
    monitoring.look_at_bars(instrument_ids=instrument_ids, interval=interval, now=timezone.now())


@shared_task
def look_at_scan(scan_id: int) -> None:
    """Pattern alerts and watchlists on what a scan found, and what became of matches told before."""
    now = timezone.now()
    watch_moves.move_items_of_scan(scan_id=scan_id, now=now)
    scan_alerts.look_at_scan(scan_id=scan_id, now=now)
    scan_alerts.tell_ended_matches(now=now)
    scan_alerts.scan_own_detectors(scan_id=scan_id, now=now)


@shared_task
def complete_watched(trade_id: int) -> None:
    """A closed trade completes what its owner watched; one that was reopened or deleted meanwhile does not."""
    watch_moves.complete_watch(trade_id=trade_id, now=timezone.now())


@shared_task
def tell_ended_matches() -> None:
    scan_alerts.tell_ended_matches(now=timezone.now())


@shared_task
def take_import(import_id: int) -> None:
    imports.take_queued(import_id=import_id, now=timezone.now())


@shared_task
def sweep_imports() -> None:
    """Large files that a process which died has left waiting."""
    imports.requeue_waiting(now=timezone.now())


@shared_task
def sweep_alerts() -> None:
    """What a lost message or a process that died has left: bars and scans nobody looked at, events nobody was told of."""
    now = timezone.now()
    monitoring.look_at_what_was_missed(now=now)
    for scan_id in scan_alerts.look_at_missed_scans(now=now):
        look_at_scan.delay(scan_id)
    scan_alerts.tell_ended_matches(now=now)
    alerts.republish_unannounced(now=now)
    watch_moves.complete_missed(now=now)
    watch_moves.republish_moves(now=now)
