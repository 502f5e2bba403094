"""One trade: shown, added to, closed, changed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from legend.lib.errors import LegendError
from patterns.models import Instrument
from trading.eligibility import REASONS, reasons_against
from trading.forms.base import MOMENT, Refusing
from trading.forms.trades import EntryForm, ExitForm, PlanForm, or_zero, words
from trading.models import Trade
from trading.preferences import preferences_of
from trading.queries.drawings import drawn_fills
from trading.queries.excursions import DAILY_BARS, excursion_of
from trading.queries.positions import position
from trading.queries.prices import closes
from trading.queries.record import told_history
from trading.services.corrections import change_trade
from trading.services.deleting import delete_trade, record_of
from trading.services.screenshots import add_screenshot, delete_screenshot, find_screenshot
from trading.services.trades import FillInput, add_fill, close_trade, find_trade
from trading.stats.decimals import as_price

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User


@in_own_time
@require_safe
def one(request: HttpRequest, code: UUID) -> HttpResponse:
    return _page(request, code)


def _page(request: HttpRequest, code: UUID, *, status: int = 200, **forms: Refusing) -> HttpResponse:
    owner = cast("User", request.user)
    trade = find_trade(owner=owner, code=code)
    fills = list(trade.fills.all())
    now = timezone.localtime().strftime(MOMENT)
    initial = {name: as_price(getattr(trade, name)) for name in ("target_price",)} | {
        "current_stop": as_price(trade.stop_now),
        "pattern": trade.pattern,
        "tags": ", ".join(trade.tags),
        "notes": trade.notes,
    }
    context = {
        "trade": trade,
        "fills": fills,
        "events": told_history(trade),
        "instrument": Instrument.objects.filter(symbol=trade.symbol).first(),
        "excursion": excursion_of(trade, fills),
        "daily_bars": DAILY_BARS,
        "position": position(trade, closes({trade.symbol}).get(trade.symbol)) if trade.is_open else None,
        "reasons": [REASONS[name] for name in reasons_against(record_of(trade))] if not trade.is_planned else [],
        "screenshots": list(trade.screenshots.all()),
        "discreet": preferences_of(owner).discreet,
        "exit_form": forms.get("exit_form") or ExitForm(initial={"exit_date": now}, auto_id="exit_%s"),
        "entry_form": forms.get("entry_form")
        or EntryForm(initial={"at": now, "price": as_price(trade.planned_entry), "quantity": _whole(trade)}, auto_id="entry_%s"),
        "plan_form": forms.get("plan_form") or PlanForm(initial=initial, auto_id="plan_%s"),
    }
    return TemplateResponse(request, "trading/trade.html", context, status=status)


def _whole(trade: Trade) -> str:
    return f"{trade.planned_quantity.normalize():f}" if trade.planned_quantity is not None and trade.is_planned else ""


def _do(request: HttpRequest, code: UUID, name: str, form: Refusing, work: Callable[[dict[str, Any]], object], said: str) -> HttpResponse:
    """Run a service with a form; what it refuses stands beside its field."""
    if form.is_valid():
        try:
            work(form.cleaned_data)
        except LegendError as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
        else:
            messages.success(request, said)
            return redirect("trading:trade", code)
    return _page(request, code, status=422, **{name: form})


@in_own_time
@require_POST
def close(request: HttpRequest, code: UUID) -> HttpResponse:
    owner, now = cast("User", request.user), timezone.now()
    find_trade(owner=owner, code=code)

    def work(told: dict[str, Any]) -> None:
        fill = FillInput("exit", told["exit_date"] or now, told["exit_price"], told["quantity"], or_zero(told["fee"]))
        close_trade(owner=owner, code=code, fill=fill, now=now)

    return _do(request, code, "exit_form", ExitForm(request.POST, auto_id="exit_%s"), work, "The exit is in the journal.")


@in_own_time
@require_POST
def enter(request: HttpRequest, code: UUID) -> HttpResponse:
    owner, now = cast("User", request.user), timezone.now()
    find_trade(owner=owner, code=code)

    def work(told: dict[str, Any]) -> None:
        fill = FillInput("entry", told["at"] or now, told["price"], told["quantity"], or_zero(told["fee"]), told["stop"])
        add_fill(owner=owner, code=code, told=fill, now=now)

    return _do(request, code, "entry_form", EntryForm(request.POST, auto_id="entry_%s"), work, "The entry is in the journal.")


@in_own_time
@require_POST
def change(request: HttpRequest, code: UUID) -> HttpResponse:
    owner = cast("User", request.user)
    trade = find_trade(owner=owner, code=code)

    def work(told: dict[str, Any]) -> None:
        changes: dict[str, Any] = {"target_price": told["target_price"], "tags": words(told["tags"]), "notes": told["notes"]}
        if told["pattern"] != trade.pattern:
            changes["pattern"] = told["pattern"]
        if told["current_stop"] is not None and told["current_stop"] != trade.stop_now:
            changes["stop"] = told["current_stop"]
        change_trade(owner=owner, code=code, changes=changes, now=timezone.now())

    return _do(request, code, "plan_form", PlanForm(request.POST, auto_id="plan_%s"), work, "Saved.")


@in_own_time
@require_POST
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    stays = delete_trade(owner=cast("User", request.user), code=code, now=timezone.now())
    messages.info(request, "The trade is deleted. Its bare result stays for rankings." if stays else "The trade is deleted.")
    return redirect("trading:journal")


@in_own_time
@require_safe
def fills(request: HttpRequest, symbol: str) -> HttpResponse:
    """Own fills of a symbol, for the chart."""
    return JsonResponse(drawn_fills(owner=cast("User", request.user), symbol=symbol.upper(), trade=request.GET.get("trade")))


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
