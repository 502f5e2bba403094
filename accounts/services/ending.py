"""Ending what shows who somebody is: sessions, tokens, keys and sockets."""

from uuid import UUID

from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AddressChange, ApiKey, PasswordReset, Session, TokenFamily, User
from legend.lib import live
from legend.lib.errors import Unauthenticated
from legend.lib.secrets import digest


class EndedMeanwhile(Unauthenticated):
    """What let this request in was ended while it was under way."""

    code = "ended_meanwhile"

    def __init__(self) -> None:
        super().__init__("This sign-in was ended while you asked. Sign in again.")


def group_of(user: User) -> str:
    """The live group that every socket of a person joins; the message `bye` closes them."""
    return f"user-{user.pk}"


def still_here(user: User) -> User:
    """The person's row, locked, unless something has ended since `user` was read what they were let in by. Raises EndedMeanwhile.

    Whatever gives a session, token, key or code, or takes a password for it, begins with this, within its transaction: then it comes
    either before the end, which takes it along, or not at all. People's rows are locked before those that belong to them.
    """
    locked: User | None = User.objects.select_for_update().filter(pk=user.pk).first()
    if locked is None or not locked.may_enter or locked.get_session_auth_hash() != user.get_session_auth_hash():
        raise EndedMeanwhile
    return locked


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
    ApiKey.objects.owned_by(user).standing().update(revoked_at=timezone.now())
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
    User.objects.select_for_update().get(pk=user.pk)
    Session.objects.owned_by(user).get(code=code).delete()
    live.bye(group_of(user))


@transaction.atomic
def end_family(*, user: User, code: UUID) -> None:
    """End one sign-in of an API client with all its tokens. Somebody else's is not found."""
    User.objects.select_for_update().get(pk=user.pk)
    TokenFamily.objects.filter(user=user).get(code=code).delete()
    live.bye(group_of(user))
