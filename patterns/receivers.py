"""News heard by the market."""

from celery import current_app
from django.dispatch import receiver

from .events import scan_finished


@receiver(scan_finished)
def look_further(scan_id: int, **_: object) -> None:
    """For a worker only: without one, a command would keep its answer back until near misses and evidence are worked out too."""
    if not current_app.conf.task_always_eager:
        from .tasks import keep_candidates, refresh_evidence

        keep_candidates.delay(scan_id)
        refresh_evidence.delay(scan_id)
