"""On its way to somebody."""

from django.db import models
from django.db.models import Q


class Delivery(models.Model):
    """One message to one person on one channel. `due_at` says when it is tried (again); a worker that takes it puts that ahead."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    UNFINISHED = (Status.QUEUED, Status.SENDING)

    notification = models.ForeignKey("social.Notification", on_delete=models.CASCADE, related_name="deliveries")
    # news of one alert is told of in its log
    alert_event = models.ForeignKey("trading.AlertEvent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=20)
    round = models.PositiveIntegerField(help_text="the notification's count when this was made")
    # as it was then: the notification goes on counting
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    fault = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notification", "channel", "round"], name="delivery_once_each")]
        indexes = [models.Index(fields=["due_at"], condition=Q(status__in=["queued", "sending"]), name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.channel} {self.status}"
