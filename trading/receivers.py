"""News heard by trading."""

from django.dispatch import receiver

from patterns.events import bars_updated, matches_changed, scan_finished

from . import tasks
from .events import import_queued, trade_closed


@receiver(bars_updated)
def look_at_new_bars(instrument_ids: list[int], interval: str, **_: object) -> None:
    tasks.look_at_bars.delay(instrument_ids, interval)


@receiver(scan_finished)
def look_at_finished_scan(scan_id: int, **_: object) -> None:
    tasks.look_at_scan.delay(scan_id)


@receiver(matches_changed)
def tell_of_ended_matches(match_ids: list[int], **_: object) -> None:
    tasks.tell_ended_matches.delay()


@receiver(trade_closed)
def complete_watched(trade_id: int, **_: object) -> None:
    tasks.complete_watched.delay(trade_id)


@receiver(import_queued)
def take_import(import_id: int, **_: object) -> None:
    tasks.take_import.delay(import_id)
