"""Settings: API keys."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.queries import keys_of
from accounts.services.api_keys import create_key, revoke_key
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import Invalid
from legend.lib.forms import add_refusal

from .forms import KeyForm
from .profile import READ_AND_POST


@signed_in
@never_cache
@require_http_methods(READ_AND_POST)
def keys(request: HttpRequest) -> HttpResponse:
    """The secret of a new key is in this one answer; loaded again, the page does not know it."""
    user, now = cast(User, request.user), timezone.now()
    form = KeyForm(request.POST or None)
    context = {}
    if request.method == "POST" and form.is_valid():
        try:
            asked = form.cleaned_data
            wish = {"name": asked["name"], "scopes": asked["scopes"], "expires_at": form.expires_at(now)}
            made, secret = create_key(owner=user, **wish, now=now, origin=origin_of(request))
        except Invalid as refusal:
            add_refusal(form, refusal)
        else:
            context, form = {"made": made, "secret": secret}, KeyForm()
    found = [(key, key.is_over(now)) for key in keys_of(user, now=now)]
    status = 422 if form.errors else 200
    return TemplateResponse(request, "accounts/own/keys.html", {"form": form, "keys": found, **context}, status=status)


@signed_in
@require_POST
def revoke(request: HttpRequest, code: UUID) -> HttpResponse:
    key = revoke_key(owner=cast(User, request.user), code=code, now=timezone.now(), origin=origin_of(request))
    messages.success(request, f"{key.name} opens nothing any more.")
    return redirect("accounts:keys")
