"""Pages of the risk calculators: the definitions' examples, what is wrong, and the address that keeps what was typed."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

from .factories import account_of, reference_journal
from .test_pages import text_of

Browser = Callable[[User], Client]
PART = {"HX-Request": "true"}
SIZE = {"side": "long", "entry_price": "50", "stop_loss": "48", "equity": "10000", "risk_percent": "1", "commission": "0.01"}


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("size", SIZE, ("49", "$98.98", "$2,450.00", "24.50 % of equity", "$100.00 ÷ 2.02 = 49.5050, rounded down to 49")),
        ("size", {"side": "short", "entry_price": "80", "stop_loss": "82.5", "risk_amount": "300"}, ("120", "$300.00, as typed")),
        ("size", SIZE | {"fractions": "on"}, ("49.5049",)),
        ("size", SIZE | {"risk_percent": "50"}, ("The position costs more than the account holds.",)),
        ("reward", {"side": "long", "entry_price": "50", "stop_loss": "48", "target_price": "56"}, ("3.00R", "25.00 %")),
        ("reward", {"side": "short", "entry_price": "80", "stop_loss": "82", "target_price": "74"}, ("3.00R",)),
        ("kelly", {"win_rate": "45", "payoff_ratio": "2.1"}, ("18.81 %", "0.4500 − (1 − 0.4500) ÷ 2.1000 = 18.8095 %")),
        ("kelly", {"win_rate": "30", "payoff_ratio": "1.5"}, ("No edge at these numbers.", "shown as 0")),
        ("kelly", {"win_rate": "45", "payoff_ratio": "2.1", "decided_trades": "8"}, ("the estimate is unreliable",)),
        ("break-even", {"payoff_ratio": "2"}, ("33.33 %", "100 ÷ (1 + 2.0000) = 33.3333 %")),
        ("break-even", {"side": "long", "entry_price": "50", "commission": "0.01"}, ("50.02",)),
        ("recovery", {"loss_percent": "20"}, ("25.00 %",)),
        ("recovery", {"loss_percent": "100"}, ("all is lost",)),
    ],
)
def test_the_examples_of_the_definitions(alice: User, browser: Browser, kind: str, typed: dict[str, str], said: tuple[str, ...]) -> None:
    client = browser(alice)
    page, part = client.get(f"/journal/risk/{kind}/", typed), client.get(f"/journal/risk/{kind}/", typed, headers=PART)
    for shown in (text_of(page).replace("\N{NARROW NO-BREAK SPACE}", " "), text_of(part).replace("\N{NARROW NO-BREAK SPACE}", " ")):
        assert all(text in shown for text in said), shown[-1500:]
    assert "<html" in page.content.decode() and "<html" not in part.content.decode()


@pytest.mark.parametrize(
    ("kind", "typed", "field", "said"),
    [
        ("size", SIZE | {"stop_loss": "50"}, "stop_loss", "The stop equals the entry"),
        ("size", SIZE | {"stop_loss": "52"}, "stop_loss", "The stop of a long trade lies below its entry."),
        ("size", SIZE | {"risk_percent": "0"}, "risk_percent", "above 0 and at most at 100"),
        ("size", SIZE | {"equity": "-1"}, "equity", "cannot be negative"),
        ("size", SIZE | {"entry_price": "fifty"}, "entry_price", "Write a number"),
        ("size", SIZE | {"entry_price": "1e999"}, "entry_price", "more digits"),
        ("size", SIZE | {"equity": "99999999999999"}, "equity", "at most"),
        ("reward", {"entry_price": "50", "stop_loss": "48", "target_price": "49"}, "target_price", "The target of a long trade lies above"),
        ("kelly", {"win_rate": "101", "payoff_ratio": "2"}, "win_rate", "between 0 and 100"),
        ("kelly", {"win_rate": "50", "payoff_ratio": "0"}, "payoff_ratio", "above 0"),
        ("recovery", {"loss_percent": "101"}, "loss_percent", "between 0 and 100"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    alice: User, browser: Browser, kind: str, typed: dict[str, str], field: str, said: str
) -> None:
    client = browser(alice)
    part = client.get(f"/journal/risk/{kind}/", typed, headers=PART).content.decode()
    slot = part[part.index(f'id="id_{field}_error"') :].split("</span>")[0]
    assert said in slot and 'hx-swap-oob="true"' in slot
    page = client.get(f"/journal/risk/{kind}/", typed)
    assert page.status_code == 200 and said in text_of(page) and "NaN" not in text_of(page)


def test_the_address_keeps_what_was_typed_and_a_plan_takes_it(alice: User, browser: Browser) -> None:
    client = browser(alice)
    part = client.get("/journal/risk/size/", SIZE | {"junk": "x", "fractions": ""}, headers=PART)
    address = part["HX-Replace-Url"]
    assert address == "/journal/risk/size/?side=long&entry_price=50&stop_loss=48&equity=10000&risk_percent=1&commission=0.01"
    assert 'value="10000"' in client.get(address).content.decode()
    assert "/journal/new/?side=long&amp;entry_price=50&amp;stop_loss=48&amp;risk_percent=1&amp;state=planned" in part.content.decode()


def test_the_person_s_own_figures_are_filled_in(alice: User, browser: Browser) -> None:
    client = browser(alice)
    assert "Type win rate, %, payoff" in text_of(client.get("/journal/risk/kelly/"))
    reference_journal(alice, account_of(alice))
    kelly = text_of(client.get("/journal/risk/kelly/")).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "39.05 %" in kelly and "filled in from your journal" in kelly and "From 11 decided trades" in kelly
    assert 'value="11537.00"' in client.get("/journal/risk/").content.decode()
    client.post("/journal/discreet/")
    assert "11537" not in client.get("/journal/risk/").content.decode()


def test_the_calculators_are_led_to(alice: User, browser: Browser) -> None:
    client = browser(alice)
    for address in ("/journal/", "/journal/new/", "/"):
        assert 'href="/journal/risk/"' in client.get(address).content.decode()
    assert client.get("/journal/risk/x/").status_code == 404 and Client().get("/journal/risk/").status_code == 302
