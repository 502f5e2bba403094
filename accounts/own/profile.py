"""Settings: profile, picture, privacy."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.services.profiles import change_profile, remove_avatar, set_avatar
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import Invalid
from legend.lib.forms import add_refusal

from .forms import PRIVACY, PictureForm, PrivacyForm, ProfileForm

READ_AND_POST = ["GET", "HEAD", "POST"]


@signed_in
@require_safe
def first(request: HttpRequest) -> HttpResponse:
    return redirect("accounts:profile")


@signed_in
@require_http_methods(READ_AND_POST)
def profile(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    own = user.profile
    initial = {"display_name": own.display_name, "bio": own.bio, "links": "\n".join(own.links)}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(user=user, changes=form.cleaned_data, now=timezone.now(), origin=origin_of(request))
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Profile saved.")
            return redirect("accounts:profile")
    return _profile_page(request, form=form, picture=PictureForm(), status=422 if form.errors else 200)


@signed_in
@require_POST
def picture(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            set_avatar(user=user, picture=form.cleaned_data["avatar"])
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Picture saved.")
            return redirect("accounts:profile")
    own = user.profile
    text = ProfileForm(initial={"display_name": own.display_name, "bio": own.bio, "links": "\n".join(own.links)})
    return _profile_page(request, form=text, picture=form, status=422)


@signed_in
@require_POST
def remove_picture(request: HttpRequest) -> HttpResponse:
    remove_avatar(user=cast(User, request.user))
    messages.success(request, "Picture removed.")
    return redirect("accounts:profile")


@signed_in
@require_http_methods(READ_AND_POST)
def privacy(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = PrivacyForm(request.POST or None, initial={"privacy": user.profile.privacy})
    if request.method == "POST" and form.is_valid():
        change_profile(user=user, changes=form.cleaned_data, now=timezone.now(), origin=origin_of(request))
        messages.success(request, "Privacy saved.")
        return redirect("accounts:privacy")
    context = {"form": form, "choices": PRIVACY, "chosen": form["privacy"].value()}
    return TemplateResponse(request, "accounts/own/privacy.html", context, status=422 if form.errors else 200)


def _profile_page(request: HttpRequest, **context: Any) -> HttpResponse:
    return TemplateResponse(request, "accounts/own/profile.html", context, status=context.pop("status"))
