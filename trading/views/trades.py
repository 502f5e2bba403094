"""One trade: entered, shown, closed, changed."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from legend.lib.errors import LegendError
from patterns.models import Instrument, PatternMatch, Universe
from trading.eligibility import REASONS, reasons_against
from trading.forms.trades import MOMENT, EntryForm, ExitForm, PlanForm, Refusing, TradeForm, or_zero, words
from trading.models import Trade
from trading.preferences import preferences_of
from trading.queries.drawings import drawn_fills
from trading.queries.positions import books, position
from trading.queries.prices import closes
from trading.queries.record import told_history
from trading.risk import BadRisk, Plan, plan
from trading.services.corrections import change_trade
from trading.services.deleting import delete_trade, record_of
from trading.services.screenshots import add_screenshot, delete_screenshot, find_screenshot
from trading.services.trades import FillInput, TradeInput, add_fill, close_trade, create_trade, find_trade
from trading.stats.decimals import as_price

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User


@in_own_time
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a trade, or enter one; a match gives its levels."""
    owner = cast("User", request.user)
    if request.method != "POST":
        initial = _initial(request, owner)
        form = TradeForm(initial=initial, owner=owner)
        return TemplateResponse(request, "trading/new.html", _new_context(owner, form, initial))
    form = TradeForm(request.POST, owner=owner)
    if form.is_valid() and (trade := _entered(owner, form)) is not None:
        messages.success(request, f"{trade.symbol} is {'planned' if trade.is_planned else 'in the journal'}.")
        return redirect("trading:trade", trade.code)
    return TemplateResponse(request, "trading/new.html", _new_context(owner, form, _told(form)), status=422)


@in_own_time
@require_safe
def size(request: HttpRequest) -> HttpResponse:
    """The plan of what has been typed so far."""
    owner = cast("User", request.user)
    return TemplateResponse(request, "trading/new.html#plan", _plan_context(owner, request.GET.dict()))


def _initial(request: HttpRequest, owner: "User") -> dict[str, Any]:
    wants = preferences_of(owner)
    initial: dict[str, Any] = {
        "risk_percent": wants.risk_pct.normalize(),
        "side": "long",
        "ticker": request.GET.get("symbol", "")[:20],
        "state": "open",
    }
    try:
        code = UUID(request.GET["match"]) if request.GET.get("match") else None
    except ValueError:
        code = None
    rows = PatternMatch.objects.select_related("instrument").filter(universe__in=Universe.objects.visible_to(owner))
    match = rows.filter(code=code).first() if code else None
    if match is not None:
        initial |= {
            "ticker": match.instrument.symbol,
            "side": match.side,
            "match": match.code,
            "pattern": match.pattern,
            "state": "planned",
        }
        initial |= {
            name: f"{value:.2f}"
            for name, value in (("entry_price", match.entry), ("stop_loss", match.stop), ("target_price", match.target))
        }
    return initial


def _new_context(owner: "User", form: TradeForm, told: dict[str, Any]) -> dict[str, Any]:
    match = PatternMatch.objects.select_related("instrument").filter(code=told["match"]).first() if _is_code(told.get("match")) else None
    return {"form": form, "from_match": match, **_plan_context(owner, told)}


def _is_code(value: Any) -> bool:
    try:
        return bool(value) and bool(UUID(str(value)))
    except ValueError:
        return False


def _plan_context(owner: "User", told: dict[str, Any]) -> dict[str, Any]:
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


def _planned(told: dict[str, Any], entry: Decimal, stop: Decimal, equity: Decimal | None, open_risk: Decimal) -> Plan:
    return plan(
        entry=entry,
        stop=stop,
        side="short" if told.get("side") == "short" else "long",
        target=_typed(told, "target_price"),
        equity=equity,
        risk_pct=_typed(told, "risk_percent"),
        open_risk=open_risk,
    )


def _means(owner: "User", told: dict[str, Any]) -> tuple[Decimal | None, str, Decimal]:
    """Equity (typed, else of the account's ledger), currency, and what other open trades risk."""
    held = [book for book in books(owner=owner) if not book.account.is_example]
    chosen = next((book for book in held if str(book.account.code) == str(told.get("account"))), held[0] if held else None)
    if chosen is None:
        return _typed(told, "equity"), preferences_of(owner).currency, Decimal(0)
    return _typed(told, "equity") or chosen.equity, chosen.account.currency, chosen.open_risk


def _typed(told: dict[str, Any], name: str) -> Decimal | None:
    try:
        value = Decimal(str(told.get(name, "")).strip().replace(",", "")[:30])
    except ArithmeticError:
        return None
    return value if value.is_finite() and Decimal(0) <= value < Decimal(10) ** 13 and (value or name != "equity") else None


def _told(form: TradeForm) -> dict[str, Any]:
    """What was typed, as it was typed."""
    return {name: form.data.get(name) for name in form.data}


def _entered(owner: "User", form: TradeForm) -> Trade | None:
    """None when the form tells what is wrong."""
    told, now = form.cleaned_data, timezone.now()
    quantity = told["position_size"]
    if quantity is None:
        planned = _plan_context(owner, _told(form)).get("planned")
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
        return create_trade(owner=owner, told=wish, now=now)
    except LegendError as refusal:
        form.refuse(refusal)
        return None


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
            changes["stop_loss" if trade.is_planned or trade.stop_loss is None else "current_stop"] = told["current_stop"]
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
