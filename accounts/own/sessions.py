"""Settings: where one is signed in, and what happened to the account."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.devices import device_of
from accounts.models import AuditEvent, Session, TokenFamily, User
from accounts.models.audit_event import MISSES, Kind
from accounts.services.audit import record
from accounts.services.ending import end_family, end_session
from accounts.services.signing_in import leave_everywhere
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import Forbidden
from legend.lib.secrets import digest

EVENTS, FAILURES = 50, 10


def is_shared(user: User) -> bool:
    """The demo: nobody's own, so nobody is told from where others look around, or may send them away."""
    return not user.has_usable_password()


def history_of(user: User) -> list[Any]:
    """The latest of what happened, with a few misses only: somebody who guesses cannot push the rest out of sight."""
    events: QuerySet[Any] = AuditEvent.objects.about(user).as_told().select_related("actor").order_by("-at", "-pk")
    told = [*events.exclude(kind__in=MISSES)[:EVENTS], *events.filter(kind__in=MISSES)[:FAILURES]]
    return sorted(told, key=lambda event: (event.at, event.pk), reverse=True)


@signed_in
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    here = digest(request.session.session_key or "")
    living = Session.objects.owned_by(user).living().order_by("-seen_at")
    families = TokenFamily.objects.filter(user=user).order_by("-seen_at")
    events = history_of(user)
    if is_shared(user):
        living, families, events = living.filter(session_key=here), families.none(), []
    context = {
        "sessions": [{"row": row, "device": device_of(row.agent), "here": row.session_key == here} for row in living],
        "families": [{"row": row, "device": device_of(row.agent)} for row in families[:EVENTS]],
        "events": [{"row": row, "device": device_of(row.told_agent) if row.actor_id is None else ""} for row in events],
    }
    return TemplateResponse(request, "accounts/own/sessions.html", context)


@signed_in
@require_POST
def end_one(request: HttpRequest, code: UUID) -> HttpResponse:
    user = cast(User, request.user)
    end_session(user=user, code=code)
    record(kind=Kind.SESSION_ENDED, user=user, origin=origin_of(request))
    messages.success(request, "That browser is signed out.")
    return redirect("accounts:sessions")


@signed_in
@require_POST
def end_client(request: HttpRequest, code: UUID) -> HttpResponse:
    user = cast(User, request.user)
    end_family(user=user, code=code)
    record(kind=Kind.SESSION_ENDED, user=user, origin=origin_of(request))
    messages.success(request, "That program is signed out.")
    return redirect("accounts:sessions")


@signed_in
@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    """Everywhere is here too."""
    user = cast(User, request.user)
    if is_shared(user):
        raise Forbidden("Others look around with this account too; sign out here alone.", code="shared_account")
    leave_everywhere(user=user, origin=origin_of(request))
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("accounts:sign_in")
