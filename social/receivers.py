"""News heard by the community."""

from django.dispatch import receiver

from trading.events import alert_triggered, watch_moved

from . import tasks


@receiver(alert_triggered)
def tell_of_alerts(alert_event_ids: list[int], **_: object) -> None:
    tasks.tell_of_alerts.delay(alert_event_ids)


@receiver(watch_moved)
def tell_of_moves(watch_item_ids: list[int], **_: object) -> None:
    tasks.tell_of_moves.delay(watch_item_ids)
