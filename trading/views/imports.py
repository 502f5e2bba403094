"""Files in: chosen, looked at row by row, taken, undone."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from legend.lib.errors import LegendError
from trading.api.imports import text_of
from trading.forms.imports import ImportForm
from trading.import_presentation import told_preview
from trading.models import TradeImport
from trading.services.import_undo import preview_undo, undo_import
from trading.services.imports import find_import, missing_sentence, preview_import, progress_of, start_import
from trading.tables import LISTS

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User

KEPT_SECONDS = 1800
ROWS_SHOWN = 300
RECENT = 10


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
        account = UUID(form.cleaned_data["account"]) if form.cleaned_data["account"] else None
        wish: dict[str, Any] = {"owner": owner, "text": text, "reading": form.reading, "account": account, "now": timezone.now()}
        if "take" in request.POST:
            return _taken(request, start_import(**wish, file_name=name))
        found = preview_import(**wish)
    except LegendError as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _page(request, form, status=422)
    parsed = found.parsed
    again = ImportForm(request.POST, owner=owner, columns=parsed.columns, mapping=dict(parsed.reading.mapping))
    more: dict[str, Any] = {"missing": missing_sentence(parsed) if parsed.missing else "", "reading": parsed.reading}
    return _page(request, again, preview=told_preview(found, ROWS_SHOWN), token=token, file_name=name, rows_shown=ROWS_SHOWN, **more)


def _taken(request: HttpRequest, made: TradeImport) -> HttpResponse:
    made.refresh_from_db(fields=["status", "taken", "known", "refused_count"])
    if made.status == TradeImport.Status.DONE:
        refused = f" {made.refused_count} rows were refused." if made.refused_count else ""
        messages.success(request, f"{made.taken} executions are in the journal; {made.known} were there already.{refused}")
    return redirect("trading:import")


@in_own_time
@require_GET
def one(request: HttpRequest, code: UUID) -> HttpResponse:
    """How far a large file is; the page asks until it is done."""
    made = find_import(owner=cast("User", request.user), code=code)
    return TemplateResponse(request, "trading/import.html#import", {"one": made, "done": progress_of(made)})


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


def _page(request: HttpRequest, form: ImportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    recent = TradeImport.objects.filter(owner=cast("User", request.user)).select_related("account").defer("text")[:RECENT]
    context = {"form": form, "recent": recent, "export_lists": LISTS, **more}
    return TemplateResponse(request, "trading/import.html", context, status=status)


@in_own_time
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, code: UUID) -> HttpResponse:
    """GET tells what would go and what would stay; POST does it."""
    owner = cast("User", request.user)
    made = find_import(owner=owner, code=code)
    if made.undone_at is not None:
        messages.info(request, "This import was undone before.")
        return redirect("trading:import")
    try:
        if request.method != "POST":
            return TemplateResponse(request, "trading/import_undo.html", {"one": made, "undoing": preview_undo(owner=owner, code=code)})
        made = undo_import(owner=owner, code=code, now=timezone.now())
    except LegendError as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, refusal.detail)
    else:
        stays = f" {len(made.kept)} trades stay." if made.kept else ""
        messages.info(request, f"The import is undone.{stays}")
    return redirect("trading:import")
