"""Signing up, and using the code of a mail."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import AddressForm, SignUpForm, blame
from accounts.locks import remember_device
from accounts.models import User
from accounts.queries import asked_with
from accounts.services import addresses, registration
from accounts.services.signing_in import enter_browser
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import LegendError

READ_AND_POST = ["GET", "HEAD", "POST"]
# which sign-up this browser began: only there may the link of the mail also sign in
BEGUN = "legend_sign_up"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(READ_AND_POST)
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    if settings.SIGN_UP != "open":
        return TemplateResponse(request, "accounts/sign_up_closed.html", status=403)
    form, status = SignUpForm(request.POST or None), 200
    if form.is_valid():
        try:
            asked = registration.register(**form.cleaned_data, origin=origin_of(request), now=timezone.now())
        except LegendError as refusal:
            status = blame(form, refusal)
        else:
            context = {"address": form.cleaned_data["email"], "on_console": is_on_console()}
            response = TemplateResponse(request, "accounts/sign_up_sent.html", context)
            response.set_signed_cookie(
                BEGUN,
                str(asked),
                salt=BEGUN,
                max_age=registration.SIGN_UP_LIVES,
                path=reverse("accounts:confirm", args=["x"]).removesuffix("x"),
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
            return response
    elif form.is_bound:
        status = 422
    return TemplateResponse(request, "accounts/sign_up.html", {"form": form, "next": ""}, status=status)


@never_cache
@require_http_methods(READ_AND_POST)
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """What the link in the mail opens. Only its button uses the code: programs that look at mails open links, too."""
    now = timezone.now()
    asked = asked_with(code, now=now)
    if asked is None:
        return private(TemplateResponse(request, "accounts/link_is_over.html", {"again": "accounts:sign_up"}, status=404))
    if request.method != "POST":
        return private(TemplateResponse(request, "accounts/confirm.html", {"asked": asked, "is_new": not hasattr(asked, "user")}))
    user = registration.verify_email(code=code, origin=origin_of(request), now=now)
    messages.success(request, f"{user.email} is confirmed.")
    if request.user.is_authenticated:
        return redirect("dashboard")
    if not hasattr(asked, "user") and request.get_signed_cookie(BEGUN, None, salt=BEGUN) == str(asked.pk):
        enter_browser(request=request, user=user, now=now)
        response = redirect("dashboard")
        remember_device(request, response, user)
        return response
    return redirect("accounts:sign_in")


@sensitive_post_parameters("password")
@signed_in
@never_cache
@require_http_methods(READ_AND_POST)
def change_address(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form, status = AddressForm(request.POST or None, initial={"email": "" if user.is_confirmed else user.email}), 200
    if form.is_valid():
        try:
            addresses.request_address(user=user, **form.cleaned_data, now=timezone.now(), origin=origin_of(request))
        except LegendError as refusal:
            status = blame(form, refusal)
        else:
            context = {"address": form.cleaned_data["email"], "on_console": is_on_console()}
            return TemplateResponse(request, "accounts/address_sent.html", context)
    elif form.is_bound:
        status = 422
    return TemplateResponse(request, "accounts/change_address.html", {"form": form}, status=status)


def is_on_console() -> bool:
    """Mails are written to the server's console, since no mail server is named."""
    return "console" in settings.EMAIL_BACKEND


def private(response: HttpResponse) -> HttpResponse:
    """The address of this page is a secret: tell it to nobody, not even to our own log by way of a Referer."""
    response["Referrer-Policy"] = "strict-origin"  # under no-referrer browsers post from "null", which the check of forms refuses
    return response
