"""What can be traded."""

from django.db import models


class Instrument(models.Model):
    """One share (or fund, or index). `version` steps when bars already stored change, not when bars are added."""

    symbol = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120, blank=True)
    exchange = models.CharField(max_length=10, default="XNYS", help_text="ISO 10383 market code; its calendar gives the sessions")
    sector = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    source = models.CharField(max_length=20, default="import", help_text="where its bars came from: simulated, import or a provider's name")
    home = models.ForeignKey("patterns.Universe", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["symbol"]

    def __str__(self) -> str:
        return self.symbol

    @property
    def is_simulated(self) -> bool:
        return self.source == "simulated"
