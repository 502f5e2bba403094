"""Who signs in."""

from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .naming import Named
from .preferences import Preferences
from .profile import Profile

DEMO_NAME = "demo"
# addresses have words where names stand: /api/users/me, /api/follows/requests
RESERVED_NAMES = frozenset(
    "about account accounts add admin administrator anonymous api closed comment comments create demo docs feed followers following "
    "help legend list me moderator moderators nobody period remove requests root settings sign-in sign-out sign-up staff support system "
    "trending update user users".split()
)


class UserQuerySet(Named, models.QuerySet["User"]):
    """Found by `named`, `at_address` and `known_as`."""


class PeopleManager(UserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    """Django's `create_user` and `create_superuser` with our words."""

    use_in_migrations = False

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Who runs the house is also its admin."""
        fields.setdefault("role", User.Role.ADMIN)
        fields.setdefault("email_confirmed_at", timezone.now())
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
    email_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    # set while the person is leaving: then everything of theirs is erased
    closes_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    # one more ends every session and token at once
    generation = models.PositiveIntegerField(default=0, editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    suspended_until = models.DateTimeField(null=True, blank=True, editable=False)  # None: until restored
    suspension_reason = models.CharField(max_length=500, blank=True, default="", editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique_without_case"),
            models.UniqueConstraint(Lower("email"), name="user_email_unique_without_case"),
        ]

    @property
    def is_moderator(self) -> bool:
        return self.role in (self.Role.MODERATOR, self.Role.ADMIN)

    @property
    def is_confirmed(self) -> bool:
        """Their e-mail address is theirs. Only then may they say anything in public."""
        return self.email_confirmed_at is not None

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None and (self.suspended_until is None or self.suspended_until > timezone.now())

    @property
    def is_closing(self) -> bool:
        """They asked to leave and may still stay. All they can do meanwhile is that."""
        return self.closes_at is not None

    @property
    def is_demo(self) -> bool:
        """The account that everybody shares who looks around."""
        return self.username == DEMO_NAME and not self.has_usable_password()

    def take_role(self, role: str) -> None:
        """Set the role and what Django's administration asks for: moderators may enter it, admins may do everything there."""
        self.role = User.Role(role)
        self.is_staff = self.is_moderator
        self.is_superuser = self.role == User.Role.ADMIN

    @property
    def may_enter(self) -> bool:
        """Neither closed nor suspended: what every way of showing who one is asks, at every request."""
        return self.is_active and not self.is_suspended

    def check_password(self, raw_password: str | None) -> bool:
        """As Django does; a hash that is out of date is only replaced while it is the one there, not a new password's."""

        def renew(raw: str) -> None:
            before = self.password
            self.set_password(raw)
            self._password = None  # nothing for the validators to hear of
            type(self).objects.filter(pk=self.pk, password=before).update(password=self.password)

        return check_password(raw_password, self.password, renew)

    @property
    def is_reachable(self) -> bool:
        """Messages go to people who may enter and are not leaving."""
        return self.may_enter and not self.is_closing

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session or token was given for: this password, this generation. Django asks here at every request."""
        salt = "accounts.models.User.session_auth_hash"
        return salted_hmac(salt, f"{self.password}:{self.generation}", secret=secret, algorithm="sha256").hexdigest()

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """A person never is without profile and preferences, however they came to be."""
        new = self._state.adding
        super().save(*args, **kwargs)
        if new:
            Profile.objects.create(user=self)
            Preferences.objects.create(user=self)
