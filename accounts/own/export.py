"""Settings: taking one's data along."""

from pathlib import Path
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Archive, User
from accounts.services.archives import KEPT, find_archive, request_archive
from legend.lib.access import signed_in
from legend.lib.clients import origin_of
from legend.lib.errors import TooMany
from legend.lib.htmx import render_page
from legend.lib.streams import file_response

from .profile import READ_AND_POST


@signed_in
@require_http_methods(READ_AND_POST)
def export(request: HttpRequest) -> HttpResponseBase:
    user = cast(User, request.user)
    if request.method == "POST":
        try:
            request_archive(owner=user, now=timezone.now(), origin=origin_of(request))
        except TooMany as refusal:
            messages.error(request, refusal.detail)
        return redirect("accounts:export")
    archives = list(Archive.objects.owned_by(user))
    unfinished = any(archive.status in (Archive.Status.QUEUED, Archive.Status.RUNNING) for archive in archives)
    context = {"archives": archives, "unfinished": unfinished, "per_day": settings.EXPORTS_PER_DAY, "kept_days": KEPT.days}
    return render_page(request, "accounts/own/export.html", context, part="archives")


@signed_in
@require_safe
def download(request: HttpRequest, code: UUID) -> HttpResponseBase:
    archive = find_archive(owner=cast(User, request.user), code=code, now=timezone.now())
    name = f"legend-{archive.owner_id}-{archive.created_at:%Y-%m-%d}.zip"
    return file_response(Path(default_storage.path(archive.file)), name=name, content_type="application/zip")
