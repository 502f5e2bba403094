"""News heard by trading."""

from django.dispatch import receiver

from patterns.events import bars_updated, scan_finished

from . import tasks


@receiver(bars_updated)
def look_at_new_bars(instrument_ids: list[int], interval: str, **_: object) -> None:
    tasks.look_at_bars.delay(instrument_ids, interval)


@receiver(scan_finished)
def look_at_finished_scan(scan_id: int, **_: object) -> None:
    tasks.look_at_scan.delay(scan_id)
