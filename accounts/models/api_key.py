"""Keys with which programs act for a person."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from legend.lib.models import CreatedOnce

if TYPE_CHECKING:
    from .user import User


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def owned_by(self, user: "User | Any") -> "ApiKeyQuerySet":
        return self.filter(owner=user)

    def standing(self) -> "ApiKeyQuerySet":
        """Not revoked; expired ones stay in sight."""
        return self.filter(revoked_at=None)

    def usable(self, now: datetime) -> "ApiKeyQuerySet":
        return self.standing().filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def with_calls(self, today: date) -> "ApiKeyQuerySet":
        """Each with `calls_today` and `calls_30_days`."""
        return self.annotate(
            calls_today=Coalesce(Sum("days__calls", filter=Q(days__day=today)), 0),
            calls_30_days=Coalesce(Sum("days__calls", filter=Q(days__day__gt=today - timedelta(days=30))), 0),
        )


class ApiKey(CreatedOnce):
    """One secret, kept as its hash. It has 256 random bits, so a fast hash is enough: there is nothing to guess."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, help_text="the beginning of the secret, to know it by")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["owner", "request_key"], name="api_key_created_once")]

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.owner_id}"

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class ApiKeyDay(models.Model):
    """How often a key was used on a day (UTC). Written at most once a minute per key."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "day"], name="api_key_day_unique")]
