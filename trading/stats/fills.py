"""One trade: what its fills make of it (average cost, realised result, risk, R)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from .decimals import HUNDRED, ONE, STORED_PLACES, ZERO, exact, rounded, stored, total

R_PLACES = 30
SPLIT_SLACK = Decimal("0.00000001")  # 100 shares split 1:3 are 33.333…; what is sold of them is typed with 8 places


class Side(StrEnum):
    LONG = "long"
    SHORT = "short"


class Kind(StrEnum):
    ENTRY = "entry"
    EXIT = "exit"


class Status(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class BadFills(ValueError):
    """Fills that no trade can have; the text says why, in words for people."""

    def __init__(self, text: str, code: str, field: str) -> None:
        super().__init__(text)
        self.code, self.field = code, field


@dataclass(frozen=True)
class Fill:
    """An execution. `stop` is the stop in force when an entry happened; `number` orders fills of one instant and kind."""

    at: dt.datetime
    kind: Kind
    quantity: Decimal
    price: Decimal
    fee: Decimal = ZERO
    stop: Decimal | None = None
    number: int = 0

    @property
    def place(self) -> tuple[dt.datetime, bool, int]:
        return self.at, self.kind == Kind.EXIT, self.number


@dataclass(frozen=True)
class Split:
    """`new` shares for `old` ones from `at` on."""

    at: dt.datetime
    new: int
    old: int


@dataclass(frozen=True)
class Exit:
    """What one exit fill realised, as stored; the exits of a closed trade add up to its net without adjustments."""

    number: int
    at: dt.datetime
    gross: Decimal
    net: Decimal


@dataclass(frozen=True)
class Measures:
    """A trade in figures. Prices are those after all splits; money is as stored. None where undefined."""

    status: Status
    quantity_in: Decimal
    quantity_out: Decimal
    entry_price: Decimal | None
    exit_price: Decimal | None
    average_cost: Decimal | None  # of what is open
    entry_fees_left: Decimal
    gross: Decimal  # realised so far
    fees: Decimal  # all fees paid so far
    adjustments: Decimal
    realised: Decimal  # net of the exits so far, and adjustments
    net: Decimal | None  # once closed
    risk: Decimal | None
    first_stop: Decimal | None  # the initial one
    opened_at: dt.datetime | None
    closed_at: dt.datetime | None
    exits: tuple[Exit, ...]

    @property
    def quantity_open(self) -> Decimal:
        return self.quantity_in - self.quantity_out

    @property
    def hold_seconds(self) -> int | None:
        return None if self.opened_at is None or self.closed_at is None else int((self.closed_at - self.opened_at).total_seconds())


def sign(side: str) -> int:
    return 1 if side == Side.LONG else -1


def in_order(fills: Iterable[Fill]) -> list[Fill]:
    """By instant, entries before exits, then number."""
    return sorted(fills, key=lambda fill: fill.place)


@exact
def measure(
    *,
    side: str,
    fills: Sequence[Fill],
    typed_risk: Decimal | None = None,
    adjustments: Decimal = ZERO,
    splits: Sequence[Split] = (),
) -> Measures:
    """Walk the fills in order. BadFills for an exit before the first entry, or more out than in at any point."""
    walked = in_order(adjusted(fill, splits) for fill in fills)
    s, slack = sign(side), SPLIT_SLACK if splits else ZERO
    cost, held, pool, fees = ZERO, ZERO, ZERO, ZERO
    exits: list[Exit] = []
    for fill in walked:
        fees += fill.fee
        if fill.kind == Kind.ENTRY:
            cost = (cost * held + fill.price * fill.quantity) / (held + fill.quantity)
            held, pool = held + fill.quantity, pool + fill.fee
            continue
        _check_exit(fill, held + slack, walked)
        gross = s * (fill.price - cost) * fill.quantity
        left = held - fill.quantity if held - fill.quantity > slack else ZERO
        share = pool * fill.quantity / held if left else pool
        exits.append(Exit(fill.number, fill.at, stored(gross), stored(gross - fill.fee - share)))
        held, pool = left, pool - share
    entries = [fill for fill in walked if fill.kind == Kind.ENTRY]
    outs = [fill for fill in walked if fill.kind == Kind.EXIT]
    closed = bool(entries) and not held
    paid, got = _turnover(entries), _turnover(outs)
    bought, sold = total(fill.quantity for fill in entries), total(fill.quantity for fill in outs)
    gross_all = s * (got - paid) if closed else total(one.gross for one in exits)
    if closed:
        exits = _summing_to(exits, stored(gross_all), stored(gross_all - fees))
    return Measures(
        status=Status.CLOSED if closed else Status.OPEN if entries else Status.PLANNED,
        quantity_in=bought,
        quantity_out=sold,
        entry_price=paid / bought if entries else None,
        exit_price=got / sold if outs else None,
        average_cost=cost if held else None,
        entry_fees_left=pool,
        gross=stored(gross_all),
        fees=stored(fees),
        adjustments=adjustments,
        realised=stored(total(one.net for one in exits) + adjustments),
        net=stored(gross_all - fees + adjustments) if closed else None,
        risk=risk_of(side=side, entries=entries, typed=typed_risk),
        first_stop=entries[0].stop if entries else None,
        opened_at=entries[0].at if entries else None,
        closed_at=outs[-1].at if closed else None,
        exits=tuple(exits),
    )


def _check_exit(fill: Fill, held: Decimal, walked: Sequence[Fill]) -> None:
    if held >= fill.quantity:
        return
    held = rounded(held, STORED_PLACES - 1)
    first = next((one for one in walked if one.kind == Kind.ENTRY), None)
    if first is None or fill.at < first.at:
        raise BadFills("An exit cannot lie before the first entry.", "exit_before_entry", "at")
    left = f"{held.normalize():f}"
    raise BadFills(
        f"This takes out {fill.quantity.normalize():f}, but only {left} is open then." if held else "Nothing is open at that time.",
        "oversized_exit",
        "quantity",
    )


def _summing_to(exits: list[Exit], gross: Decimal, net: Decimal) -> list[Exit]:
    """The last exit takes what rounding left, so that days add up to the trade."""
    last = exits[-1]
    earlier = exits[:-1]
    rest = replace(last, gross=gross - total(one.gross for one in earlier), net=net - total(one.net for one in earlier))
    return [*earlier, rest]


def _turnover(fills: Iterable[Fill]) -> Decimal:
    return total(fill.price * fill.quantity for fill in fills)


@exact
def shares_since(at: dt.datetime, splits: Sequence[Split]) -> Decimal:
    """How many shares of today one share of that moment is."""
    factor = ONE
    for split in splits:
        if at < split.at:
            factor = factor * split.new / split.old
    return factor


@exact
def adjusted(fill: Fill, splits: Sequence[Split]) -> Fill:
    """A fill on the far side of every split that came after it."""
    factor = shares_since(fill.at, splits)
    if factor == 1:
        return fill
    stop = None if fill.stop is None else fill.stop / factor
    return replace(fill, quantity=fill.quantity * factor, price=fill.price / factor, stop=stop)


@exact
def risk_of(*, side: str, entries: Sequence[Fill], typed: Decimal | None = None) -> Decimal | None:
    """1R in money: what was typed, else the distance of each entry to the stop of its moment.

    None without a stop, or with the first one on the wrong side. An add-on with its stop at or beyond its price adds nothing.
    """
    if typed is not None:
        return stored(typed) if typed > 0 else None
    if not entries or any(fill.stop is None for fill in entries):
        return None
    s = sign(side)
    distances = [s * (fill.price - fill.stop) * fill.quantity for fill in entries if fill.stop is not None]
    if distances[0] <= 0:
        return None
    risk = stored(total(max(ZERO, distance) for distance in distances))
    return risk if risk > 0 else None


@exact
def r_multiple(amount: Decimal | None, risk: Decimal | None) -> Decimal | None:
    """Money over 1R, with 30 places; None without a risk."""
    return None if amount is None or risk is None or risk <= 0 else rounded(amount / risk, R_PLACES)


@exact
def pnl_pct(net: Decimal | None, entry_price: Decimal | None, quantity: Decimal) -> Decimal | None:
    """Net in percent of all that was paid in (shorts alike), with 30 places."""
    turnover = None if entry_price is None else entry_price * quantity
    return None if net is None or not turnover else rounded(net / turnover * HUNDRED, R_PLACES)


@exact
def reward_to_risk(*, side: str, entry: Decimal | None, stop: Decimal | None, target: Decimal | None) -> Decimal | None:
    """Planned; None without target or stop, or with one on the wrong side."""
    if entry is None or stop is None or target is None:
        return None
    s = sign(side)
    risk, reward = s * (entry - stop), s * (target - entry)
    return reward / risk if risk > 0 and reward > 0 else None


@exact
def unrealised(*, side: str, measures: Measures, price: Decimal | None) -> Decimal | None:
    """Of what is open, at that price, its entry fees paid; None without a price or without anything open."""
    if price is None or measures.average_cost is None:
        return None
    return sign(side) * (price - measures.average_cost) * measures.quantity_open - measures.entry_fees_left


@dataclass(frozen=True)
class Excursion:
    """How far the price went for and against, by daily bars; in price, and in R where there is a risk."""

    favourable: Decimal
    adverse: Decimal
    favourable_r: Decimal | None
    adverse_r: Decimal | None
    exit_efficiency: Decimal | None


@exact
def excursion(*, side: str, measures: Measures, highs: Sequence[Decimal], lows: Sequence[Decimal]) -> Excursion | None:
    """`highs`, `lows` of the daily bars from entry day to exit day, both included; None without bars or entry."""
    entry = measures.entry_price
    if entry is None or not highs or not lows:
        return None
    up, down = max(ZERO, max(highs) - entry), max(ZERO, entry - min(lows))
    best, worst = (up, down) if side == Side.LONG else (down, up)
    per_share = None if measures.risk is None else measures.risk / measures.quantity_in
    gained = None if measures.exit_price is None else sign(side) * (measures.exit_price - entry)
    return Excursion(
        favourable=best,
        adverse=worst,
        favourable_r=best / per_share if per_share else None,
        adverse_r=worst / per_share if per_share else None,
        exit_efficiency=gained / best if gained is not None and best else None,
    )
