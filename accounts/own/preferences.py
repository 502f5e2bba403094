"""Settings: preferences and notifications."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.services.preferences import change_preferences, hide_checklist
from legend.lib.access import signed_in
from legend.lib.errors import Invalid
from legend.lib.forms import add_refusal

from .forms import NotificationsForm, PreferencesForm
from .profile import READ_AND_POST

OWN = ("time_zone", "currency", "risk_pct", "break_even_r", "discreet", "theme", "palette")


@signed_in
@require_http_methods(READ_AND_POST)
def preferences(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = PreferencesForm(request.POST or None, initial={name: getattr(user.preferences, name) for name in OWN})
    if request.method == "POST" and form.is_valid():
        try:
            change_preferences(user=user, changes=form.cleaned_data)
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Preferences saved.")
            return redirect("accounts:preferences")
    return TemplateResponse(request, "accounts/own/preferences.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_http_methods(READ_AND_POST)
def notifications(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = NotificationsForm(user.preferences, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            change_preferences(user=user, changes=form.changes())
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Notifications saved.")
            return redirect("accounts:notifications")
    return TemplateResponse(request, "accounts/own/notifications.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Theme and palette, as chosen on any page; the page shows them already."""
    wish = {name: request.POST[name] for name in ("theme", "palette") if name in request.POST}
    change_preferences(user=cast(User, request.user), changes=wish)
    return HttpResponse(status=204)


@signed_in
@require_POST
def hide_steps(request: HttpRequest) -> HttpResponse:
    """The first steps leave the dashboard for good."""
    hide_checklist(user=cast(User, request.user), now=timezone.now())
    return redirect("dashboard")
