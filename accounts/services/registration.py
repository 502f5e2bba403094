"""Becoming a person here: by signing up and confirming the address, or by invitation."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.locks import key_of
from accounts.models import AddressChange, PasswordReset, SignUp, User
from accounts.models.audit_event import Kind
from accounts.models.user import RESERVED_NAMES
from accounts.services.audit import record
from accounts.services.notices import notify_later
from accounts.services.posting import post_later
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import Conflict, FieldError, Forbidden, Invalid
from legend.lib.throttling import spend

SIGN_UP_LIVES = timedelta(hours=24)
INVITATION_LIVES = timedelta(days=7)


class SignUpClosed(Forbidden):
    code = "sign_up_closed"

    def __init__(self) -> None:
        super().__init__("This site takes new people by invitation only. Ask whoever runs it.")


class BadCode(Invalid):
    code = "bad_code"

    def __init__(self) -> None:
        super().__init__("This link was used before, is too old, or is not whole. Ask for a new one.")


class TakenMeanwhile(Conflict):
    code = "taken"

    def __init__(self) -> None:
        super().__init__("The name or address was taken by another in the meantime. Sign up once more.")


@transaction.atomic
def register(*, username: str, email: str, password: str, origin: Origin, now: datetime) -> int:
    """Hold the name and send a mail to the address: with a link that makes the account, or saying that there is one already.

    Returns the number of the sign-up (`SignUp.pk`), which the browser that began it may keep.

    Nothing here looks whether the address is known, so neither answer nor time can tell. Raises SignUpClosed, TooMany, and Invalid with
    every fault of name, address and password.
    """
    if settings.SIGN_UP != "open":
        raise SignUpClosed
    spend("auth", f"net-{origin.network}")
    email = User.objects.normalize_email(email.strip())
    faults = [*name_faults(username, email, now), *address_faults(email), *password_faults(password, User(username=username, email=email))]
    if faults:
        raise Invalid(faults[0].message if len(faults) == 1 else f"{len(faults)} values are not right.", errors=tuple(faults))
    spend("mail", f"sign-up-{key_of(email)}")
    row = SignUp.objects.create(
        username=username, email=email, password=make_password(password), created_at=now, due_at=now, expires_at=now + SIGN_UP_LIVES
    )
    post_later("sign-up", row.pk)
    return row.pk


@transaction.atomic
def verify_email(*, code: str, origin: Origin, now: datetime) -> User:
    """Use the code of a mail: the account is made, or the person's address is changed or confirmed. Raises BadCode, TakenMeanwhile."""
    if (waiting := SignUp.objects.select_for_update().good(now).of_code(code).first()) is not None:
        return _make_person(waiting, origin, now)
    asked = AddressChange.objects.good(now).of_code(code)
    user = User.objects.select_for_update().filter(pk__in=asked.values("user")).first()
    wish = asked.first()  # none, if everything was ended while we waited for the row
    if user is None or wish is None or not user.may_enter:
        raise BadCode
    return _take_address(user, wish, origin, now)


@transaction.atomic
def invite(*, username: str, email: str, role: str, by: User, now: datetime, origin: Origin = NOWHERE) -> User:
    """Make an account without a password and send its owner the link to choose one. Raises Invalid."""
    email = User.objects.normalize_email(email.strip())
    faults = [*name_faults(username, email, now), *address_faults(email)]
    if User.objects.at_address(email).exists():
        faults.append(FieldError("email", "taken", "This address has an account."))
    if faults:
        raise Invalid(faults[0].message, errors=tuple(faults))
    user: User = User.objects.create_user(username, email, None)
    user.take_role(role)
    user.save()
    row = PasswordReset.objects.create(user=user, email=email, invited=True, created_at=now, due_at=now, expires_at=now + INVITATION_LIVES)
    record(kind=Kind.INVITED, user=user, actor=by, origin=origin, role=role)
    post_later("reset", row.pk)
    return user


def name_faults(username: str, email: str, now: datetime) -> list[FieldError]:
    """What is wrong with a name, one sentence at most. A name that somebody else is signing up with is taken too."""
    try:
        User._meta.get_field("username").run_validators(username)
    except ValidationError as error:
        return [FieldError("username", "bad_name", error.messages[0])]
    if username.lower() in RESERVED_NAMES:
        return [FieldError("username", "taken", "This name is taken.")]
    held = SignUp.objects.good(now).named(username).exclude(pk__in=SignUp.objects.at_address(email))
    if User.objects.named(username).exists() or held.exists():
        return [FieldError("username", "taken", "This name is taken.")]
    return []


def address_faults(email: str) -> list[FieldError]:
    try:
        validate_email(email)
    except ValidationError:
        return [FieldError("email", "bad_address", "This is no e-mail address.")]
    if not email.isascii():  # letters that look like others, or become them in some case
        return [FieldError("email", "bad_address", "Write the address in plain letters, its domain as xn--… where it has others.")]
    return [FieldError("email", "bad_address", "This address is too long.")] if len(email) > 254 else []


def password_faults(password: str, user: User, field: str = "password") -> list[FieldError]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [FieldError(field, fault.code or "invalid", fault.messages[0]) for fault in error.error_list]
    return []


def _make_person(waiting: SignUp, origin: Origin, now: datetime) -> User:
    user = User(username=waiting.username, email=waiting.email, password=waiting.password, email_confirmed_at=now, date_joined=now)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise TakenMeanwhile from error
    SignUp.objects.named(user.username).delete()
    SignUp.objects.at_address(user.email).delete()
    record(kind=Kind.SIGNED_UP, user=user, origin=origin)
    return user


def _take_address(user: User, wish: AddressChange, origin: Origin, now: datetime) -> User:
    before, changed = user.email, user.email.lower() != wish.email.lower()
    user.email, user.email_confirmed_at = wish.email, now
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_confirmed_at"])
    except IntegrityError as error:
        raise TakenMeanwhile from error
    AddressChange.objects.filter(user=user).delete()
    PasswordReset.objects.filter(user=user).delete()  # a link in the mailbox they had opens nothing any more
    if changed:
        notify_later("address_changed", user, before)
    record(kind=Kind.ADDRESS_CHANGED if changed else Kind.ADDRESS_CONFIRMED, user=user, origin=origin)
    return user
