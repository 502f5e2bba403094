"""Planning a trade, or entering one: from a match or from nothing. Size, exits and warnings answer while one types."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from legend.lib.errors import LegendError
from legend.lib.models import KeyReused
from patterns.queries.evidence import evidence_beside, named
from trading.forms.trades import TradeForm, or_zero, words
from trading.models import Trade
from trading.preferences import preferences_of
from trading.queries.matches import match_to_plan
from trading.queries.positions import books
from trading.queries.prices import as_level
from trading.risk import BadRisk, Plan, plan
from trading.services.trades import FillInput, TradeInput, create_trade

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User

IN_ADDRESS = (
    "match",
    "ticker",
    "side",
    "state",
    "entry_price",
    "stop_loss",
    "target_price",
    "risk_percent",
    "position_size",
    "pattern",
    "account",
)
LONGEST = 60


@in_own_time
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a trade, or enter one; a match gives its levels, the address what was typed before."""
    owner = cast("User", request.user)
    if request.method != "POST":
        initial = _initial(request, owner)
        return _page(request, TradeForm(initial=initial, owner=owner), initial)
    form = TradeForm(request.POST, owner=owner)
    if form.is_valid() and (trade := _entered(owner, form)) is not None:
        messages.success(request, f"{trade.symbol} is {'planned' if trade.is_planned else 'in the journal'}.")
        return redirect("trading:trade", trade.code)
    return _page(request, form, form.data.dict(), status=422)  # type: ignore[attr-defined]


def _page(request: HttpRequest, form: TradeForm, told: dict[str, Any], status: int = 200) -> HttpResponse:
    owner = cast("User", request.user)
    found = match_to_plan(owner=owner, code=str(told.get("match") or ""))
    context = {"form": form, "from_match": found, "before": evidence_beside([found]).get(named(found)) if found else None}
    return TemplateResponse(request, "trading/new.html", context | _plan_context(owner, told), status=status)


@in_own_time
@require_safe
def size(request: HttpRequest) -> HttpResponse:
    """The plan of what has been typed so far; the address of the page keeps it."""
    owner = cast("User", request.user)
    response = TemplateResponse(request, "trading/new.html#plan", _plan_context(owner, request.GET.dict()))
    names = IN_ADDRESS if preferences_of(owner).discreet else (*IN_ADDRESS, "equity")
    kept = {name: request.GET[name][:LONGEST] for name in names if request.GET.get(name)}
    response["HX-Replace-Url"] = f"{reverse('trading:new_trade')}?{urlencode(kept)}"
    return response


def _initial(request: HttpRequest, owner: "User") -> dict[str, Any]:
    asked = request.GET
    initial: dict[str, Any] = {
        "risk_percent": preferences_of(owner).risk_pct.normalize(),
        "side": "long",
        "ticker": asked.get("symbol", "")[:20],
        "state": "open",
    }
    match = match_to_plan(owner=owner, code=asked.get("match"))
    if match is not None:
        initial |= {
            "ticker": match.instrument.symbol,
            "side": match.side,
            "match": match.code,
            "pattern": match.pattern,
            "state": "planned",
            "entry_price": as_level(match.entry),
            "stop_loss": as_level(match.stop),
            "target_price": as_level(match.target),
        }
    names = [name for name in (*IN_ADDRESS, "equity") if name != "match"]
    return initial | {name: asked[name][:LONGEST] for name in names if asked.get(name)}


def _plan_context(owner: "User", told: Mapping[str, Any]) -> dict[str, Any]:
    equity, currency, open_risk = _means(owner, told)
    context: dict[str, Any] = {
        "currency": currency,
        "equity": equity,
        "discreet": preferences_of(owner).discreet,
        "side": told.get("side", "long"),
    }
    entry, stop = _typed(told, "entry_price"), _typed(told, "stop_loss")
    if entry is None or stop is None:
        return context | {"waiting": True}
    try:
        made = _planned(told, entry, stop, equity, open_risk)
    except BadRisk as fault:
        return context | {"fault": str(fault)}
    return context | {"planned": made}


def _planned(told: Mapping[str, Any], entry: Decimal, stop: Decimal, equity: Decimal | None, open_risk: Decimal) -> Plan:
    return plan(
        entry=entry,
        stop=stop,
        side="short" if told.get("side") == "short" else "long",
        target=_typed(told, "target_price"),
        equity=equity,
        risk_pct=_typed(told, "risk_percent"),
        open_risk=open_risk,
    )


def _means(owner: "User", told: Mapping[str, Any]) -> tuple[Decimal | None, str, Decimal]:
    """Equity (typed, else of the account's ledger), currency, and what other open trades risk."""
    held = [book for book in books(owner=owner) if not book.account.is_example]
    chosen = next((book for book in held if str(book.account.code) == str(told.get("account"))), held[0] if held else None)
    if chosen is None:
        return _typed(told, "equity"), preferences_of(owner).currency, Decimal(0)
    return _typed(told, "equity") or chosen.equity, chosen.account.currency, chosen.open_risk


def _typed(told: Mapping[str, Any], name: str) -> Decimal | None:
    try:
        value = Decimal(str(told.get(name, "")).strip().replace(",", "")[:30])
    except ArithmeticError:
        return None
    return value if value.is_finite() and Decimal(0) <= value < Decimal(10) ** 13 and (value or name != "equity") else None


def _entered(owner: "User", form: TradeForm) -> Trade | None:
    """None when the form tells what is wrong."""
    told, now = form.cleaned_data, timezone.now()
    quantity = told["position_size"]
    if quantity is None:
        planned = _plan_context(owner, form.data).get("planned")
        quantity = planned.size.shares if planned and planned.size.shares else None
    if quantity is None and told["state"] == "open":
        form.add_error("position_size", "How many shares? They can be calculated from entry, stop, risk and equity.")
        return None
    fills = []
    if told["state"] == "open":
        fills = [FillInput("entry", told["entry_date"] or now, told["entry_price"], quantity, or_zero(told["fee"]))]
    wish = TradeInput(
        symbol=told["ticker"],
        side=told["side"],
        fills=fills,
        planned_entry=told["entry_price"],
        planned_quantity=quantity,
        stop_loss=told["stop_loss"],
        target_price=told["target_price"],
        account=form.account_code,
        match=told["match"],
        pattern="" if told["match"] else told["pattern"],
        tags=words(told["tags"]),
        notes=told["notes"],
    )
    try:
        return create_trade(owner=owner, told=wish, now=now, once=form.wish())
    except KeyReused:
        form.renew()
        form.add_error(None, "This page saved a trade already. Save again to record what it says now as another one.")
    except LegendError as refusal:
        form.refuse(refusal)
    return None
