"""The page of one trade, and how its forms are answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from legend.lib.errors import LegendError
from legend.lib.models import KeyReused
from patterns.models import Instrument
from trading.eligibility import REASONS, reasons_against
from trading.explained.figure import Figure, Words
from trading.explained.trade import OfTrade, of_excursion, of_position
from trading.forms.base import MOMENT, Refusing, SentOnce
from trading.forms.trades import EntryForm, ExitForm, FactsForm, FillForm, LineForm, PlanForm, SplitForm
from trading.models import Fill, Trade
from trading.preferences import preferences_of
from trading.queries.excursions import excursion_of
from trading.queries.positions import Position, position
from trading.queries.prices import closes
from trading.queries.record import told_history
from trading.services.deleting import record_of
from trading.services.trades import find_trade
from trading.stats.decimals import as_price, as_quantity

if TYPE_CHECKING:
    from accounts.models import User


def trade_page(request: HttpRequest, code: UUID, *, status: int = 200, **forms: Refusing) -> HttpResponse:
    """Everything about a trade; `forms` that were refused stand in the place of fresh ones, `fill_N` for the correction of fill N."""
    owner = cast("User", request.user)
    trade = find_trade(owner=owner, code=code)
    hidden = preferences_of(owner).discreet
    fills = list(trade.fills.all())
    instrument = Instrument.objects.filter(symbol=trade.symbol).first()
    held = position(trade, closes({trade.symbol}).get(trade.symbol)) if trade.is_open else None
    context = {
        "trade": trade,
        "fills": [(fill, forms.get(f"fill_{fill.number}") or fill_form(fill, hidden)) for fill in fills],
        "stats": _figures(trade, fills, held, hidden),
        "lines": list(trade.adjustments_made.all()),
        "events": told_history(trade, hidden=hidden),
        "instrument": instrument,
        "position": held,
        "reasons": [REASONS[name] for name in reasons_against(record_of(trade))] if not trade.is_planned else [],
        "screenshots": list(trade.screenshots.all()),
        "discreet": hidden,
        "refused": _homeless(trade, forms),
    }
    return TemplateResponse(request, "trading/trade.html", context | _fresh(trade, hidden) | forms, status=status)


def _figures(trade: Trade, fills: list[Fill], held: Position | None, hidden: bool) -> list[Figure]:
    words = Words(trade.account.currency, hidden)
    told = OfTrade(trade, fills, words)
    if trade.is_planned:
        return [told.planned()]
    excursion = of_excursion(trade, excursion_of(trade, fills))
    if held is not None:
        return [*of_position(held, words), told.risk(), told.planned(), told.net(), told.fees(), *excursion]
    return [*told.result(), *excursion]


def _fresh(trade: Trade, hidden: bool) -> dict[str, Refusing]:
    size = None if hidden or not trade.is_planned else as_quantity(trade.planned_quantity)
    plan = {
        "target_price": as_price(trade.target_price),
        "current_stop": as_price(trade.stop_now),
        "pattern": trade.pattern,
        "tags": ", ".join(trade.tags),
        "notes": trade.notes,
    }
    facts = {
        "symbol": trade.symbol,
        "side": trade.side,
        "stop_loss": as_price(trade.stop_loss),
        "risk_amount": as_price(trade.typed_risk),
        "account": str(trade.account.code),
    }
    entry = EntryForm(initial={"price": as_price(trade.planned_entry), "quantity": size}, auto_id="entry_%s")
    if trade.is_planned:
        entry.fields["quantity"].help_text = "Empty: as planned."
    return {
        "exit_form": ExitForm(auto_id="exit_%s"),
        "entry_form": entry,
        "plan_form": PlanForm(initial=plan, auto_id="plan_%s"),
        "facts_form": FactsForm(initial=facts, trade=trade, hidden=hidden, auto_id="facts_%s"),
        "line_form": LineForm(initial={"on": timezone.localdate()}, auto_id="line_%s"),
        "split_form": SplitForm(auto_id="split_%s"),
    }


def fill_form(fill: Fill, hidden: bool, told: Any = None) -> FillForm:
    """The correction of a fill, with what is known of it; in discreet mode without money and shares."""
    initial = {"price": as_price(fill.price), "at": timezone.localtime(fill.at).strftime(MOMENT)}
    if not hidden:
        initial |= {"quantity": as_quantity(fill.quantity), "fee": as_price(fill.fee)}
    return FillForm(told, initial=initial, auto_id=f"fill_{fill.number}_%s")


def _homeless(trade: Trade, forms: dict[str, Refusing]) -> list[str]:
    """What was refused by a form that the page of a closed trade has no more."""
    gone = [
        forms[name]
        for name in ("exit_form", "entry_form")
        if name in forms and (trade.is_closed or (name == "exit_form" and trade.is_planned))
    ]
    return [str(fault) for form in gone for faults in form.errors.values() for fault in faults]


def answer(
    request: HttpRequest, code: UUID, name: str, form: Refusing, work: Callable[[dict[str, Any]], object], said: str
) -> HttpResponse:
    """Run a service with a form; what it refuses stands beside its field."""
    if form.is_valid():
        try:
            work(form.cleaned_data)
        except KeyReused:
            cast("SentOnce", form).renew()
            form.add_error(None, "This page recorded something already. Send again to record what it says now as another one.")
        except LegendError as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
        else:
            messages.success(request, said)
            return redirect("trading:trade", code)
    return trade_page(request, code, status=422, **{name: form})
