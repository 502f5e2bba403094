"""One trade: shown, added to, closed, planned anew, deleted."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from trading.forms.trades import EntryForm, ExitForm, PlanForm, or_zero, words
from trading.preferences import preferences_of
from trading.queries.drawings import drawn_fills
from trading.services.corrections import change_trade
from trading.services.deleting import delete_trade
from trading.services.trades import FillInput, add_fill, close_trade, find_trade

from .trade_page import answer, trade_page
from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User


@in_own_time
@require_safe
def one(request: HttpRequest, code: UUID) -> HttpResponse:
    return trade_page(request, code)


@in_own_time
@require_POST
def close(request: HttpRequest, code: UUID) -> HttpResponse:
    """Out of it, in part or whole."""
    owner, now = cast("User", request.user), timezone.now()
    find_trade(owner=owner, code=code)
    form = ExitForm(request.POST, auto_id="exit_%s")

    def work(told: dict[str, Any]) -> None:
        fill = FillInput("exit", told["exit_date"] or now, told["exit_price"], told["quantity"], or_zero(told["fee"]))
        close_trade(owner=owner, code=code, fill=fill, now=now, once=form.wish())

    return answer(request, code, "exit_form", form, work, "The exit is in the journal.")


@in_own_time
@require_POST
def enter(request: HttpRequest, code: UUID) -> HttpResponse:
    """Into a plan, or more of a trade."""
    owner, now = cast("User", request.user), timezone.now()
    trade = find_trade(owner=owner, code=code)
    form = EntryForm(request.POST, auto_id="entry_%s")

    def work(told: dict[str, Any]) -> None:
        size = trade.planned_quantity if told["quantity"] is None and trade.is_planned else told["quantity"]
        fill = FillInput("entry", told["at"] or now, told["price"], size, or_zero(told["fee"]), told["stop"])
        add_fill(owner=owner, code=code, told=fill, now=now, once=form.wish())

    return answer(request, code, "entry_form", form, work, "The entry is in the journal.")


@in_own_time
@require_POST
def change(request: HttpRequest, code: UUID) -> HttpResponse:
    """What may change at any time: stop, target, setup, tags, notes."""
    owner = cast("User", request.user)
    trade = find_trade(owner=owner, code=code)

    def work(told: dict[str, Any]) -> None:
        changes: dict[str, Any] = {"target_price": told["target_price"], "tags": words(told["tags"]), "notes": told["notes"]}
        if told["pattern"] != trade.pattern:
            changes["pattern"] = told["pattern"]
        if told["current_stop"] is not None and told["current_stop"] != trade.stop_now:
            changes["stop"] = told["current_stop"]
        change_trade(owner=owner, code=code, changes=changes, now=timezone.now())

    return answer(request, code, "plan_form", PlanForm(request.POST, auto_id="plan_%s"), work, "Saved.")


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
    owner = cast("User", request.user)
    drawn = drawn_fills(owner=owner, symbol=symbol.upper(), trade=request.GET.get("trade"), hidden=preferences_of(owner).discreet)
    return JsonResponse(drawn)
