"""How far bars and scans have been looked at."""

from django.db import models


class BarLook(models.Model):
    """Alerts and watchlists have seen this instrument's bars up to `looked_to`: what a lost message left is found by it."""

    instrument = models.ForeignKey("patterns.Instrument", on_delete=models.CASCADE, related_name="+")
    interval = models.CharField(max_length=5)
    looked_to = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "interval"], name="bar_look_unique")]


class ScanLook(models.Model):
    """Pattern alerts and watchlists have seen this scan."""

    scan = models.OneToOneField("patterns.Scan", on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField()
