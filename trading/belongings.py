"""What trading keeps of a person: ledgers, trades with everything about them, watchlist, alerts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from legend.lib.belongings import Belongings, StoredFile, Table, forget_file

from .models import (
    Alert,
    AlertEvent,
    AlertResult,
    CashFlow,
    Fill,
    ImportedExecution,
    RemovedTrade,
    Screenshot,
    Trade,
    TradeEvent,
    TradeImport,
    TradingAccount,
    WatchItem,
)

if TYPE_CHECKING:
    from accounts.models import User

TRADE = (
    "code", "account__code", "symbol", "side", "source", "pattern", "match__code", "status", "planned_entry", "planned_quantity",
    "stop_loss", "current_stop", "target_price", "typed_risk", "tag_text", "checklist", "notes", "splits", "quantity_in", "quantity_out",
    "entry_price", "exit_price", "gross_pnl", "fees", "adjustments", "realised_pnl", "net_pnl", "risk_amount", "r_multiple", "pnl_pct",
    "outcome", "opened_at", "closed_at", "recorded_at", "changed_at",
)  # fmt: skip
ALERT = (
    "code", "kind", "instrument__symbol", "universe__title", "on_watchlist", "interval", "params", "note", "is_repeating", "pause_minutes",
    "channels", "status", "last_fired_at", "fired_count", "created_at",
)  # fmt: skip
WATCHED = (
    "code", "instrument__symbol", "reason", "tags", "side", "entry", "stop", "target", "alert_threshold_pct", "status", "status_at",
    "status_note", "match__code", "created_at",
)  # fmt: skip


def export(person: "User") -> Iterator[Table | StoredFile]:
    accounts = TradingAccount.objects.filter(owner=person)
    yield Table(
        "trading_accounts",
        accounts,
        ("code", "name", "currency", "opening_balance", "opened_on", "is_example", "created_at", "archived_at"),
    )
    yield Table(
        "cash_flows",
        CashFlow.objects.filter(account__owner=person).order_by("on", "pk"),
        ("code", "account__code", "kind", "on", "amount", "note", "trade__code", "created_at"),
    )
    yield Table("trades", Trade.objects.filter(owner=person).order_by("recorded_at", "pk"), TRADE)
    yield Table(
        "fills",
        Fill.objects.filter(trade__owner=person).order_by("trade__pk", "number"),
        ("trade__code", "number", "kind", "at", "quantity", "price", "fee", "stop", "gross", "net", "recorded_at", "changed_at"),
    )
    yield Table(
        "trade_history", TradeEvent.objects.filter(trade__owner=person).order_by("at", "pk"), ("trade__code", "kind", "at", "detail")
    )
    yield Table(
        "removed_trades",
        RemovedTrade.objects.filter(owner=person).order_by("removed_at"),
        ("trade_code", "was_open", "r_multiple", "net_pnl", "outcome", "opened_at", "closed_at", "recorded_at", "removed_at"),
    )
    yield Table(
        "imports",
        TradeImport.objects.filter(owner=person),
        ("code", "account__code", "broker", "file_name", "taken", "known", "reading", "refused", "created_at", "undone_at", "kept"),
    )
    yield Table("imported_executions", ImportedExecution.objects.filter(account__owner=person), ("imported__code", "key", "fill__number"))
    yield Table("watchlist", WatchItem.objects.filter(owner=person), WATCHED)
    yield Table("alerts", Alert.objects.filter(owner=person), ALERT)
    yield Table(
        "alerts_fired",
        AlertEvent.objects.filter(owner=person).order_by("created_at"),
        ("code", "alert__code", "kind", "instrument__symbol", "interval", "bar_at", "sentence", "values", "created_at", "acknowledged_at"),
    )
    yield Table(
        "alerts_sent", AlertResult.objects.filter(event__owner=person).order_by("at"), ("event__code", "channel", "status", "detail", "at")
    )
    shots = Screenshot.objects.filter(trade__owner=person)
    yield Table("screenshots", shots, ("code", "trade__code", "width", "height", "created_at"))
    for code, name in shots.values_list("code", "image").iterator():
        yield StoredFile(f"screenshots/{code}.{name.rpartition('.')[2]}", name)


def erase(person: "User") -> None:
    """The pictures' files; rows go with the person's."""
    for name in Screenshot.objects.filter(trade__owner=person).values_list("image", flat=True):
        forget_file(name)


BELONGINGS = Belongings("trading", export, erase)
