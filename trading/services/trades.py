"""What a person does with a trade: plan it, enter it, add to it, take out of it, close it."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.events import publish
from legend.lib.models import Once
from patterns.models import PatternMatch, Universe
from trading.events import trade_changed, trade_closed, trade_opened
from trading.models import Fill, Trade, TradingAccount
from trading.risk import BadRisk, check_levels
from trading.stats import fills as pure
from trading.stats.decimals import stored

from .amounts import check_amount, check_checklist, check_notes, check_optional, check_side, check_symbol, check_tags
from .figures import measured, remeasure, splits_of
from .history import record, step, stop_in_force, told_fill
from .ledgers import default_account, find_account

if TYPE_CHECKING:
    from accounts.models import User

AHEAD = dt.timedelta(minutes=5)  # clocks differ
SETUP = re.compile(r"[\w -]{0,40}")
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)


class UnknownTrade(NotFound):
    code = "unknown_trade"


class NothingLeftToClose(Conflict):
    code = "nothing_left_to_close"


class NotOpenYet(Conflict):
    code = "not_open_yet"


@dataclass(frozen=True)
class FillInput:
    """An execution as told. Of an exit, no quantity means all that is left; of an entry, no stop means the one in force."""

    kind: str
    at: dt.datetime
    price: Decimal
    quantity: Decimal | None = None
    fee: Decimal = Decimal(0)
    stop: Decimal | None = None


@dataclass(frozen=True)
class TradeInput:
    """A trade as told. Without fills it is a plan."""

    symbol: str
    side: str = "long"
    fills: Sequence[FillInput] = ()
    planned_entry: Decimal | None = None
    planned_quantity: Decimal | None = None
    stop_loss: Decimal | None = None
    target_price: Decimal | None = None
    risk_amount: Decimal | None = None
    account: UUID | None = None
    match: UUID | None = None
    pattern: str = ""
    tags: Sequence[str] = ()
    checklist: Sequence[Any] = ()
    notes: str = ""
    source: str = Trade.Source.MANUAL


def find_trade(*, owner: "User", code: UUID, lock: bool = False) -> Trade:
    """Someone else's is not found."""
    rows = Trade.objects.owned_by(owner)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.select_related("account").filter(code=code).first()
    if found is None:
        raise UnknownTrade("You have no such trade.")
    found.was_closed_at = found.closed_at
    return found


@transaction.atomic
def create_trade(*, owner: "User", told: TradeInput, now: dt.datetime, once: Once | None = None) -> Trade:
    """A plan, or a trade with its fills so far. The same wish again gives the same trade.

    Raises KeyReused, UnknownAccount, OversizedExit, ExitBeforeEntry, and Invalid naming the field.
    """
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    mine = Trade.objects.owned_by(owner).select_related("account")
    if once is not None and (made := mine.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    trade = _as_told(owner, told, now)
    facts = [_fact(trade, one, number, now) for number, one in enumerate(told.fills, 1)]
    entries = [fact for fact in pure.in_order(facts) if fact.kind == pure.Kind.ENTRY]
    if facts and not entries:
        raise invalid("fills", "A trade begins with an entry.", "no_entry")
    if not facts and trade.planned_entry is None:
        raise invalid("entry_price", "A plan needs an entry price.", "required")
    check_against_entry(trade, entries[0].price if entries else trade.planned_entry, entries)
    if entries and trade.stop_loss is None:
        trade.stop_loss = entries[0].stop
    for key, value in (once.as_fields() if once else {}).items():
        setattr(trade, key, value)
    facts = _without_open_ends(trade, facts)
    trade.take_measures(measured(trade, facts), _places(trade))
    trade.save()
    _keep(trade, facts, now)
    record(trade, "created" if facts else "planned", by=owner, at=now, detail=_plan_of(trade))
    for fact in facts:
        record(trade, fact.kind.value, by=owner, at=now, detail=told_fill(fact))
    if facts:
        remeasure(trade, now=now)
    announce(trade, was=Trade.Status.PLANNED)
    return trade


@transaction.atomic
def add_fill(*, owner: "User", code: UUID, told: FillInput, now: dt.datetime, once: Once | None = None) -> Trade:
    """An entry opens a plan or adds to a trade; an exit takes out of it. A closed trade takes no more: what follows is a new one.
    The same wish again changes nothing.

    Raises UnknownTrade, NothingLeftToClose, NotOpenYet, OversizedExit, ExitBeforeEntry, KeyReused, Invalid.
    """
    trade = find_trade(owner=owner, code=code, lock=True)
    if once is not None and (made := Fill.objects.filter(trade__owner=owner, request_key=once.key).first()) and made.is_answer_to(once):
        return trade
    was = trade.status
    if trade.is_closed:
        raise NothingLeftToClose(f"This trade in {trade.symbol} is closed already.")
    if trade.is_planned and told.kind == Fill.Kind.EXIT:
        raise NotOpenYet(f"This trade in {trade.symbol} is a plan; nothing is open that could be closed.")
    known = [row.as_fact() for row in trade.fills.all()]
    fact = _fact(trade, told, max((one.number for one in known), default=0) + 1, now)
    if fact.quantity < 0:
        fact = _with_quantity(fact, trade.quantity_open)
    if trade.is_planned:
        check_against_entry(trade, fact.price, [fact])
        trade.stop_loss = fact.stop
    measured(trade, [*known, fact])
    _keep(trade, [fact], now, once)
    record(trade, fact.kind.value, by=owner, at=now, detail=told_fill(fact))
    remeasure(trade, now=now)
    announce(trade, was=was)
    return trade


def close_trade(*, owner: "User", code: UUID, fill: FillInput, now: dt.datetime, once: Once | None = None) -> Trade:
    """Exit an open trade, in part or whole; a whole exit fixes its result and announces it. Raises as `add_fill`."""
    return add_fill(owner=owner, code=code, told=fill, now=now, once=once)


def announce(trade: Trade, *, was: str) -> None:
    """The news of a change, after commit."""
    step(trade.owner_id, trade.was_closed_at, trade.closed_at)
    ids = {"trade_id": trade.pk, "user_id": trade.owner_id}
    if was == Trade.Status.PLANNED and not trade.is_planned:
        publish(trade_opened, **ids)
    if trade.is_closed and was != Trade.Status.CLOSED:
        publish(trade_closed, **ids)
    else:
        publish(trade_changed, **ids)


def check_against_entry(trade: Trade, entry: Decimal | None, entries: Sequence[pure.Fill] = ()) -> None:
    """Initial stop and target lie on their sides of the entry. Imported trades keep what the file says."""
    if entry is None or trade.source == Trade.Source.IMPORT:
        return
    stop = next((fact.stop for fact in entries), trade.stop_loss)
    try:
        check_levels(side=trade.side, entry=entry, stop=stop, target=trade.target_price)
    except BadRisk as fault:
        raise invalid(fault.field, str(fault), fault.code) from None


def setup_of(owner: "User", match: UUID | None, pattern: str, symbol: str) -> tuple[PatternMatch | None, str]:
    """The match a trade came from and its pattern; Invalid if there is no such match on this symbol."""
    if match is None:
        if not SETUP.fullmatch(pattern.strip()):
            raise invalid("pattern", "A setup is named with up to 40 letters, digits, spaces and dashes.", "bad_name")
        return None, pattern.strip()
    rows = PatternMatch.objects.select_related("instrument").filter(universe__in=Universe.objects.visible_to(owner))
    found = rows.filter(code=match).first()
    if found is None or found.instrument.symbol != symbol:
        raise invalid("match", f"There is no such match on {symbol}.", "unknown_match")
    return found, found.pattern


def _as_told(owner: "User", told: TradeInput, now: dt.datetime) -> Trade:
    symbol = check_symbol(told.symbol)
    match, pattern = setup_of(owner, told.match, told.pattern, symbol)
    trade = Trade(
        owner=owner,
        account=_account(owner, told.account, now),
        symbol=symbol,
        side=check_side(told.side),
        source=told.source,
        match=match,
        pattern=pattern,
        planned_entry=check_optional(told.planned_entry, "entry_price"),
        planned_quantity=check_optional(told.planned_quantity, "position_size"),
        stop_loss=check_optional(told.stop_loss, "stop_loss"),
        target_price=check_optional(told.target_price, "target_price"),
        typed_risk=check_optional(told.risk_amount, "risk_amount"),
        checklist=check_checklist(told.checklist),
        notes=check_notes(told.notes),
        recorded_at=now,
        changed_at=now,
    )
    trade.tags = check_tags(told.tags)
    return trade


def _account(owner: "User", code: UUID | None, now: dt.datetime) -> TradingAccount:
    if code is None:
        return default_account(owner=owner, now=now)
    found = find_account(owner=owner, code=code)
    if found.archived_at is not None:
        raise invalid("account", f"The account {found.name} is archived.", "archived")
    return found


def _fact(trade: Trade, told: FillInput, number: int, now: dt.datetime) -> pure.Fill:
    """A checked fill; an exit of all that is left has the quantity -1 until that is known."""
    is_entry = told.kind == Fill.Kind.ENTRY
    if told.kind not in Fill.Kind.values:
        raise invalid("kind", "A fill is an entry or an exit.", "unknown_kind")
    check_moment(told.at, now, "entry_date" if is_entry else "exit_date")
    if is_entry and told.quantity is None:
        raise invalid("position_size", "An entry needs a quantity.", "required")
    stop = (_stop_then(trade, told.at) if told.stop is None else check_amount(told.stop, "stop_loss")) if is_entry else None
    quantity = Decimal(-1) if told.quantity is None else check_amount(told.quantity, "position_size" if is_entry else "quantity")
    price = check_amount(told.price, "entry_price" if is_entry else "exit_price", zero=not is_entry)
    return pure.Fill(told.at, pure.Kind(told.kind), quantity, price, check_amount(told.fee, "fee", zero=True), stop, number)


def _stop_then(trade: Trade, at: dt.datetime) -> Decimal | None:
    """The stop that was in force at that moment, in shares of that moment."""
    found = stop_in_force(trade, at) if trade.pk else trade.stop_now
    shares = pure.shares_since(at, splits_of(trade))
    return found if found is None or shares == 1 else stored(found * shares)


def check_moment(at: dt.datetime, now: dt.datetime, name: str) -> None:
    if at > now + AHEAD:
        raise invalid(name, "This moment is in the future.", "future")
    if at < EARLIEST:
        raise invalid(name, "This moment is before 1900.", "too_early")


def _without_open_ends(trade: Trade, facts: list[pure.Fill]) -> list[pure.Fill]:
    """The exit of all that is left gets its quantity."""
    known: list[pure.Fill] = []
    for fact in pure.in_order(facts):
        left = measured(trade, known).quantity_open if fact.quantity < 0 else None
        known.append(fact if left is None else _with_quantity(fact, left))
    return known


def _with_quantity(fact: pure.Fill, quantity: Decimal) -> pure.Fill:
    if quantity <= 0:
        raise NothingLeftToClose("Nothing is open that could be closed.")
    return pure.Fill(fact.at, fact.kind, quantity, fact.price, fact.fee, fact.stop, fact.number)


def _keep(trade: Trade, facts: Sequence[pure.Fill], now: dt.datetime, once: Once | None = None) -> None:
    Fill.objects.bulk_create(
        Fill(
            trade=trade,
            number=fact.number,
            kind=fact.kind.value,
            at=fact.at,
            quantity=fact.quantity,
            price=fact.price,
            fee=fact.fee,
            stop=fact.stop,
            recorded_at=now,
            **(once.as_fields() if once else {}),
        )
        for fact in facts
    )


def _plan_of(trade: Trade) -> dict[str, Any]:
    names = ("symbol", "side", "planned_entry", "planned_quantity", "stop_loss", "target_price", "typed_risk", "pattern")
    return {name: value for name in names if (value := getattr(trade, name)) not in (None, "")}


def _places(trade: Trade) -> int:
    from legend.lib.money import minor_places

    return minor_places(trade.account.currency)
