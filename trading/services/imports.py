"""Executions of a broker's file become trades: looked at row by row, then taken in whole or not at all."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import transaction

from legend.lib.errors import LegendError, NotFound, invalid
from legend.lib.events import publish
from legend.lib.models import Once
from trading.events import import_queued
from trading.importing.amounts import Mark
from trading.importing.brokers import AUTO, BROKERS, FIELDS
from trading.importing.executions import Execution, Parsed, Reading, Refused, parse
from trading.importing.moments import Order
from trading.importing.plan import Plan, plan
from trading.importing.tables import Unreadable
from trading.models import TradeImport, TradingAccount
from trading.preferences import preferences_of
from trading.queries.known_fills import KnownFill, exported_before, fills_like, held_trades, match_by_hand, stored_keys

from .history import step
from .import_rows import write_positions
from .ledgers import default_account, find_account
from .trades import AHEAD

if TYPE_CHECKING:
    from accounts.models import User

LARGEST_TEXT = 10_000_000
TAKEN_AT_ONCE = 2_000  # executions; more are taken in the background
MOST_REFUSALS = 1_000
PROGRESS_SECONDS = 3_600


class UnknownImport(NotFound):
    code = "unknown_import"


@dataclass(frozen=True)
class Preview:
    """What taking a file in would do. `known` tells why of each, `found` which fills typed by hand are executions of the file."""

    parsed: Parsed
    new: list[Execution]
    known: list[tuple[Execution, str]]
    refused: list[Refused]
    plan: Plan
    found: dict[str, KnownFill] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.new) + len(self.known) + len(self.refused)


def preview_import(*, owner: "User", text: str, reading: Reading, now: dt.datetime, account: UUID | None = None) -> Preview:
    """Read a file and tell of each row what it would do; nothing is stored. Raises UnknownAccount, Invalid."""
    chosen = None if account is None else _account(owner, account)
    if chosen is None:
        chosen = TradingAccount.objects.owned_by(owner).real().in_use().first()
    return _looked_at(owner, text, reading, chosen, now)


@transaction.atomic
def start_import(
    *,
    owner: "User",
    text: str,
    reading: Reading,
    now: dt.datetime,
    account: UUID | None = None,
    file_name: str = "",
    once: Once | None = None,
) -> TradeImport:
    """Take a file in: a small one at once, a large one in the background (`status` is queued). The same wish again gives the same import.

    Executions that are there already are counted and left, so the same file twice changes nothing. Raises UnknownAccount, KeyReused, and
    Invalid for a file that cannot be read.
    """
    _lock(owner)
    mine = TradeImport.objects.filter(owner=owner).select_related("account")
    if once is not None and (made := mine.filter(request_key=once.key).first()) is not None and made.is_answer_to(once):
        return made
    book = default_account(owner=owner, now=now) if account is None else _account(owner, account)
    found = _looked_at(owner, text, reading, book, now)
    if found.parsed.missing:
        raise invalid("file", missing_sentence(found.parsed), "unknown_columns")
    made = TradeImport.objects.create(
        owner=owner,
        account=book,
        broker=found.parsed.reading.broker,
        reading=found.parsed.reading.told(),
        file_name="".join(sign for sign in file_name if sign.isprintable())[:120],
        created_at=now,
        rows=found.rows,
        **(once.as_fields() if once else {}),
    )
    if len(found.new) <= TAKEN_AT_ONCE:
        _apply(made, found, now)
    else:
        made.status, made.text = TradeImport.Status.QUEUED, text.replace("\0", "")
        made.save(update_fields=["status", "text"])
        publish(import_queued, import_id=made.pk)
    return made


def take_queued(*, import_id: int, now: dt.datetime) -> None:
    """Take in what waits; once, whoever comes first. What cannot be taken in says why, and changes nothing."""
    made = TradeImport.objects.filter(pk=import_id, status=TradeImport.Status.QUEUED, undone_at=None).first()
    if made is None:
        return
    try:
        _take_queued(made, now)
    except LegendError as refusal:
        fault = (refusal.errors[0].message if refusal.errors else refusal.detail)[:300]
        TradeImport.objects.filter(pk=made.pk).update(status=TradeImport.Status.FAILED, fault=fault, text="")


@transaction.atomic
def _take_queued(made: TradeImport, now: dt.datetime) -> None:
    owner = made.owner
    _lock(owner)
    waits = TradeImport.objects.select_for_update().filter(pk=made.pk, status=TradeImport.Status.QUEUED, undone_at=None)
    made = waits.select_related("account").get()
    told = made.reading
    found = _looked_at(owner, made.text, reading_of(told), made.account, made.created_at)
    _apply(made, found, now, tell=lambda done: cache.set(_progress_key(made), done, PROGRESS_SECONDS))


def progress_of(made: TradeImport) -> int:
    """Executions written so far of an import that runs."""
    return int(cache.get(_progress_key(made)) or 0)


def _progress_key(made: TradeImport) -> str:
    return f"import-progress:{made.pk}"


def find_import(*, owner: "User", code: UUID) -> TradeImport:
    """Someone else's is not found."""
    made = TradeImport.objects.filter(owner=owner, code=code).select_related("account").first()
    if made is None:
        raise UnknownImport("You have no such import.")
    return made


def requeue_waiting(*, now: dt.datetime, older_than: dt.timedelta = dt.timedelta(minutes=2)) -> int:
    """Start again what a process that died has left. Returns how many."""
    ids = list(
        TradeImport.objects.filter(status=TradeImport.Status.QUEUED, undone_at=None, created_at__lt=now - older_than).values_list(
            "pk", flat=True
        )[:20]
    )
    for pk in ids:
        publish(import_queued, import_id=pk)
    return len(ids)


def reading_of(told: dict[str, Any]) -> Reading:
    """The stored form of a reading."""
    return Reading(ZoneInfo(told["time_zone"]), told["broker"], Order(told["date_order"]), Mark(told["decimal"]), told["mapping"])


def missing_sentence(parsed: Parsed) -> str:
    names = ", ".join(FIELDS[name].lower() for name in parsed.missing)
    return f"No column is known for: {names}. Say which it is. Found: {', '.join(parsed.columns)[:300]}."


def _apply(made: TradeImport, found: Preview, now: dt.datetime, tell: Callable[[int], None] = lambda done: None) -> None:
    write_positions(made, found.plan.positions, found.found, now, tell)
    made.status, made.text = TradeImport.Status.DONE, ""
    made.taken, made.known = len(found.new), len(found.known)
    made.refused = [{"row": one.row, "reason": one.reason} for one in found.refused[:MOST_REFUSALS]]
    made.refused_count = len(found.refused)
    made.save()
    step(made.owner_id)


def _account(owner: "User", code: UUID) -> TradingAccount:
    found = find_account(owner=owner, code=code)
    if found.is_example or found.archived_at is not None:
        state = "holds examples" if found.is_example else "is archived"
        raise invalid("account", f"The account {found.name} {state}. Choose another one.", "not_in_use")
    return found


def _lock(owner: "User") -> None:
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()


def _looked_at(owner: "User", text: str, reading: Reading, account: TradingAccount | None, now: dt.datetime) -> Preview:
    if reading.broker not in (AUTO, *(one.name for one in BROKERS)):
        raise invalid("broker", f"Files are read of {', '.join(one.name for one in BROKERS)}.", "unknown_broker")
    if len(text) > LARGEST_TEXT:
        raise invalid("file", f"A file can have {LARGEST_TEXT // 1_000_000} MB.", "too_large")
    currency = preferences_of(owner).currency if account is None else account.currency
    try:
        parsed = parse(text, reading=reading, currency=currency)
    except Unreadable as fault:
        raise invalid("file", str(fault), "unreadable") from None
    return _sorted_out(owner, parsed, account, now)


def _sorted_out(owner: "User", parsed: Parsed, account: TradingAccount | None, now: dt.datetime) -> Preview:
    """Which executions are new, and where they go."""
    keys = [one.key for one in parsed.executions]
    stored = {} if account is None else stored_keys(account, keys)
    own = exported_before(owner, (key for key in keys if key not in stored))
    unknown = [one for one in parsed.executions if one.key not in stored and one.key not in own]
    fills = [] if account is None else fills_like(account, unknown, set(keys))
    by_hand = match_by_hand(unknown, fills, parsed.reading.zone)
    known = [
        (one, "taken before, and no longer in the journal" if stored[one.key] is None else "there already")
        for one in parsed.executions
        if one.key in stored
    ]
    known += [(one, "there already") for one in parsed.executions if one.key in own]
    known += [(one, "there already" if by_hand[one.key].key else "you entered it by hand") for one in unknown if one.key in by_hand]
    known += [(one, "the same execution as a row before") for one in parsed.repeated]
    refused = list(parsed.refused)
    wanted = []
    for one in unknown:
        if one.key in by_hand:
            continue
        if one.at > now + AHEAD:
            refused.append(Refused(one.row, "This execution is in the future. Is the time zone right?"))
        else:
            wanted.append(one)
    held = {} if account is None else held_trades(account, {one.symbol for one in parsed.executions})
    by_pk = {trade.pk: trade for trades in held.values() for trade in trades}
    begun = {one.trade: by_pk[pk] for one in parsed.executions if one.trade and (pk := stored.get(one.key)) in by_pk and pk is not None}
    made = plan(wanted, held, begun)
    refused += made.refused
    lost = {one.row for one in made.refused}
    new = [one for one in wanted if one.row not in lost]
    return Preview(
        parsed, new, known, sorted(refused, key=lambda one: one.row), made, {key: fill for key, fill in by_hand.items() if not fill.key}
    )
