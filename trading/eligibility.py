"""Which trades count in rankings, and why not: pure (section 10). Bars are asked through `price_fits`."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading.stats.decimals import HUNDRED, exact
from trading.stats.fills import Fill, Kind, in_order

RECORD_WITHIN = dt.timedelta(hours=24)
AHEAD = dt.timedelta(minutes=5)
EDIT_WITHIN = dt.timedelta(minutes=15)
LEAST_STOP_PCT = Decimal("0.5")
BAR_SLACK_PCT = Decimal("0.2")

REASONS = {
    "late_entry": "An entry was recorded more than 24 hours after it happened, or before it happened.",
    "after_the_fact": "An exit happened before the entry was recorded.",
    "no_stop": "The entry came without an initial stop.",
    "stop_too_close": "The stop is closer than 0.5 % to the entry.",
    "price_outside_bar": "A fill's price lies outside the range of its day.",
    "no_bar": "No bar is known of a fill's day.",
    "edited": "A fact was changed more than 15 minutes after it was recorded, or an entry after an exit.",
    "copied": "The trade was made with the copy function.",
    "imported": "The trade was imported from a file.",
    "voided": "The trade was voided.",
}


@dataclass(frozen=True)
class RecordedFill:
    fill: Fill
    recorded_at: dt.datetime


@dataclass(frozen=True)
class Record:
    """What was told of a trade, and when. `edited` as its history says; `price_fits` answers None where no bar is known."""

    fills: Sequence[RecordedFill]
    source: str = "manual"
    edited: bool = False
    voided: bool = False
    price_fits: Callable[[Fill], bool | None] | None = None


def reasons_against(record: Record) -> list[str]:
    """Codes of the rules that are broken, in the order of REASONS; empty means rank-eligible. Without `price_fits` no bars are asked."""
    broken = {
        "late_entry": _late(record),
        "after_the_fact": _after_the_fact(record),
        "no_stop": _no_stop(record),
        "stop_too_close": _too_close(record),
        "edited": record.edited,
        "copied": record.source == "copy",
        "imported": record.source == "import",
        "voided": record.voided,
    }
    if record.price_fits is not None:
        fits = [record.price_fits(one.fill) for one in record.fills]
        broken |= {"price_outside_bar": False in fits, "no_bar": None in fits}
    return [code for code in REASONS if broken.get(code)]


def is_late_change(*, recorded_at: dt.datetime, changed_at: dt.datetime, is_entry_fact: bool, has_exit: bool) -> bool:
    """True if changing a fact at that moment takes the trade out of rankings."""
    return changed_at > recorded_at + EDIT_WITHIN or (is_entry_fact and has_exit)


@exact
def within_bar(price: Decimal, low: Decimal, high: Decimal) -> bool:
    """Low to high, widened by 0.2 % at both ends."""
    slack = BAR_SLACK_PCT / HUNDRED
    return low * (1 - slack) <= price <= high * (1 + slack)


def _entries(record: Record) -> list[RecordedFill]:
    order = in_order(one.fill for one in record.fills if one.fill.kind == Kind.ENTRY)
    by_number = {one.fill.number: one for one in record.fills}
    return [by_number[fill.number] for fill in order]


def _late(record: Record) -> bool:
    return any(not -AHEAD <= one.recorded_at - one.fill.at <= RECORD_WITHIN for one in _entries(record))


def _after_the_fact(record: Record) -> bool:
    entries = _entries(record)
    exits = [one.fill.at for one in record.fills if one.fill.kind == Kind.EXIT]
    return bool(entries and exits) and min(exits) < entries[0].recorded_at


def _no_stop(record: Record) -> bool:
    entries = _entries(record)
    return not entries or entries[0].fill.stop is None


@exact
def _too_close(record: Record) -> bool:
    entries = _entries(record)
    if _no_stop(record):
        return False
    first = entries[0].fill
    assert first.stop is not None
    return abs(first.price - first.stop) < first.price * LEAST_STOP_PCT / HUNDRED
