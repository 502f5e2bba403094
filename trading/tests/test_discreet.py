"""Discreet mode: no amount of money that is somebody's own is in any page of the journal, nor the shares that would tell it."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from patterns.tests.factories import create_instrument, make_bars
from trading.models import Trade, TradingAccount
from trading.services.corrections import change_fill, change_trade
from trading.services.ledgers import add_cash_flow, create_account
from trading.services.trades import TradeInput, add_fill, close_trade, create_trade
from trading.stats.decimals import rounded

from .factories import NOW, entry, out

Browser = Callable[[User], Client]
D = Decimal
SHARES = (713, 317, 396, 919)
UNITS = ("r", "pct", "money")


@pytest.fixture
def journal(alice: User) -> TradingAccount:
    """An account with a ledger; a closed, an open and a planned trade, corrected, with fees, a typed risk and a dividend."""
    bars = make_bars([49.0, 50.0, 51.0, 52.0, 53.0], first=dt.date(2026, 2, 25), spread=0.02)
    create_instrument("ACME", bars=bars)
    account = create_account(
        owner=alice, name="Broker", currency="USD", now=NOW, opening_balance=D("77123.46"), opened_on=dt.date(2026, 2, 20)
    )
    told = {"symbol": "ACME", "account": account.code, "target_price": D(60)}
    fills = [entry("50", "713", fee="3.37")]
    closed = create_trade(
        owner=alice, told=TradeInput(fills=fills, stop_loss=D("48.1"), risk_amount=D("1457.13"), tags=["swing"], **told), now=NOW
    )
    close_trade(owner=alice, code=closed.code, fill=out("55.37", "317", fee="4.59"), now=NOW)
    close_trade(owner=alice, code=closed.code, fill=out("44.91", fee="2.83"), now=NOW)
    change_fill(owner=alice, code=closed.code, number=1, changes={"fee": D("5.61")}, now=NOW)
    change_trade(owner=alice, code=closed.code, changes={"risk_amount": D("1683.29")}, now=NOW)
    add_cash_flow(owner=alice, account=account.code, trade=closed.code, kind="dividend", amount=D("19.87"), on=NOW.date(), now=NOW)
    add_cash_flow(owner=alice, account=account.code, kind="deposit", amount=D("4321.98"), on=NOW.date(), now=NOW)
    open_one = create_trade(owner=alice, told=TradeInput(fills=fills, stop_loss=D("48.1"), **told), now=NOW)
    add_fill(owner=alice, code=open_one.code, told=entry("51", "919", fee="6.43", stop="49.3"), now=NOW)
    create_trade(owner=alice, told=TradeInput(planned_entry=D(50), planned_quantity=D(919), stop_loss=D("48.7"), **told), now=NOW)
    return account


def amounts(account: TradingAccount) -> set[Decimal]:
    """Every amount that rows and figures of this journal have."""
    found = {D("77123.46"), D("4321.98"), D("19.87"), D("1457.13"), D("1683.29")}
    for trade in Trade.objects.filter(account=account).prefetch_related("fills"):
        found |= {trade.gross_pnl, trade.fees, trade.realised_pnl, trade.net_pnl or D(0), trade.risk_amount or D(0)}
        for fill in trade.fills.all():
            found |= {fill.fee, fill.gross or D(0), fill.net or D(0), fill.price * fill.quantity}
    return {abs(rounded(one, 2)) for one in found if abs(one) >= 1}


def addresses(account: TradingAccount) -> Iterator[str]:
    for unit in UNITS:
        for by in ("pattern", "symbol", "account", "tag"):
            yield f"/journal/?unit={unit}&by={by}"
    for trade in Trade.objects.filter(account=account):
        yield f"/journal/{trade.code}/"
        yield f"/journal/fills/ACME/?trade={trade.code}"
    yield from ("/journal/fills/ACME/", "/journal/new/", "/journal/accounts/", f"/journal/accounts/{account.code}/", "/journal/import/")
    yield f"/journal/new/?symbol=ACME&account={account.code}&entry_price=50&stop_loss=48"
    yield f"/journal/new/size/?account={account.code}&entry_price=50&stop_loss=48&risk_percent=1"
    yield from (f"/journal/risk/{kind}/" for kind in ("size", "reward", "kelly", "break-even", "recovery"))


def written(amount: Decimal) -> re.Pattern[str]:
    """The amount with or without separators and cents."""
    whole, cents = f"{amount:.2f}".split(".")
    grouped = f"{int(whole):,}".replace(",", ",?")
    return re.compile(rf"(?<![\d.,]){grouped}\.{cents}(?!\d)")


def test_no_amount_is_in_any_page(alice: User, browser: Browser, journal: TradingAccount) -> None:
    client = browser(alice)
    known = amounts(journal)
    assert len(known) > 15
    shown = "".join(client.get(address).content.decode() for address in addresses(journal))
    missing = [one for one in (D("77123.46"), D("4321.98"), D("19.87"), D("1683.29"), D("5.61")) if not written(one).search(shown)]
    assert not missing  # without the mode they are there, so that the test looks in the right places
    client.post("/journal/discreet/")
    for address in addresses(journal):
        page = client.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        leaks = [str(one) for one in known if written(one).search(text)]
        assert not leaks, (address, leaks)
        assert not re.search(r"[$€£]\s?\d", text), (address, re.findall(r".{60}[$€£]\s?\d.{20}", text)[:3])
        sold = [count for count in SHARES if re.search(rf"(>|\"|>\s*){count}( @| ×|<|\"|,)", text)]
        assert not sold, (address, sold)


def test_what_was_refused_shows_what_was_typed_and_nothing_else(alice: User, browser: Browser, journal: TradingAccount) -> None:
    client = browser(alice)
    client.post("/journal/discreet/")
    trade = Trade.objects.get(status="open")
    page = client.post(f"/journal/{trade.code}/fills/1/", {"price": "x"})
    assert page.status_code == 422
    text = page.content.decode()
    assert not [one for one in amounts(journal) if written(one).search(text)] and 'value="713"' not in text
