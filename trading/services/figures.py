"""What a trade's rows make of it: the one way its measures are written."""

import datetime as dt
from collections.abc import Sequence

from legend.lib.errors import Conflict, LegendError, invalid
from legend.lib.money import minor_places
from trading.models import Fill, Trade
from trading.stats import fills as pure
from trading.stats.decimals import total

MOST_FILLS = 1000


class OversizedExit(Conflict):
    code = "oversized_exit"


class ExitBeforeEntry(Conflict):
    code = "exit_before_entry"


REFUSALS: dict[str, type[Conflict]] = {"oversized_exit": OversizedExit, "exit_before_entry": ExitBeforeEntry}


def measured(trade: Trade, facts: Sequence[pure.Fill], adjustments: Sequence[object] = ()) -> pure.Measures:
    """The figures of a trade with these fills. Raises OversizedExit, ExitBeforeEntry, Invalid."""
    if len(facts) > MOST_FILLS:
        raise invalid("fills", f"A trade has {MOST_FILLS} fills at most.", "too_many")
    lines = trade.adjustments_made.values_list("amount", flat=True) if trade.pk else ()
    try:
        return pure.measure(
            side=trade.side,
            fills=facts,
            typed_risk=trade.typed_risk,
            adjustments=total(lines),
            splits=splits_of(trade),
        )
    except pure.BadFills as fault:
        raise refusal_of(fault) from None


def refusal_of(fault: pure.BadFills) -> LegendError:
    return REFUSALS[fault.code](str(fault))


def splits_of(trade: Trade) -> list[pure.Split]:
    return [pure.Split(dt.datetime.fromisoformat(one["at"]), one["new"], one["old"]) for one in trade.splits]


def remeasure(trade: Trade, *, now: dt.datetime) -> pure.Measures:
    """Walk the stored fills again and write down trade and exits; the caller holds the row. Four queries."""
    rows = list(trade.fills.all())
    found = measured(trade, [row.as_fact() for row in rows])
    _write_exits(rows, found)
    trade.take_measures(found, minor_places(trade.account.currency))
    trade.changed_at = now
    trade.save()
    return found


def _write_exits(rows: Sequence[Fill], found: pure.Measures) -> None:
    realised = {one.number: one for one in found.exits}
    changed = []
    for row in rows:
        one = realised.get(row.number)
        gross, net = (one.gross, one.net) if one else (None, None)
        if (row.gross, row.net) != (gross, net):
            row.gross, row.net = gross, net
            changed.append(row)
    Fill.objects.bulk_update(changed, ["gross", "net"], batch_size=200)
