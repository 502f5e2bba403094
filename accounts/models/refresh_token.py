"""What an API client shows to get its next access token."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone


class TokenFamily(models.Model):
    """One sign-in of an API client. All tokens that follow from it end with this row."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="token_families")
    network = models.CharField(max_length=60, blank=True, default="")
    agent = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """One refresh token, good for one use. Of the token itself there is a digest; its claims make it again only with the signing key."""

    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    jti = models.UUIDField(default=uuid4, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    successor = models.OneToOneField("self", models.SET_NULL, null=True, related_name="predecessor")

    class Meta:
        constraints = [
            models.UniqueConstraint("family", condition=models.Q(used_at=None), name="refresh_token_one_living_in_its_family"),
        ]

    def __str__(self) -> str:
        return f"{self.family_id}, {'used' if self.used_at else 'living'}"
