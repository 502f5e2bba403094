"""Forgotten and changed passwords."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.locks import forget_misses, key_of
from accounts.models import PasswordReset, User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import end_everything, still_here
from accounts.services.notices import notify_later
from accounts.services.posting import post_later
from accounts.services.registration import BadCode, password_faults
from legend.lib.clients import Origin
from legend.lib.errors import Forbidden, Invalid, invalid
from legend.lib.throttling import spend

RESET_LIVES = timedelta(hours=1)


class NoPassword(Forbidden):
    code = "no_password"

    def __init__(self) -> None:
        super().__init__("This account is entered without a password, so there is none to change.")


@transaction.atomic
def request_reset(*, email: str, origin: Origin, now: datetime) -> None:
    """Send a link to choose a new password, if somebody here has this address. The answer and its time are the same if not.

    Raises TooMany.
    """
    spend("auth", f"net-{origin.network}")
    email = email.strip()[:254]
    spend("mail", f"reset-{key_of(email)}")
    row = PasswordReset.objects.create(
        email=email, network=origin.network, agent=origin.agent, created_at=now, due_at=now, expires_at=now + RESET_LIVES
    )
    post_later("reset", row.pk)


def reset_is_good(*, code: str, now: datetime) -> bool:
    return PasswordReset.objects.good(now).of_code(code).exists()


@transaction.atomic
def reset_password(*, code: str, password: str, origin: Origin, now: datetime) -> User:
    """Set a password by the code of a mail, and end whatever was signed in. Raises BadCode, Invalid."""
    asked = PasswordReset.objects.good(now).of_code(code)
    user: User | None = User.objects.select_for_update().filter(pk__in=asked.values("user")).first()
    if user is None or not user.is_active or not asked.exists():  # the last: used while we waited for the row
        raise BadCode
    _refuse_weak(password, user, "password")
    user.set_password(password)
    user.email_confirmed_at = user.email_confirmed_at or now  # the mail was read
    user.save(update_fields=["password", "email_confirmed_at"])
    end_everything(user=user)
    forget_misses(user)
    record(kind=Kind.PASSWORD_RESET, user=user, origin=origin)
    notify_later("password_changed", user)
    return user


def change_password(*, user: User, current: str, new: str, origin: Origin, keep_session: str | None = None) -> User:
    """Set another password and end everything else that is signed in. Raises NoPassword, TooMany, Invalid, EndedMeanwhile.

    A browser whose `keep_session` was given calls `keep_browser` next.
    """
    if not user.has_usable_password():
        raise NoPassword
    spend("auth", f"password-{user.pk}")
    if not user.check_password(current):
        raise invalid("current_password", "This is not your present password.", "wrong_password")
    if user.check_password(new):
        raise invalid("new_password", "This is the password you have.", "same_password")
    _refuse_weak(new, user, "new_password")
    hashed = make_password(new)  # takes its time: before the row is locked
    with transaction.atomic():
        user = still_here(user)
        user.password = hashed
        user.save(update_fields=["password"])
        end_everything(user=user, keep_session=keep_session)
        record(kind=Kind.PASSWORD_CHANGED, user=user, origin=origin)
        notify_later("password_changed", user)
    return user


def _refuse_weak(password: str, user: User, field: str) -> None:
    if faults := password_faults(password, user, field):
        raise Invalid(" ".join(fault.message for fault in faults), errors=tuple(faults))
