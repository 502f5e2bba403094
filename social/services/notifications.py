"""Telling people something: rows first, deliveries from them. `notify` is the only way in."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from legend.lib.errors import NotFound
from legend.lib.live import hint
from legend.lib.registries import couriers
from social.models import Delivery, Notification
from social.wishes import Wishes, find_kind, wishes_of
from trading.models import AlertEvent
from trading.services.alerts import announce
from trading.services.watch_moves import announce_moves

if TYPE_CHECKING:
    from accounts.models import User

IN_APP = "in_app"
ALERT_TITLES: dict[str, str] = {
    AlertEvent.Cause.FIRED: "{kind} alert",
    AlertEvent.Cause.CHANGED: "A match ended",
    AlertEvent.Cause.TEST: "Test of an alert",
}


@dataclass(frozen=True)
class News:
    """Something for one person. `channels` win over their preferences when there are any."""

    person_id: int
    kind: str
    subject: str
    title: str
    text: str
    url: str = ""
    actor: str = ""
    channels: Sequence[str] = ()
    alert_event_id: int | None = None
    at: dt.datetime = field(default_factory=timezone.now)

    @property
    def group(self) -> tuple[int, str, str]:
        return self.person_id, self.kind, self.subject


def notify(*, people: Collection[int], kind: str, subject: str, title: str, text: str, url: str = "", actor: str = "") -> None:
    """Tell these people (ids). While a person has not read it, more of the same kind and subject is one line with a count.

    `actor` is the username of who caused it. Somebody is never told of what they did themselves: leave them out.
    """
    notify_all(news=[News(person, kind, subject, title[:120], text[:300], url, actor) for person in dict.fromkeys(people)])


@transaction.atomic
def notify_all(*, news: Sequence[News]) -> None:
    """The same for many at once, in a handful of queries however many there are."""
    if not news:
        return
    wishes = wishes_of({one.person_id for one in news})
    rows = _open_rows(news, wishes)
    deliveries: list[Delivery] = []
    for one in news:
        row, kind = rows[one.group], find_kind(one.kind)
        _take_over(row, one)
        if kind.each or row.count == 1:
            deliveries += _deliveries(row, one, wishes[one.person_id])
        else:
            tell_open_pages(one.person_id)
    changed = ["title", "text", "url", "actors", "count", "is_shown", "updated_at"]
    Notification.objects.bulk_update(rows.values(), changed, batch_size=200)
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    now = timezone.now()
    _send_after_commit([delivery.pk for delivery in deliveries if delivery.due_at <= now])


@transaction.atomic
def tell_alerts(*, event_ids: Sequence[int], now: dt.datetime) -> int:
    """Make the notifications of alert events that nobody has taken over yet. Returns how many."""
    events = announce(event_ids=list(event_ids), now=now)
    notify_all(
        news=[
            News(
                person_id=event.owner_id,
                kind="match_ended" if event.cause == AlertEvent.Cause.CHANGED else "alert",
                subject=f"{'test' if event.cause == AlertEvent.Cause.TEST else 'alert'}:{event.alert.code if event.alert else event.code}",
                title=ALERT_TITLES[event.cause].format(kind=event.kind.capitalize()),
                text=event.sentence,
                url=event.url,
                channels=event.channels,
                alert_event_id=event.pk,
                at=now,
            )
            for event in events
        ]
    )
    return len(events)


@transaction.atomic
def tell_moves(*, item_ids: Sequence[int], now: dt.datetime) -> int:
    """Make the notifications of watchlist items that the monitor moved. Returns how many."""
    items = announce_moves(item_ids=item_ids)
    notify_all(
        news=[
            News(
                person_id=item.owner_id,
                kind="watchlist",
                subject=f"watch:{item.code}",
                title=f"{item.instrument.symbol} is {item.get_status_display()}",
                text=f"{item.instrument.symbol} {item.status_note}",
                url=reverse("patterns:symbol", args=[item.instrument.symbol]),
                at=now,
            )
            for item in items
        ]
    )
    return len(items)


@transaction.atomic
def mark_read(*, person: "User", codes: Collection[UUID] | None = None, now: dt.datetime) -> int:
    """Those named, or all. Returns how many were unread. Someone else's are not found."""
    mine = Notification.objects.owned_by(person)
    if codes is not None:
        mine = mine.filter(code__in=codes)
        if mine.count() < len(set(codes)):
            raise NotFound("You have no such notification.", code="unknown_notification")
    read = mine.unread().update(read_at=now)
    if read:
        tell_open_pages(person.pk)
    return read


def unread_count(person: object) -> int:
    return Notification.objects.owned_by(person).unread().count()


def tell_open_pages(person_id: int) -> None:
    """After commit, whatever page this person has open asks for its bell."""
    hint(f"user-{person_id}", {"topic": "notifications"})


def _open_rows(news: Sequence[News], wishes: Mapping[int, Wishes]) -> dict[tuple[int, str, str], Notification]:
    """The unread line of each group, locked; made with a count of 0 where there is none."""
    groups = {one.group: one for one in news}
    found = _locked(groups)
    missing = [one for group, one in groups.items() if group not in found]
    Notification.objects.bulk_create(
        [
            Notification(
                person_id=one.person_id,
                kind=one.kind,
                subject=one.subject,
                count=0,
                is_shown=IN_APP in _channels(one, wishes[one.person_id]),
                created_at=one.at,
                updated_at=one.at,
            )
            for one in missing
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return found | _locked({one.group: one for one in missing}) if missing else found


def _locked(groups: Mapping[tuple[int, str, str], News]) -> dict[tuple[int, str, str], Notification]:
    rows = Notification.objects.unread().select_for_update(of=("self",)).select_related("person").order_by("pk")
    near = rows.filter(
        person_id__in={person for person, _, _ in groups},
        kind__in={kind for _, kind, _ in groups},
        subject__in={subject for _, _, subject in groups},
    )
    found = {(row.person_id, row.kind, row.subject): row for row in near}
    return {group: row for group, row in found.items() if group in groups}


def _take_over(row: Notification, one: News) -> None:
    row.title, row.text, row.url, row.updated_at = one.title, one.text, one.url, one.at
    row.count += 1
    if one.actor:
        row.actors = [one.actor, *(name for name in row.actors if name != one.actor)][: Notification.MOST_ACTORS]


def _channels(one: News, wishes: Wishes) -> list[str]:
    """Where it goes, in the order of the registry."""
    wanted = one.channels or wishes.channels[one.kind]
    return [courier.name for courier in couriers if courier.name in wanted]


def _deliveries(row: Notification, one: News, wishes: Wishes) -> list[Delivery]:
    able = {courier.name for courier in couriers if courier.reaches(row.person)}
    # a channel that was chosen for this and does not reach is a failure to be told of; a mere preference is not
    channels = [name for name in _channels(one, wishes) if name in able or name in one.channels]
    quiet = {courier.name for courier in couriers if courier.is_quiet}
    return [
        Delivery(
            notification=row,
            alert_event_id=one.alert_event_id,
            channel=channel,
            round=row.count,
            title=one.title,
            text=sentence(row)[:300],
            url=one.url,
            due_at=one.at if channel in quiet else wishes.earliest(one.at),
            created_at=one.at,
        )
        for channel in channels
    ]


def sentence(row: Notification) -> str:
    """`ana and 6 others liked your trade`: who, where somebody caused it, and what."""
    if not row.actors:
        return row.text
    first, others = row.actors[0], max(len(row.actors), row.count if len(row.actors) >= Notification.MOST_ACTORS else 0) - 1
    who = first if not others else f"{first} and {row.actors[1]}" if others == 1 else f"{first} and {others} others"
    return f"{who} {row.text}"


def _send_after_commit(delivery_ids: list[int]) -> None:
    from social.tasks import deliver

    for start in range(0, len(delivery_ids), 100):
        some = delivery_ids[start : start + 100]
        transaction.on_commit(lambda some=some: deliver.delay(some))  # type: ignore[misc]
