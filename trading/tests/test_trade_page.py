"""The page of a trade: corrected, added to, closed once, and what it shows."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.test import Client

from accounts.models import User
from patterns.tests.factories import create_instrument, make_bars
from trading.models import Trade
from trading.services.trades import close_trade
from trading.stats.decimals import rounded

from .factories import NOW, account_of, open_trade, out
from .test_pages import text_of

Browser = Callable[[User], Client]
D = Decimal


def test_a_fill_is_corrected_and_taken_back(alice: User, browser: Browser) -> None:
    then = NOW.replace(second=37, microsecond=5)
    trade, client = open_trade(alice, now=then), browser(alice)
    at = f"/journal/{trade.code}/"
    assert client.post(f"{at}close/", {"exit_price": "55", "quantity": "40"}).status_code == 302
    shown = client.get(at).content.decode()
    known = re.search(r'name="at" value="([^"]+)"[^>]*id="fill_1_at"', shown)
    assert known is not None
    told = {"price": "51", "quantity": "100", "fee": "0.00", "at": known[1]}
    assert client.post(f"{at}fills/1/", told).status_code == 302
    row = trade.fills.get(number=1)
    assert row.price == 51 and row.at == then  # a moment shown in minutes is no correction of its seconds
    page = client.get(at)
    assert (
        "Fill 1: price 50.00 → 51.00" in text_of(page)
        and "time" not in text_of(page).split("Fill 1:")[1][:60]
        and "corrected" in text_of(page)
    )
    refused = client.post(f"{at}fills/2/", {"quantity": "400"})
    assert refused.status_code == 422 and "only 100 is open" in text_of(refused)
    assert "data-open" in refused.content.decode() and 'value="400"' in refused.content.decode()
    assert client.post(f"{at}fills/2/", {"remove": "yes"}).status_code == 302
    assert trade.fills.count() == 1 and "taken back" in text_of(client.get(at))
    last = client.post(f"{at}fills/1/", {"remove": "yes"})
    assert last.status_code == 422 and "only entry" in text_of(last)
    assert client.post(f"{at}fills/9/", {"price": "1"}).status_code == 404


def test_facts_of_a_trade_are_corrected(alice: User, browser: Browser) -> None:
    trade, client, other = open_trade(alice), browser(alice), account_of(alice, "Other")
    at = f"/journal/{trade.code}/"
    told = {"symbol": "acme", "side": "long", "stop_loss": "47", "risk_amount": "", "account": str(other.code)}
    assert client.post(f"{at}facts/", told).status_code == 302
    trade.refresh_from_db()
    assert (trade.stop_loss, trade.risk_amount, trade.account) == (47, 300, other)
    assert client.post(f"{at}facts/", told | {"risk_amount": "150"}).status_code == 302
    assert Trade.objects.get().risk_amount == 150
    wrong = client.post(f"{at}facts/", told | {"stop_loss": "52"})
    assert (
        wrong.status_code == 422
        and "stop of a long trade lies below its entry" in text_of(wrong)
        and 'value="52"' in wrong.content.decode()
    )
    assert client.post(f"{at}facts/", told | {"account": "x"}).status_code == 422
    client.post("/journal/discreet/")
    assert client.post(f"{at}facts/", {name: told[name] for name in ("symbol", "side", "stop_loss", "account")}).status_code == 302
    assert Trade.objects.get().typed_risk == 150


def test_dividends_and_splits_count_in_a_trade(alice: User, browser: Browser) -> None:
    trade, client = open_trade(alice), browser(alice)
    at = f"/journal/{trade.code}/"
    line = {"kind": "dividend", "amount": "25.50", "on": "2026-03-02", "once": "k"}
    for _ in range(2):
        assert client.post(f"{at}lines/", line).status_code == 302
    trade.refresh_from_db()
    assert trade.adjustments == D("25.5") and "Dividend" in text_of(client.get(at))
    assert client.post(f"{at}lines/", line | {"amount": "much", "once": "l"}).status_code == 422
    moment = (NOW + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{at}splits/", {"new": "4", "old": "1", "at": moment}).status_code == 302
    trade.refresh_from_db()
    assert trade.quantity_in == 400 and trade.stop_loss == 12 and "Split 4 for 1" in text_of(client.get(at))
    assert client.post(f"{at}splits/", {"new": "1", "old": "1"}).status_code == 422
    assert client.post(f"{at}splits/", {"remove": trade.splits[0]["at"]}).status_code == 302
    trade.refresh_from_db()
    assert trade.quantity_in == 100 and trade.stop_loss == 48
    for junk in ("x", "0001-01-01T00:00:00+14:00", ""):
        assert client.post(f"{at}splits/", {"remove": junk}).status_code == 302


def test_a_checklist_is_kept(alice: User, browser: Browser) -> None:
    trade, client = open_trade(alice), browser(alice)
    at = f"/journal/{trade.code}/checklist/"
    assert client.post(at, {"step": ["Volume above average"]}).status_code == 302
    part = client.post(at, {"step": ["Volume above average", "Market up"], "done": ["0"]}, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "Market up" in text_of(part) and "<html" not in part.content.decode()
    trade.refresh_from_db()
    assert trade.checklist == [{"text": "Volume above average", "done": True}, {"text": "Market up", "done": False}]
    client.post(at, {"step": ["Volume above average", "Market up"], "done": ["0"], "drop": "1"})
    trade.refresh_from_db()
    assert trade.checklist == [{"text": "Volume above average", "done": True}]
    refused = client.post(at, {"step": ["x" * 201]}, headers={"HX-Request": "true"})
    assert refused.status_code == 422 and "up to 200 characters" in text_of(refused)


def test_an_exit_sent_twice_happens_once_and_a_closed_trade_says_so(alice: User, browser: Browser) -> None:
    trade, client = open_trade(alice), browser(alice)
    at = f"/journal/{trade.code}/close/"
    for _ in range(2):
        assert client.post(at, {"exit_price": "55", "quantity": "40", "once": "k"}).status_code == 302
    trade.refresh_from_db()
    assert trade.quantity_open == 60
    other = client.post(at, {"exit_price": "56", "quantity": "40", "once": "k"})
    assert other.status_code == 422 and "recorded something already" in text_of(other)
    assert client.post(at, {"exit_price": "56", "once": "l"}).status_code == 302
    late = client.post(at, {"exit_price": "57", "once": "m"})
    assert late.status_code == 422 and "is closed already" in text_of(late)


def test_a_plan_is_entered_with_its_size(alice: User, browser: Browser) -> None:
    client = browser(alice)
    told = {"ticker": "ACME", "side": "long", "state": "planned", "entry_price": "50", "stop_loss": "48", "position_size": "30"}
    client.post("/journal/new/", told)
    trade = Trade.objects.get()
    assert client.post(f"/journal/{trade.code}/enter/", {"price": "50.1"}).status_code == 302
    assert Trade.objects.get().quantity_in == 30
    more = client.post(f"/journal/{trade.code}/enter/", {"price": "50.1"})
    assert more.status_code == 422 and "needs a quantity" in text_of(more)


def test_how_far_the_price_went_is_told(alice: User, browser: Browser) -> None:
    create_instrument("ACME", bars=make_bars([50.0, 52.0, 54.0, 60.0], first=dt.date(2026, 3, 2), spread=0.02))
    trade, later = open_trade(alice), NOW + dt.timedelta(days=2)
    client = browser(alice)
    held = {one.name: one for one in client.get(f"/journal/{trade.code}/").context["stats"]}
    assert held["mfe"].value > 5 and held["exit_efficiency"].value is None and held["exit_efficiency"].why == "still open"
    close_trade(owner=alice, code=trade.code, fill=out("53", at=later), now=later)
    page = client.get(f"/journal/{trade.code}/")
    figures = {one.name: one for one in page.context["stats"]}
    best, worst = D(54) * D("1.02") - 50, D(50) - D(50) * D("0.98")
    assert (figures["mfe"].value, figures["mae"].value) == (best / 2, worst / 2)
    assert rounded(figures["exit_efficiency"].value, 4) == rounded(3 / best, 4)
    shown = text_of(page)
    assert "By daily bars" in shown and "$300.00 ÷ $200.00 = 1.5000R" in shown and "100 × |50.00 − 48.00| = $200.00" in shown


def test_a_stranger_corrects_nothing(alice: User, charlie: User, browser: Browser) -> None:
    trade, client = open_trade(alice), browser(charlie)
    for name in ("fills/1", "facts", "lines", "splits", "checklist"):
        assert client.post(f"/journal/{trade.code}/{name}/", {"price": "1", "remove": "yes"}).status_code == 404
    assert Client().post(f"/journal/{trade.code}/facts/").status_code == 302


def test_the_page_of_a_trade_asks_a_fixed_number_of_queries(alice: User, browser: Browser, django_assert_max_num_queries: Any) -> None:
    trade, client = open_trade(alice), browser(alice)
    with django_assert_max_num_queries(30):
        client.get(f"/journal/{trade.code}/")
    for number in range(12):
        client.post(f"/journal/{trade.code}/close/", {"exit_price": f"{50 + number}", "quantity": "1"})
    with django_assert_max_num_queries(30):
        client.get(f"/journal/{trade.code}/")
