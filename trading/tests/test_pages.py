import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from accounts.models import User
from patterns.tests.factories import create_market
from trading.models import Trade, TradingAccount

from .factories import account_of, closed_trade, open_trade, reference_journal

Browser = Callable[[User], Client]


def text_of(page: Any) -> str:
    """What a reader sees, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_an_empty_journal_offers_a_trade_and_examples(alice: User, browser: Browser) -> None:
    page = browser(alice).get("/journal/")
    assert page.status_code == 200 and "No trades yet" in text_of(page) and "Load example data" in text_of(page)


def test_the_journal_shows_the_figures_of_the_reference_trades(alice: User, browser: Browser) -> None:
    reference_journal(alice)
    client = browser(alice)
    for unit, figures in (
        ("r", ("+7.20R", "+0.65R", "58.33", "2.59", "1.28", "2.82R")),
        ("money", ("+$1,537.00", "+$128.08", "$357.86", "−$242.00", "$25.00")),
        ("pct", ("+7.28", "88.53")),
    ):
        page = client.get(f"/journal/?unit={unit}")
        shown = text_of(page)
        assert all(figure in shown for figure in figures), (unit, shown[:3000])
        assert "style=" not in page.content.decode()
    assert "7 ÷ 12 × 100 = 58.3333 %" in shown and "needs one account with an opening balance" in shown


def test_the_journal_is_narrowed_by_its_address(alice: User, browser: Browser) -> None:
    reference_journal(alice)
    client = browser(alice)
    assert "3 closed trades" in text_of(client.get("/journal/?side=short"))
    assert "No trades match" in text_of(client.get("/journal/?symbol=NONE"))
    assert "T10" in text_of(client.get("/journal/?by=symbol"))
    assert client.get("/journal/?account=x").status_code == 404 and client.get("/journal/?from=x").status_code == 404
    assert client.get("/journal/?unit=x&by=y&period=z").status_code == 200


def test_discreet_mode_hides_money_everywhere(alice: User, browser: Browser) -> None:
    closed_trade(alice)
    client = browser(alice)
    client.post("/journal/discreet/", {"next": "/journal/?unit=money"})
    for address in ("/journal/?unit=money", f"/journal/{Trade.objects.get().code}/", "/journal/accounts/"):
        assert "500.00" not in client.get(address).content.decode()
    assert client.post("/journal/discreet/", {"next": "//evil.example"})["Location"] == "/journal/"
    assert "500.00" in client.get("/journal/?unit=money").content.decode()


def test_a_trade_is_planned_entered_and_closed_by_pages(alice: User, browser: Browser) -> None:
    account_of(alice)
    client = browser(alice)
    told = {
        "ticker": "acme",
        "side": "long",
        "state": "planned",
        "entry_price": "50",
        "stop_loss": "48",
        "target_price": "56",
        "risk_percent": "1",
        "account": str(TradingAccount.objects.get().code),
        "tags": "swing, gap",
    }
    sized = client.get("/journal/new/size/", told)
    assert "50" in text_of(sized) and "2R" in text_of(sized) and "$100.00" in text_of(sized)
    assert client.post("/journal/new/", told).status_code == 302
    trade = Trade.objects.get()
    assert (trade.status, trade.planned_quantity, trade.tags) == ("planned", 50, ["swing", "gap"])
    at = f"/journal/{trade.code}/"
    assert client.post(f"{at}enter/", {"price": "50.2", "quantity": "50"}).status_code == 302
    refused = client.post(f"{at}close/", {"exit_price": "55", "quantity": "51"})
    assert refused.status_code == 422 and "only 50 is open" in text_of(refused)
    assert client.post(f"{at}close/", {"exit_price": "54", "quantity": "25"}).status_code == 302
    assert (
        client.post(f"{at}change/", {"current_stop": "50.2", "target_price": "57", "tags": "swing", "notes": "half off"}).status_code == 302
    )
    assert client.post(f"{at}close/", {"exit_price": "56"}).status_code == 302
    page = client.get(at)
    assert "+2.18R" in text_of(page) and "Out: 25 @ 54.00" in text_of(page) and "stop none → 50.20" in text_of(page)
    assert client.post(f"{at}close/", {"exit_price": "56"}).status_code == 422


def test_what_is_wrong_is_said_beside_its_field(alice: User, browser: Browser) -> None:
    client = browser(alice)
    told = {"ticker": "ACME", "side": "long", "state": "open", "entry_price": "50", "stop_loss": "52", "position_size": "10"}
    page = client.post("/journal/new/", told)
    assert page.status_code == 422 and "stop of a long trade lies below its entry" in text_of(page)
    assert "lies below its entry" in text_of(client.get("/journal/new/size/", told))
    for junk in (
        {"entry_price": "1e999"},
        {"entry_price": "NaN"},
        {"match": "x"},
        {"account": "x"},
        {"risk_percent": "-3"},
        {},
    ):
        assert client.get("/journal/new/size/", told | junk).status_code == 200
        assert client.post("/journal/new/", told | junk).status_code == 422
    assert not Trade.objects.exists()


def test_examples_come_and_go_with_one_click(alice: User, browser: Browser) -> None:
    create_market(3, bars=320)
    own = open_trade(alice)
    client = browser(alice)
    client.post("/journal/examples/")
    assert Trade.objects.owned_by(alice).closed().count() > 5
    page = client.get("/journal/")
    assert "Example trades are loaded too" in text_of(page) and "ACME" in text_of(page)
    client.post("/journal/examples/", {"remove": "yes"})
    assert list(Trade.objects.all()) == [own] and not TradingAccount.objects.filter(is_example=True).exists()


def test_accounts_and_their_ledger(alice: User, browser: Browser) -> None:
    client = browser(alice)
    assert client.post("/journal/accounts/", {"name": "IB", "currency": "usd", "opening_balance": "10000"}).status_code == 302
    at = f"/journal/accounts/{TradingAccount.objects.get().code}/"
    assert client.post("/journal/accounts/", {"name": "IB", "currency": "usd"}).status_code == 422
    from django.utils import timezone

    assert client.post(at, {"kind": "deposit", "amount": "500", "on": f"{timezone.localdate()}"}).status_code == 302
    assert client.post(at, {"kind": "deposit", "amount": "-5", "on": f"{timezone.localdate()}"}).status_code == 422
    assert "$10,500.00" in text_of(client.get(at))
    client.post(f"{at}opening/", {"archived": "yes"})
    assert TradingAccount.objects.get().archived_at is not None


def test_pictures_belong_to_their_owner(alice: User, charlie: User, browser: Browser, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    trade = open_trade(alice)
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(file, "PNG")
    file.seek(0)
    file.name = "shot.png"
    client = browser(alice)
    client.post(f"/journal/{trade.code}/picture/", {"file": file})
    shot = trade.screenshots.get()
    assert client.get(f"/journal/pictures/{shot.code}/").headers["Content-Type"] == "image/webp"
    assert browser(charlie).get(f"/journal/pictures/{shot.code}/").status_code == 404
    client.post(f"/journal/{trade.code}/delete/")
    assert not Trade.objects.exists()


def test_a_stranger_gets_404_on_every_page_of_mine(alice: User, charlie: User, browser: Browser) -> None:
    trade, book = open_trade(alice), account_of(alice)
    client = browser(charlie)
    assert client.get(f"/journal/{trade.code}/").status_code == 404
    for name in ("close", "enter", "change", "delete", "picture"):
        assert client.post(f"/journal/{trade.code}/{name}/", {"exit_price": "1"}).status_code == 404
    assert client.get(f"/journal/accounts/{book.code}/").status_code == 404
    assert client.get("/journal/fills/ACME/").json()["fills"] == []
    assert Client().get("/journal/").status_code == 302


def test_the_journal_asks_a_fixed_number_of_queries(alice: User, browser: Browser, django_assert_max_num_queries: Any) -> None:
    reference_journal(alice)
    client = browser(alice)
    with django_assert_max_num_queries(32):
        client.get("/journal/")
    for _ in range(30):
        closed_trade(alice)
    with django_assert_max_num_queries(32):
        client.get("/journal/")


@pytest.mark.django_db
def test_fills_are_drawn_with_prices_after_splits(alice: User, browser: Browser) -> None:
    from trading.services.splits import apply_split

    from .factories import NOW

    trade = open_trade(alice)
    apply_split(owner=alice, code=trade.code, at=NOW.replace(hour=22), new=2, old=1, now=NOW.replace(hour=22))
    told = browser(alice).get("/journal/fills/ACME/").json()
    assert told["fills"][0]["price"] == 25.0 and told["fills"][0]["quantity"] == "200" and told["fills"][0]["buys"] is True
