"""What one was told: the list, and the bell that counts it."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from legend.lib.access import signed_in
from legend.lib.htmx import render_page, wants_part
from legend.lib.registries import notification_kinds
from legend.lib.tables import offered
from social.models import Notification
from social.services.notifications import mark_read, sentence, unread_count

PAGE_ROWS = 40


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest) -> HttpResponse:
    """GET shows the list; POST marks all of it as read."""
    user: Any = request.user
    if request.method == "POST":
        mark_read(person=user, now=timezone.now())
        return redirect("social:notifications")
    mine = Notification.objects.owned_by(user)
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(mine.unread() if only_unread else mine, PAGE_ROWS).get_page(request.GET.get("page"))
    icons = {kind.name: kind.icon for kind in notification_kinds}
    context = {
        "page": page,
        "rows": [{"row": row, "text": sentence(row), "icon": icons.get(row.kind, "bell")} for row in page],
        "only_unread": only_unread,
        "unread": unread_count(user),
        "exports": [offered("Notifications", reverse("social-api:notifications"), unread="true" if only_unread else None)],
    }
    return render_page(request, "social/notifications.html", context, part="list")


@signed_in
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone; without htmx the list."""
    if not wants_part(request):
        return redirect("social:notifications")
    return TemplateResponse(request, "components/_bell.html", {"unread": unread_count(request.user)})


@signed_in
@require_safe
def go(request: HttpRequest, code: UUID) -> HttpResponse:
    """Leads to what a notification is about and marks it as read. Someone else's is not found."""
    user: Any = request.user
    row = Notification.objects.owned_by(user).get(code=code)
    mark_read(person=user, codes=[code], now=timezone.now())
    return redirect(row.url or "social:notifications")
