"""A question to the market, the pieces in which it is worked on, and what it showed."""

import uuid
from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from .bar_block import Interval
from .instrument import Instrument
from .pattern_match import PatternMatch
from .universe import Universe


class ScanQuerySet(models.QuerySet["Scan"]):
    def visible_to(self, user: object) -> "ScanQuerySet":
        """Scans of shared universes, and those the person asked for."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        asked = ScanRequest.objects.filter(Q(scan=models.OuterRef("pk"), user=user))
        return self.filter(Q(universe__isnull=False, universe__owner=None) | models.Exists(asked))

    def unfinished(self) -> "ScanQuerySet":
        return self.filter(status__in=Scan.UNFINISHED)

    def finished(self) -> "ScanQuerySet":
        """Those with an answer, be it without some instruments."""
        return self.filter(status__in=[Scan.Status.COMPLETED, Scan.Status.PARTIAL])

    def by_close(self) -> "ScanQuerySet":
        """Daily ones first, those of the latest close before others: a week's or an hour's bars answer another question."""
        daily = models.Case(models.When(interval=Interval.DAY_1, then=0), default=1, output_field=models.IntegerField())
        return self.order_by(daily, "-as_of", "-finished_at")

    def with_done(self) -> "ScanQuerySet":
        """Each with `done`, how many of its instruments are looked at."""
        over = Q(status__in=[ScanPiece.Status.DONE, ScanPiece.Status.FAILED])
        done = (
            ScanPiece.objects.filter(over, scan=models.OuterRef("pk")).order_by().values("scan").annotate(n=models.Sum("size")).values("n")
        )
        return self.annotate(done=Coalesce(models.Subquery(done), 0))

    def with_exactly(self, rule_ids: Collection[int]) -> "ScanQuerySet":
        """Those that ran these rules and no other."""
        counted = self.annotate(rules_run=models.Count("rules"), rules_shared=models.Count("rules", filter=Q(rules__in=list(rule_ids))))
        return counted.filter(rules_run=len(rule_ids), rules_shared=len(rule_ids))


class Scan(models.Model):
    """Universe (or symbols) x rules x interval as of a bar. Unfinished scans of one question are one row (`question`)."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETED = "completed"
        PARTIAL = "partial"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Kind(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"
        CUSTOM = "custom"

    UNFINISHED = (Status.QUEUED, Status.RUNNING)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    universe = models.ForeignKey("patterns.Universe", null=True, blank=True, on_delete=models.CASCADE, related_name="scans")
    symbols = models.JSONField(default=list, help_text="of an ad-hoc scan; empty when a universe is scanned")
    rules = models.ManyToManyField("patterns.Rule", related_name="+")
    interval = models.CharField(max_length=5)
    as_of = models.DateTimeField(help_text="the last bar it may know")
    question = models.CharField(max_length=64)
    data_version = models.CharField(max_length=32)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    total = models.PositiveIntegerField(help_text="instruments to look at")
    bars_last_at = models.DateTimeField(null=True, blank=True)
    skipped = models.JSONField(default=list, help_text="[{symbol, reason}]: not looked at, and why")
    failed = models.JSONField(default=list, help_text="[{symbol, reason}]: looked at in vain, and why")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    candidates_at = models.DateTimeField(null=True, blank=True, help_text="when near misses and forming shapes were kept; empty: not yet")

    objects = ScanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(status__in=["queued", "running"]), name="scan_one_unfinished_per_question"
            ),
            models.CheckConstraint(condition=Q(universe__isnull=False) | ~Q(symbols=[]), name="scan_of_something"),
        ]
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.universe_id or self.symbols} as of {self.as_of:%Y-%m-%d}"

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED

    @property
    def rates_within(self) -> bool:
        """A shared universe rates its own members."""
        return self.universe is not None and self.universe.owner_id is None

    def rated_in(self, instrument: Instrument) -> Universe | None:
        """The universe scanned; for lists each instrument's home, since a rating among five favourites says nothing."""
        return self.universe if self.rates_within else instrument.home


class ScanRequest(models.Model):
    """Somebody asked this scan; it is cancelled when the last of them withdraws. No user: the timetable or the command line."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="scan_requests")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scan", "user"], name="scan_request_unique"),
            models.UniqueConstraint(fields=["scan"], condition=Q(user=None), name="scan_request_unattended_unique"),
        ]


class PieceQuerySet(models.QuerySet["ScanPiece"]):
    def waiting(self) -> "PieceQuerySet":
        """For a worker, in a scan that still wants an answer."""
        return self.filter(status=ScanPiece.Status.QUEUED, scan__status__in=Scan.UNFINISHED)

    def over(self) -> "PieceQuerySet":
        """Nothing is left to do."""
        return self.filter(status__in=[ScanPiece.Status.DONE, ScanPiece.Status.FAILED])


class ScanPiece(models.Model):
    """About fifty instruments of a scan, taken by whichever worker sets it from queued to running first."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    instrument_ids = models.JSONField()
    size = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # last sign of its worker; while the piece waits, of whoever sent it
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    objects = PieceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scan", "number"], name="scan_piece_unique")]
        indexes = [models.Index(fields=["heartbeat_at"], condition=Q(status="running"), name="scan_piece_running")]


class ResultQuerySet(models.QuerySet["ScanResult"]):
    def leading(self) -> "ResultQuerySet":
        """Of each group only the first among these rows: several finds over one structure are shown once."""
        before = self.order_by().filter(scan=models.OuterRef("scan"), group=models.OuterRef("group"), place__lt=models.OuterRef("place"))
        return self.exclude(models.Exists(before.values("pk")))


class ScanResult(models.Model):
    """What a scan showed of a match at its as-of close."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="results")
    match = models.ForeignKey(PatternMatch, on_delete=models.CASCADE, related_name="shown")
    state = models.CharField(max_length=9, choices=PatternMatch.State.choices)
    price = models.FloatField(help_text="close of the as-of bar")
    change_pct = models.FloatField(null=True)
    distance_pct = models.FloatField(help_text="from price to entry in % of price, positive while entry is still ahead")
    distance_atr = models.FloatField(null=True)
    atr_pct = models.FloatField(null=True)
    rs_rating = models.PositiveSmallIntegerField(null=True)
    is_new = models.BooleanField(default=False, help_text="the previous scan of the same universe, rules and interval did not show it")
    closes = models.JSONField(default=list, help_text="the last 70 closes, for the thumbnail")
    group = models.UUIDField(null=True, help_text="code of the match under whose name its structure is shown; empty: of an earlier version")
    place = models.PositiveSmallIntegerField(default=0, help_text="in its group; 0 leads")

    objects = ResultQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scan", "match"], name="scan_result_unique")]
        indexes = [models.Index(fields=["scan", "group"], name="scan_result_group")]
