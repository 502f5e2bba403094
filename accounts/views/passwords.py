"""Forgotten and changed passwords."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import ChangePasswordForm, ForgotForm, ResetForm, blame
from accounts.models import User
from accounts.services import passwords
from accounts.services.ending import keep_browser
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import LegendError

from .signing_up import READ_AND_POST, is_on_console, private


@never_cache
@require_http_methods(READ_AND_POST)
def forgot(request: HttpRequest) -> HttpResponse:
    form, status = ForgotForm(request.POST or None), 200
    if form.is_valid():
        try:
            passwords.request_reset(email=form.cleaned_data["email"], origin=origin_of(request), now=timezone.now())
        except LegendError as refusal:
            status = blame(form, refusal)
        else:
            context = {"address": form.cleaned_data["email"], "on_console": is_on_console()}
            return TemplateResponse(request, "accounts/forgot_sent.html", context)
    elif form.is_bound:
        status = 422
    return TemplateResponse(request, "accounts/forgot.html", {"form": form}, status=status)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(READ_AND_POST)
def reset(request: HttpRequest, code: str) -> HttpResponse:
    """What the link in the mail opens."""
    form, status = ResetForm(request.POST or None), 200
    if not passwords.reset_is_good(code=code, now=timezone.now()):
        return private(TemplateResponse(request, "accounts/link_is_over.html", {"again": "accounts:forgot"}, status=404))
    if form.is_valid():
        try:
            passwords.reset_password(code=code, password=form.cleaned_data["password"], origin=origin_of(request), now=timezone.now())
        except LegendError as refusal:
            status = blame(form, refusal)
        else:
            messages.success(request, "Your new password is set. Sign in with it.")
            return redirect("accounts:sign_in")
    elif form.is_bound:
        status = 422
    return private(TemplateResponse(request, "accounts/reset.html", {"form": form}, status=status))


@sensitive_post_parameters("current_password", "new_password")
@signed_in
@never_cache
@require_http_methods(READ_AND_POST)
def change_password(request: HttpRequest) -> HttpResponse:
    form, status = ChangePasswordForm(request.POST or None), 200
    if form.is_valid():
        try:
            user = passwords.change_password(
                user=cast(User, request.user),
                current=form.cleaned_data["current_password"],
                new=form.cleaned_data["new_password"],
                origin=origin_of(request),
                keep_session=request.session.session_key,
            )
        except LegendError as refusal:
            status = blame(form, refusal)
        else:
            keep_browser(request=request, user=user)
            messages.success(request, "Your password is changed. Everything else that was signed in is not any more.")
            return redirect("accounts:sessions")
    elif form.is_bound:
        status = 422
    return TemplateResponse(request, "accounts/change_password.html", {"form": form}, status=status)
