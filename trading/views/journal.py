"""The journal as a whole."""

import datetime as dt
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.services.preferences import change_preferences
from legend.lib.access import way_on
from legend.lib.errors import LegendError, NotFound
from legend.lib.htmx import render_page, wants_part
from legend.lib.money import minor_places, sign_of
from trading.charting import Scale, heat_days
from trading.explained.figure import Words
from trading.explained.headline import everything, headline
from trading.explained.tables import of_groups, of_positions
from trading.models import Trade, TradingAccount
from trading.preferences import preferences_of
from trading.queries.equity import Equity, equities
from trading.queries.journal import GROUPS, Narrowing, closed_trades, figures, groups, narrowed
from trading.queries.months import shows_examples
from trading.queries.positions import open_positions
from trading.queries.units import main_currency, percent_rows, pictures, sums
from trading.services.examples import load_examples, remove_examples
from trading.stats.calendar import Cell
from trading.stats.reasons import NO_LEDGER
from trading.tables import asked_of, offers

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User

UNITS = (("r", "R"), ("pct", "%"), ("money", "Money"))
PERIODS = (("", "All"), ("ytd", "This year"), ("12m", "12 months"), ("3m", "3 months"), ("1m", "1 month"))
BACK = {"12m": 365, "3m": 91, "1m": 30}
SHOWN = 25
FEW_ENOUGH = 3000  # trades of which returns are worked out although nobody asked for percent
GROUPED = {
    "pattern": "Setup",
    "symbol": "Symbol",
    "side": "Side",
    "weekday": "Weekday",
    "tag": "Tag",
    "source": "Source",
    "account": "Account",
}
EXPORTED = ("closed", "open", "fills", "statistics", "breakdowns", "calendar", "distribution")


@in_own_time
@require_safe
def whole(request: HttpRequest) -> HttpResponse:
    """Figures, curve, calendar, groups, open and closed trades; narrowed by the address."""
    owner = cast("User", request.user)
    narrowing = _narrowing(request)
    if wants_part(request) and request.htmx.target == "more-trades":  # type: ignore[attr-defined]
        return render_page(request, "trading/journal.html", _closed(request, owner, narrowing), part="rows")
    context = _base(request, owner, narrowing) | _closed(request, owner, narrowing) | {"exports": offers(*EXPORTED, **asked_of(narrowing))}
    if not context["has_trades"]:
        return render_page(request, "trading/journal.html", context)
    return render_page(request, "trading/journal.html", context | _figures(request, owner, narrowing), part="answer")


def _base(request: HttpRequest, owner: "User", narrowing: Narrowing) -> dict[str, Any]:
    wants = preferences_of(owner)
    accounts = list(TradingAccount.objects.owned_by(owner))
    meant = Narrowing(account=narrowing.account)  # of what is open or planned, whatever else the figures are narrowed to
    shown = set(narrowed(owner=owner, narrowing=meant).open().values_list("pk", flat=True))
    positions = [one for one in open_positions(owner=owner) if one.trade.pk in shown]
    examples = [one.code for one in accounts if one.is_example]
    return {
        "accounts": accounts,
        "discreet": wants.discreet,
        "has_trades": Trade.objects.owned_by(owner).exists(),
        "has_examples": bool(examples),
        "shows_examples": shows_examples(owner) if narrowing.account is None else narrowing.account in examples,
        "unit": _chosen(request, "unit", [name for name, _ in UNITS], "r"),
        "units": UNITS,
        "periods": PERIODS,
        "period": _chosen(request, "period", [name for name, _ in PERIODS], ""),
        "positions": positions,
        "position_columns": of_positions(positions, wants.discreet),
        "planned": narrowed(owner=owner, narrowing=meant).planned().select_related("account")[:10],
    }


def _figures(request: HttpRequest, owner: "User", narrowing: Narrowing) -> dict[str, Any]:
    found = figures(owner=owner, narrowing=narrowing)
    if not found.summary.total_trades:
        return {"figures": found, "summary": found.summary}
    by = _chosen(request, "by", list(GROUPS), "pattern")
    unit = _chosen(request, "unit", [name for name, _ in UNITS], "r")
    hidden, words = preferences_of(owner).discreet, Words(found.currency, preferences_of(owner).discreet)
    short = found.summary.total_trades <= FEW_ENOUGH
    equity, account, missing = _equity(owner, narrowing, wanted=short or unit == "pct")
    parts = sums(owner=owner, narrowing=narrowing) if short else None
    drawn = pictures(owner=owner, narrowing=narrowing, found=found, unit=unit, equity=equity)
    rows = groups(owner=owner, narrowing=narrowing, by=by)
    percents = percent_rows(owner=owner, narrowing=narrowing, by=by) if unit == "pct" else {}
    currency = main_currency(found)
    scale = Scale(unit, sign_of(currency), minor_places(currency), hidden and unit == "money")
    days_in = Scale("r") if unit == "pct" and equity is None else scale
    return {
        "figures": found,
        "summary": found.summary,
        "currency": found.currency,
        "stats": headline(found, unit, words, equity, missing, parts),
        "everything": everything(found, Words(account.currency if account else found.currency, hidden), equity, missing, parts),
        "account": account if equity is not None else None,
        "drawn": drawn,
        "scale": scale,
        "main_currency": currency,
        "groups": rows,
        "columns": of_groups(rows, words, percents),
        "percent_rows": percents,
        "by": by,
        "group_names": GROUPED.items(),
        "days": _days(drawn.days, days_in),
        "days_in_r": days_in.unit == "r",
    }


def _equity(owner: "User", narrowing: Narrowing, *, wanted: bool) -> tuple[Equity | None, TradingAccount | None, str]:
    """Of the one account that is meant, and why there is none: several have no return in common."""
    if not wanted:
        return None, None, "shown in percent"
    found = equities(owner=owner, narrowing=narrowing, today=timezone.localdate())
    if len(found) == 1:
        return found[0][1], found[0][0], ""
    return None, None, "several accounts have a ledger; choose one" if found else NO_LEDGER


def _days(cells: dict[dt.date, Cell], scale: Scale) -> list[Any]:
    if not cells:
        return []
    words = {}
    for day, cell in cells.items():
        said = [scale.write(cell.net), _exits(cell.exits) if cell.exits else ""]
        words[day] = f"{day:%a %-d %b %Y}: {', '.join(part for part in said if part) or 'hidden'}"
    return heat_days({day: cell.net for day, cell in cells.items()}, words, max(cells))


def _exits(count: int) -> str:
    return "1 exit" if count == 1 else f"{count} exits"


def _closed(request: HttpRequest, owner: "User", narrowing: Narrowing) -> dict[str, Any]:
    """A page of closed trades, the last closed first; `before` is the last one shown."""
    rows = closed_trades(owner=owner, narrowing=narrowing).select_related("account").order_by("-closed_at", "-id")
    before = _code(request, "before")
    last = Trade.objects.owned_by(owner).closed().filter(code=before).first() if before else None
    if last is not None:
        rows = rows.filter(Q(closed_at__lt=last.closed_at) | Q(closed_at=last.closed_at, pk__lt=last.pk))
    page = list(rows[: SHOWN + 1])
    unit = _chosen(request, "unit", [name for name, _ in UNITS], "r")
    return {
        "closed": page[:SHOWN],
        "next": page[SHOWN - 1].code if len(page) > SHOWN else None,
        "unit": unit,
        "discreet": preferences_of(owner).discreet,
    }


def _narrowing(request: HttpRequest) -> Narrowing:
    asked = request.GET
    today = timezone.localdate()
    first, last = _day(asked.get("from")), _day(asked.get("to"))
    period = asked.get("period", "")
    if period == "ytd":
        first = today.replace(month=1, day=1)
    elif period in BACK:
        first = today - dt.timedelta(days=BACK[period])
    words = {name: asked.get(name, "").strip()[:40] or None for name in ("symbol", "side", "pattern", "tag", "outcome")}
    return Narrowing(first=first, last=last, account=_code(request, "account"), **words)


def _chosen(request: HttpRequest, name: str, known: list[str], default: str) -> str:
    asked = request.GET.get(name, default)
    return asked if asked in known else default


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound(f"{text[:20] if text else ''!r} is no date; write it as 2026-06-30.") from None


def _code(request: HttpRequest, name: str) -> UUID | None:
    text = request.GET.get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is nothing at this address.") from None


@in_own_time
@require_POST
def discreet(request: HttpRequest) -> HttpResponse:
    """Hide money on pages, or show it again."""
    owner = cast("User", request.user)
    change_preferences(user=owner, changes={"discreet": not preferences_of(owner).discreet})
    return redirect(way_on(request, reverse("trading:journal")))


@in_own_time
@require_POST
def examples(request: HttpRequest) -> HttpResponse:
    """Example trades come with one click and go with another."""
    owner = cast("User", request.user)
    try:
        if request.POST.get("remove"):
            remove_examples(owner=owner)
            messages.info(request, "The example trades are gone.")
        else:
            load_examples(owner=owner, now=timezone.now())
            messages.success(request, "Example trades are loaded. One click takes them away again.")
    except LegendError as refusal:
        messages.error(request, refusal.detail)
    return redirect("trading:journal")
