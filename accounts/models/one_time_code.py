"""What somebody asked for and confirms by a code from their mail. The code is made when the mail is, and only its digest stays."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from legend.lib.secrets import digest, new_secret


class CodeQuerySet(models.QuerySet["OneTimeCode"]):
    def good(self, now: datetime) -> Self:
        """Neither used nor too old."""
        return self.filter(used_at=None, expires_at__gt=now)

    def of_code(self, code: str) -> Self:
        return self.filter(digest=digest(code))

    def unsent(self) -> Self:
        return self.filter(settled_at=None)


class OneTimeCode(models.Model):
    """Waits for its mail, then for its code. Whether a mail went out cannot be told from the row's being there."""

    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  none before the mail
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    settled_at = models.DateTimeField(null=True, db_index=True)  # the mail is out, or there is none to send
    used_at = models.DateTimeField(null=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        abstract = True

    def new_code(self) -> str:
        """A fresh code in place of any before; its digest is set, not saved."""
        code = new_secret()
        self.digest = digest(code)
        return code


class SignUp(OneTimeCode):
    """Somebody who wants to become a person here. The name is held for them until the row ends; the person is made by the code."""

    username = models.CharField(max_length=30)
    email = models.EmailField()
    password = models.CharField(max_length=128)

    class Meta:
        indexes = [
            models.Index(Lower("username"), name="sign_up_username"),
            models.Index(Lower("email"), name="sign_up_email"),
        ]

    def __str__(self) -> str:
        return self.username


class PasswordReset(OneTimeCode):
    """Somebody forgot a password. `user` is found when the mail is made, so that asking takes no longer for a known address."""

    email = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    invited = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.email


class AddressChange(OneTimeCode):
    """A person's wish for another e-mail address, or for their own to be confirmed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    email = models.EmailField()

    def __str__(self) -> str:
        return self.email
