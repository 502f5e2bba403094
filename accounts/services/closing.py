"""Leaving: asked for, taken back within the grace, carried out after it."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from accounts.events import account_closing, account_reopened
from accounts.models import User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import end_everything, still_here
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import Conflict, Forbidden, invalid
from legend.lib.events import publish
from legend.lib.registries import belongings
from legend.lib.throttling import spend

logger = structlog.get_logger(__name__)


class NotClosing(Conflict):
    code = "not_closing"


def close_account(*, user: User, password: str, now: datetime, origin: Origin = NOWHERE) -> User:
    """Hide everything of this person at once and end every sign-in; after LEGEND_CLOSING_DAYS it is erased.

    Raises Invalid for a wrong password, TooMany, EndedMeanwhile, Forbidden for an account without one (the demo) and for the last admin.
    """
    if not user.has_usable_password():
        raise Forbidden("This account has no password, so nobody can close it from here.", code="no_password")
    spend("auth", f"closing-{user.pk}")
    if not user.check_password(password):
        raise invalid("password", "This is not your password.", "wrong_password")
    with transaction.atomic():
        locked = still_here(user)
        if locked.is_superuser and not User.objects.filter(is_superuser=True, is_active=True, closes_at=None).exclude(pk=user.pk).exists():
            raise Forbidden("You are the last admin here. Make somebody else one first.", code="last_admin")
        if locked.closes_at is None:
            locked.closes_at = now + timedelta(days=settings.CLOSING_DAYS)
            locked.save(update_fields=["closes_at"])
            record(kind=Kind.CLOSING_ASKED, user=locked, origin=origin)
            publish(account_closing, user_id=locked.pk)
        end_everything(user=locked)
    return locked


@transaction.atomic
def reopen_account(*, user: User, origin: Origin = NOWHERE) -> User:
    """Everything is as it was; keys and sign-ins that were ended stay ended. Raises NotClosing, EndedMeanwhile."""
    locked = still_here(user)
    if locked.closes_at is None:
        raise NotClosing("This account is not being closed.")
    locked.closes_at = None
    locked.save(update_fields=["closes_at"])
    record(kind=Kind.CLOSING_WITHDRAWN, user=locked, origin=origin)
    publish(account_reopened, user_id=locked.pk)
    return locked


def erase_due(*, now: datetime) -> int:
    """Erase everybody whose grace is over; how many. One who cannot be erased keeps nobody else from it, and is tried again."""
    erased = 0
    for user_id in User.objects.filter(closes_at__lte=now).values_list("pk", flat=True):
        try:
            erased += erase_account(user_id=user_id, now=now)
        except Exception:
            logger.exception("an account could not be erased", user_id=user_id)
    return erased


@transaction.atomic
def erase_account(*, user_id: int, now: datetime) -> bool:
    """Everything of one person, rows and files. False if they stayed after all."""
    user = User.objects.select_for_update().filter(pk=user_id, closes_at__lte=now).first()
    if user is None:
        return False
    for kept in reversed(list(belongings)):
        kept.erase(user)
    user.delete()
    record(kind=Kind.ERASED, user=None)  # that somebody was; nothing of whom
    logger.info("account erased", user_id=user_id)
    return True
