"""What happened to accounts, kept so that a person or a moderator can look back."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

if TYPE_CHECKING:
    from .user import User


class Kind(models.TextChoices):
    """What may be written down. (Not the column's choices: a new kind needs no migration.)"""

    SIGNED_UP = "signed-up", "Account made"
    SIGNED_IN = "signed-in", "Signed in"
    SIGN_IN_FAILED = "sign-in-failed", "Wrong password"
    SIGN_IN_LOCKED = "sign-in-locked", "Signing in pauses after too many wrong passwords"
    SIGNED_OUT = "signed-out", "Signed out"
    SIGNED_OUT_EVERYWHERE = "signed-out-everywhere", "Signed out everywhere"
    SESSION_ENDED = "session-ended", "Session ended"
    TOKEN_REUSED = "token-reused", "A used refresh token came back; its sign-in was ended"
    PASSWORD_CHANGED = "password-changed", "Password changed"
    RESET_ASKED = "reset-asked", "Password reset asked for"
    PASSWORD_RESET = "password-reset", "Password set by mail"
    ADDRESS_ASKED = "address-asked", "Another e-mail address asked for"
    ADDRESS_CHANGED = "address-changed", "E-mail address changed"
    ADDRESS_CONFIRMED = "address-confirmed", "E-mail address confirmed"
    KEY_MADE = "key-made", "API key made"
    KEY_DELETED = "key-deleted", "API key deleted"
    KEY_FIRST_USED = "key-first-used", "API key used for the first time"
    KEY_NEW_NETWORK = "key-new-network", "API key used from a new network"
    PRIVACY_CHANGED = "privacy-changed", "Privacy changed"
    EXPORT_ASKED = "export-asked", "Export asked for"
    CLOSING_ASKED = "closing-asked", "Account closing asked for"
    CLOSING_WITHDRAWN = "closing-withdrawn", "Account kept"
    ERASED = "erased", "Account erased"
    SUSPENDED = "suspended", "Suspended"
    RESTORED = "restored", "Suspension lifted"
    ROLE_CHANGED = "role-changed", "Role changed"
    INVITED = "invited", "Invited"
    MODERATED = "moderated", "Moderated"


MISSES = (Kind.SIGN_IN_FAILED, Kind.SIGN_IN_LOCKED)
"""What others can make happen to somebody's account as often as they like."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, user: "User") -> Self:
        """A person's own part."""
        return self.filter(user=user)

    def as_told(self) -> Self:
        """Each with `told_network` and `told_agent`: from where it was done, if by the person; where a moderator sits is not told."""
        own = Q(actor=None)
        return self.annotate(
            told_network=Case(When(own, then=F("network")), default=Value("")),
            told_agent=Case(When(own, then=F("agent")), default=Value("")),
        )


class AuditEvent(models.Model):
    """One line of the log. `user` is whom it is about (None: nobody we know), `actor` who did it when that was another."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="audit_events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    network = models.CharField(max_length=60, blank=True, default="")
    agent = models.CharField(max_length=200, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="audit_event_of_user"),
            models.Index(fields=["user", "network", "kind"], name="audit_event_from"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.at:%Y-%m-%d %H:%M}"

    @property
    def title(self) -> str:
        return Kind(self.kind).label if self.kind in Kind.values else self.kind
