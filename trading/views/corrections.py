"""Correcting what was told about a trade: its fills, its facts, splits, dividends; and its checklist."""

import datetime as dt
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from legend.lib.errors import LegendError
from legend.lib.htmx import wants_part
from trading.forms.trades import FactsForm, LineForm, SplitForm
from trading.preferences import preferences_of
from trading.services.corrections import UnknownFill, change_fill, change_trade, remove_fill
from trading.services.ledgers import add_cash_flow
from trading.services.splits import apply_split, take_back_split
from trading.services.trades import find_trade

from .trade_page import answer, fill_form
from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User


@in_own_time
@require_POST
def fill(request: HttpRequest, code: UUID, number: int) -> HttpResponse:
    """Correct a fill, or take one back that did not happen. What is left empty stays as it is."""
    owner, now = cast("User", request.user), timezone.now()
    row = find_trade(owner=owner, code=code).fills.filter(number=number).first()
    if row is None:
        raise UnknownFill("This trade has no such fill.")
    takes_back = "remove" in request.POST
    form = fill_form(row, preferences_of(owner).discreet, {} if takes_back else request.POST)

    def work(told: dict[str, Any]) -> None:
        if takes_back:
            remove_fill(owner=owner, code=code, number=number, now=now)
            return
        changes = {name: value for name, value in told.items() if value is not None}
        if changes.get("at") == row.at.replace(second=0, microsecond=0):
            del changes["at"]  # the page shows whole minutes
        change_fill(owner=owner, code=code, number=number, changes=changes, now=now)

    return answer(request, code, f"fill_{number}", form, work, "The fill is taken back." if takes_back else "The fill is corrected.")


@in_own_time
@require_POST
def facts(request: HttpRequest, code: UUID) -> HttpResponse:
    """Symbol, side, initial stop, typed risk and account."""
    owner, now = cast("User", request.user), timezone.now()
    trade = find_trade(owner=owner, code=code)
    form = FactsForm(request.POST, trade=trade, hidden=preferences_of(owner).discreet, auto_id="facts_%s")

    def work(told: dict[str, Any]) -> None:
        changes = dict(told)
        if changes["account"] == str(trade.account.code):
            del changes["account"]
        change_trade(owner=owner, code=code, changes=changes, now=now)

    return answer(request, code, "facts_form", form, work, "The facts are corrected.")


@in_own_time
@require_POST
def line(request: HttpRequest, code: UUID) -> HttpResponse:
    """A dividend, or a cost of holding."""
    owner, now = cast("User", request.user), timezone.now()
    trade = find_trade(owner=owner, code=code)
    form = LineForm(request.POST, auto_id="line_%s")

    def work(told: dict[str, Any]) -> None:
        wish = {name: told[name] for name in ("kind", "amount", "on", "note")}
        add_cash_flow(owner=owner, account=trade.account.code, trade=code, now=now, once=form.wish(), **wish)

    return answer(request, code, "line_form", form, work, "It counts in the result now.")


@in_own_time
@require_POST
def split(request: HttpRequest, code: UUID) -> HttpResponse:
    """Apply a split, or take one back."""
    owner, now = cast("User", request.user), timezone.now()
    find_trade(owner=owner, code=code)
    if "remove" in request.POST:
        try:
            take_back_split(owner=owner, code=code, at=_instant(request.POST["remove"]), now=now)
            messages.success(request, "The split is taken back.")
        except LegendError as refusal:
            messages.error(request, refusal.detail)
        return redirect("trading:trade", code)

    def work(told: dict[str, Any]) -> None:
        apply_split(owner=owner, code=code, at=told["at"] or now, new=told["new"], old=told["old"], now=now)

    return answer(request, code, "split_form", SplitForm(request.POST, auto_id="split_%s"), work, "The split is applied.")


def _instant(text: str) -> dt.datetime:
    """Of a moment that no split can have, what is not written like one."""
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return dt.datetime.min.replace(tzinfo=dt.UTC)


@in_own_time
@require_POST
def checklist(request: HttpRequest, code: UUID) -> HttpResponse:
    """The steps as the form has them: ticked, added, removed."""
    owner, told = cast("User", request.user), request.POST
    trade = find_trade(owner=owner, code=code)
    done = set(told.getlist("done"))
    steps = [
        {"text": text, "done": str(number) in done}
        for number, text in enumerate(told.getlist("step"))
        if text.strip() and told.get("drop") != str(number)
    ]
    fault = ""
    try:
        trade = change_trade(owner=owner, code=code, changes={"checklist": steps}, now=timezone.now())
    except LegendError as refusal:
        fault = refusal.errors[0].message if refusal.errors else refusal.detail
    if not wants_part(request):
        if fault:
            messages.error(request, fault)
        return redirect("trading:trade", code)
    return TemplateResponse(request, "trading/trade.html#checklist", {"trade": trade, "fault": fault}, status=422 if fault else 200)
