"""Bars at rest: one instrument, interval and year packed into one row."""

from django.db import models


class Interval(models.TextChoices):
    MIN_1 = "1min"
    MIN_5 = "5min"
    MIN_15 = "15min"
    MIN_30 = "30min"
    HOUR_1 = "1h"
    HOUR_4 = "4h"
    DAY_1 = "1day"
    WEEK_1 = "1week"


class BarBlock(models.Model):
    """A year of bars, little-endian float64 of shape (6, count): UTC seconds, open, high, low, close, volume.

    A daily or weekly bar's time is midnight UTC of its session's date (of the week's last session); an intraday bar's is its
    opening instant. Only `patterns.bars` reads and writes `packed`.
    """

    instrument = models.ForeignKey("patterns.Instrument", on_delete=models.CASCADE, related_name="blocks")
    interval = models.CharField(max_length=5, choices=Interval.choices)
    year = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "interval", "year"], name="bar_block_unique")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.interval} {self.year}"
