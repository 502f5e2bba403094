"""What is kept of a journal as a whole."""

from django.conf import settings
from django.db import models


class Journal(models.Model):
    """`revision` steps with every change of a trade, so that worked-out figures know whether they are still true."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="journal")
    revision = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"of {self.owner_id}: {self.revision}"
