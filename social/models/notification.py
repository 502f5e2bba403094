"""What people are told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class NotificationQuerySet(models.QuerySet["Notification"]):
    def owned_by(self, user: object) -> "NotificationQuerySet":
        """The person's own, those that are shown in the application."""
        return self.filter(person=user, is_shown=True) if getattr(user, "is_authenticated", False) else self.none()

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(models.Model):
    """One line in somebody's list. While it is unread, more of the same kind about the same subject is counted into it."""

    MOST_ACTORS = 20

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, help_text="name of a registered kind")
    subject = models.CharField(max_length=80, help_text="what it is about, such as alert:CODE")
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    actors = models.JSONField(default=list, help_text="usernames of who caused it, the latest first")
    count = models.PositiveIntegerField(default=1)
    is_shown = models.BooleanField(default=True, help_text="false: its owner wants this kind elsewhere only")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "subject"], condition=Q(read_at=None), name="notification_one_unread_each"),
        ]
        indexes = [
            models.Index(fields=["person", "-updated_at", "-id"], name="notification_list"),
            models.Index(fields=["person"], condition=Q(read_at=None, is_shown=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.title
