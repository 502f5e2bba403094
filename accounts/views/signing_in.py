"""Signing in and out."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignInForm
from accounts.locks import remember_device
from accounts.services.demo import demo_is_open, enter_demo
from accounts.services.signing_in import enter_browser, leave_browser
from legend.lib.access import way_on


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method != "POST":
        return redirect(way_on(request, settings.LOGIN_REDIRECT_URL))
    form = SignInForm(request, request.POST or None)
    if form.is_valid():
        enter_browser(request=request, user=form.user, now=timezone.now())
        response = redirect(way_on(request, settings.LOGIN_REDIRECT_URL))
        remember_device(request, response, form.user)
        return response
    context = {
        "form": form,
        "next": way_on(request, ""),
        "demo_is_open": demo_is_open(request),
        "sign_up_is_open": settings.SIGN_UP == "open",
    }
    return TemplateResponse(request, "accounts/sign_in.html", context, status=form.status if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_to_desk(request: HttpRequest) -> HttpResponse:
    """The administration has no sign-in of its own. Whoever is signed in and comes here may not enter it."""
    if request.user.is_authenticated:
        return TemplateResponse(request, "accounts/no_desk.html", status=403)
    wanted = way_on(request, reverse("admin:index"))
    return redirect(reverse("accounts:sign_in", query={"next": wanted}))


def own_password(request: HttpRequest) -> HttpResponse:
    """Where Django's administration would change a password and leave everything else signed in."""
    return redirect("accounts:change_password")


@never_cache
@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    enter_browser(request=request, user=enter_demo(request=request), now=timezone.now())
    return redirect(way_on(request, settings.LOGIN_REDIRECT_URL))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    leave_browser(request=request)
    return redirect(reverse("accounts:sign_in"))
