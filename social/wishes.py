"""What people want to be told, on which channel and when. The one place that asks for their preferences."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from legend.lib.couriers import NotificationKind
from legend.lib.registries import couriers, notification_kinds


class UnknownKind(LookupError):
    """A programmer's mistake: no app has registered this kind."""


@dataclass(frozen=True)
class Wishes:
    """Of one person. `channels` by kind; a kind that is missing keeps its defaults. Quiet hours in their time zone, as in their clock."""

    channels: dict[str, frozenset[str]] = field(default_factory=dict)
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None
    zone: str = "UTC"

    def channels_for(self, kind: NotificationKind) -> frozenset[str]:
        return self.channels.get(kind.name, kind.channels)

    def earliest(self, now: dt.datetime) -> dt.datetime:
        """`now`, or the end of the quiet hours in which it lies."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return now
        local = now.astimezone(ZoneInfo(self.zone))
        begin, end, clock = self.quiet_from, self.quiet_until, local.time()
        over_midnight = begin > end
        if not (clock >= begin or clock < end if over_midnight else begin <= clock < end):
            return now
        tomorrow = over_midnight and clock >= begin
        day = local.date() + dt.timedelta(days=1 if tomorrow else 0)
        return dt.datetime.combine(day, end, tzinfo=local.tzinfo).astimezone(dt.UTC)


def wishes_of(people: Collection[int]) -> dict[int, Wishes]:
    """By id of the person. Until there are preferences everybody has the defaults of the kinds."""
    return {person: Wishes() for person in people}


def find_kind(name: str) -> NotificationKind:
    """UnknownKind."""
    for kind in notification_kinds:
        if kind.name == name:
            return kind
    raise UnknownKind(name)


def known_channels() -> list[str]:
    return [courier.name for courier in couriers]
