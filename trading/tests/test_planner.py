"""The planner: levels of a match, answers while one types, a form that is sent twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from patterns.models import PatternMatch, Universe
from patterns.services.evidence import judge_here
from patterns.services.rules import engine_rule
from patterns.services.scans import run_scan_here
from patterns.tests.factories import create_market
from trading.models import CashFlow, Trade, TradingAccount
from trading.queries.prices import as_level

from .factories import account_of
from .test_pages import text_of

Browser = Callable[[User], Client]


@pytest.mark.parametrize(
    ("price", "typed"),
    [
        (52.13483921, "52.13"),
        (152.1, "152.10"),
        (1.523449, "1.5234"),
        (0.0123449, "0.012345"),
        (0.00000123456, "0.00000123"),
        (7.0, "7.00"),
    ],
)
def test_levels_of_cheap_prices_keep_their_digits(price: float, typed: str) -> None:
    assert as_level(price) == typed


def test_a_match_fills_in_its_levels_for_those_who_may_see_it(alice: User, charlie: User, browser: Browser) -> None:
    run_scan_here(universe=create_market(4, bars=320), now=timezone.now(), threads=0)
    match = PatternMatch.objects.select_related("instrument").earliest("id")
    client = browser(alice)
    page = client.get(f"/journal/new/?match={match.code}")
    assert f"Plan {match.instrument.symbol}" in text_of(page) and as_level(match.entry) in page.content.decode()
    assert "What this rule did before" not in text_of(page), "nothing was worked out yet"
    judge_here(universe=match.universe, rules=[engine_rule(row=match.rule)], now=timezone.now(), threads=1)
    assert "What this rule did before" in text_of(client.get(f"/journal/new/?match={match.code}"))
    told = {
        "ticker": match.instrument.symbol,
        "side": match.side,
        "state": "planned",
        "entry_price": as_level(match.entry),
        "stop_loss": as_level(match.stop),
        "target_price": as_level(match.target),
        "position_size": "10",
        "match": str(match.code),
    }
    assert client.post("/journal/new/", told).status_code == 302
    assert Trade.objects.get().match == match and Trade.objects.get().pattern == match.pattern

    cheap = {name: getattr(match, name) / 10_000 for name in ("entry", "stop", "target", "target2")}
    PatternMatch.objects.filter(pk=match.pk).update(**cheap)
    levels = [f'value="{as_level(cheap[name])}"' for name in ("entry", "stop", "target")]
    shown = client.get(f"/journal/new/?match={match.code}").content.decode()
    assert all(level in shown and len(level) >= len('value="0.0012345"') for level in levels)
    Universe.objects.filter(pk=match.universe_id).update(owner=charlie)
    hidden = client.get(f"/journal/new/?match={match.code}")
    refused = client.post("/journal/new/", told)
    assert refused.status_code == 422
    assert all("From the match" not in text_of(shown) for shown in (hidden, refused)) and levels[0] not in hidden.content.decode()


PLAN = {"ticker": "acme", "side": "long", "state": "open", "entry_price": "50", "stop_loss": "48", "position_size": "10"}


def test_what_is_typed_stays_in_the_address(alice: User, browser: Browser) -> None:
    client = browser(alice)
    typed = {"ticker": "ACME", "entry_price": "50", "stop_loss": "48", "equity": "4321", "notes": "mine"}
    address = client.get("/journal/new/size/", typed)["HX-Replace-Url"]
    assert address == "/journal/new/?ticker=ACME&entry_price=50&stop_loss=48&equity=4321"
    page = client.get(address)
    assert 'value="48"' in page.content.decode() and "21" in text_of(page) and "$42.00" in text_of(page)
    client.post("/journal/discreet/")
    assert "4321" not in client.get("/journal/new/size/", typed)["HX-Replace-Url"]


def test_a_form_sent_twice_makes_one_trade(alice: User, browser: Browser) -> None:
    client = browser(alice)
    first, again = (client.post("/journal/new/", PLAN | {"once": "k" * 32}) for _ in range(2))
    assert first["Location"] == again["Location"] and Trade.objects.count() == 1
    changed = client.post("/journal/new/", PLAN | {"once": "k" * 32, "notes": "another"})
    assert changed.status_code == 422 and "saved a trade already" in text_of(changed) and "another" in text_of(changed)
    key = changed.context["form"]["once"].value()
    assert key and key != "k" * 32
    assert client.post("/journal/new/", PLAN | {"once": key, "notes": "another"}).status_code == 302 and Trade.objects.count() == 2
    assert client.post("/journal/new/", PLAN | {"once": "k" * 65}).status_code == 422


def test_an_account_and_a_deposit_sent_twice_are_made_once(alice: User, browser: Browser) -> None:
    client = browser(alice)
    for _ in range(2):
        assert client.post("/journal/accounts/", {"name": "IB", "currency": "usd", "once": "a"}).status_code == 302
    assert TradingAccount.objects.count() == 1
    book = account_of(alice)
    line = {"kind": "deposit", "amount": "500", "on": f"{timezone.localdate()}", "once": "b"}
    for _ in range(2):
        assert client.post(f"/journal/accounts/{book.code}/", line).status_code == 302
    assert CashFlow.objects.count() == 1


def test_what_is_wrong_keeps_what_was_typed_and_marks_its_field(alice: User, browser: Browser) -> None:
    page: Any = browser(alice).post("/journal/new/", PLAN | {"entry_price": "fifty", "notes": "keep me"})
    shown = page.content.decode()
    assert page.status_code == 422 and 'value="fifty"' in shown and "keep me" in shown and "such as 48.50" in shown
    field = shown[shown.index('name="entry_price"') :].split(">")[0]
    assert 'aria-invalid="true"' in field and "is-invalid" in field and "id_entry_price_error" in field
