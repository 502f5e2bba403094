"""Risk calculators that answer while one types; the address keeps what was typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from legend.lib.errors import NotFound
from legend.lib.htmx import wants_part
from trading.explained import calculators as work
from trading.explained.figure import Words
from trading.forms.risk import EvenForm, KellyForm, RecoveryForm, RewardForm, RiskForm, SizeForm
from trading.preferences import preferences_of
from trading.queries.journal import Narrowing, figures
from trading.queries.positions import books
from trading.risk import BadRisk
from trading.stats.decimals import as_ratio

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Calculator:
    name: str
    title: str
    lead: str
    form: type[RiskForm]
    answer: Callable[[Mapping[str, Any], Words], work.Answer]


ENOUGH = 8  # decimals that are filled in, so that the answer is that of the journal
CALCULATORS = (
    Calculator("size", "Position size", "How many shares lose no more than you are ready to lose.", SizeForm, work.size),
    Calculator("reward", "Reward to risk", "What could be won for what is risked.", RewardForm, work.reward),
    Calculator("kelly", "Kelly", "The share of equity that grows fastest at these odds, and half of it.", KellyForm, work.kelly),
    Calculator("break-even", "Break-even", "How often one has to win, and where commissions are paid.", EvenForm, work.break_even),
    Calculator("recovery", "Recovery", "The gain that makes up for a loss.", RecoveryForm, work.recovery),
)


@in_own_time
@require_safe
def calculator(request: HttpRequest, kind: str = "size") -> HttpResponse:
    """A form and its answer; htmx gets the answer, and what is wrong with which field."""
    owner = cast("User", request.user)
    chosen = next((one for one in CALCULATORS if one.name == kind), None)
    if chosen is None:
        raise NotFound("There is no such calculator.")
    asked = {name: str(value) for name, value in request.GET.items() if name in chosen.form.base_fields}
    told = asked or _known(owner, kind)
    form = chosen.form(told)
    wants = preferences_of(owner)
    part = wants_part(request)
    context = {
        "calculators": CALCULATORS,
        "chosen": chosen,
        "form": form,
        "part": part,
        "discreet": False,  # what is typed here is answered here; nothing of the journal's money is filled in
        "from_journal": kind == "kelly" and bool(told) and not asked,
        "plan": _plan(told) if kind in ("size", "reward") else "",
        **_answer(chosen, form, Words(_currency(owner, wants.currency))),
    }
    name = "trading/risk.html#answer" if part else "trading/risk.html"
    response = TemplateResponse(request, name, context)
    if part:
        kept = urlencode({name: value[:40] for name, value in asked.items() if value})
        response["HX-Replace-Url"] = f"{reverse('trading:risk', args=[kind])}?{kept}"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _answer(chosen: Calculator, form: RiskForm, words: Words) -> dict[str, Any]:
    if not form.is_valid():
        return {}
    if form.waits_for:
        return {"waits_for": form.waits_for}
    try:
        found, warnings = chosen.answer(form.cleaned_data, words)
    except BadRisk as fault:
        form.add_error(fault.field if fault.field in form.fields else None, str(fault))
        return {}
    return {"answers": found, "warnings": warnings}


def _known(owner: "User", kind: str) -> dict[str, str]:
    """What the person's own figures and settings fill in; in discreet mode no money."""
    wants = preferences_of(owner)
    if kind == "size":
        book = next((one for one in books(owner=owner) if not one.account.is_example and one.equity is not None), None)
        told = {"side": "long", "risk_percent": f"{wants.risk_pct.normalize():f}"}
        return told if book is None or wants.discreet else told | {"equity": f"{book.equity:.2f}"}
    if kind == "kelly":
        found = figures(owner=owner, narrowing=Narrowing())
        s = found.summary
        if found.currency and s.payoff_ratio and s.win_rate_without_break_evens is not None:
            decided = s.winning_trades + s.losing_trades
            rate, payoff = as_ratio(s.win_rate_without_break_evens, ENOUGH), as_ratio(s.payoff_ratio, ENOUGH)
            return {"win_rate": rate or "", "payoff_ratio": payoff or "", "decided_trades": str(decided)}
    return {}


def _currency(owner: "User", preferred: str) -> str:
    book = next((one for one in books(owner=owner) if not one.account.is_example), None)
    return book.account.currency if book else preferred


def _plan(told: Mapping[str, str]) -> str:
    """The address of a plan with the same levels."""
    names = ("side", "entry_price", "stop_loss", "target_price", "risk_percent")
    kept = {name: told[name][:40] for name in names if told.get(name)}
    return f"{reverse('trading:new_trade')}?{urlencode(kept | {'state': 'planned'})}" if "entry_price" in kept else ""
