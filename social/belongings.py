"""What the community keeps of a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from legend.lib.belongings import Belongings, Table, nothing_more

from .models import Delivery, Notification

if TYPE_CHECKING:
    from accounts.models import User


def export(person: "User") -> Iterator[Table]:
    told = Notification.objects.filter(person=person).order_by("created_at")
    yield Table("notifications", told, ("code", "kind", "title", "text", "url", "count", "created_at", "read_at"))
    sent = Delivery.objects.filter(notification__person=person).order_by("created_at")
    yield Table("deliveries", sent, ("notification__code", "channel", "title", "status", "attempts", "created_at", "finished_at"))


BELONGINGS = Belongings("social", export, nothing_more)
