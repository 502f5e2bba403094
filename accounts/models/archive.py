"""Everything of a person in one file, to take along."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from .user import User


class ArchiveQuerySet(models.QuerySet["Archive"]):
    def owned_by(self, user: "User | Any") -> "ArchiveQuerySet":
        return self.filter(owner=user)

    def unfinished(self) -> "ArchiveQuerySet":
        return self.filter(status__in=[Archive.Status.QUEUED, Archive.Status.RUNNING])

    def ready(self, now: datetime) -> "ArchiveQuerySet":
        return self.filter(status=Archive.Status.READY, expires_at__gt=now)


class Archive(models.Model):
    """Asked for, then made by a task, then there for a week."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="archives")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    file = models.CharField(max_length=80, blank=True, default="")

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(status__in=["queued", "running"]), name="archive_one_unfinished_per_owner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} of {self.owner_id}"
