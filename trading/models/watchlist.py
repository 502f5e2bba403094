"""What a person keeps an eye on."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from legend.lib.models import CreatedOnce


class WatchQuerySet(models.QuerySet["WatchItem"]):
    def owned_by(self, user: object) -> "WatchQuerySet":
        return self.filter(owner=user) if getattr(user, "is_authenticated", False) else self.none()

    def active(self) -> "WatchQuerySet":
        """Neither completed nor skipped."""
        return self.exclude(status__in=WatchItem.OVER)

    def waiting(self) -> "WatchQuerySet":
        """Those that the monitor may still move by price or pattern."""
        return self.filter(status__in=[WatchItem.Status.WATCHING, WatchItem.Status.BREAKING_OUT])

    def judged(self) -> "WatchQuerySet":
        """Those that new bars may move: towards their entry, and after it to target or stop."""
        ends = Q(stop__isnull=False) | Q(target__isnull=False)
        triggered = Q(status=WatchItem.Status.TRIGGERED) & ends & ~Q(side="")
        return self.filter(Q(status__in=[WatchItem.Status.WATCHING, WatchItem.Status.BREAKING_OUT], entry__isnull=False) | triggered)


class WatchItem(CreatedOnce):
    """One instrument on one person's watchlist, with why, and the plan they have for it. Prices in the instrument's currency."""

    class Status(models.TextChoices):
        WATCHING = "watching", "Watching"
        BREAKING_OUT = "breaking-out", "Breaking Out"
        TRIGGERED = "triggered", "Triggered"
        COMPLETED = "completed", "Completed"
        SKIPPED = "skipped", "Skipped"

    OVER = (Status.COMPLETED, Status.SKIPPED)
    NEXT = {
        Status.WATCHING: (Status.BREAKING_OUT, Status.SKIPPED),
        Status.BREAKING_OUT: (Status.TRIGGERED, Status.SKIPPED),
        Status.TRIGGERED: (Status.COMPLETED, Status.SKIPPED),
        Status.COMPLETED: (Status.SKIPPED,),
        Status.SKIPPED: (),
    }
    THRESHOLD_PCT = 3.0

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watch_items")
    instrument = models.ForeignKey("patterns.Instrument", on_delete=models.CASCADE, related_name="watched")
    match = models.ForeignKey("patterns.PatternMatch", null=True, blank=True, on_delete=models.SET_NULL, related_name="watched")
    reason = models.CharField(max_length=500, blank=True)
    tags = models.JSONField(default=list)
    side = models.CharField(max_length=5, blank=True, help_text="long, short, or empty when no level says")
    entry = models.FloatField(null=True, blank=True)
    stop = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    alert_threshold_pct = models.FloatField(default=THRESHOLD_PCT, help_text="so close to entry, in % of it, it is breaking out")

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WATCHING)
    status_at = models.DateTimeField(help_text="since when it has its status")
    status_note = models.CharField(max_length=200, blank=True, help_text="what moved it")
    is_untold = models.BooleanField(default=False, help_text="the monitor moved it and its owner has not been told yet")
    since_at = models.DateTimeField(null=True, blank=True, help_text="the last bar there was; only later ones move it")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["-status_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "instrument"], name="watch_item_unique"),
            models.UniqueConstraint(fields=["owner", "request_key"], name="watch_item_created_once"),
            models.CheckConstraint(condition=Q(alert_threshold_pct__gte=0, alert_threshold_pct__lte=50), name="watch_item_threshold"),
            models.CheckConstraint(
                condition=Q(entry=None) | Q(stop=None) | Q(side="long", stop__lt=F("entry")) | Q(side="short", stop__gt=F("entry")),
                name="watch_item_stop_on_its_side",
            ),
        ]
        indexes = [
            models.Index(
                fields=["instrument"], condition=Q(status__in=["watching", "breaking-out", "triggered"]), name="watch_item_judged"
            ),
            models.Index(fields=["id"], condition=Q(is_untold=True), name="watch_item_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}:{self.instrument_id}"

    @property
    def is_over(self) -> bool:
        return self.status in self.OVER

    @property
    def next_statuses(self) -> tuple["WatchItem.Status", ...]:
        """Where it may go from here."""
        return self.NEXT[self.Status(self.status)]
