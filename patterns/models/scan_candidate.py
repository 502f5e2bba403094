"""What a scan saw that is no match: near misses and forming shapes."""

from django.db import models


class ScanCandidate(models.Model):
    """Listed on request, never counted. `told` is what every door shows of it, fixed at the scan's as-of close."""

    class Kind(models.TextChoices):
        NEAR = "near", "near miss"
        FORMING = "forming"

    scan = models.ForeignKey("patterns.Scan", on_delete=models.CASCADE, related_name="candidates")
    instrument = models.ForeignKey("patterns.Instrument", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    rank = models.PositiveIntegerField(help_text="0 is the closest near miss, the best drawn forming shape")
    pattern = models.CharField(max_length=40)
    side = models.CharField(max_length=5)
    score = models.FloatField()
    told = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scan", "kind", "rank"], name="scan_candidate_unique")]
        ordering = ["kind", "rank"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern} {self.side} {self.instrument_id}"
