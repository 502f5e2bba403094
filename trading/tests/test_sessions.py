"""Services are also called with the lazy user of a session, which is no instance of the user's class."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User


def test_things_are_created_from_a_session_too(alice: User, browser: Callable[[User], Client]) -> None:
    client = browser(alice)
    told = {"ticker": "ACME", "entry_price": "50", "stop_loss": "48", "position_size": "1"}
    assert client.post("/api/trades/create", told, content_type="application/json").status_code == 201
    account = {"name": "IB", "currency": "USD"}
    assert client.post("/api/portfolio/accounts", account, content_type="application/json").status_code == 201
