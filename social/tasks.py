"""Celery doors of the community: call one service."""

from celery import shared_task
from django.utils import timezone

from . import delivery
from .services import notifications


@shared_task
def tell_of_alerts(alert_event_ids: list[int]) -> None:
    notifications.tell_alerts(event_ids=alert_event_ids, now=timezone.now())


@shared_task
def tell_of_moves(watch_item_ids: list[int]) -> None:
    notifications.tell_moves(item_ids=watch_item_ids, now=timezone.now())


@shared_task
def deliver(delivery_ids: list[int]) -> None:
    delivery.deliver_these(delivery_ids=delivery_ids, now=timezone.now())


@shared_task
def deliver_due() -> None:
    delivery.deliver_due(now=timezone.now())
