"""Pictures kept with a trade."""

import uuid

from django.db import models

from .trade import Trade


def screenshot_path(shot: "Screenshot", _: str) -> str:
    """A name that tells nothing; the sender's own is not kept."""
    return f"screenshots/{shot.code}.webp"


class Screenshot(models.Model):
    """An uploaded picture, encoded anew. It leaves only through a view that asks whose it is."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trade = models.ForeignKey(Trade, on_delete=models.CASCADE, related_name="screenshots")
    image = models.FileField(upload_to=screenshot_path)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.code)
