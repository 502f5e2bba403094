"""Fifty people's worth of the same request, through HTTP, all at once."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import User
from trading.models import CashFlow, Fill, Trade, TradingAccount

from .factories import account_of, open_trade

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 50
NEW = {"ticker": "ACME", "entry_price": "50", "stop_loss": "48", "position_size": "100"}
Sent = tuple[Counter[int], set[str]]


def send_at_once(owner: User, path: str, told: Callable[[int], dict[str, Any]], key: str | None = None) -> Sent:
    """How often which status came back, and the different answers."""
    begin = threading.Barrier(TIMES)
    statuses: Counter[int] = Counter()
    answers: set[str] = set()

    def send(number: int) -> None:
        client = APIClient()
        client.force_authenticate(owner)
        try:
            begin.wait(60)
            answer = client.post(path, told(number), headers={"Idempotency-Key": key} if key else {}, format="json")
            statuses[answer.status_code] += 1
            answers.add(answer.content.decode())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, answers


def test_of_fifty_closes_one_counts(alice: User) -> None:
    trade = open_trade(alice)
    statuses, _ = send_at_once(alice, "/api/trades/close", lambda k: {"code": str(trade.code), "exit_price": str(51 + k)})
    assert statuses == {200: 1, 409: 49}
    exits = Fill.objects.filter(trade=trade, kind="exit")
    trade.refresh_from_db()
    assert trade.net_pnl == 100 * (exits.get().price - 50) and trade.status == "closed"
    assert trade.events.filter(kind="exit").count() == 1


def test_fifty_creations_with_one_key_make_one_trade(alice: User) -> None:
    statuses, answers = send_at_once(alice, "/api/trades/create", lambda _: NEW, "one")
    assert statuses == {201: 50} and len(answers) == 1
    assert Trade.objects.count() == 1 and Fill.objects.count() == 1 and TradingAccount.objects.count() == 1


def test_fifty_closes_with_one_key_are_one_answer(alice: User) -> None:
    trade = open_trade(alice)
    told = {"code": str(trade.code), "exit_price": "55", "quantity": "10"}
    statuses, answers = send_at_once(alice, "/api/trades/close", lambda _: told, "one")
    assert statuses == {200: 50} and len(answers) == 1
    assert Trade.objects.get(pk=trade.pk).quantity_open == 90


def test_fifty_fills_with_one_key_are_one_fill(alice: User) -> None:
    trade = open_trade(alice)
    told = {"kind": "entry", "price": "51", "quantity": "10"}
    statuses, answers = send_at_once(alice, f"/api/trades/{trade.code}/fills", lambda _: told, "one")
    assert statuses == {201: 50} and len(answers) == 1 and trade.fills.count() == 2


def test_fifty_deposits_with_one_key_are_one_line(alice: User) -> None:
    account = account_of(alice)
    told = {"kind": "deposit", "amount": "5", "on": "2026-02-02"}
    statuses, answers = send_at_once(alice, f"/api/portfolio/accounts/{account.code}/cash-flows", lambda _: told, "one")
    assert statuses == {201: 50} and len(answers) == 1 and CashFlow.objects.count() == 1


def test_parts_sold_at_once_never_sell_more_than_there_is(alice: User) -> None:
    trade = open_trade(alice)
    told = {"code": str(trade.code), "exit_price": "55", "quantity": "7"}
    statuses, _ = send_at_once(alice, "/api/trades/close", lambda _: told)
    assert statuses == {200: 14, 409: 36}
    trade.refresh_from_db()
    assert trade.quantity_open == 2 and trade.realised_pnl == 490
