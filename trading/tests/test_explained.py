"""How figures are computed, filled with somebody's own numbers; and that pages and API say the same."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from patterns.tests.factories import create_market
from trading.explained.figure import HIDDEN, Figure, Words
from trading.explained.headline import everything, headline
from trading.queries.journal import Narrowing, figures
from trading.queries.units import sums
from trading.services.examples import load_examples
from trading.stats.decimals import as_money, as_ratio
from trading.stats.reasons import NO_LEDGER

from .factories import NOW, closed_trade, reference_journal
from .test_pages import text_of

Browser = Callable[[User], Client]


def all_of(owner: User, hidden: bool = False) -> dict[str, Figure]:
    found = figures(owner=owner, narrowing=Narrowing())
    parts = everything(found, Words(found.currency, hidden), None, NO_LEDGER, sums(owner=owner, narrowing=Narrowing()))
    return {figure.name: figure for part in parts for figure in part.figures}


def test_the_reference_figures_are_filled_with_their_own_numbers(alice: User) -> None:
    reference_journal(alice)
    found = all_of(alice)
    said = {name: " ".join(figure.own) for name, figure in found.items()}
    assert "(6 gains × 2.0058R − 4 losses × 1.2100R) ÷ 11 = 0.6541R" in said["average_r_multiple"]
    assert "7.1950R ÷ 11 = 0.6541R" in said["average_r_multiple"]
    assert "7 ÷ 12 × 100 = 58.3333 %" in said["win_rate"] and "between 31.95 % and 80.67 %" in said["win_rate"]
    assert "$2,505.00 ÷ $968.00 = 2.5878" in said["profit_factor"]
    assert "peak 4.9600R − trough 2.1400R = 2.8200R" in said["max_drawdown_r"]
    assert "0.6541R ÷ 1.6984R × √11 = 1.2773" in said["sqn"]
    assert "0.6364 − (1 − 0.6364) ÷ 1.4787 = 39.0" in said["kelly"]
    assert "100 ÷ (1 + 1.4787) = 40.3429 %" in said["break_even_rate"]
    assert "7.1950R ÷ (11 + 20) = 0.2321R" in said["shrunk_r"]
    assert "= 20, rounded up; you have 11" in said["trades_needed"]
    assert "$1,537.00 ÷ 12 = $128.08" in said["expectancy_per_trade"]
    assert "Φ(0.3851 × √10 ÷ √1.0269) = 0.8853" in said["probability"]
    assert found["total_r"].n == "11 of 12 trades have a stop"


def test_page_and_api_say_the_same_digits(alice: User, api: Any) -> None:
    reference_journal(alice)
    told = api(alice).get("/api/analytics/performance").json()
    for name, figure in all_of(alice).items():
        if name not in told or isinstance(told[name], dict | int) or name.startswith("average_hold"):
            continue
        write = as_money if figure.kind == "money" else as_ratio
        assert write(figure.value) == told[name], name


@pytest.mark.parametrize("prices", [(), ("55",), ("45",), ("55", "45"), ("50", "50"), ("55", "55", "55")])
def test_every_figure_has_a_formula_and_own_numbers_or_a_reason(alice: User, prices: tuple[str, ...]) -> None:
    for price in prices:
        closed_trade(alice, price)
    found = figures(owner=alice, narrowing=Narrowing())
    for unit in ("r", "pct", "money"):
        assert len(headline(found, unit, Words(found.currency), None, NO_LEDGER, None)) == 8
    for figure in all_of(alice).values():
        assert figure.formula, figure.name
        assert (figure.value is not None and figure.own) or figure.why, figure.name
        assert "undefined" not in " ".join(figure.own) or figure.value is None, (figure.name, figure.own)
        assert "NaN" not in " ".join(figure.own) and "Infinity" not in " ".join(figure.own)


def test_amounts_are_not_said_in_discreet_mode(alice: User) -> None:
    reference_journal(alice)
    said = " ".join(line for figure in all_of(alice, hidden=True).values() for line in figure.own)
    assert HIDDEN in said and "$" not in said and "1,537" not in said


@pytest.mark.parametrize("unit", ["r", "pct", "money"])
def test_a_page_explains_each_figure_and_heading_once(alice: User, browser: Browser, unit: str) -> None:
    create_market(3, bars=320)
    load_examples(owner=alice, now=NOW)
    page = browser(alice).get(f"/journal/?unit={unit}")
    html = page.content.decode()
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    opened = re.findall(r'class="stat-name" type="button" popovertarget="([^"]+)"', html)
    assert len(opened) > 45 and set(opened) <= set(ids)
    assert html.count("How is this computed?") == len(opened)
    assert "Sortino" in text_of(page) and "Money-weighted" in text_of(page)


def test_the_pictures_follow_the_unit(alice: User, browser: Browser) -> None:
    reference_journal(alice)
    client = browser(alice)
    in_r, in_money, in_pct = (client.get(f"/journal/?unit={unit}").content.decode() for unit in ("r", "money", "pct"))
    assert "Cumulative R from 2026-01-08 to 2026-02-06: +7.2R; largest drawdown −2.8R." in in_r
    assert "Thu 8 Jan 2026: −1.0R, 1 exit" in in_r and "1 to 2 R: 3" in in_r
    assert "Cumulative net result from 2026-01-08 to 2026-02-06: +$1,537; largest drawdown −$564.00." in in_money
    assert "Thu 8 Jan 2026: −$202.00, 1 exit" in in_money and "+$498.00" in in_money
    assert "Return from 2026-01-08 to 2026-02-06: +7.3 %; largest drawdown −2.8 %." in in_pct
    assert "On the position" in in_pct and "At 1 % risk" in in_pct


def test_rows_of_a_breakdown_in_percent() -> None:
    from trading.stats.multiples import Ranks, to_units
    from trading.stats.spread import bin_width, spread

    def ranks(*amounts: Decimal) -> list[Ranks]:
        return [Ranks.of(map(to_units, amounts[:2])), Ranks.of(map(to_units, amounts[2:]))]

    values = [Decimal(text) for text in ("-3.37", "9.96", "4.98", "7.45", "0", "21.27")]
    assert bin_width(ranks(*values)) == 5 and bin_width([]) == 1 and bin_width(ranks(Decimal("0.034"))) == Decimal("0.02")
    found = {one.title: one.count for one in spread(ranks(*values)) if one.count}
    assert found == {"-5 to 0": 1, "0 to 5": 2, "5 to 10": 2, "20 to 25": 1}
