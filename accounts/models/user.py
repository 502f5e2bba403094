"""Who signs in."""

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower


class UserQuerySet(models.QuerySet["User"]):
    def known_as(self, name: str) -> Self:
        """Whoever signs in under this name: an e-mail address when there is an @ in it, else a username; in any case."""
        return self.filter(email__iexact=name) if "@" in name else self.filter(username__iexact=name)


class PeopleManager(UserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    """Django's `create_user` and `create_superuser` with our words."""

    use_in_migrations = False

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Who runs the house is also its admin."""
        fields.setdefault("role", User.Role.ADMIN)
        user: User = super().create_superuser(username, email, password, **fields)
        return user


class User(AbstractUser):
    """A person who signs in. The role says what else than their own things they may touch."""

    class Role(models.TextChoices):
        MEMBER = "member"
        MODERATOR = "moderator"
        ADMIN = "admin"

    username = models.CharField(
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"\A[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\Z", "Letters, digits and . _ - between them.")],
        error_messages={"unique": "This name is taken."},
    )
    email = models.EmailField(unique=True, error_messages={"unique": "This address is taken."})
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique_without_case"),
            models.UniqueConstraint(Lower("email"), name="user_email_unique_without_case"),
        ]

    @property
    def is_moderator(self) -> bool:
        return self.role in (self.Role.MODERATOR, self.Role.ADMIN)
