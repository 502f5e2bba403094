"""What people want to be told, on which channel and when. The one place that asks for their preferences."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from accounts.models import Preferences
from accounts.services.preferences import channels_of
from legend.lib.couriers import NotificationKind
from legend.lib.registries import notification_kinds

UTC = ZoneInfo("UTC")


class UnknownKind(LookupError):
    """A programmer's mistake: no app has registered this kind."""


@dataclass(frozen=True)
class Wishes:
    """Of one person: channels by kind, and quiet hours by the clock of their zone."""

    channels: dict[str, frozenset[str]] = field(default_factory=dict)
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None
    zone: ZoneInfo = UTC

    def earliest(self, now: dt.datetime) -> dt.datetime:
        """`now`, or the end of the quiet hours in which it lies."""
        if self.quiet_from is None or self.quiet_until is None:
            return now
        local = now.astimezone(self.zone)
        clock, over_midnight = local.time(), self.quiet_from > self.quiet_until
        late, early = clock >= self.quiet_from, clock < self.quiet_until
        if not ((late or early) if over_midnight else (late and early)):
            return now
        day = local.date() + dt.timedelta(days=1 if over_midnight and late else 0)
        return dt.datetime.combine(day, self.quiet_until, tzinfo=self.zone).astimezone(dt.UTC)


def wishes_of(people: Collection[int]) -> dict[int, Wishes]:
    """By id of the person; one query."""
    return {
        row.user_id: Wishes({kind.name: channels_of(row, kind) for kind in notification_kinds}, row.quiet_from, row.quiet_until, row.zone)
        for row in Preferences.objects.filter(user_id__in=people)
    }


def find_kind(name: str) -> NotificationKind:
    """UnknownKind."""
    for kind in notification_kinds:
        if kind.name == name:
            return kind
    raise UnknownKind(name)
