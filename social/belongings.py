"""What the community keeps of a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import TextField
from django.db.models.functions import Cast

from legend.lib.belongings import Belongings, Table

from .models import Delivery, Notification

GONE = "somebody who left"

if TYPE_CHECKING:
    from accounts.models import User


def export(person: "User") -> Iterator[Table]:
    told = Notification.objects.filter(person=person).order_by("created_at")
    yield Table("notifications", told, ("code", "kind", "title", "text", "actors", "url", "count", "created_at", "read_at"))
    sent = Delivery.objects.filter(notification__person=person).order_by("created_at")
    yield Table("deliveries", sent, ("notification__code", "channel", "title", "text", "status", "attempts", "created_at", "finished_at"))


def erase(person: "User") -> None:
    """Their name in what others were told of them."""
    name = person.username
    spoken = Notification.objects.alias(named=Cast("actors", TextField())).filter(named__contains=f'"{name}"')
    for told in spoken.iterator(chunk_size=500):
        told.actors = [GONE if actor == name else actor for actor in told.actors]
        told.save(update_fields=["actors"])
        told.deliveries.filter(text__contains=name).update(text=f"{GONE} {told.text}"[:300])


BELONGINGS = Belongings("social", export, erase)
