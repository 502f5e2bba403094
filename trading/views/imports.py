"""Files in: chosen, looked at row by row, taken, undone."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from legend.lib.errors import LegendError
from trading.api.exports import text_of, told_preview
from trading.forms.imports import ImportForm
from trading.models import TradeImport
from trading.services.imports import import_trades, preview_import, undo_import

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User

KEPT_SECONDS = 1800
ROWS_SHOWN = 300
RECENT = 10
EXPORTS = (("closed", "Closed trades"), ("open", "Open trades and plans"), ("fills", "Fills"), ("cash-flows", "Ledger"))


@in_own_time
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest) -> HttpResponse:
    """GET asks for a file, POST looks at it, and with `take` takes it in."""
    owner = cast("User", request.user)
    if request.method != "POST":
        return _page(request, ImportForm(owner=owner))
    form = ImportForm(request.POST, request.FILES, owner=owner)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        held = _held(request, form, owner)
        if held is None:
            form.add_error("file", "Choose a file first.")
            return _page(request, form, status=422)
        text, name, token = held
        wish = _wish(owner, form, text)
        if "take" in request.POST:
            made = import_trades(**wish, file_name=name)
            messages.success(request, f"{made.taken} executions are in the journal; {made.known} were there already.")
            return redirect("trading:import")
        found = preview_import(**wish)
    except LegendError as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _page(request, form, status=422)
    told = told_preview(found, ROWS_SHOWN)
    again = ImportForm(request.POST, owner=owner, columns=found.parsed.columns)
    return _page(request, again, preview=told, token=token, file_name=name, rows_shown=ROWS_SHOWN)


def _held(request: HttpRequest, form: ImportForm, owner: "User") -> tuple[str, str, str] | None:
    """The text of the file that came, or of the one that was looked at before; its name; and the word under which it is kept."""
    file = form.cleaned_data.get("file")
    if file is not None:
        token = uuid4().hex
        text = text_of(file)
        cache.set(_key(owner, token), (text, file.name), KEPT_SECONDS)
        return text, file.name, token
    token = request.POST.get("token", "")[:32]
    kept: tuple[str, str] | None = cache.get(_key(owner, token)) if token.isalnum() else None
    return None if kept is None else (*kept, token)


def _key(owner: "User", token: str) -> str:
    return f"import:{owner.pk}:{token}"


def _wish(owner: "User", form: ImportForm, text: str) -> dict[str, Any]:
    told = form.cleaned_data
    account = UUID(told["account"]) if told["account"] else None
    zone = ZoneInfo(told["time_zone"])
    return {
        "owner": owner,
        "text": text,
        "broker": told["broker"],
        "zone": zone,
        "account": account,
        "mapping": form.mapping,
        "now": timezone.now(),
    }


def _page(request: HttpRequest, form: ImportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    recent = TradeImport.objects.filter(owner=cast("User", request.user)).select_related("account")[:RECENT]
    return TemplateResponse(
        request, "trading/import.html", {"form": form, "recent": recent, "export_lists": EXPORTS, **more}, status=status
    )


@in_own_time
@require_POST
def undo(request: HttpRequest, code: UUID) -> HttpResponse:
    try:
        undo_import(owner=cast("User", request.user), code=code, now=timezone.now())
    except LegendError as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, refusal.detail)
    else:
        messages.info(request, "The import is undone.")
    return redirect("trading:import")
