from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.risk import BadRisk, breakeven_price, breakeven_win_rate, kelly, plan, position_size, recovery_pct, risk_reward
from trading.stats.decimals import as_ratio
from trading.stats.journal import summarise

from . import reference

D = Decimal


def test_position_size_from_a_risk_in_percent() -> None:
    size = position_size(entry=D(50), stop=D(48), equity=D(10000), risk_pct=D(1), commission=D("0.01"))
    assert size.shares == 49 and size.cost == 2450 and size.cost_pct == D("24.5")
    exact = position_size(entry=D(50), stop=D(48), equity=D(10000), risk_pct=D(1), commission=D("0.01"), fractions=True)
    assert exact.shares == D("49.5049")


def test_position_size_of_a_short_from_a_fixed_amount() -> None:
    assert position_size(entry=D(80), stop=D("82.50"), side="short", risk_amount=D(300)).shares == 120


def test_a_position_that_costs_more_than_the_account_holds_warns() -> None:
    size = position_size(entry=D(50), stop=D("49.9"), equity=D(10000), risk_pct=D(1))
    assert size.shares == 1000 and "more than the account holds" in size.warnings[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stop": D(50)}, "stop_loss"),
        ({"stop": D(51)}, "stop_loss"),
        ({"side": "short"}, "stop_loss"),
        ({"risk_pct": D(0)}, "risk_percent"),
        ({"risk_pct": D("100.01")}, "risk_percent"),
        ({"risk_pct": None}, "risk_percent"),
        ({"equity": D(-1)}, "equity"),
        ({"equity": None}, "equity"),
        ({"commission": D("-0.01")}, "commission"),
        ({"entry": D(-1)}, "entry_price"),
        ({"risk_amount": D(0)}, "risk_amount"),
    ],
)
def test_what_cannot_be_sized_names_its_field(change: dict[str, object], field: str) -> None:
    right: dict[str, object] = {"entry": D(50), "stop": D(48), "equity": D(10000), "risk_pct": D(1)}
    with pytest.raises(BadRisk) as refused:
        position_size(**(right | change))
    assert refused.value.field == field


def test_the_side_is_named_when_the_stop_is_on_the_wrong_one() -> None:
    with pytest.raises(BadRisk, match="stop of a short trade lies above"):
        position_size(entry=D(50), stop=D(48), side="short", risk_amount=D(1))


def test_reward_to_risk_of_both_sides() -> None:
    assert risk_reward(side="long", entry=D(50), stop=D(48), target=D(56)) == 3
    assert risk_reward(side="short", entry=D(80), stop=D(82), target=D(74)) == 3
    with pytest.raises(BadRisk, match="target of a long trade"):
        risk_reward(side="long", entry=D(50), stop=D(48), target=D(49))


def test_kelly() -> None:
    s = summarise(reference.results())
    found = kelly(win_rate=D(7) / 11, payoff=s.payoff_ratio, decided=11)
    assert as_ratio(100 * found.full, 2) == "39.05" and as_ratio(100 * found.half, 2) == "19.52"
    assert "unreliable" in found.warnings[0]
    assert as_ratio(100 * kelly(win_rate=D("0.45"), payoff=D("2.1")).full, 2) == "18.81"
    poor = kelly(win_rate=D("0.30"), payoff=D("1.5"))
    assert as_ratio(100 * poor.raw, 2) == "-16.67" and poor.full == 0 and poor.warnings == ("No edge at these numbers.",)
    for win_rate, payoff in ((D("1.01"), D(1)), (D("-0.01"), D(1)), (D("0.5"), D(0))):
        with pytest.raises(BadRisk):
            kelly(win_rate=win_rate, payoff=payoff)


def test_break_even_and_recovery() -> None:
    assert as_ratio(breakeven_win_rate(D(2))) == "33.3333"
    assert as_ratio(breakeven_win_rate(summarise(reference.results()).payoff_ratio)) == "40.3429"
    assert breakeven_price(side="long", entry=D(50), commission=D("0.01")) == D("50.02")
    assert breakeven_price(side="short", entry=D(50), commission=D("0.01")) == D("49.98")
    assert recovery_pct(D(20)) == 25 and recovery_pct(D(50)) == 100 and recovery_pct(D(100)) is None
    with pytest.raises(BadRisk):
        recovery_pct(D("100.1"))


def test_a_plan_with_its_exits_and_warnings() -> None:
    made = plan(entry=D(50), stop=D(48), equity=D(10000), risk_pct=D(1), commission=D("0.01"), target=D(53), open_risk=D(550))
    assert [(one.shares, one.price) for one in made.exits] == [(D(24), D(52)), (D(14), D(54)), (D(11), D(56))]
    concentration, reward, together = made.warnings
    assert "24.50 % of equity" in concentration and "1.50 times" in reward and "6.49 %" in together
    calm = plan(entry=D(50), stop=D(45), equity=D(10000), risk_pct=D(1), target=D(60))
    assert calm.warnings == () and calm.risk_reward == 2


def test_a_plan_has_few_exits_and_none_at_a_loss() -> None:
    levels = {"entry": D(50), "stop": D(48), "risk_amount": D(100)}
    for exits in ([(D(100), D(0))], [(D(50), D(1)), (D(50), D(-1))], [(D(5), D(1))] * 20, [(D(50), D(1)), (D(49), D(2))]):
        with pytest.raises(BadRisk) as refused:
            plan(**levels, exits=exits)
        assert refused.value.field == "exits"


money = st.decimals(min_value="0.01", max_value="99999", places=2)


@given(entry=money, stop=money, risk=money, commission=st.decimals(min_value=0, max_value=5, places=3), fractions=st.booleans())
def test_a_position_never_risks_more_than_asked(entry: D, stop: D, risk: D, commission: D, fractions: bool) -> None:
    if entry == stop:
        return
    side = "long" if stop < entry else "short"
    made = plan(side=side, entry=entry, stop=stop, risk_amount=risk, commission=commission, fractions=fractions)
    assert made.size.total_risk <= risk
    assert sum(one.shares for one in made.exits) == made.size.shares
    assert all(one.price >= 0 and one.shares >= 0 for one in made.exits)
