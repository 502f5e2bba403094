"""A journal month by month: what is kept is read, what is missing is worked out from the trades and kept."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.cache import cache

from legend.lib.money import minor_places
from trading.models import Fill, Journal, JournalMonth, Trade
from trading.models.trade import TradeQuerySet
from trading.preferences import TradingPreferences, preferences_of
from trading.queries.rows import plain_rows
from trading.services.months import keep_months, month_of
from trading.stats.breakdowns import Tally, tally
from trading.stats.calendar import Cell, days_of
from trading.stats.fills import r_multiple
from trading.stats.multiples import Ranks, units
from trading.stats.parts import Part, from_json, part_of, to_json
from trading.stats.periods import Span
from trading.stats.results import Result, outcomes_of

if TYPE_CHECKING:
    from accounts.models import User

CACHED_SECONDS = 1800
SMALL = 500  # closed trades
AT_ONCE = 12  # months worked out together: what bounds memory
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GROUPS = ("pattern", "symbol", "side", "weekday", "tag", "source", "account")
COLUMNS = {"tag": "tag_text", "account": "account__name", "weekday": "opened_at"}
RESULT = ("account__currency", "closed_at", "net_pnl", "gross_pnl", "fees", "risk_amount", "opened_at", "id")
NO_SETUP, NO_TAG = "no setup", "no tag"

Row = tuple[dt.datetime, Any]  # when the trade was closed, and what is read of it
Read = Callable[[TradeQuerySet], Iterator[Row]]
Make = Callable[[Sequence[Any], TradingPreferences], tuple[Any, bytes]]
Outdated = Callable[[Sequence[JournalMonth]], set[dt.date]]


def _none(rows: Sequence[JournalMonth]) -> set[dt.date]:
    return set()


@dataclass(frozen=True)
class Kind:
    """A sort of figures: how its rows are read, in close order, and what is made of them: something for JSON, and bytes. `outdated` tells
    which kept months are so although no trade of them changed."""

    name: str
    read: Read
    make: Make
    outdated: Outdated = _none


@dataclass(frozen=True)
class Stretch:
    """Results of some time in close order, of each currency; `whole` are all of them."""

    whole: Part
    parts: dict[str, Part]
    ranks: dict[str, Ranks]


class Bounds(NamedTuple):
    """First and last closing of the trades that make a journal; `is_small` one is added up from its rows as fast as from kept months."""

    first: dt.datetime | None
    last: dt.datetime | None
    of_examples: bool
    is_small: bool


def bounds_of(owner: "User", revision: int) -> Bounds:
    """Of one's own trades, or of the examples while there are none; three queries at most, once for each revision."""
    key = f"journal:{owner.pk}:{revision}:bounds:{SMALL}"
    found: Bounds | None = cache.get(key)
    if found is None:
        of_examples = shows_examples(owner)
        closed = Trade.objects.owned_by(owner).filter(account__is_example=of_examples).closed().values_list("closed_at", flat=True)
        few = list(closed.order_by("closed_at")[:SMALL])
        last = closed.order_by("-closed_at").first() if len(few) == SMALL else few[-1] if few else None
        found = Bounds(few[0] if few else None, last, of_examples, len(few) < SMALL)
        cache.set(key, found, CACHED_SECONDS)
    return found


@dataclass(frozen=True)
class Frame:
    """Which months of which trades make a journal, and how they are added up."""

    owner: "User"
    revision: int
    trades: TradeQuerySet
    months: Sequence[dt.date]
    wants: TradingPreferences
    basis: str
    is_small: bool
    of_examples: bool

    @classmethod
    def of(cls, owner: "User") -> "Frame":
        """Each month from the first closed trade to the last."""
        revision, wants = revision_of(owner), preferences_of(owner)
        bounds = bounds_of(owner, revision)
        trades = Trade.objects.owned_by(owner).filter(account__is_example=bounds.of_examples)
        known = bounds.first is not None and bounds.last is not None
        months = list(_months(month_of(bounds.first), month_of(bounds.last))) if known else []  # type: ignore[arg-type]
        basis = f"{wants.zone.key[:30]}|{wants.band.normalize()}{'|e' if bounds.of_examples else ''}"
        return cls(owner, revision, trades, months, wants, basis, bounds.is_small, bounds.of_examples)


def journal_months(*, journal: Frame, kind: Kind) -> list[JournalMonth]:
    """The journal month by month; one query when all are kept, and those by which the kind tells what is outdated."""
    found = {row.month: row for row in JournalMonth.objects.filter(owner=journal.owner, kind=kind.name, basis=journal.basis)}
    outdated = kind.outdated(list(found.values()))
    missing = [month for month in journal.months if month not in found or month in outdated]
    for start in range(0, len(missing), AT_ONCE):
        made = _worked_out(journal, kind, missing[start : start + AT_ONCE])
        keep_months(owner=journal.owner, revision=journal.revision, rows=made)
        found |= {row.month: row for row in made}
    return [found[month] for month in journal.months]


def months_anew(*, owner: "User", kind: Kind) -> Iterator[JournalMonth]:
    """The same from the trades alone, keeping nothing."""
    journal = Frame.of(owner)
    for start in range(0, len(journal.months), AT_ONCE):
        yield from _worked_out(journal, kind, journal.months[start : start + AT_ONCE])


def worked_out(*, trades: TradeQuerySet, kind: Kind, wants: TradingPreferences) -> tuple[Any, bytes]:
    """The same of any closed trades, from their rows."""
    return kind.make([row for _, row in kind.read(trades)], wants)


def _worked_out(journal: Frame, kind: Kind, months: Sequence[dt.date]) -> list[JournalMonth]:
    span = Span(_start(months[0]), _start(_next(months[-1])))
    rows: dict[dt.date, list[Any]] = {month: [] for month in months}
    for closed_at, row in kind.read(journal.trades.closed_in(span)):
        if (month := month_of(closed_at)) in rows:
            rows[month].append(row)
    made = []
    for month, read in rows.items():
        figures, packed = kind.make(read, journal.wants)
        told = json.dumps(figures, separators=(",", ":"))
        made.append(JournalMonth(owner=journal.owner, month=month, kind=kind.name, basis=journal.basis, figures=told, packed=packed))
    return made


def shows_examples(owner: "User") -> bool:
    """Examples are looked at as long as there are no trades of one's own: they are never added to those."""
    return not Trade.objects.owned_by(owner).filter(account__is_example=False).exists()


def month_span(month: dt.date) -> Span:
    return Span(_start(month), _start(_next(month)))


def _start(month: dt.date) -> dt.datetime:
    return dt.datetime(month.year, month.month, 1, tzinfo=dt.UTC)


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1)


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first = _next(first)


def revision_of(owner: "User") -> int:
    return Journal.objects.filter(owner=owner).values_list("revision", flat=True).first() or 0


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_results(trades: TradeQuerySet, *more: str) -> Iterator[Row]:
    """(currency, result), and the columns `more`."""
    columns = (*RESULT, *(name for name in more if name not in RESULT))
    places = [columns.index(name) for name in more]
    for row in plain_rows(trades.in_close_order().values_list(*columns)):
        currency, closed, net, gross, fees, risk, opened, key = row[: len(RESULT)]
        hold = closed - opened
        result = Result(closed, net, gross, fees, risk, hold.days * 86400 + hold.seconds, key)
        yield closed, (currency, result, *(row[place] for place in places))


def _make_figures(rows: Sequence[tuple[str, Result]], wants: TradingPreferences) -> tuple[Any, bytes]:
    by_currency: dict[str, list[Result]] = {}
    for currency, result in rows:
        by_currency.setdefault(currency, []).append(result)
    told, packed = [], b""
    for currency, results in sorted(by_currency.items()):
        part, ranks = _part(results, [currency] * len(results), wants)
        told.append([currency, to_json(part)])
        packed += ranks.to_bytes()
    whole = None
    if len(by_currency) > 1:
        whole = to_json(_part([result for _, result in rows], [currency for currency, _ in rows], wants)[0])
    return [whole, told], packed


def _part(results: Sequence[Result], currencies: Sequence[str], wants: TradingPreferences) -> tuple[Part, Ranks]:
    return part_of(results, places=[minor_places(one) for one in currencies], band=wants.band, zone=wants.zone)


def stretch_of(figures: Any, packed: bytes) -> Stretch:
    """Figures as kept."""
    whole, told = figures
    parts, ranks, at = {}, {}, 0
    for currency, part in told:
        parts[currency] = from_json(part)
        ranks[currency] = Ranks.from_bytes(packed[at:], parts[currency].moments.m)
        at += len(ranks[currency].to_bytes())
    return Stretch(from_json(whole) if whole else next(iter(parts.values()), Part()), parts, ranks)


FIGURES = Kind("figures", read_results, _make_figures)


# ── days with exits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_exits(trades: TradeQuerySet) -> Iterator[Row]:
    exits = Fill.objects.filter(trade__in=trades.order_by(), kind=Fill.Kind.EXIT, net__isnull=False)
    for closed, currency, at, net in plain_rows(exits.order_by().values_list("trade__closed_at", "trade__account__currency", "at", "net")):
        yield closed, (currency, at, net)


def _make_days(rows: Sequence[tuple[str, dt.datetime, Decimal]], wants: TradingPreferences) -> tuple[Any, bytes]:
    by_currency: dict[str, list[tuple[dt.datetime, Decimal]]] = {}
    for currency, at, net in rows:
        by_currency.setdefault(currency, []).append((at, net))
    told = {
        currency: [[day.toordinal(), str(cell.net), cell.exits] for day, cell in days_of(exits, wants.zone).items()]
        for currency, exits in by_currency.items()
    }
    return told, b""


def days_from(figures: Any, currency: str) -> Iterator[tuple[dt.date, Cell]]:
    for day, net, exits in figures.get(currency, ()):
        yield dt.date.fromordinal(day), Cell(Decimal(net), exits)


DAYS = Kind("days", _read_exits, _make_days)


def _read_exits_in_r(trades: TradeQuerySet) -> Iterator[Row]:
    """Net of each exit over the 1R of its trade; exits of trades without one are left out."""
    exits = Fill.objects.filter(trade__in=trades.order_by(), kind=Fill.Kind.EXIT, net__isnull=False, trade__risk_amount__isnull=False)
    for closed, at, net, risk in plain_rows(exits.order_by().values_list("trade__closed_at", "at", "net", "trade__risk_amount")):
        yield closed, (IN_R, at, r_multiple(net, risk))


IN_R = "R"
DAYS_IN_R = Kind("days-r", _read_exits_in_r, _make_days)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _make_groups(by: str, rows: Sequence[tuple[str, Result, Any]], wants: TradingPreferences) -> tuple[Any, bytes]:
    results = [result for _, result, _ in rows]
    multiples = units(results)
    outcomes = outcomes_of(results, multiples, places=[minor_places(currency) for currency, *_ in rows], band=wants.band)
    labels = (labels_of(by, value, wants.zone) for *_, value in rows)
    found = tally(zip(labels, results, outcomes, multiples, strict=True))
    return {label: one.to_json() for label, one in found.items()}, b""


def labels_of(by: str, value: Any, zone: dt.tzinfo) -> list[str]:
    """Rows of a breakdown that a trade belongs to; `value` of the column that `COLUMNS` names."""
    if by == "tag":
        return [tag for tag in value.split("|") if tag] or [NO_TAG]
    if by == "weekday":
        return [WEEKDAYS[value.astimezone(zone).weekday()]]
    return [value or NO_SETUP]


def tallies_from(figures: Any) -> Iterator[tuple[str, Tally]]:
    for label, told in figures.items():
        yield label, Tally.from_json(told)


def _read_with(column: str) -> Read:
    return lambda trades: read_results(trades, column)


GROUPED = {by: Kind(by, _read_with(COLUMNS.get(by, by)), partial(_make_groups, by)) for by in GROUPS}
