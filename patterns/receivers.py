"""News heard by the market."""

from celery import current_app
from django.dispatch import receiver

from .events import scan_finished


@receiver(scan_finished)
def keep_evidence_up_to_date(scan_id: int, **_: object) -> None:
    """For a worker only: without one, a command would keep its answer back until the evidence is worked out too."""
    if not current_app.conf.task_always_eager:
        from .tasks import refresh_evidence

        refresh_evidence.delay(scan_id)
