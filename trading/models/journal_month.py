"""Worked-out figures of a month of a journal, so that a long one is not added up again for each view."""

from django.conf import settings
from django.db import models


class JournalMonth(models.Model):
    """What the trades closed in a month (of UTC) make together. Derived: a change of one of them deletes the row, the next view makes it
    anew. `basis` tells with which time zone and break-even band it was worked out."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="journal_months")
    month = models.DateField()
    kind = models.CharField(max_length=10)
    basis = models.CharField(max_length=40)
    figures = models.TextField()
    packed = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "month"], name="journal_month_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.month:%Y-%m}"
