"""What a journal has of the symbols of a file, to tell what is new in it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Max, Q

from trading.importing.executions import BROKERS_ID, OWN_ID, Execution
from trading.importing.walk import Held
from trading.models import Fill, ImportedExecution, Trade, TradingAccount

if TYPE_CHECKING:
    from accounts.models import User

TOGETHER = 500
A_DAY = dt.timedelta(days=1)
NEAR = Decimal("0.005")  # what is typed by hand is hardly the exact price


@dataclass(frozen=True, slots=True)
class KnownFill:
    pk: int
    symbol: str
    buys: bool
    at: dt.datetime
    quantity: Decimal
    price: Decimal
    key: str | None  # of what was imported; None for what was typed by hand


def stored_keys(account: TradingAccount, keys: Sequence[str]) -> dict[str, int | None]:
    """Keys of this account that were taken before, with the trade they are in."""
    found: dict[str, int | None] = {}
    for start in range(0, len(keys), TOGETHER):
        rows = ImportedExecution.objects.filter(account=account, key__in=keys[start : start + TOGETHER])
        found |= dict(rows.values_list("key", "fill__trade"))
    return found


def exported_before(owner: "User", keys: Iterable[str]) -> set[str]:
    """Keys of a file that Legend wrote whose fills are still in this person's journal."""
    wanted = {key for key in keys if key.startswith(OWN_ID)}
    codes = sorted({code for key in wanted if (code := _code_of(key)) is not None})
    found = set()
    for start in range(0, len(codes), TOGETHER):
        rows = Fill.objects.filter(trade__owner=owner, trade__code__in=codes[start : start + TOGETHER])
        found |= {f"{OWN_ID}{code}/{number}" for code, number in rows.values_list("trade__code", "number")}
    return found & wanted


def _code_of(key: str) -> UUID | None:
    try:
        return UUID(key.removeprefix(OWN_ID).partition("/")[0])
    except ValueError:
        return None


def held_trades(account: TradingAccount, symbols: Collection[str]) -> dict[str, list[Held]]:
    """Trades with fills in this account, by symbol. Open ones end with their last fill."""
    found: dict[str, list[Held]] = defaultdict(list)
    names = sorted(symbols)
    for start in range(0, len(names), TOGETHER):
        rows = Trade.objects.filter(account=account, symbol__in=names[start : start + TOGETHER]).exclude(status=Trade.Status.PLANNED)
        told = rows.annotate(last_at=Max("fills__at"), from_files=Count("fills__executions", filter=Q(fills__executions__is_own=True)))
        names_told = ("pk", "symbol", "side", "opened_at", "closed_at", "quantity_in", "quantity_out", "last_at", "from_files")
        for pk, symbol, side, opened, closed, bought, sold, last_at, from_files in told.values_list(*names_told):
            held = Decimal(0) if closed else bought - sold
            found[symbol].append(Held(pk, side, held, opened, closed or last_at or opened, bool(from_files)))
    return found


def fills_like(account: TradingAccount, executions: Sequence[Execution], keys: Collection[str]) -> list[KnownFill]:
    """Fills of the same symbols and days that none of these keys is for."""
    if not executions:
        return []
    first, last = min(one.at for one in executions) - A_DAY, max(one.at for one in executions) + A_DAY
    names = sorted({one.symbol for one in executions})
    found = []
    for start in range(0, len(names), TOGETHER):
        rows = Fill.objects.filter(
            trade__account=account, trade__symbol__in=names[start : start + TOGETHER], at__gte=first, at__lte=last
        ).values_list("pk", "trade__symbol", "trade__side", "kind", "at", "quantity", "price", "executions__key")
        for pk, symbol, side, kind, at, quantity, price, key in rows.order_by("at", "pk"):
            if key is None or key not in keys:
                found.append(KnownFill(pk, symbol, (side == "long") == (kind == "entry"), at, quantity, price, key))
    return found


def match_by_hand(executions: Sequence[Execution], fills: Sequence[KnownFill], zone: dt.tzinfo) -> dict[str, KnownFill]:
    """Executions, by key, that are fills already: the same moment, quantity and price; of what was typed by hand the same day and
    quantity, and about the same price. Each fill is one execution."""
    free: dict[tuple[str, bool, Decimal], list[KnownFill]] = defaultdict(list)
    for fill in fills:
        free[fill.symbol, fill.buys, fill.quantity].append(fill)
    found: dict[str, KnownFill] = {}
    for is_same in (_is_exactly, lambda one, fill: _is_about(one, fill, zone)):
        for one in executions:
            if one.key in found:
                continue
            group = free.get((one.symbol, one.buys, one.quantity), [])
            if (same := next((fill for fill in group if is_same(one, fill)), None)) is not None:
                found[one.key] = same
                group.remove(same)
    return found


def _is_exactly(one: Execution, fill: KnownFill) -> bool:
    if one.has_brokers_id and fill.key is not None and fill.key.startswith(BROKERS_ID):
        return False  # two ids are two executions
    return one.at == fill.at and one.price == fill.price


def _is_about(one: Execution, fill: KnownFill, zone: dt.tzinfo) -> bool:
    same_day = one.at.astimezone(zone).date() == fill.at.astimezone(zone).date()
    return fill.key is None and same_day and abs(one.price - fill.price) <= NEAR * fill.price
