"""A journal's closed trades, narrowed, and what they add up to."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db.models import Exists

from legend.lib.money import minor_places
from trading.models import Fill, Journal, Trade
from trading.models.trade import TradeQuerySet
from trading.preferences import preferences_of
from trading.queries.rows import plain_rows
from trading.stats.breakdowns import Group, breakdown
from trading.stats.calendar import Calendar, calendar_of
from trading.stats.confidence import Confidence, Step, confidence, curve
from trading.stats.distribution import Bin, distribution
from trading.stats.journal import Result, Summary, multiples, summarise
from trading.stats.periods import Span, days_span

if TYPE_CHECKING:
    from accounts.models import User

Answer = TypeVar("Answer")
CACHED_SECONDS = 1800
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GROUPS = ("pattern", "symbol", "side", "weekday", "tag", "source", "account")
NO_SETUP, NO_TAG = "no setup", "no tag"


@dataclass(frozen=True)
class Narrowing:
    """Which trades are meant; the days are those of the last exit, in the owner's zone."""

    first: dt.date | None = None
    last: dt.date | None = None
    account: UUID | None = None
    symbol: str | None = None
    side: str | None = None
    pattern: str | None = None
    tag: str | None = None
    source: str | None = None
    outcome: str | None = None

    @property
    def is_set(self) -> bool:
        return any(value is not None for value in asdict(self).values())


@dataclass(frozen=True)
class Figures:
    """What the trades that were meant add up to."""

    currencies: list[str]
    summary: Summary
    by_currency: dict[str, Summary]
    confidence: Confidence
    bins: list[Bin]
    curve: list[Step]

    @property
    def currency(self) -> str | None:
        """None when there are several: their money is not added."""
        return self.currencies[0] if len(self.currencies) == 1 else None

    @property
    def places(self) -> int:
        return minor_places(self.currency) if self.currency else 2


def narrowed(*, owner: "User", narrowing: Narrowing) -> TradeQuerySet:
    """The owner's trades that are meant, of any status; the days are not asked here. Examples are meant by naming their account, or as
    long as there are no trades of one's own: they are never added to those."""
    asked = {
        "account__code": narrowing.account,
        "symbol": narrowing.symbol.upper() if narrowing.symbol else None,
        "side": narrowing.side,
        "pattern": narrowing.pattern,
        "source": narrowing.source,
        "outcome": narrowing.outcome,
    }
    mine = Trade.objects.owned_by(owner)
    found = mine.filter(**{name: value for name, value in asked.items() if value is not None})
    if narrowing.account is None:
        found = found.exclude(Exists(mine.filter(account__is_example=False)), account__is_example=True)
    return found.tagged(narrowing.tag) if narrowing.tag else found


def span_of(owner: "User", narrowing: Narrowing) -> Span:
    return days_span(narrowing.first, narrowing.last, preferences_of(owner).zone)


def closed_trades(*, owner: "User", narrowing: Narrowing) -> TradeQuerySet:
    return narrowed(owner=owner, narrowing=narrowing).closed_in(span_of(owner, narrowing))


def figures(*, owner: "User", narrowing: Narrowing) -> Figures:
    """Two queries; the same question to an unchanged journal is remembered, and then it is one."""
    return remembered(owner, ("figures", narrowing), lambda: _figures(owner, narrowing))


def _figures(owner: "User", narrowing: Narrowing) -> Figures:
    wants = preferences_of(owner)
    by_currency: dict[str, list[Result]] = {}
    results: list[Result] = []
    for currency, result in _results(closed_trades(owner=owner, narrowing=narrowing)):
        results.append(result)
        by_currency.setdefault(currency, []).append(result)
    multiples_of = multiples(results)
    if len(by_currency) == 1:
        currency = next(iter(by_currency))
        whole = summarise(results, places=minor_places(currency), band=wants.band, rs=multiples_of)
        parts = {currency: whole}
    else:
        parts = {
            currency: summarise(part, places=minor_places(currency), band=wants.band) for currency, part in sorted(by_currency.items())
        }
        whole = summarise(results, band=wants.band, rs=multiples_of)
    rs = [r for r in multiples_of if r is not None]
    return Figures(
        currencies=list(parts) or [wants.currency],
        summary=whole,
        by_currency=parts,
        confidence=confidence(whole, rs),
        bins=distribution(rs),
        curve=curve(results, multiples_of, wants.zone),
    )


def _results(trades: TradeQuerySet) -> Iterator[tuple[str, Result]]:
    columns = ("account__currency", "closed_at", "net_pnl", "gross_pnl", "fees", "risk_amount", "opened_at", "id")
    for currency, closed, net, gross, fees, risk, opened, key in plain_rows(trades.in_close_order().values_list(*columns)):
        hold = closed - opened
        yield currency, Result(closed, net, gross, fees, risk, hold.days * 86400 + hold.seconds, key)


def groups(*, owner: "User", narrowing: Narrowing, by: str) -> list[Group]:
    """The same trades by setup, symbol, side, weekday, tag, source or account."""
    return remembered(owner, ("groups", narrowing, by), lambda: _groups(owner, narrowing, by))


def _groups(owner: "User", narrowing: Narrowing, by: str) -> list[Group]:
    wants = preferences_of(owner)
    column = {"tag": "tag_text", "account": "account__name", "weekday": "opened_at"}.get(by, by)
    trades = closed_trades(owner=owner, narrowing=narrowing)
    labels = dict(trades.values_list("id", column))
    rows = list(_results(trades))
    currencies = {currency for currency, _ in rows}
    labelled = [(label, one) for _, one in rows for label in _labels(by, labels[one.key], wants.zone)]
    places = minor_places(next(iter(currencies))) if len(currencies) == 1 else 2
    return breakdown(labelled, places=places, band=wants.band, overall=[one for _, one in rows])


def _labels(by: str, value: Any, zone: dt.tzinfo) -> list[str]:
    if by == "tag":
        return [tag for tag in value.split("|") if tag] or [NO_TAG]
    if by == "weekday":
        return [WEEKDAYS[value.astimezone(zone).weekday()]]
    return [value or NO_SETUP]


def calendar(*, owner: "User", narrowing: Narrowing, currency: str) -> Calendar:
    """Net of exit fills by day, in the owner's zone, of accounts in that currency; exits of trades that are still open count too."""
    return remembered(owner, ("calendar", narrowing, currency), lambda: _calendar(owner, narrowing, currency))


def _calendar(owner: "User", narrowing: Narrowing, currency: str) -> Calendar:
    zone, span = preferences_of(owner).zone, span_of(owner, narrowing)
    trades = narrowed(owner=owner, narrowing=narrowing).filter(account__currency=currency)
    exits = Fill.objects.filter(trade__in=trades, kind=Fill.Kind.EXIT, net__isnull=False)
    if span.start is not None:
        exits = exits.filter(at__gte=span.start)
    if span.end is not None:
        exits = exits.filter(at__lt=span.end)
    return calendar_of(plain_rows(exits.order_by().values_list("at", "net")), zone)


def revision_of(owner: "User") -> int:
    return Journal.objects.filter(owner=owner).values_list("revision", flat=True).first() or 0


def remembered(owner: "User", question: tuple[Any, ...], work: Callable[[], Answer]) -> Answer:
    """The answer kept for this revision of the journal, else a new one."""
    wants = preferences_of(owner)
    words = f"{question!r}|{wants.zone.key}|{wants.band}|{wants.currency}"
    key = f"journal:{owner.pk}:{revision_of(owner)}:{digest_of(words)}"
    found: Answer | None = cache.get(key)
    if found is None:
        found = work()
        cache.set(key, found, CACHED_SECONDS)
    return found


def digest_of(words: str) -> str:
    import hashlib

    return hashlib.blake2b(words.encode(), digest_size=12).hexdigest()
