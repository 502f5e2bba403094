"""Settings: leaving, and staying after all."""

from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.services.closing import close_account, reopen_account
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import LegendError
from legend.lib.forms import Dressed, add_refusal

from .profile import READ_AND_POST


class ClosingForm(Dressed):
    password = forms.CharField(
        label="Your password", max_length=1024, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(READ_AND_POST)
def close(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if user.is_closing:
        return TemplateResponse(request, "accounts/own/closing.html", {})
    form = ClosingForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            closed = close_account(user=user, password=form.cleaned_data["password"], now=timezone.now(), origin=origin_of(request))
        except LegendError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            logout(request)
            day = timezone.localtime(closed.closes_at, user.preferences.zone)
            messages.info(request, f"Your account is closed and will be erased on {day:%-d %B %Y}. Sign in before that to keep it.")
            return redirect("accounts:sign_in")
    if form.errors and status in (200, 400):
        status = 422
    return TemplateResponse(request, "accounts/own/close.html", {"form": form, "days": settings.CLOSING_DAYS}, status=status)


@signed_in
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    reopen_account(user=cast(User, request.user), origin=origin_of(request))
    messages.success(request, "Welcome back. Everything is as it was; API keys have to be made anew.")
    return redirect("dashboard")
