"""Ending what shows who somebody is: sessions, tokens, keys and sockets."""

from uuid import UUID

from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AddressChange, PasswordReset, Session, TokenFamily, User
from accounts.services.api_keys import revoke_all
from legend.lib import live
from legend.lib.secrets import digest


def group_of(user: User) -> str:
    """The live group that every socket of a person joins; the message `bye` closes them."""
    return f"user-{user.pk}"


@transaction.atomic
def end_everything(*, user: User, keep_session: str | None = None) -> None:
    """End all sessions, refresh and access tokens, keys, codes and sockets of a person, at once.

    `keep_session` is the session key of the browser that asks, which stays signed in after `keep_browser`.
    """
    User.objects.filter(pk=user.pk).update(generation=F("generation") + 1)
    user.refresh_from_db(fields=["generation"])
    sessions = Session.objects.owned_by(user)
    if keep_session:
        sessions = sessions.exclude(session_key=digest(keep_session))
    sessions.delete()
    TokenFamily.objects.filter(user=user).delete()
    revoke_all(owner=user, now=timezone.now())
    PasswordReset.objects.filter(user=user).delete()
    AddressChange.objects.filter(user=user).delete()
    live.bye(group_of(user))


def keep_browser(*, request: HttpRequest, user: User) -> None:
    """Sign the asking browser in anew, under a new session key, after everything was ended. `user` is as it was saved."""
    if request.session.get(SESSION_KEY) == str(user.pk):  # an API client has no session; Django would begin one
        update_session_auth_hash(request, user)


@transaction.atomic
def end_session(*, user: User, code: UUID) -> None:
    """End one session of a browser. Somebody else's is not found."""
    Session.objects.owned_by(user).get(code=code).delete()
    live.bye(group_of(user))


@transaction.atomic
def end_family(*, user: User, code: UUID) -> None:
    """End one sign-in of an API client with all its tokens. Somebody else's is not found."""
    TokenFamily.objects.filter(user=user).get(code=code).delete()
    live.bye(group_of(user))
