"""What was told about a trade, and when: its history is never rewritten."""

from django.conf import settings
from django.db import models

from .trade import Trade


class TradeEvent(models.Model):
    """One change. `detail` holds the fill, or `{field: [before, after]}`, numbers as they were typed."""

    class Kind(models.TextChoices):
        PLANNED = "planned"
        CREATED = "created"
        ENTRY = "entry"
        EXIT = "exit"
        STOP_MOVED = "stop_moved", "Stop moved"
        CHANGED = "changed"
        FILL_CHANGED = "fill_changed", "Fill changed"
        FILL_REMOVED = "fill_removed", "Fill removed"
        SPLIT = "split"
        SPLIT_REMOVED = "split_removed", "Split taken back"
        ADJUSTED = "adjusted", "Dividend or cost"
        IMPORTED = "imported"

    trade = models.ForeignKey(Trade, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["trade", "at"], name="trade_event_of_trade")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
