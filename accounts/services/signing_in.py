"""Who is there? Password in, person out; and the person's way in and out."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, authenticate, login, logout
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.http import HttpRequest

from accounts.auth import Suspended
from accounts.locks import forget_misses, spend_try
from accounts.models import User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import end_everything, group_of, still_here
from accounts.services.tokens import Tokens, end_sign_in, give_tokens
from accounts.sessions import BEGINNING
from legend.lib import live
from legend.lib.clients import Origin, origin_of
from legend.lib.errors import Unauthenticated


class WrongCredentials(Unauthenticated):
    """Name and password do not belong together, or signing in pauses; which of them stays unsaid."""

    code = "wrong_credentials"
    help = "Try again, or ask for a new password: POST /api/auth/request-password-reset, or “Forgot your password?” on the sign-in page."

    def __init__(self) -> None:
        super().__init__(
            "This name and password do not belong together. Just signed up? Then open the link in your mail first. "
            f"After {settings.LOCK_AFTER} misses, signing in pauses for {settings.LOCK_MINUTES} minutes."
        )


def recognise(*, request: HttpRequest, name: str, password: str) -> User:
    """The person behind a username or e-mail address and a password.

    Counts the try, whether the name is known or not. Raises WrongCredentials, TooMany and, when the password is right, Suspended,
    Unconfirmed.
    """
    name = name.strip()
    spend_try(request, name)
    try:
        user = authenticate(request, username=name, password=password)
    except Suspended:
        record(kind=Kind.SIGN_IN_FAILED, user=User.objects.known_as(name).first(), origin=origin_of(request), why="suspended")
        raise
    if not isinstance(user, User):
        kind = Kind.SIGN_IN_LOCKED if getattr(request, "axes_locked_out", False) else Kind.SIGN_IN_FAILED
        record(kind=kind, user=User.objects.known_as(name).first(), origin=origin_of(request))
        raise WrongCredentials
    forget_misses(user, request=request)
    return user


@transaction.atomic
def enter_browser(*, request: HttpRequest, user: User, now: datetime) -> None:
    """Sign the browser of this request in. Raises EndedMeanwhile."""
    origin = origin_of(request)
    user = still_here(user)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    request.session[BEGINNING] = {"at": now.isoformat(), "network": origin.network, "agent": origin.agent}
    record(kind=Kind.SIGNED_IN, user=user, origin=origin, by="browser")


@transaction.atomic
def enter_api(*, request: HttpRequest, user: User, now: datetime) -> Tokens:
    """Give an API client its first tokens. Raises EndedMeanwhile."""
    origin = origin_of(request)
    given = give_tokens(user=user, origin=origin, now=now)
    update_last_login(None, user)  # type: ignore[arg-type]  # Django's receiver, called by its name
    record(kind=Kind.SIGNED_IN, user=user, origin=origin, by="api")
    return given


def leave_api(*, family: UUID | str | None, origin: Origin) -> None:
    """End a sign-in of an API client with all its tokens, if there is one."""
    if family is not None and (user := end_sign_in(code=family)) is not None:
        record(kind=Kind.SIGNED_OUT, user=user, origin=origin)


@transaction.atomic
def leave_everywhere(*, user: User, origin: Origin) -> None:
    """End every sign-in, token, key and socket of a person, by themselves."""
    end_everything(user=user)
    record(kind=Kind.SIGNED_OUT_EVERYWHERE, user=user, origin=origin)


def leave_browser(*, request: HttpRequest) -> None:
    """End the session of this request, and the sockets it opened."""
    user = request.user if SESSION_KEY in request.session else None
    logout(request)
    if isinstance(user, User):
        record(kind=Kind.SIGNED_OUT, user=user, origin=origin_of(request))
        live.bye(group_of(user))
