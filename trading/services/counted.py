"""A trade as rankings count it: its facts as they were before anything of it was changed too late."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from trading.eligibility import Record, RecordedFill
from trading.models import Trade, TradeEvent
from trading.stats import fills as pure
from trading.stats.decimals import exact, stored, total

from .figures import splits_of

Kind = TradeEvent.Kind


@dataclass
class Facts:
    """What was told of a trade in time; `fills` by their number, `told` in which order they were."""

    side: str
    typed_risk: Decimal | None
    fills: dict[int, pure.Fill]
    told: dict[int, dt.datetime]


def facts_in_time(trade: Trade) -> Facts:
    """Without what was changed late. Two queries."""
    rows = list(trade.fills.all())
    facts = Facts(trade.side, trade.typed_risk, {row.number: row.as_fact() for row in rows}, {row.number: row.recorded_at for row in rows})
    for event in reversed(list(trade.events.all())):
        if event.detail.get("late"):
            _take_back(facts, event, trade)
    return facts


def record_when_entered(trade: Trade) -> Record:
    """What the ranking rules judged when the trade was entered: what is told or changed later cannot take it out of the count."""
    facts = facts_in_time(trade)
    first = min((at for number, at in facts.told.items() if facts.fills[number].kind == pure.Kind.ENTRY), default=trade.recorded_at)
    fills = [RecordedFill(fill, facts.told[number]) for number, fill in facts.fills.items() if facts.told[number] <= first]
    return Record(fills=fills, source=trade.source)


def counted(trade: Trade) -> pure.Measures:
    """The figures rankings count: late changes are taken back, and an exit that then finds nothing to close is left out. Three queries."""
    facts = facts_in_time(trade)
    adjustments = total(trade.adjustments_made.values_list("amount", flat=True))
    fills, splits = dict(facts.fills), splits_of(trade)
    last_told_first = sorted(facts.told, key=lambda number: (facts.told[number], number), reverse=True)
    while True:
        try:
            return pure.measure(
                side=facts.side, fills=list(fills.values()), typed_risk=facts.typed_risk, adjustments=adjustments, splits=splits
            )
        except pure.BadFills:
            del fills[next(number for number in last_told_first if number in fills and fills[number].kind == pure.Kind.EXIT)]


def first_told(trade: Trade) -> dt.datetime:
    """When its first entry was recorded, whatever was taken back since. One query."""
    kinds = [Kind.ENTRY, Kind.IMPORTED]
    found = trade.events.filter(kind__in=kinds).values_list("at", flat=True).order_by("at").first()
    return found or trade.recorded_at


def ever_exited(trade: Trade) -> bool:
    """True if an exit was recorded, even one that was taken back. Two queries."""
    return trade.fills.filter(kind=pure.Kind.EXIT.value).exists() or trade.events.filter(kind=Kind.EXIT).exists()


def _take_back(facts: Facts, event: TradeEvent, trade: Trade) -> None:
    detail = event.detail
    if event.kind == Kind.FILL_REMOVED:
        told = dt.datetime.fromisoformat(detail["recorded_at"]) if "recorded_at" in detail else event.at
        facts.fills[detail["number"]], facts.told[detail["number"]] = _fill_of(detail), told
    elif event.kind == Kind.FILL_CHANGED and detail["number"] in facts.fills:
        old = {name: pair[0] for name, pair in detail.items() if isinstance(pair, list)}
        facts.fills[detail["number"]] = _with(facts.fills[detail["number"]], old)
    elif event.kind == Kind.CHANGED:
        if "side" in detail:
            facts.side = detail["side"][0]
        if "typed_risk" in detail:
            facts.typed_risk = _amount(detail["typed_risk"][0])
        if "stop_loss" in detail:
            before, after = (_amount(told) for told in detail["stop_loss"])
            _restore_stops(facts, before, after, splits_of(trade))


@exact
def _restore_stops(facts: Facts, before: Decimal | None, after: Decimal | None, splits: list[pure.Split]) -> None:
    for number, fill in facts.fills.items():
        shares = pure.shares_since(fill.at, splits)
        if fill.kind == pure.Kind.ENTRY and fill.stop == (None if after is None else stored(after * shares)):
            facts.fills[number] = replace(fill, stop=None if before is None else stored(before * shares))


def _fill_of(told: Mapping[str, Any]) -> pure.Fill:
    blank = pure.Fill(dt.datetime.min, pure.Kind(told["kind"]), Decimal(0), Decimal(0), number=told["number"])
    return _with(blank, told)


def _with(fill: pure.Fill, told: Mapping[str, Any]) -> pure.Fill:
    amounts = {name: _amount(told[name]) for name in ("quantity", "price", "fee", "stop") if name in told}
    at = {"at": dt.datetime.fromisoformat(told["at"])} if "at" in told else {}
    return replace(fill, **amounts, **at)  # type: ignore[arg-type]  # quantity, price and fee were never missing


def _amount(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)
