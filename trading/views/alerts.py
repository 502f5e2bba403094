"""Pages of alerts and their log."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from legend.lib.access import signed_in
from legend.lib.errors import LegendError
from legend.lib.htmx import wants_part
from legend.lib.registries import couriers
from trading.conditions import CONDITIONS, find_condition
from trading.forms.alerts import AlertForm, initial_of
from trading.models import Alert, AlertEvent
from trading.services import alerts as service
from trading.tables import offers

PAGE_ROWS = 50
LOG_ROWS = 20
LATELY = dt.timedelta(seconds=30)
ICONS = {"price": "target", "pattern": "polygon", "breakout": "trending-up", "volume": "table"}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest) -> HttpResponse:
    """GET shows alerts, form and log; POST makes one."""
    user: Any = request.user
    kind = request.POST.get("kind") or request.GET.get("kind") or "price"
    condition = find_condition(kind)
    if request.method == "POST":
        form = AlertForm(request.POST, condition=condition, user=user)
        if (alert := _save(form, user)) is not None:
            messages.success(request, f"You will be told when {service.said(alert)}.")
            return redirect("trading:alerts")
        return TemplateResponse(request, "trading/alerts.html", _context(request, form), status=422)
    form = AlertForm(initial=_asked(request), condition=condition, user=user)
    if wants_part(request) and request.htmx.target == "alert-form":  # type: ignore[attr-defined]
        return TemplateResponse(request, "trading/alerts.html#form", {"form": form, **_frame(form)})
    return TemplateResponse(request, "trading/alerts.html", _context(request, form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, code: UUID) -> HttpResponse:
    """The same page with one alert in the form; POST changes it, and it waits again."""
    user: Any = request.user
    alert = service.find_alert(owner=user, code=code)
    condition = find_condition(alert.kind)
    if request.method == "POST":
        form = AlertForm(request.POST, condition=condition, user=user)
        if (changed := _save(form, user, code)) is not None:
            messages.success(request, f"Saved: {service.said(changed)}.")
            return redirect("trading:alerts")
    else:
        form = AlertForm(initial=initial_of(alert), condition=condition, user=user)
    context = _context(request, form) | {"editing": alert}
    return TemplateResponse(request, "trading/alerts.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The log as a part of the page, or the page itself."""
    if not wants_part(request):
        return redirect(reverse("trading:alerts") + "#log")
    part = "entries" if request.htmx.target == "more-log" else "log"  # type: ignore[attr-defined]
    return TemplateResponse(request, f"trading/alerts.html#{part}", _log_context(request))


@signed_in
@require_POST
def switch(request: HttpRequest, code: UUID) -> HttpResponse:
    user: Any = request.user
    alert = service.switch_alert(owner=user, code=code, on=request.POST.get("on") == "1")
    messages.info(request, f"{service.said(alert)}: {'waiting' if alert.status == Alert.Status.ACTIVE else 'paused'}.")
    return redirect("trading:alerts")


@signed_in
@require_POST
def test(request: HttpRequest, code: UUID) -> HttpResponse:
    user: Any = request.user
    service.test_alert(owner=user, code=code, now=timezone.now())
    messages.info(request, "A test is on its way; the log tells what became of it on each channel.")
    return redirect("trading:alerts")


@signed_in
@require_POST
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    user: Any = request.user
    service.delete_alert(owner=user, code=code)
    messages.info(request, "The alert is deleted; its log stays.")
    return redirect("trading:alerts")


@signed_in
@require_POST
def acknowledge(request: HttpRequest, code: UUID) -> HttpResponse:
    """Answers the entry as it is now, or leads back."""
    user: Any = request.user
    try:
        event = service.acknowledge(owner=user, code=code, now=timezone.now())
    except service.NothingToAcknowledge:
        event = service.log_of(owner=user).get(code=code)
    if wants_part(request):
        return TemplateResponse(request, "trading/alerts.html#entry", {"event": event, "titles": _titles()})
    return redirect(reverse("trading:alerts") + "#log")


def _save(form: AlertForm, user: Any, code: UUID | None = None) -> Alert | None:
    """None when the form tells what is wrong."""
    if not form.is_valid():
        return None
    try:
        if code is None:
            return service.create_alert(owner=user, wish=form.wish)
        return service.change_alert(owner=user, code=code, wish=form.wish)
    except LegendError as refusal:
        form.tell(refusal)
        return None


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address fills in: symbol, level, and the scope that goes with it."""
    given = {name: value[:40] for name, value in request.GET.items() if value}
    asked: dict[str, Any] = {"symbol": str(given.get("symbol", "")).upper(), "interval": "1day"}
    if given.get("scope"):
        asked["scope"] = given["scope"]
    for name in ("level", "relation", "direction", "bars", "side"):
        if name in given:
            asked[f"params.{name}"] = given[name]
    return asked


def _context(request: HttpRequest, form: AlertForm) -> dict[str, Any]:
    user: Any = request.user
    page = Paginator(service.list_alerts(owner=user), PAGE_ROWS).get_page(request.GET.get("page"))
    alerts = [{"alert": alert, "said": service.said(alert), "icon": ICONS[alert.kind]} for alert in page]
    return {"form": form, "page": page, "alerts": alerts, "exports": offers("alerts", "alert-log"), **_log_context(request), **_frame(form)}


def _frame(form: AlertForm) -> dict[str, Any]:
    kinds = [{"kind": one.kind, "title": one.title, "icon": ICONS[one.kind]} for one in CONDITIONS.values()]
    return {"kinds": kinds, "condition": form.condition}


def _log(request: HttpRequest) -> Page[AlertEvent]:
    user: Any = request.user
    return Paginator(service.log_of(owner=user), LOG_ROWS).get_page(request.GET.get("log"))


def _log_context(request: HttpRequest) -> dict[str, Any]:
    page = _log(request)
    lately = timezone.now() - LATELY
    # an entry that is on its way is looked at again, as long as it is fresh
    waits = any(event.created_at > lately and not event.results.all() for event in page)
    return {"log": page, "log_waits": waits, "titles": _titles()}


def _titles() -> dict[str, str]:
    return {courier.name: courier.title for courier in couriers}
