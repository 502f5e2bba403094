"""A journal's closed trades, narrowed, and what they add up to."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db.models import Exists

from legend.lib.money import minor_places
from trading.models import Trade
from trading.models.trade import TradeQuerySet
from trading.preferences import preferences_of
from trading.stats.breakdowns import Group, Tally, breakdown
from trading.stats.calendar import Calendar, Cell, calendar_of
from trading.stats.confidence import Confidence, Step, confidence, curve
from trading.stats.distribution import Bin, distribution
from trading.stats.journal import Summary, summary_of
from trading.stats.parts import together
from trading.stats.periods import Span, days_span

from .months import (
    CACHED_SECONDS,
    DAYS,
    DAYS_IN_R,
    FIGURES,
    GROUPED,
    IN_R,
    Frame,
    Kind,
    days_from,
    journal_months,
    month_span,
    revision_of,
    stretch_of,
    tallies_from,
    worked_out,
)
from .months import GROUPS as GROUPS

if TYPE_CHECKING:
    from accounts.models import User

Answer = TypeVar("Answer")


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

    @property
    def only_days(self) -> bool:
        """Every trade of those days."""
        return not replace(self, first=None, last=None).is_set


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
    """From months worked out before where whole months are meant; the same question to an unchanged journal is remembered."""
    return remembered(owner, ("figures", narrowing), lambda: _figures(owner, narrowing))


def _figures(owner: "User", narrowing: Narrowing) -> Figures:
    stretches = [stretch_of(told, packed) for told, packed in pieces(owner, narrowing, FIGURES)]
    whole = together(one.whole for one in stretches)
    currencies = sorted({currency for one in stretches for currency in one.parts})
    parts = {currency: together(one.parts[currency] for one in stretches if currency in one.parts) for currency in currencies}
    ranks = {currency: [one.ranks[currency] for one in stretches if currency in one.ranks] for currency in currencies}
    summary = summary_of(whole, [one for several in ranks.values() for one in several])
    return Figures(
        currencies=currencies or [preferences_of(owner).currency],
        summary=summary,
        by_currency={
            currency: summary if len(currencies) == 1 else summary_of(parts[currency], ranks[currency]) for currency in currencies
        },
        confidence=confidence(whole),
        bins=distribution(whole.bins),
        curve=curve(whole),
    )


def groups(*, owner: "User", narrowing: Narrowing, by: str) -> list[Group]:
    """The same trades by setup, symbol, side, weekday, tag, source or account."""
    return remembered(owner, ("groups", narrowing, by), lambda: _groups(owner, narrowing, by))


def _groups(owner: "User", narrowing: Narrowing, by: str) -> list[Group]:
    rows: dict[str, Tally] = {}
    for told, _ in pieces(owner, narrowing, GROUPED[by]):
        for label, one in tallies_from(told):
            rows.setdefault(label, Tally()).add(one)
    whole = figures(owner=owner, narrowing=narrowing).summary
    return breakdown(rows, wins=whole.winning_trades, n=whole.total_trades)


def calendar(*, owner: "User", narrowing: Narrowing, currency: str) -> Calendar:
    """Net of exit fills by day, in the owner's zone, of accounts in that currency; exits of trades that are still open count too."""
    return remembered(owner, ("calendar", narrowing, currency), lambda: _calendar(owner, narrowing, currency))


def _calendar(owner: "User", narrowing: Narrowing, currency: str) -> Calendar:
    return calendar_of(_days(owner, narrowing, DAYS, currency))


def days_in_r(*, owner: "User", narrowing: Narrowing) -> dict[dt.date, Cell]:
    """R that exits realised by day, in the owner's zone: net of each over the 1R of its trade."""
    return remembered(owner, ("days-r", narrowing), lambda: calendar_of(_days(owner, narrowing, DAYS_IN_R, IN_R)).days)


def _days(owner: "User", narrowing: Narrowing, kind: Kind, unit: str) -> dict[dt.date, Cell]:
    wants, every_day = preferences_of(owner), replace(narrowing, first=None, last=None)
    still_open, _ = worked_out(trades=narrowed(owner=owner, narrowing=narrowing).open(), kind=kind, wants=wants)
    days: dict[dt.date, Cell] = {}
    for told in (still_open, *(told for told, _ in pieces(owner, every_day, kind))):
        for day, cell in days_from(told, unit):
            if (narrowing.first is None or narrowing.first <= day) and (narrowing.last is None or day <= narrowing.last):
                known = days.setdefault(day, Cell())
                known.net, known.exits = known.net + cell.net, known.exits + cell.exits
    return days


def pieces(owner: "User", narrowing: Narrowing, kind: Kind) -> Iterator[tuple[Any, bytes]]:
    """The closed trades that are meant, in close order: kept months where whole ones are meant, the rest from rows."""
    wants = preferences_of(owner)
    if not narrowing.only_days or (journal := Frame.of(owner)).is_small:
        yield worked_out(trades=closed_trades(owner=owner, narrowing=narrowing), kind=kind, wants=wants)
        return
    span = span_of(owner, narrowing)
    for row in journal_months(journal=journal, kind=kind):
        month = month_span(row.month)
        meant = month.within(span)
        if meant == month:
            yield json.loads(row.figures), bytes(row.packed)
        elif meant is not None:
            yield worked_out(trades=narrowed(owner=owner, narrowing=Narrowing()).closed_in(meant), kind=kind, wants=wants)


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
