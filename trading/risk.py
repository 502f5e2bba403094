"""Risk calculators (section 6): pure, in decimals. BadRisk says what is wrong with what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from trading.stats.decimals import EXACT, HUNDRED, ONE, ZERO, exact, rounded, total
from trading.stats.fills import Side, reward_to_risk, sign

LARGEST = Decimal("9999999999999")  # of anything typed into a calculator
FRACTION_PLACES = 4
FEW_DECIDED = 30
CONCENTRATION_PCT = Decimal(20)
LEAST_REWARD = Decimal(2)
OPEN_RISK_PCT = Decimal(6)
MOST_EXITS = 10


class BadRisk(ValueError):
    """What cannot be calculated with; `field` is at fault."""

    def __init__(self, text: str, field: str, code: str = "invalid") -> None:
        super().__init__(text)
        self.field, self.code = field, code


@dataclass(frozen=True)
class PositionSize:
    """How many shares risk what was asked, rounded down. `cost` is at the entry price, without commissions."""

    shares: Decimal
    risk_amount: Decimal  # asked
    risk_per_share: Decimal  # to the stop and out again, commissions paid
    total_risk: Decimal  # of these shares
    cost: Decimal
    cost_pct: Decimal | None  # of equity
    warnings: tuple[str, ...]


def check_levels(*, side: str, entry: Decimal, stop: Decimal | None, target: Decimal | None = None) -> None:
    """A stop beyond entry on the losing side, a target on the winning one. Names the side."""
    if stop is not None:
        if stop == entry:
            raise BadRisk("The stop equals the entry: there is no distance to risk.", "stop_loss", "stop_at_entry")
        if sign(side) * (entry - stop) < 0:
            where = "below" if side == Side.LONG else "above"
            raise BadRisk(f"The stop of a {side} trade lies {where} its entry.", "stop_loss", "stop_on_wrong_side")
    if target is not None and sign(side) * (target - entry) <= 0:
        where = "above" if side == Side.LONG else "below"
        raise BadRisk(f"The target of a {side} trade lies {where} its entry.", "target_price", "target_on_wrong_side")


def _not_negative(**values: Decimal | None) -> None:
    for field, value in values.items():
        if value is not None and value < 0:
            raise BadRisk("This cannot be negative.", field, "negative")


@exact
def position_size(
    *,
    entry: Decimal,
    stop: Decimal,
    side: str = Side.LONG,
    equity: Decimal | None = None,
    risk_pct: Decimal | None = None,
    risk_amount: Decimal | None = None,
    commission: Decimal = ZERO,
    fractions: bool = False,
) -> PositionSize:
    """Shares whose loss at the stop is at most `risk_amount`, or `risk_pct` percent of `equity`. `commission` is per share and way."""
    _not_negative(entry_price=entry, stop_loss=stop, equity=equity, risk_percent=risk_pct, risk_amount=risk_amount, commission=commission)
    if not entry:
        raise BadRisk("The entry has to be above 0.", "entry_price")
    check_levels(side=side, entry=entry, stop=stop)
    risk = _asked_risk(equity, risk_pct, risk_amount)
    per_share = abs(entry - stop) + 2 * commission
    places = FRACTION_PLACES if fractions else 0
    shares = (risk / per_share).quantize(Decimal(1).scaleb(-places), ROUND_DOWN, EXACT)
    cost = shares * entry
    warnings = []
    if equity is not None and cost > equity:
        warnings.append("The position costs more than the account holds.")
    if not shares:
        warnings.append("The risk is too small for one share." if not fractions else "The risk is too small for any share.")
    return PositionSize(shares, risk, per_share, shares * per_share, cost, cost / equity * HUNDRED if equity else None, tuple(warnings))


def _asked_risk(equity: Decimal | None, risk_pct: Decimal | None, risk_amount: Decimal | None) -> Decimal:
    if risk_amount is not None:
        if not risk_amount:
            raise BadRisk("The risk has to be above 0.", "risk_amount")
        return risk_amount
    if equity is None or not equity:
        raise BadRisk("Give the equity with a risk in percent, or a fixed risk amount.", "equity", "required")
    if risk_pct is None:
        raise BadRisk("Give a risk in percent of equity, or a fixed risk amount.", "risk_percent", "required")
    if not ZERO < risk_pct <= HUNDRED:
        raise BadRisk("The risk lies above 0 and at most at 100 percent.", "risk_percent", "out_of_bounds")
    return equity * risk_pct / HUNDRED


@exact
def risk_reward(*, side: str, entry: Decimal, stop: Decimal, target: Decimal) -> Decimal:
    """Reward to risk."""
    _not_negative(entry_price=entry, stop_loss=stop, target_price=target)
    check_levels(side=side, entry=entry, stop=stop, target=target)
    found = reward_to_risk(side=side, entry=entry, stop=stop, target=target)
    if found is None:
        raise BadRisk("These levels give no reward to risk.", "target_price")
    return found


@dataclass(frozen=True)
class Kelly:
    """Fractions of 1. `raw` may be negative: no edge at these numbers, shown as 0."""

    raw: Decimal
    warnings: tuple[str, ...]

    @property
    def full(self) -> Decimal:
        return max(ZERO, self.raw)

    @property
    def half(self) -> Decimal:
        return self.full / 2


@exact
def kelly(*, win_rate: Decimal, payoff: Decimal, decided: int | None = None) -> Kelly:
    """`win_rate` is a fraction of the decided trades; `decided` how many there were when it comes from a journal. Kelly (1956)."""
    if not ZERO <= win_rate <= ONE:
        raise BadRisk("A win rate lies between 0 and 100 percent.", "win_rate", "out_of_bounds")
    if payoff <= 0:
        raise BadRisk("The payoff ratio has to be above 0.", "payoff_ratio", "out_of_bounds")
    raw = win_rate - (ONE - win_rate) / payoff
    warnings = []
    if raw <= 0:
        warnings.append("No edge at these numbers.")
    if decided is not None and decided < FEW_DECIDED:
        warnings.append(f"From {decided} decided trades: the estimate is unreliable.")
    return Kelly(raw, tuple(warnings))


@exact
def breakeven_win_rate(payoff: Decimal) -> Decimal:
    """Win rate in percent that is needed at this payoff ratio."""
    if payoff <= 0:
        raise BadRisk("The payoff ratio has to be above 0.", "payoff_ratio", "out_of_bounds")
    return HUNDRED / (1 + payoff)


@exact
def breakeven_price(*, side: str, entry: Decimal, commission: Decimal) -> Decimal:
    """Where a position is even after the commissions of both ways."""
    _not_negative(entry_price=entry, commission=commission)
    return entry + sign(side) * 2 * commission


@exact
def recovery_pct(loss_pct: Decimal) -> Decimal | None:
    """Gain in percent needed after a loss of so many percent; None when all is lost."""
    if not ZERO <= loss_pct <= HUNDRED:
        raise BadRisk("A loss lies between 0 and 100 percent.", "loss_percent", "out_of_bounds")
    return HUNDRED * loss_pct / (HUNDRED - loss_pct) if loss_pct < HUNDRED else None


@dataclass(frozen=True)
class PlannedExit:
    shares: Decimal
    r: Decimal
    price: Decimal


@dataclass(frozen=True)
class Plan:
    size: PositionSize
    exits: tuple[PlannedExit, ...]
    risk_reward: Decimal | None
    open_risk_pct: Decimal | None  # of equity, with this trade
    warnings: tuple[str, ...]


DEFAULT_EXITS = ((Decimal(50), ONE), (Decimal(30), Decimal(2)), (Decimal(20), Decimal(3)))


@exact
def plan(
    *,
    entry: Decimal,
    stop: Decimal,
    side: str = Side.LONG,
    target: Decimal | None = None,
    equity: Decimal | None = None,
    risk_pct: Decimal | None = None,
    risk_amount: Decimal | None = None,
    commission: Decimal = ZERO,
    fractions: bool = False,
    open_risk: Decimal = ZERO,
    exits: Sequence[tuple[Decimal, Decimal]] = DEFAULT_EXITS,
) -> Plan:
    """Position size, exits as (percent of the position, R), and what should make one think twice. `open_risk` is that of other trades."""
    check_levels(side=side, entry=entry, stop=stop, target=target)
    if len(exits) > MOST_EXITS or any(r <= 0 for _, r in exits):
        raise BadRisk(f"A plan has up to {MOST_EXITS} exits, each above 0R.", "exits", "out_of_bounds")
    if total(share for share, _ in exits) != HUNDRED or any(share <= 0 for share, _ in exits):
        raise BadRisk("The parts of the exits add up to 100 percent.", "exits", "not_whole")
    size = position_size(
        entry=entry,
        stop=stop,
        side=side,
        equity=equity,
        risk_pct=risk_pct,
        risk_amount=risk_amount,
        commission=commission,
        fractions=fractions,
    )
    ratio = reward_to_risk(side=side, entry=entry, stop=stop, target=target)
    together = (open_risk + size.total_risk) / equity * HUNDRED if equity else None
    warnings = [*size.warnings]
    if size.cost_pct is not None and CONCENTRATION_PCT < size.cost_pct <= HUNDRED:
        warnings.append(f"The position costs {rounded(size.cost_pct, 2)} % of equity, more than {CONCENTRATION_PCT} %.")
    if ratio is not None and ratio < LEAST_REWARD:
        warnings.append(f"The reward is {rounded(ratio, 2)} times the risk, less than {LEAST_REWARD}.")
    if together is not None and together > OPEN_RISK_PCT:
        warnings.append(f"With this trade {rounded(together, 2)} % of equity is at risk, more than {OPEN_RISK_PCT} %.")
    return Plan(size, _exits(size.shares, side, entry, stop, exits, fractions), ratio, together, tuple(warnings))


def _exits(
    shares: Decimal, side: str, entry: Decimal, stop: Decimal, parts: Sequence[tuple[Decimal, Decimal]], fractions: bool
) -> tuple[PlannedExit, ...]:
    """Rounded down, the rest in the last; a short's exit cannot lie below 0."""
    step = Decimal(1).scaleb(-FRACTION_PLACES if fractions else 0)
    left, made = shares, []
    for number, (share, r) in enumerate(parts, 1):
        part = left if number == len(parts) else (shares * share / HUNDRED).quantize(step, ROUND_DOWN, EXACT)
        left -= part
        price = entry + sign(side) * r * abs(entry - stop)
        made.append(PlannedExit(part, r, max(ZERO, price)))
    return tuple(made)
