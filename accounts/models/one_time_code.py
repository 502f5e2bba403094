"""What somebody asked for and confirms by a code from their mail. The code is made when the mail is, and only its digest stays."""

from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from legend.lib.secrets import digest, new_secret

from .naming import Named

Row = TypeVar("Row", bound="OneTimeCode", covariant=True)


class CodeQuerySet(models.QuerySet[Row]):
    def good(self, now: datetime) -> Self:
        """Neither used nor too old."""
        return self.filter(used_at=None, expires_at__gt=now)

    def of_code(self, code: str) -> Self:
        return self.filter(digest=digest(code))

    def due(self, now: datetime) -> Self:
        """Their mail is to be sent now."""
        return self.filter(settled_at=None, due_at__lte=now, expires_at__gt=now)


class OneTimeCode(models.Model):
    """Waits for its mail, then for its code. Whether a mail went out cannot be told from the row's being there."""

    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  none before the mail
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField(default=timezone.now)  # when its mail is to be sent, or tried again
    tries = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, db_index=True)  # the mail is out, or there is none to send
    used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def new_code(self) -> str:
        """A fresh code in place of any before; its digest is set, not saved."""
        code = new_secret()
        self.digest = digest(code)
        return code


class SignUpQuerySet(Named, CodeQuerySet["SignUp"]):
    """Found as users are."""


class SignUp(OneTimeCode):
    """Somebody who wants to become a person here. The name is held for them until the row ends; the person is made by the code."""

    username = models.CharField(max_length=30)
    email = models.EmailField()
    password = models.CharField(max_length=128)

    objects: ClassVar[SignUpQuerySet] = SignUpQuerySet.as_manager()  # type: ignore[assignment]

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
    # from where it was asked: written into the log once it is known whose it is
    network = models.CharField(max_length=60, blank=True, default="")
    agent = models.CharField(max_length=200, blank=True, default="")

    objects: ClassVar[CodeQuerySet["PasswordReset"]] = CodeQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.email


class AddressChange(OneTimeCode):
    """A person's wish for another e-mail address, or for their own to be confirmed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    email = models.EmailField()

    objects: ClassVar[CodeQuerySet["AddressChange"]] = CodeQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.email
