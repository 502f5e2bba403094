"""Accounts of a trader and their ledgers."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.events import publish
from legend.lib.models import Once
from legend.lib.money import is_currency
from trading.events import trade_changed
from trading.models import CashFlow, Trade, TradingAccount
from trading.preferences import preferences_of

from .amounts import check_amount
from .figures import remeasure
from .history import record, step

if TYPE_CHECKING:
    from accounts.models import User

MOST_ACCOUNTS = 20
DEFAULT_NAME = "Main"
EARLIEST = dt.date(1900, 1, 1)
LARGEST_BALANCE = Decimal("9999999999999")


class UnknownAccount(NotFound):
    code = "unknown_account"


class AccountNameTaken(Conflict):
    code = "name_taken"


class AccountInUse(Conflict):
    code = "account_in_use"


def find_account(*, owner: "User", code: UUID) -> TradingAccount:
    """Someone else's is not found."""
    found = TradingAccount.objects.owned_by(owner).filter(code=code).first()
    if found is None:
        raise UnknownAccount("You have no such account.")
    return found


@transaction.atomic
def default_account(*, owner: "User", now: dt.datetime) -> TradingAccount:
    """The first account in use; made, without an opening balance, when there is none yet."""
    _lock(owner)
    found = TradingAccount.objects.owned_by(owner).real().in_use().first()
    return found or TradingAccount.objects.create(
        owner=owner, name=_free_name(owner), currency=preferences_of(owner).currency, created_at=now
    )


@transaction.atomic
def create_account(
    *,
    owner: "User",
    name: str,
    currency: str,
    now: dt.datetime,
    opening_balance: Decimal | None = None,
    opened_on: dt.date | None = None,
    once: Once | None = None,
) -> TradingAccount:
    """Raises AccountNameTaken, KeyReused, Invalid (name, currency, balance, or too many)."""
    _lock(owner)
    mine = TradingAccount.objects.owned_by(owner)
    if once is not None and (made := mine.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    if mine.real().count() >= MOST_ACCOUNTS:
        raise invalid("name", f"You have {MOST_ACCOUNTS} accounts, which is the most there can be.", "too_many")
    if not is_currency(currency):
        raise invalid("currency", f"{currency[:10]!r} is no currency; write its code, such as USD.", "unknown_currency")
    balance, day = _opening(opening_balance, opened_on, now)
    return TradingAccount.objects.create(
        owner=owner,
        name=_checked_name(owner, name),
        currency=currency,
        opening_balance=balance,
        opened_on=day,
        created_at=now,
        **(once.as_fields() if once else {}),
    )


@transaction.atomic
def change_account(*, owner: "User", code: UUID, now: dt.datetime, changes: Mapping[str, Any]) -> TradingAccount:
    """`name`, `archived`, and `opening_balance` with `opened_on`.

    The opening balance is set once, or changed while nothing is traded; later corrections are dated today and leave history as it was.
    """
    _lock(owner)
    account = find_account(owner=owner, code=code)
    if "name" in changes and changes["name"] != account.name:
        account.name = _checked_name(owner, changes["name"])
    if "archived" in changes:
        account.archived_at = now if changes["archived"] else None
    if "opening_balance" in changes or "opened_on" in changes:
        _change_opening(account, changes, now)
    step(owner.pk)
    account.save(update_fields=["name", "archived_at", "opening_balance", "opened_on"])
    return account


def _change_opening(account: TradingAccount, changes: Mapping[str, Any], now: dt.datetime) -> None:
    balance, day = _opening(changes.get("opening_balance", account.opening_balance), changes.get("opened_on", account.opened_on), now)
    traded = account.trades.exclude(status=Trade.Status.PLANNED).exists() or account.cash_flows.exists()
    if account.opening_balance is None or not traded:
        account.opening_balance, account.opened_on = balance, day
    elif balance is None or day != account.opened_on:
        raise Conflict("The ledger has begun; its first day and balance cannot be taken back.", code="ledger_begun")
    elif balance != account.opening_balance:
        amount = balance - account.opening_balance
        today = now.astimezone(preferences_of(account.owner).zone).date()
        CashFlow.objects.create(account=account, kind=CashFlow.Kind.CORRECTION, on=today, amount=amount, created_at=now)


@transaction.atomic
def delete_account(*, owner: "User", code: UUID) -> None:
    """Only one without trades; AccountInUse otherwise (it can be archived)."""
    _lock(owner)
    account = find_account(owner=owner, code=code)
    if account.trades.exists() or account.removed_trades.exists():
        raise AccountInUse("This account has trades. Archive it instead.")
    account.delete()


@transaction.atomic
def add_cash_flow(
    *,
    owner: "User",
    account: UUID,
    kind: str,
    amount: Decimal,
    on: dt.date,
    now: dt.datetime,
    note: str = "",
    trade: UUID | None = None,
    once: Once | None = None,
) -> CashFlow:
    """A deposit, withdrawal, dividend or borrow cost. `amount` is typed without a sign; a dividend that a short pays is negative.

    Lines of a trade need its code and change its result. Raises UnknownAccount, NotFound, KeyReused, Invalid.
    """
    _lock(owner)
    book = find_account(owner=owner, code=account)
    if once is not None and (made := book.cash_flows.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    if kind not in (CashFlow.Kind.DEPOSIT, CashFlow.Kind.WITHDRAWAL, *CashFlow.OF_A_TRADE):
        raise invalid("kind", "A line of the ledger is a deposit, withdrawal, dividend or borrow_cost.", "unknown_kind")
    own = None if trade is None else Trade.objects.owned_by(owner).select_for_update().filter(code=trade, account=book).first()
    if kind in CashFlow.OF_A_TRADE and own is None:
        raise invalid("trade", "A dividend or borrow cost belongs to a trade of this account.", "required")
    if kind not in CashFlow.OF_A_TRADE and trade is not None:
        raise invalid("trade", "A deposit or withdrawal belongs to the account, not to a trade.", "unexpected")
    if on > now.astimezone(preferences_of(owner).zone).date():
        raise invalid("on", "This day is in the future.", "future")
    if on < EARLIEST:
        raise invalid("on", "This day is before 1900.", "too_early")
    if book.opened_on is not None and on < book.opened_on:
        raise invalid("on", f"The ledger of this account begins on {book.opened_on}.", "before_opening")
    signed = check_amount(amount, "amount", negative=kind == CashFlow.Kind.DIVIDEND, largest=LARGEST_BALANCE)
    if not signed:
        raise invalid("amount", "This cannot be 0.", "too_small")
    if kind in (CashFlow.Kind.WITHDRAWAL, CashFlow.Kind.BORROW_COST):
        signed = -signed
    flow = CashFlow.objects.create(
        account=book, trade=own, kind=kind, on=on, amount=signed, note=note[:200], created_at=now, **(once.as_fields() if once else {})
    )
    if own is not None:
        record(own, "adjusted", by=owner, at=now, detail={"kind": kind, "amount": str(signed), "on": str(on)})
        remeasure(own, now=now)
        publish(trade_changed, trade_id=own.pk, user_id=owner.pk)
    step(owner.pk, None if own is None else own.closed_at)
    return flow


def _opening(balance: Decimal | None, day: dt.date | None, now: dt.datetime) -> tuple[Decimal | None, dt.date | None]:
    if balance is None:
        return None, None
    check_amount(balance, "opening_balance", zero=True, largest=LARGEST_BALANCE)
    chosen = day or now.date()
    if chosen < EARLIEST:
        raise invalid("opened_on", "This day is before 1900.", "too_early")
    if chosen > now.date() + dt.timedelta(days=1):
        raise invalid("opened_on", "This day is in the future.", "future")
    return balance, chosen


def _checked_name(owner: "User", name: str) -> str:
    title = " ".join(name.split())
    if not 1 <= len(title) <= 60 or not title.isprintable():
        raise invalid("name", "The name of an account has 1 to 60 characters.", "bad_name")
    if TradingAccount.objects.owned_by(owner).filter(name=title).exists():
        raise AccountNameTaken(f"You have an account {title!r} already.")
    return title


def _free_name(owner: "User") -> str:
    taken = set(TradingAccount.objects.owned_by(owner).values_list("name", flat=True))
    return next(name for name in (DEFAULT_NAME, *(f"{DEFAULT_NAME} {k}" for k in range(2, len(taken) + 3))) if name not in taken)


def _lock(owner: "User") -> None:
    """Changes of one person's accounts come one after the other."""
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
