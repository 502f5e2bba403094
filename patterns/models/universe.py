"""Named sets of instruments."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from legend.lib.models import CreatedOnce

from .instrument import Instrument


class UniverseQuerySet(models.QuerySet["Universe"]):
    def visible_to(self, user: object) -> "UniverseQuerySet":
        """The shared ones, and the person's own lists."""
        if getattr(user, "is_authenticated", False):
            return self.filter(Q(owner=None) | Q(owner=user))
        return self.filter(owner=None)


class Universe(CreatedOnce):
    """A set of instruments in which shares are rated and scanned. `owner` is set on a person's own list."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="universes")
    benchmark = models.ForeignKey("patterns.Instrument", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UniverseQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "request_key"], name="universe_created_once")]

    def __str__(self) -> str:
        return self.name

    def rates(self, instrument: Instrument) -> "Universe | None":
        """Where a member is rated: a shared universe rates its own; on a person's list each has the rating of its home."""
        return self if self.owner_id is None else instrument.home


class MemberQuerySet(models.QuerySet["UniverseMember"]):
    def on(self, day: dt.date) -> "MemberQuerySet":
        """Members of that day: joined <= day < left, an unknown date counting as always."""
        return self.filter(Q(joined=None) | Q(joined__lte=day), Q(left=None) | Q(left__gt=day))


class UniverseMember(models.Model):
    """One stay of an instrument in a universe."""

    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="members")
    instrument = models.ForeignKey("patterns.Instrument", on_delete=models.CASCADE, related_name="memberships")
    joined = models.DateField(null=True, blank=True)
    left = models.DateField(null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["universe", "instrument", "joined"], name="member_stay_unique"),
            models.UniqueConstraint(fields=["universe", "instrument"], condition=Q(joined=None), name="member_always_unique"),
            models.CheckConstraint(
                condition=Q(left=None) | Q(joined=None) | Q(left__gt=models.F("joined")), name="member_left_after_joined"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.universe_id}:{self.instrument_id}"
