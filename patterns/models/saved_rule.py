"""A person's own detectors."""

import uuid

from django.conf import settings
from django.db import models

from legend.lib.models import CreatedOnce


class SavedRule(CreatedOnce):
    """A setting that somebody keeps under a name of their own, to scan with it."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_rules")
    name = models.CharField(max_length=60)
    rule = models.ForeignKey("patterns.Rule", on_delete=models.PROTECT, related_name="saved")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_rule_name_unique"),
            models.UniqueConstraint(fields=["owner", "request_key"], name="saved_rule_created_once"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}:{self.name}"
