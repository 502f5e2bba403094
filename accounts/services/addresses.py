"""A person's e-mail address."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.locks import key_of
from accounts.models import AddressChange, User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import still_here
from accounts.services.posting import post_later
from accounts.services.registration import address_faults
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import Forbidden, Invalid, invalid
from legend.lib.throttling import spend

LIVES = timedelta(hours=24)


class NotConfirmed(Forbidden):
    code = "email_unconfirmed"

    def __init__(self) -> None:
        super().__init__("Confirm your e-mail address first; until then nothing of yours is public.")


def require_confirmed(user: User) -> None:
    """Asked before anything becomes public. Raises NotConfirmed."""
    if not user.is_confirmed:
        raise NotConfirmed


def request_address(*, user: User, email: str, password: str, now: datetime, origin: Origin = NOWHERE) -> None:
    """Send a link to the new address; it becomes theirs when the link is used. Their own one, unconfirmed, is confirmed that way.

    An address that another has is not told apart: its owner gets a mail. Raises Invalid, TooMany, EndedMeanwhile.
    """
    email = User.objects.normalize_email(email.strip())
    if faults := address_faults(email):
        raise Invalid(faults[0].message, errors=tuple(faults))
    spend("auth", f"password-{user.pk}")
    if not user.check_password(password):
        raise invalid("password", "This is not your password.", "wrong_password")
    spend("mail", f"address-{key_of(email)}")
    with transaction.atomic():
        still_here(user)
        AddressChange.objects.filter(user=user).delete()
        row = AddressChange.objects.create(user=user, email=email, created_at=now, due_at=now, expires_at=now + LIVES)
        record(kind=Kind.ADDRESS_ASKED, user=user, origin=origin)
        post_later("address", row.pk)
