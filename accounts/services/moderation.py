"""What moderators and admins do with accounts. Each deed has a reason and is written down; each can be undone."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import end_everything
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import Conflict, Forbidden, invalid

LONGEST_REASON = 500


class NotYours(Forbidden):
    code = "not_yours_to_moderate"


class NotSuspended(Conflict):
    code = "not_suspended"


@transaction.atomic
def suspend(*, user: User, by: User, reason: str, until: datetime | None, now: datetime, origin: Origin = NOWHERE) -> User:
    """Keep somebody out until a moment, or (None) until restored; whatever they have signed in ends at once. Raises NotYours, Invalid."""
    user, reason = _taken(user, by), _said(reason)
    if until is not None and until <= now:
        raise invalid("until", "A suspension ends in the future.", "in_the_past")
    user.suspended_at, user.suspended_until, user.suspension_reason = now, until, reason
    user.save(update_fields=["suspended_at", "suspended_until", "suspension_reason"])
    end_everything(user=user)
    record(kind=Kind.SUSPENDED, user=user, actor=by, origin=origin, reason=reason, until=until and until.isoformat())
    return user


@transaction.atomic
def restore(*, user: User, by: User, reason: str, origin: Origin = NOWHERE) -> User:
    """Let somebody in again. Raises NotYours, NotSuspended, Invalid."""
    user, reason = _taken(user, by), _said(reason)
    if user.suspended_at is None:
        raise NotSuspended(f"{user.username} is not suspended.")
    user.suspended_at, user.suspended_until, user.suspension_reason = None, None, ""
    user.save(update_fields=["suspended_at", "suspended_until", "suspension_reason"])
    record(kind=Kind.RESTORED, user=user, actor=by, origin=origin, reason=reason)
    return user


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User, reason: str, origin: Origin = NOWHERE) -> User:
    """End sessions, tokens, keys and sockets of somebody whose account may be in other hands. Raises NotYours, Invalid."""
    user, reason = _taken(user, by), _said(reason)
    end_everything(user=user)
    record(kind=Kind.SIGNED_OUT_EVERYWHERE, user=user, actor=by, origin=origin, reason=reason)
    return user


@transaction.atomic
def change_role(*, user: User, by: User, role: str, reason: str, origin: Origin = NOWHERE) -> User:
    """Make somebody a member, moderator or admin; admins only. Raises NotYours, Invalid."""
    user, reason = _taken(user, by), _said(reason)
    if not User.objects.filter(pk=by.pk, role=User.Role.ADMIN).exists():
        raise NotYours("Only admins give roles.")
    if role not in User.Role.values:
        raise invalid("role", f"A role is one of {', '.join(User.Role.values)}.", "bad_role")
    before = user.role
    user.take_role(role)
    user.save(update_fields=["role", "is_staff", "is_superuser"])
    record(kind=Kind.ROLE_CHANGED, user=user, actor=by, origin=origin, reason=reason, before=before, role=role)
    return user


def _taken(user: User, by: User) -> User:
    """The row, locked, if it is `by`'s to moderate: moderators look after members, admins after everybody but themselves.

    Both rows are locked, and `by` is who they are now: of two admins who dismiss each other at once one stays.
    """
    if user.pk == by.pk:
        raise NotYours("Not one's own account.")
    rows: dict[int, User] = {row.pk: row for row in User.objects.select_for_update().filter(pk__in=[user.pk, by.pk]).order_by("pk")}
    taken, by = rows[user.pk], rows[by.pk]
    if not by.may_enter or not by.is_moderator or (taken.is_moderator and by.role != User.Role.ADMIN):
        raise NotYours("Moderators look after members; for this one ask an admin.")
    return taken


def _said(reason: str) -> str:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise invalid("reason", f"Say why, in up to {LONGEST_REASON} characters; the person can read it.", "no_reason")
    return reason.strip()
