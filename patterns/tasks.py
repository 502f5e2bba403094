"""Celery doors of the market: load what the id says, call one service."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from .models import Universe
from .services import after_close, candidates, evidence, lives, pieces, scans, sweeper


@shared_task
def prepare_scan(scan_id: int) -> None:
    for piece_id in scans.prepare(scan_id=scan_id):
        run_piece.delay(piece_id)


@shared_task
def run_piece(piece_id: int) -> None:
    pieces.run_piece(piece_id=piece_id)


@shared_task
def requeue_stale_pieces() -> None:
    sweeper.requeue_stale(now=timezone.now())


@shared_task
def keep_candidates(scan_id: int) -> None:
    candidates.keep_candidates(scan_id=scan_id)


@shared_task
def follow_lives() -> None:
    lives.follow_lives()


@shared_task
def scan_what_is_new() -> None:
    """Each universe by a task of its own: the trouble of one is not that of the others."""
    for universe_id in Universe.objects.filter(owner=None).values_list("pk", flat=True):
        scan_new_bars.delay(universe_id)


@shared_task
def scan_new_bars(universe_id: int) -> None:
    after_close.scan_new_bars(universe=Universe.objects.get(pk=universe_id), now=timezone.now())


@shared_task
def refresh_evidence(scan_id: int) -> None:
    """After a scan: what its matches will be shown with, unless that is there for these bars."""
    from .services.judging import run_evidence as work

    for evidence_ids in evidence.refresh_after(scan_id=scan_id, now=timezone.now()):
        if work(evidence_ids=evidence_ids):
            measure_noise.delay(evidence_ids)


@shared_task
def run_evidence(evidence_ids: list[int]) -> None:
    from .services.judging import run_evidence as work

    if work(evidence_ids=evidence_ids):
        measure_noise.delay(evidence_ids)


@shared_task
def measure_noise(evidence_ids: list[int]) -> None:
    from .services.noise import measure_noise as work

    work(evidence_ids=evidence_ids)


@shared_task
def measure_missing_noise() -> None:
    """One sweep at a time: of a large universe it takes longer than the sweeper sleeps."""
    from .services.noise import lacking_noise, measure_noise

    evidence_ids = lacking_noise()
    if evidence_ids and cache.add("noise-sweep", True, 1800):
        try:
            measure_noise(evidence_ids=evidence_ids)
        finally:
            cache.delete("noise-sweep")


@shared_task
def sweep_evidence() -> None:
    evidence.requeue_stale(now=timezone.now())
    evidence.forget_expired(now=timezone.now())
    measure_missing_noise.delay()
