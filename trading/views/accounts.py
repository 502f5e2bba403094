"""Trading accounts and their ledgers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from legend.lib.errors import LegendError
from trading.charting import Scale
from trading.explained.book import of_book
from trading.explained.figure import Words
from trading.explained.returns import Returns
from trading.forms.trades import AccountForm, FlowForm
from trading.models import CashFlow, TradingAccount
from trading.preferences import preferences_of
from trading.queries.equity import Equity, equities
from trading.queries.journal import Narrowing
from trading.queries.positions import Book, books
from trading.queries.units import index_line
from trading.services.ledgers import add_cash_flow, change_account, create_account, find_account
from trading.tables import offers

from .zone import in_own_time

if TYPE_CHECKING:
    from accounts.models import User

LINES = 200


@in_own_time
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest) -> HttpResponse:
    """Accounts with balance, exposure and open risk; POST adds one."""
    owner = cast("User", request.user)
    if request.method != "POST":
        return accounts_page(request, books(owner=owner))
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            create_account(owner=owner, now=timezone.now(), once=form.wish(), **_account(form.cleaned_data))
        except LegendError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The account is there.")
            return redirect("trading:accounts")
    return accounts_page(request, books(owner=owner), form=form, status=422)


def _account(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("name", "opening_balance", "opened_on")} | {"currency": told["currency"].upper()}


def accounts_page(request: HttpRequest, found: Sequence[Book], *, form: AccountForm | None = None, status: int = 200) -> HttpResponse:
    wants = preferences_of(cast("User", request.user))
    told = [(book, of_book(book, Words(book.account.currency, wants.discreet))) for book in found]
    context = {
        "books": told,
        "form": form or AccountForm(initial={"currency": wants.currency}),
        "discreet": wants.discreet,
        "exports": offers("accounts", "cash-flows"),
    }
    return TemplateResponse(request, "trading/accounts.html", context, status=status)


@in_own_time
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, code: UUID) -> HttpResponse:
    """An account's ledger; POST adds a deposit or withdrawal."""
    owner = cast("User", request.user)
    account = find_account(owner=owner, code=code)
    form = FlowForm(request.POST if request.method == "POST" else None, initial={"on": timezone.localdate()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                told = {name: form.cleaned_data[name] for name in ("kind", "amount", "on", "note")}
                add_cash_flow(owner=owner, account=code, now=timezone.now(), once=form.wish(), **told)
            except LegendError as refusal:
                form.refuse(refusal)
            else:
                return redirect("trading:account", code)
    hidden = preferences_of(owner).discreet
    words, equity = Words(account.currency, hidden), _equity(owner, account)
    book = next((book for book in books(owner=owner) if book.account.pk == account.pk), None)
    context: dict[str, Any] = {
        "account": account,
        "stats": of_book(book, words) if book else [],
        "returns": Returns(equity, words, "").all() if equity else [],
        "line": index_line(equity) if equity else [],
        "scale": Scale("pct"),
        "lines": CashFlow.objects.filter(account=account).select_related("trade")[:LINES],
        "form": form,
        "opening": AccountForm(
            initial={"name": account.name, "currency": account.currency, "opened_on": timezone.localdate()}, auto_id="opening_%s"
        ),
        "discreet": hidden,
        "exports": offers("cash-flows", account=code),
    }
    return TemplateResponse(request, "trading/account.html", context, status=status)


def _equity(owner: "User", account: TradingAccount) -> Equity | None:
    found = equities(owner=owner, narrowing=Narrowing(account=account.code), today=timezone.localdate())
    return found[0][1] if found else None


@in_own_time
@require_POST
def opening(request: HttpRequest, code: UUID) -> HttpResponse:
    """Set the opening balance, or archive the account."""
    owner = cast("User", request.user)
    find_account(owner=owner, code=code)
    form = AccountForm(request.POST)
    try:
        if "archived" in request.POST:
            change_account(owner=owner, code=code, now=timezone.now(), changes={"archived": request.POST["archived"] == "yes"})
        elif form.is_valid() and form.cleaned_data["opening_balance"] is not None:
            told = {name: form.cleaned_data[name] for name in ("opening_balance", "opened_on") if form.cleaned_data[name] is not None}
            change_account(owner=owner, code=code, now=timezone.now(), changes=told)
        else:
            messages.error(request, "Write the balance as a number.")
    except LegendError as refusal:
        messages.error(request, refusal.detail)
    return redirect("trading:account", code)
