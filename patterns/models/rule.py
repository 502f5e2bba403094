"""A detector with its parameters."""

from django.db import models


class Rule(models.Model):
    """Detector and parameters: the defaults are one rule each, every other setting another, so none overwrites an answer."""

    detector = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    params_hash = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["detector", "params_hash"], name="rule_unique")]

    def __str__(self) -> str:
        return f"{self.detector}:{self.params_hash}"
