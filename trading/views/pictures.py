"""Pictures of a trade."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from legend.lib.errors import LegendError
from trading.services.screenshots import add_screenshot, delete_screenshot, find_screenshot
from trading.services.trades import find_trade

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User


@in_own_time
@require_POST
def picture(request: HttpRequest, code: UUID) -> HttpResponse:
    owner = cast("User", request.user)
    find_trade(owner=owner, code=code)
    file = request.FILES.get("file")
    try:
        if file is None:
            messages.error(request, "Choose a picture first.")
        else:
            add_screenshot(owner=owner, code=code, file=file, now=timezone.now())
    except LegendError as refusal:
        messages.error(request, refusal.detail)
    return redirect("trading:trade", code)


@in_own_time
@require_safe
def screenshot(request: HttpRequest, code: UUID) -> HttpResponse:
    """The picture itself, for its owner."""
    shot = find_screenshot(owner=cast("User", request.user), code=code)
    return FileResponse(shot.image.open("rb"), content_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})  # type: ignore[return-value]


@in_own_time
@require_POST
def drop_screenshot(request: HttpRequest, code: UUID) -> HttpResponse:
    trade = delete_screenshot(owner=cast("User", request.user), code=code)
    return redirect("trading:trade", trade.code)
