"""What rules did on a universe, and how many settings were looked at there."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: object) -> "EvidenceQuerySet":
        """On shared universes, and on the person's own lists."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(Q(universe__owner=None) | Q(universe__owner=user))

    def done(self) -> "EvidenceQuerySet":
        return self.filter(status=Evidence.Status.DONE)

    def unfinished(self) -> "EvidenceQuerySet":
        return self.filter(status__in=Evidence.UNFINISHED)

    def standard(self) -> "EvidenceQuerySet":
        """Over all bars, counted as everywhere: what stands beside a match."""
        return self.filter(is_whole=True, horizon=Evidence.HORIZON, costs=Evidence.COSTS, confirm=Evidence.Confirm.TOUCH)

    def kept(self) -> "EvidenceQuerySet":
        """Those that were not made in the lab."""
        return self.filter(expires_at=None)


class Evidence(models.Model):
    """The track record of one rule on one universe. Made after scans and kept, or in the lab and kept until `expires_at`.

    Only `patterns.services.records` reads `packed`.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Confirm(models.TextChoices):
        TOUCH = "touch", "At the entry price"
        CLOSE = "close", "After a close beyond it"

    UNFINISHED = (Status.QUEUED, Status.RUNNING)
    HORIZON = 60
    COSTS = 0.0005

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.ForeignKey("patterns.Rule", on_delete=models.PROTECT, related_name="evidence")
    universe = models.ForeignKey("patterns.Universe", on_delete=models.CASCADE, related_name="evidence")
    interval = models.CharField(max_length=5)
    since = models.DateTimeField(help_text="first bar of the span")
    until = models.DateTimeField(help_text="last bar of the span; nothing later is known to it")
    is_whole = models.BooleanField(help_text="the span is all bars there are")
    horizon = models.PositiveSmallIntegerField(default=HORIZON, help_text="bars after the trigger at which a trade is given up")
    costs = models.FloatField(default=COSTS, help_text="a side, as a fraction of price")
    confirm = models.CharField(max_length=5, choices=Confirm.choices, default=Confirm.TOUCH, help_text="what triggers a trade")
    data_version = models.CharField(max_length=32)
    engine = models.CharField(max_length=16, help_text="version of the rules' own code")

    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    fault = models.CharField(max_length=300, blank=True, help_text="why it failed")
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0, help_text="instruments replayed")
    total = models.PositiveIntegerField(default=0)
    # last sign of the worker; while it waits, of whoever sent it
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    unattended = models.BooleanField(default=False, help_text="the timetable or the command line asked for it, be it with others")
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    # per pattern and side, in one order: what stands beside a match, and what only its own page shows
    figures = models.JSONField(default=list)
    groups = models.JSONField(default=list)
    noise = models.JSONField(null=True, blank=True, help_text="matches per 100 ticker-years, on the bars and on shuffled ones")
    left_out = models.JSONField(default=list, help_text="[{symbol, reason}]")
    packed = models.BinaryField(null=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "universe", "interval", "since", "until", "horizon", "costs", "confirm", "data_version", "engine"],
                name="evidence_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["universe", "interval", "rule"], name="evidence_of_rule"),
            models.Index(fields=["heartbeat_at"], condition=Q(status__in=["queued", "running"]), name="evidence_unfinished"),
            models.Index(fields=["expires_at"], name="evidence_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.universe_id} {self.interval}"

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED

    @property
    def setting(self) -> str:
        """How it was asked, but for the rule: horizon, costs, span where it is not the whole one, and the trigger where it is a close."""
        span = "" if self.is_whole else f"{self.since:%Y%m%d%H%M}-{self.until:%Y%m%d%H%M}"
        return f"{self.horizon}|{self.costs:g}|{span}" + ("" if self.confirm == self.Confirm.TOUCH else f"|{self.confirm}")

    @property
    def took(self) -> dt.timedelta | None:
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None


class EvidenceRequest(models.Model):
    """Somebody asked this of the lab. An answer is worked out once for all who ask it, and given up when the last of them no longer waits.

    It stays when the answer expires, and tells how many settings a person has tried.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="evidence_requests")
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.SET_NULL, related_name="requests")
    universe = models.ForeignKey("patterns.Universe", on_delete=models.CASCADE, related_name="+")
    interval = models.CharField(max_length=5)
    rule = models.ForeignKey("patterns.Rule", on_delete=models.PROTECT, related_name="+")
    setting = models.CharField(max_length=60, help_text="as of a trial")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "universe", "interval", "rule", "setting"], name="evidence_request_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} asked {self.rule_id} on {self.universe_id} {self.interval}"


class Trial(models.Model):
    """A pattern and setting that somebody has seen the result of: it stays when the result expires, since luck counts every look."""

    universe = models.ForeignKey("patterns.Universe", on_delete=models.CASCADE, related_name="trials")
    interval = models.CharField(max_length=5)
    rule = models.ForeignKey("patterns.Rule", on_delete=models.PROTECT, related_name="+")
    setting = models.CharField(max_length=60, help_text="how the trades were counted, and the span")
    pattern = models.CharField(max_length=40)
    side = models.CharField(max_length=5)
    trades = models.PositiveIntegerField()
    ratio = models.FloatField(null=True, help_text="mean to deviation of R minus control")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["universe", "interval", "rule", "setting", "pattern", "side"], name="trial_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} {self.side} on {self.universe_id}"
