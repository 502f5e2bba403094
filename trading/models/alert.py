"""Wishes to be told, and every time one came true."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from legend.lib.models import CreatedOnce


class AlertQuerySet(models.QuerySet["Alert"]):
    def owned_by(self, user: object) -> "AlertQuerySet":
        return self.filter(owner=user) if getattr(user, "is_authenticated", False) else self.none()

    def active(self) -> "AlertQuerySet":
        return self.filter(status=Alert.Status.ACTIVE)


class Alert(CreatedOnce):
    """What has to happen, to what, and how often it is said. `kind` and `params` are explained by `trading.conditions`."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        DONE = "done"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=10)
    # exactly one of the three
    instrument = models.ForeignKey("patterns.Instrument", null=True, blank=True, on_delete=models.CASCADE, related_name="alerts")
    universe = models.ForeignKey("patterns.Universe", null=True, blank=True, on_delete=models.CASCADE, related_name="alerts")
    on_watchlist = models.BooleanField(default=False, help_text="whatever its owner watches")
    interval = models.CharField(max_length=5, default="1day")
    params = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    is_repeating = models.BooleanField(default=False)
    pause_minutes = models.PositiveIntegerField(default=0, help_text="a repeating one is silent so long after it fired")
    channels = models.JSONField(default=list, help_text="couriers by name; empty: as its owner prefers")

    status = models.CharField(max_length=6, choices=Status.choices, default=Status.ACTIVE)
    since_at = models.DateTimeField(null=True, blank=True, help_text="the last bar there was; only later ones count")
    last_fired_at = models.DateTimeField(null=True, blank=True)
    fired_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "request_key"], name="alert_created_once"),
            models.CheckConstraint(
                condition=Q(instrument__isnull=False, universe=None, on_watchlist=False)
                | Q(instrument=None, universe__isnull=False, on_watchlist=False)
                | Q(instrument=None, universe=None, on_watchlist=True),
                name="alert_on_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["instrument", "interval"], condition=Q(status="active"), name="alert_active_of_instrument"),
            models.Index(fields=["kind", "interval"], condition=Q(status="active", instrument=None), name="alert_active_of_many"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class AlertEventQuerySet(models.QuerySet["AlertEvent"]):
    def owned_by(self, user: object) -> "AlertEventQuerySet":
        return self.filter(owner=user) if getattr(user, "is_authenticated", False) else self.none()

    def unannounced(self) -> "AlertEventQuerySet":
        return self.filter(announced_at=None)


class AlertEvent(models.Model):
    """An alert came true on a bar: what was measured, and when it was handed over to be told."""

    class Cause(models.TextChoices):
        FIRED = "fired"
        CHANGED = "changed", "a match told about ended"
        TEST = "test"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_events")
    alert = models.ForeignKey(Alert, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    instrument = models.ForeignKey("patterns.Instrument", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    cause = models.CharField(max_length=7, choices=Cause.choices, default=Cause.FIRED)
    kind = models.CharField(max_length=10)
    interval = models.CharField(max_length=5)
    bar_at = models.DateTimeField(help_text="the bar on which it came true")
    sentence = models.CharField(max_length=300)
    values = models.JSONField(default=dict, help_text="what was measured")
    url = models.CharField(max_length=300, blank=True)
    channels = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    announced_at = models.DateTimeField(null=True, blank=True, help_text="when its notification was made")
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    objects = AlertEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "bar_at"], condition=Q(cause="fired"), name="alert_event_once_per_bar"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="alert_event_log"),
            models.Index(fields=["created_at"], condition=Q(announced_at=None), name="alert_event_unannounced"),
        ]

    def __str__(self) -> str:
        return self.sentence


class AlertResult(models.Model):
    """What became of an event on one channel."""

    class Status(models.TextChoices):
        SENT = "sent"
        FAILED = "failed"
        ACKNOWLEDGED = "acknowledged"

    event = models.ForeignKey(AlertEvent, on_delete=models.CASCADE, related_name="results")
    channel = models.CharField(max_length=20)
    status = models.CharField(max_length=12, choices=Status.choices)
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["event", "channel"], name="alert_result_unique")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.status}"


class ToldMatch(models.Model):
    """Somebody was told about a match, and is told again when it ends otherwise than it should."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="told")
    match = models.ForeignKey("patterns.PatternMatch", on_delete=models.CASCADE, related_name="told")
    state = models.CharField(max_length=9, help_text="the state it was told in")
    ended = models.CharField(max_length=12, blank=True, help_text="the end that was told; empty while there is nothing more to tell")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "match", "state"], name="told_match_unique")]
        indexes = [models.Index(fields=["match"], condition=Q(ended=""), name="told_match_open")]
