"""Getting deliveries out: who takes one, when it is tried again, when it is given up."""

import datetime as dt
from collections.abc import Collection

import structlog
from django.db import transaction
from django.db.models import F

from legend.lib.couriers import Courier, Message, NotDelivered
from legend.lib.registries import couriers
from trading.models import AlertResult
from trading.services.alerts import record_result

from .models import Delivery
from .services.notifications import IN_APP, notify
from .wishes import wishes_of

logger = structlog.get_logger(__name__)
LEASE = dt.timedelta(minutes=3)  # so long a worker may take before others think it died
PAUSES = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
TOGETHER = 500


def deliver_these(*, delivery_ids: Collection[int], now: dt.datetime) -> int:
    """Try each that is due and that nobody else has taken. Returns how many arrived."""
    return sum(_deliver(pk, now) for pk in delivery_ids)


def deliver_due(*, now: dt.datetime) -> int:
    """What a crash left, what waits for another try, what waited for the end of quiet hours. Returns how many arrived."""
    due = Delivery.objects.filter(status__in=Delivery.UNFINISHED, due_at__lte=now).order_by("due_at")
    return deliver_these(delivery_ids=list(due.values_list("pk", flat=True)[:TOGETHER]), now=now)


def _deliver(pk: int, now: dt.datetime) -> bool:
    due = Delivery.objects.filter(pk=pk, status__in=Delivery.UNFINISHED, due_at__lte=now)
    if not due.update(status=Delivery.Status.SENDING, attempts=F("attempts") + 1, due_at=now + LEASE):
        return False
    delivery = Delivery.objects.select_related("notification__person").get(pk=pk)
    if not delivery.notification.person.is_reachable:
        _finish(delivery, Delivery.Status.FAILED, "The account was closed or suspended then.", now)
        return False
    try:
        _courier(delivery).deliver(_message(delivery))
    except NotDelivered as failure:
        _put_off(delivery, failure, now)
        return False
    except Exception:
        # a fault of the courier's: the others go on, and this one is tried again
        logger.exception("courier failed", channel=delivery.channel, delivery=pk)
        _put_off(delivery, NotDelivered("The courier failed; see the log."), now)
        return False
    return _finish(delivery, Delivery.Status.SENT, "", now)


def _courier(delivery: Delivery) -> Courier:
    person = delivery.notification.person
    for courier in couriers:
        if courier.name == delivery.channel:
            if not courier.reaches(person):
                raise NotDelivered(f"There is no address for {courier.title}.", permanent=True)
            return courier
    raise NotDelivered(f"There is no channel {delivery.channel} any more.", permanent=True)


def _message(delivery: Delivery) -> Message:
    notification = delivery.notification
    return Message(notification.person, notification.kind, delivery.title, delivery.text, delivery.url)


def _put_off(delivery: Delivery, failure: NotDelivered, now: dt.datetime) -> None:
    """Try again after a pause that grows, or give up."""
    if failure.permanent or delivery.attempts > len(PAUSES):
        _give_up(delivery, failure, now)
        return
    due = now + max(PAUSES[delivery.attempts - 1], dt.timedelta(seconds=failure.retry_after))
    if not any(courier.is_quiet for courier in couriers if courier.name == delivery.channel):
        person = delivery.notification.person_id
        due = wishes_of({person})[person].earliest(due)
    taken = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.SENDING, attempts=delivery.attempts)
    taken.update(status=Delivery.Status.QUEUED, due_at=due, fault=failure.reason[:200])


@transaction.atomic
def _give_up(delivery: Delivery, failure: NotDelivered, now: dt.datetime) -> None:
    """The person is told in the application, once while they have not read it."""
    if not _finish(delivery, Delivery.Status.FAILED, failure.reason, now) or delivery.channel == IN_APP:
        return
    title = next((courier.title for courier in couriers if courier.name == delivery.channel), delivery.channel)
    text = f"{title} did not reach you: {failure.reason}"
    subject, person = f"channel:{delivery.channel}", delivery.notification.person_id
    notify(people=[person], kind="channel", subject=subject, title=f"{title} does not reach you", text=text)


@transaction.atomic
def _finish(delivery: Delivery, status: Delivery.Status, fault: str, now: dt.datetime) -> bool:
    """False if somebody else has taken it over meanwhile."""
    mine = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.SENDING, attempts=delivery.attempts)
    if not mine.update(status=status, fault=fault[:200], finished_at=now):
        return False
    if delivery.alert_event_id is not None:
        result = AlertResult.Status.SENT if status == Delivery.Status.SENT else AlertResult.Status.FAILED
        record_result(event_id=delivery.alert_event_id, channel=delivery.channel, status=result, detail=fault, now=now)
    return True
