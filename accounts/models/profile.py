"""What a person says of themselves, and to whom."""

from django.db import models
from django.urls import reverse

NAME_LENGTH = 60
BIO_LENGTH = 500
MAX_LINKS = 5


class Profile(models.Model):
    """One of each person, made with them. Until its owner has chosen, nobody else may see it."""

    class Privacy(models.TextChoices):
        PUBLIC = "public", "Public"
        FOLLOWERS = "followers", "Followers"
        PRIVATE = "private", "Private"

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="profile")
    display_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    bio = models.CharField(max_length=BIO_LENGTH, blank=True, default="")
    links = models.JSONField(default=list, blank=True, help_text="up to five web addresses")
    avatar = models.CharField(max_length=80, blank=True, default="", editable=False, help_text="name of a file in the uploads")
    privacy = models.CharField(max_length=9, choices=Privacy.choices, default=Privacy.PRIVATE)
    privacy_chosen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.display_name or self.user.username

    @property
    def avatar_url(self) -> str | None:
        """Where those who may see it find the picture; another picture has another address."""
        name = self.avatar.rpartition("/")[2]
        return f"{reverse('social:avatar', args=[self.user.username])}?v={name[:8]}" if name else None
