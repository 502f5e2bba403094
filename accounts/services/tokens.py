"""Tokens of API clients: given at sign-in, renewed one use at a time, ended together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken as SignedRefresh

from accounts.auth import FAMILY, issue_access_token
from accounts.models import RefreshToken, TokenFamily, User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import group_of, still_here
from legend.lib import live
from legend.lib.clients import Origin
from legend.lib.errors import Unauthenticated
from legend.lib.secrets import digest

# a client that asked twice, or lost the answer, is no thief
GRACE = timedelta(seconds=10)
USED_ARE_KEPT = timedelta(hours=1)


class BadRefreshToken(Unauthenticated):
    """Ended, used before, expired or never ours."""

    code = "token_not_valid"
    help = "Sign in again: POST /api/auth/login."

    def __init__(self) -> None:
        super().__init__("This refresh token is good for nothing any more.")


@dataclass(frozen=True)
class Tokens:
    """What an API client gets; lives in seconds."""

    access: str
    expires_in: int
    refresh: str
    refresh_expires_in: int
    token_type: str = "Bearer"


@transaction.atomic
def give_tokens(*, user: User, origin: Origin, now: datetime) -> Tokens:
    """The first tokens of a new sign-in. Raises EndedMeanwhile."""
    user = still_here(user)
    family = TokenFamily.objects.create(user=user, network=origin.network, agent=origin.agent, created_at=now, seen_at=now)
    return _answer(family, _new_token(family, now), now)


def refresh_tokens(*, token: str, origin: Origin, now: datetime) -> Tokens:
    """The next tokens for a refresh token, once; within ten seconds the same ones again.

    A token that comes back later, or that is older than those we still know, was stolen from one of two: its whole family ends.
    Raises BadRefreshToken.
    """
    if (family := family_of(token)) is None or (answer := _renew(family, digest(token), origin, now)) is None:
        raise BadRefreshToken
    return answer


@transaction.atomic
def _renew(code: UUID, shown: str, origin: Origin, now: datetime) -> Tokens | None:
    """None when it is refused; no exception, since the end of the family has to be committed."""
    family = _locked(code)
    if family is None or not family.user.may_enter:
        return None
    token = family.tokens.select_related("successor").filter(digest=shown).first()
    if token is None or (token.used_at is not None and now - token.used_at > GRACE):
        record(kind=Kind.TOKEN_REUSED, user=family.user, origin=origin, signed_in_at=family.created_at.isoformat())
        _end(family)
        return None
    if token.used_at is None:
        token.used_at = now
        token.save(update_fields=["used_at"])
        token.successor = _new_token(family, now)
        token.save(update_fields=["successor"])
        TokenFamily.objects.filter(pk=family.pk).update(seen_at=now, network=origin.network, agent=origin.agent)
    return _answer(family, token.successor, now) if token.successor else None


@transaction.atomic
def end_sign_in(*, code: UUID | str) -> User | None:
    """End one sign-in of an API client, if it is still there; whose it was."""
    family = _locked(code)
    if family is None:
        return None
    _end(family)
    return family.user


def family_of(token: str) -> UUID | None:
    """The sign-in a refresh token names; None when we did not sign it or it is too old."""
    try:
        return UUID(SignedRefresh(token)[FAMILY])  # type: ignore[arg-type]
    except (TokenError, KeyError, ValueError):
        return None


def forget_spent(*, now: datetime) -> None:
    """Drop tokens that are too old to matter, and families without any.

    A used token is dropped soon: one that is signed by us, of a living family and unknown can only be a used one.
    """
    RefreshToken.objects.filter(expires_at__lt=now).delete()
    RefreshToken.objects.filter(used_at__lt=now - USED_ARE_KEPT).delete()
    TokenFamily.objects.filter(tokens=None).delete()


def _locked(code: UUID | str) -> TokenFamily | None:
    """The family and before it its person, locked: so a refresh comes before or after whatever ends everything."""
    user = User.objects.select_for_update().filter(token_families__code=code).first()
    family = TokenFamily.objects.select_for_update().filter(code=code).first() if user is not None else None
    if family is not None and user is not None:
        family.user = user
    return family


def _end(family: TokenFamily) -> None:
    group = group_of(family.user)
    family.delete()
    live.bye(group)


def _new_token(family: TokenFamily, now: datetime) -> RefreshToken:
    issued = now.replace(microsecond=0)
    token = RefreshToken(family=family, issued_at=issued, expires_at=issued + timedelta(days=settings.REFRESH_DAYS))
    token.digest = digest(_sign(family, token))
    token.save()
    return token


def _sign(family: TokenFamily, token: RefreshToken) -> str:
    """The token itself, made of what its row says: the same row gives the same token."""
    signed = SignedRefresh()
    signed.payload = {
        "token_type": "refresh",
        "exp": int(token.expires_at.timestamp()),
        "iat": int(token.issued_at.timestamp()),
        "jti": token.jti.hex,
        "user_id": str(family.user_id),
        FAMILY: str(family.code),
    }
    return str(signed)


def _answer(family: TokenFamily, token: RefreshToken, now: datetime) -> Tokens:
    return Tokens(
        access=issue_access_token(family.user, family.code),
        expires_in=settings.ACCESS_MINUTES * 60,
        refresh=_sign(family, token),
        refresh_expires_in=max(0, int((token.expires_at - now).total_seconds())),
    )
