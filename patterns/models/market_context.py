"""What rules may ask beyond an instrument's own bars, prepared once for a universe."""

from django.db import models


class MarketContext(models.Model):
    """RS rating of every member at every close, and the market's state, packed. Only `patterns.services.context` reads `packed`."""

    universe = models.ForeignKey("patterns.Universe", on_delete=models.CASCADE, related_name="contexts")
    interval = models.CharField(max_length=5)
    data_version = models.CharField(max_length=32)
    packed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["universe", "interval", "data_version"], name="market_context_unique")]

    def __str__(self) -> str:
        return f"{self.universe_id} {self.interval} {self.data_version}"
