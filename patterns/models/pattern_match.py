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
    throwback_at: datetime | None = None
    busted_at: datetime | None = None
    surge: float | None = None

    @property
    def is_open(self) -> bool:
        return self.state in (PatternMatch.State.READY, PatternMatch.State.TRIGGERED)


class Walked(NamedTuple):
    """A life followed to the bar at `until`; `is_over` if neither state nor mark can change after it."""

    life: Life
    until: datetime
    is_over: bool


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
    throwback_at = models.DateTimeField(null=True, blank=True, help_text="came back to the level within 30 bars of the trigger")
    busted_at = models.DateTimeField(null=True, blank=True, help_text="closed beyond the other side of the pattern before a move of 10 %")
    surge = models.FloatField(null=True, blank=True, help_text="volume of the trigger bar over the mean of the 50 bars before it")
    walked_to = models.DateTimeField(help_text="the last bar its life has been followed to")
    is_over = models.BooleanField(default=False, help_text="neither state nor mark can change any more")

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
        indexes = [
            models.Index(fields=["instrument", "interval", "-known_at"], name="pattern_match_instrument"),
            models.Index(fields=["interval", "walked_to"], condition=Q(is_over=False), name="pattern_match_followed"),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} {self.side} {self.instrument_id} {self.known_at:%Y-%m-%d}"

    @property
    def life(self) -> Life:
        return Life(*(getattr(self, name) for name in Life._fields))

    def live(self, walked: Walked) -> bool:
        """Take over what happened by `walked.until`, unless more is known already. True if something changed but the day."""
        if walked.until < self.walked_to:
            return False
        changed = (walked.life, walked.is_over) != (self.life, self.is_over)
        for name, value in walked.life._asdict().items():
            setattr(self, name, value)
        self.walked_to, self.is_over = walked.until, walked.is_over
        return changed

    def life_at(self, moment: datetime) -> Life:
        """Its life at that close, as far as it has been followed: what had happened by then, and nothing later."""

        def then(at: datetime | None) -> datetime | None:
            return at if at is not None and at <= moment else None

        triggered, ended = then(self.triggered_at), then(self.ended_at)
        state = self.state if ended else self.State.TRIGGERED if triggered else self.State.READY
        dates = triggered, then(self.confirmed_at), ended, then(self.throwback_at), then(self.busted_at)
        return Life(self.State(state), self.reason if ended else "", *dates, self.surge if triggered else None)

    def state_at(self, moment: datetime) -> "PatternMatch.State":
        """Its state at that close, as far as its life has been followed."""
        return self.State(self.life_at(moment).state)
