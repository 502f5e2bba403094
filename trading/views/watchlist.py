"""Pages of the watchlist."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from legend.lib.access import signed_in, way_on
from legend.lib.errors import LegendError, NotFound, invalid
from legend.lib.htmx import render_page, wants_part
from trading.forms.watchlist import AddForm, ItemForm, NarrowingForm
from trading.models import WatchItem
from trading.queries.watchlist import rows_of, watchlist
from trading.services.watchlists import AlreadyWatched, change_watch, find_watched, move, tags_of, unwatch, watch
from trading.tables import offers

PAGE_ROWS = 100


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest) -> HttpResponse:
    """GET shows the list, narrowed by the address; POST adds a symbol."""
    user: Any = request.user
    if request.method == "POST":
        form = AddForm(request.POST)
        if form.is_valid():
            try:
                item = watch(
                    owner=user,
                    ticker=form.cleaned_data["ticker"],
                    details={"reason": form.cleaned_data["reason"]},
                    now=timezone.now(),
                )
            except LegendError as refusal:
                form.add_error("ticker", refusal.detail)
            else:
                messages.success(request, f"{item.instrument.symbol} is on your watchlist.")
                return redirect("trading:watched", item.instrument.symbol)
        return TemplateResponse(request, "trading/watchlist.html", _context(request, form), status=422)
    return render_page(request, "trading/watchlist.html", _context(request), part="list")


def _context(request: HttpRequest, form: AddForm | None = None) -> dict[str, Any]:
    user: Any = request.user
    tags = tags_of(owner=user)
    narrowing = NarrowingForm(request.GET, tags=tags)
    number = request.GET.get("page", "1")
    items = watchlist(owner=user, status=narrowing.status_meant, tag=narrowing.tag_meant)
    page = Paginator(items, PAGE_ROWS).get_page(number)
    return {
        "add": form or AddForm(initial={"ticker": request.GET.get("ticker", "")[:20]}),
        "narrowing": narrowing,
        "page": page,
        "rows": rows_of(list(page)),
        "statuses": [choice for choice in WatchItem.Status.choices if choice[0] != WatchItem.Status.WATCHING],
        "exports": offers("watchlist", status=narrowing.status_meant, tag=narrowing.tag_meant),
        "is_narrowed": bool(request.GET.get("tag") or request.GET.get("status")),
    }


@signed_in
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """The button beside a symbol or a match: one click. Answers the button as it is now, or leads back."""
    user: Any = request.user
    match, small = _code(request.POST.get("match")), bool(request.POST.get("small"))
    symbol = request.POST.get("ticker", "")
    if not symbol and match is None:
        raise invalid("ticker", "Name a symbol to watch.", "required")
    try:
        item = watch(owner=user, ticker=symbol or None, match=match, now=timezone.now())
        symbol, said = item.instrument.symbol, f"{item.instrument.symbol} is on your watchlist."
    except AlreadyWatched as refusal:
        said = refusal.detail
        symbol = said.split()[0]
    if not wants_part(request):
        messages.success(request, said)
        return redirect(way_on(request, reverse("trading:watchlist")))
    response = TemplateResponse(request, "components/_watch.html", {"symbol": symbol, "is_watched": True, "small": small})
    return trigger_client_event(response, "toast", {"text": said, "kind": "success"})


@signed_in
@require_POST
def move_many(request: HttpRequest) -> HttpResponse:
    """Gives the ticked items another status."""
    user: Any = request.user
    tickers, status = request.POST.getlist("tickers")[:1000], request.POST.get("status", "")
    try:
        if not tickers:
            raise NotFound("Tick the symbols to move first.")
        moved = move(owner=user, tickers=tickers, status=status, now=timezone.now())
    except LegendError as refusal:
        messages.error(request, refusal.detail)
    else:
        named = ", ".join(item.instrument.symbol for item in moved[:5]) + (f" and {len(moved) - 5} more" if len(moved) > 5 else "")
        messages.success(request, f"{named}: {WatchItem.Status(status).label}.")
    return redirect(way_on(request, reverse("trading:watchlist")))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, ticker: str) -> HttpResponse:
    """An item: its levels, its status, and the form that changes them."""
    user: Any = request.user
    item = find_watched(owner=user, ticker=ticker)
    [row] = rows_of([item])
    form = ItemForm(request.POST) if request.method == "POST" else ItemForm.filled(row)
    if request.method == "POST" and form.is_valid():
        try:
            change_watch(owner=user, ticker=ticker, changes=form.changes, now=timezone.now())
        except LegendError as refusal:
            for fault in refusal.errors:
                form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        else:
            messages.success(request, f"{item.instrument.symbol} is saved.")
            return redirect("trading:watchlist")
    context = {"row": row, "item": item, "form": form}
    return TemplateResponse(request, "trading/watched.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def remove(request: HttpRequest, ticker: str) -> HttpResponse:
    user: Any = request.user
    unwatch(owner=user, ticker=ticker)
    messages.info(request, f"{ticker.upper()[:20]} is off your watchlist.")
    return redirect("trading:watchlist")


def _code(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is no such match.") from None
