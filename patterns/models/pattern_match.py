"""A found pattern, one row over its whole life."""

import uuid
from datetime import datetime
from typing import NamedTuple

from django.db import models
from django.db.models import Q


class Life(NamedTuple):
    """The part of a match that changes, as of some close."""

    state: str
    reason: str
    triggered_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in (PatternMatch.State.READY, PatternMatch.State.TRIGGERED)


class PatternMatch(models.Model):
    """Levels, score and clauses fixed at `known_on`; dates of each change of state, so that the state at any close can be told.

    Bar times are stored as UTC instants; a daily bar's is midnight of its date.
    """

    class Side(models.TextChoices):
        LONG = "long"
        SHORT = "short"

    class State(models.TextChoices):
        FORMING = "forming"
        READY = "ready"
        TRIGGERED = "triggered"
        TARGET = "target"
        STOPPED = "stopped"
        EXPIRED = "expired"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.ForeignKey("patterns.Rule", on_delete=models.PROTECT, related_name="matches")
    universe = models.ForeignKey("patterns.Universe", on_delete=models.CASCADE, related_name="matches", help_text="the one it is rated in")
    instrument = models.ForeignKey("patterns.Instrument", on_delete=models.CASCADE, related_name="matches")
    interval = models.CharField(max_length=5)
    pattern = models.CharField(max_length=40)
    variant = models.CharField(max_length=40, blank=True)
    side = models.CharField(max_length=5, choices=Side.choices)
    start_at = models.DateTimeField()
    known_at = models.DateTimeField()
    anchors_hash = models.CharField(max_length=16)
    group = models.CharField(max_length=16, help_text="successors of one structure share it")

    level = models.FloatField()
    entry = models.FloatField()
    stop = models.FloatField()
    target = models.FloatField()
    target2 = models.FloatField()
    score = models.FloatField()
    # points, lines, clauses, score parts, flags, price and RS at known_at: fixed at known_at, read whole, never searched
    detail = models.JSONField()

    state = models.CharField(max_length=9, choices=State.choices)
    reason = models.CharField(max_length=12, blank=True)
    triggered_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    walked_to = models.DateTimeField(help_text="the last bar its life has been followed to")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "universe", "instrument", "interval", "pattern", "side", "known_at", "anchors_hash"],
                name="pattern_match_unique",
            ),
            models.CheckConstraint(
                condition=Q(side="long", stop__lt=models.F("entry"), target__gt=models.F("entry"))
                | Q(side="short", stop__gt=models.F("entry"), target__lt=models.F("entry")),
                name="pattern_match_levels_in_order",
            ),
        ]
        indexes = [models.Index(fields=["instrument", "interval", "-known_at"], name="pattern_match_instrument")]

    def __str__(self) -> str:
        return f"{self.pattern} {self.side} {self.instrument_id} {self.known_at:%Y-%m-%d}"

    @property
    def life(self) -> Life:
        return Life(self.state, self.reason, self.triggered_at, self.confirmed_at, self.ended_at)

    def live(self, life: Life, until: datetime) -> bool:
        """Take over what happened by `until`, unless more is known already. True if something changed but the day."""
        if until < self.walked_to:
            return False
        changed = life != self.life
        self.state, self.reason, self.triggered_at, self.confirmed_at, self.ended_at = life
        self.walked_to = until
        return changed

    def state_at(self, moment: datetime) -> "PatternMatch.State":
        """Its state at that close, as far as its life has been followed."""
        if self.ended_at is not None and self.ended_at <= moment:
            return self.State(self.state)
        triggered = self.triggered_at is not None and self.triggered_at <= moment
        return self.State.TRIGGERED if triggered else self.State.READY
