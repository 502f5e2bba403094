import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.preferences import change_preferences
from tests.caches import empty_cache
from trading.models import Trade
from trading.queries.rows import plain_rows
from trading.tests import reference

from .factories import account_of, closed_trade, entry, open_trade, reference_journal

Client = Callable[[User | None], APIClient]
NEW = {"ticker": "ACME", "entry_price": "50", "stop_loss": "48", "target_price": "56", "position_size": "100"}


@pytest.fixture
def new_yorker(alice: User) -> User:
    change_preferences(user=alice, changes={"time_zone": "America/New_York"})
    return alice


def enter_reference(client: APIClient) -> dict[str, dict[str, Any]]:
    """The twelve trades, entered and closed through the API."""
    made = {}
    for name, side, entries, exits in reference.ROWS:
        fills = [
            {"kind": "entry", "at": reference.at(day).isoformat(), "quantity": q, "price": p, "fee": fee, "stop": stop}
            for day, q, p, stop, fee in entries
        ]
        created = client.post("/api/trades/create", {"ticker": name, "side": side, "fills": fills})
        assert created.status_code == 201, created.json()
        for day, q, p, fee in exits:
            told = {
                "code": created.json()["code"],
                "exit_price": p,
                "quantity": q,
                "exit_date": reference.at(day, 20).isoformat(),
                "fee": fee,
            }
            made[name] = client.post("/api/trades/close", told).json()
    return made


def test_the_reference_journal_entered_through_the_api_has_every_figure_as_defined(new_yorker: User, api: Client) -> None:
    client = api(new_yorker)
    trades = enter_reference(client)
    for name, (gross, fees, net, risk, r, percent) in reference.EXPECTED.items():
        one = trades[name]
        assert (one["gross_profit_loss"], one["fees"], one["profit_loss"], one["risk_amount"], one["r_multiple"]) == (
            gross,
            fees,
            net,
            risk,
            r,
        )
        assert f"{float(one['profit_loss_pct']):.1f}" == f"{float(percent):.1f}"
    assert trades["T4"]["fills"][1]["profit_loss"] == "199.00" and trades["T4"]["fills"][2]["profit_loss"] == "99.00"
    assert [trades[name]["win"] for name in ("T1", "T2", "T5")] == [True, False, None]
    told = client.get("/api/trades/statistics").json()
    assert {name: told[name] for name in STATISTICS} == STATISTICS
    assert told["undefined"] == {}
    performance = client.get("/api/analytics/performance").json()
    assert {name: performance[name] for name in CONFIDENCE} == CONFIDENCE
    days = client.get("/api/analytics/calendar").json()
    assert [(one["start"], one["profit_loss"]) for one in days["months"]] == [("2026-01-01", "923.00"), ("2026-02-01", "614.00")]
    assert days["total_profit_loss"] == "1537.00" and len(days["days"]) == 13
    bins = client.get("/api/analytics/distribution").json()
    assert [one["count"] for one in bins["bins"]] == [0, 0, 4, 0, 2, 3, 1, 1, 0, 0] and bins["trades_without_r"] == 1
    line = client.get("/api/analytics/equity").json()["r"]
    last = {"day": "2026-02-06", "total_r": "7.1950", "drawdown_r": "0.0000", "risk_normalised_return": "7.2821"}
    assert line[-1] == last
    assert client.get("/api/analytics/patterns?by=side").json()["results"][0]["total_trades"] in (3, 9)


STATISTICS = {
    "total_trades": 12, "winning_trades": 7, "losing_trades": 4, "break_even_trades": 1, "win_rate": "58.3333",
    "win_rate_without_break_evens": "63.6364", "total_profit_loss": "1537.00", "gross_profit_loss": "1562.00", "fees": "25.00",
    "average_win": "357.86", "average_loss": "-242.00", "payoff_ratio": "1.4787", "profit_factor": "2.5878",
    "expectancy_per_trade": "128.08", "average_r_multiple": "0.6541", "total_r": "7.1950", "median_r": "0.8900", "best_r": "3.1900",
    "worst_r": "-1.7600", "sd_r": "1.6984", "sqn": "1.2773", "max_drawdown_r": "2.8200", "current_drawdown_r": "0.0000",
    "longest_win_streak": 4, "longest_loss_streak": 2, "current_streak": {"length": 2, "outcome": "win"}, "trades_without_r": 1,
    "currency": "USD",
}  # fmt: skip
CONFIDENCE = {
    "win_rate_low": "31.9511", "shrunk_expectancy_r": "0.2321", "probability_of_edge": "0.8853", "trades_needed": 20,
    "consistency": "1.2773", "risk_normalised_return": "7.2821", "risk_normalised_drawdown": "2.8013",
}  # fmt: skip


def test_the_short_form_enters_and_closes(alice: User, api: Client) -> None:
    client = api(alice)
    created = client.post("/api/trades/create", NEW).json()
    assert (created["symbol"], created["status"], created["risk_amount"], created["risk_reward"]) == ("ACME", "open", "200.00", "3.0000")
    assert created["reward_amount"] == "600.00" and created["fills"][0]["number"] == 1
    closed = client.post("/api/trades/close", {"code": created["code"], "exit_price": "55"})
    assert closed.status_code == 200 and closed.json()["r_multiple"] == "2.5000"
    again = client.post("/api/trades/close", {"code": created["code"], "exit_price": "60"})
    assert again.status_code == 409 and again.json()["code"] == "nothing_left_to_close"
    assert client.get(f"/api/trades/{created['code']}").json()["profit_loss"] == "500.00"


def test_a_trade_is_changed_filled_and_deleted(alice: User, api: Client) -> None:
    client = api(alice)
    plan = client.post("/api/trades/create", NEW | {"planned": True, "tags": ["swing"]}).json()
    at = f"/api/trades/{plan['code']}"
    assert plan["status"] == "planned" and plan["entry_price"] == "50.00" and plan["risk_amount"] is None
    assert client.get("/api/trades/open?status=planned").json()["results"][0]["code"] == plan["code"]
    assert client.post(f"{at}/fills", {"kind": "entry", "price": "50.5", "quantity": "100"}).status_code == 201
    assert client.patch(at, {"notes": "as planned", "current_stop": "51"}).json()["current_stop"] == "51.00"
    assert client.patch(f"{at}/fills/1", {"price": "50.25"}).json()["entry_price"] == "50.25"
    kinds = [one["kind"] for one in client.get(f"{at}/events").json()["results"]]
    assert kinds == ["planned", "entry", "stop_moved", "fill_changed"]
    assert client.patch(f"{at}/fills/9", {"price": "1"}).status_code == 404
    assert client.delete(f"{at}/fills/1").status_code == 409
    assert client.delete(at).status_code == 204 and client.get(at).status_code == 404


def test_the_same_key_answers_the_same_trade(alice: User, api: Client) -> None:
    client = api(alice)
    first, second = (client.post("/api/trades/create", NEW, headers={"Idempotency-Key": "a"}) for _ in range(2))
    assert first.json()["code"] == second.json()["code"] and Trade.objects.count() == 1
    other = client.post("/api/trades/create", NEW | {"notes": "x"}, headers={"Idempotency-Key": "a"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"stop_loss": "52"}, "stop_loss"),
        ({"entry_price": "NaN"}, "entry_price"),
        ({"entry_price": "1e400"}, "entry_price"),
        ({"entry_price": "0"}, "entry_price"),
        ({"position_size": "-1"}, "position_size"),
        ({"position_size": "1.123456789"}, "position_size"),
        ({"side": "sideways"}, "side"),
        ({"ticker": "a b"}, "ticker"),
        ({"entry_date": "2999-01-01T00:00:00Z"}, "entry_date"),
        ({"account": str(uuid.uuid4())}, None),
        ({"tags": "swing"}, "tags"),
        ({"notes": "\0" * 3}, "notes"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(alice: User, api: Client, told: dict[str, object], field: str | None) -> None:
    refused = api(alice).post("/api/trades/create", NEW | told)
    assert refused.status_code == (404 if field is None else 400)
    assert field is None or refused.json()["errors"][0]["field"] == field
    assert not Trade.objects.exists()


def test_a_stranger_finds_nothing_of_mine(alice: User, charlie: User, api: Client) -> None:
    trade, book = closed_trade(alice), account_of(alice)
    client = api(charlie)
    at, account = f"/api/trades/{trade.code}", f"/api/portfolio/accounts/{book.code}"
    for answer in (
        client.get(at),
        client.patch(at, {"notes": "mine"}),
        client.delete(at),
        client.get(f"{at}/fills"),
        client.post(f"{at}/fills", {"kind": "exit", "price": "1"}),
        client.patch(f"{at}/fills/1", {"price": "1"}),
        client.delete(f"{at}/fills/1"),
        client.get(f"{at}/events"),
        client.post(f"{at}/split", {"at": "2026-01-01T00:00:00Z", "new": 2, "old": 1}),
        client.delete(f"{at}/split?at=2026-01-01T00:00:00Z"),
        client.post("/api/trades/close", {"code": str(trade.code), "exit_price": "1"}),
        client.post("/api/trades/create", NEW | {"account": str(book.code)}),
        client.get(account),
        client.patch(account, {"name": "x"}),
        client.delete(account),
        client.get(f"{account}/cash-flows"),
        client.post(f"{account}/cash-flows", {"kind": "deposit", "amount": "1", "on": "2026-01-02"}),
    ):
        assert answer.status_code == 404, answer.json()
    assert client.get("/api/trades/statistics").json()["total_trades"] == 0
    assert client.get("/api/trades/closed").json()["results"] == [] and client.get("/api/portfolio").json()["accounts"] == []
    assert api(None).get("/api/trades/statistics").status_code == 401


def test_an_empty_journal_says_why_its_figures_are_undefined(alice: User, api: Client) -> None:
    open_trade(alice)
    told = api(alice).get("/api/trades/statistics").json()
    assert told["total_trades"] == 0 and told["total_profit_loss"] == "0.00" and told["win_rate"] is None
    assert told["undefined"]["win_rate"] == "no closed trade yet" and told["longest_win_streak"] == 0


def test_money_of_several_currencies_is_not_added(alice: User, api: Client) -> None:
    closed_trade(alice, account=account_of(alice).code)
    closed_trade(alice, account=account_of(alice, "Europe", currency="EUR").code)
    told = api(alice).get("/api/trades/statistics").json()
    assert told["total_profit_loss"] is None and told["currency"] is None and told["total_r"] == "5.0000"
    assert "several currencies" in told["undefined"]["total_profit_loss"]
    assert [(one["currency"], one["total_profit_loss"]) for one in told["by_currency"]] == [("EUR", "500.00"), ("USD", "500.00")]


def test_figures_follow_a_change_at_once(alice: User, api: Client) -> None:
    client = api(alice)
    trade = closed_trade(alice)
    assert client.get("/api/trades/statistics").json()["total_r"] == "2.5000"
    client.patch(f"/api/trades/{trade.code}/fills/2", {"price": "54"})
    assert client.get("/api/trades/statistics").json()["total_r"] == "2.0000"
    client.delete(f"/api/trades/{trade.code}")
    assert client.get("/api/trades/statistics").json()["total_trades"] == 0


def test_trades_are_narrowed(alice: User, api: Client) -> None:
    reference_journal(alice)
    client = api(alice)
    assert client.get("/api/trades/statistics?side=short").json()["total_trades"] == 3
    assert client.get("/api/trades/statistics?symbol=t1").json()["total_trades"] == 1
    assert client.get("/api/trades/statistics?from=2026-02-01").json()["total_profit_loss"] == "614.00"
    assert client.get("/api/trades/statistics?to=2026-01-31&outcome=loss").json()["losing_trades"] == 3
    assert len(client.get("/api/trades/closed?limit=5").json()["results"]) == 5
    assert client.get("/api/trades/statistics?from=yesterday").status_code == 400
    assert client.get("/api/analytics/patterns?by=moon").status_code == 400


def test_pages_ask_a_fixed_number_of_queries(alice: User, api: Client, django_assert_max_num_queries: Any) -> None:
    reference_journal(alice)
    client = api(alice)
    with django_assert_max_num_queries(2):
        assert len(client.get("/api/trades/closed").json()["results"]) == 12
    with django_assert_max_num_queries(5):
        client.get("/api/trades/statistics")
    with django_assert_max_num_queries(3):
        client.get("/api/trades/statistics")
    empty_cache()
    with django_assert_max_num_queries(6):
        client.get("/api/trades/statistics")
    empty_cache()
    for _ in range(8):
        open_trade(alice, account=Trade.objects.first().account.code)
    with django_assert_max_num_queries(8):
        assert len(client.get("/api/portfolio").json()["accounts"][0]["positions"]) == 8


def test_the_ledger_gives_returns_in_percent(new_yorker: User, api: Client) -> None:
    client = api(new_yorker)
    book = client.post(
        "/api/portfolio/accounts", {"name": "IB", "currency": "USD", "opening_balance": "10000", "opened_on": "2026-01-05"}
    ).json()
    reference_journal(new_yorker, new_yorker.trading_accounts.get(code=book["code"]))
    found = client.get("/api/analytics/equity").json()["accounts"][0]
    assert found["days"][-1]["equity"] == "11537.00" and found["profit"] == "1537.00" and found["roi"] == "15.3700"
    flow = {"kind": "deposit", "amount": "5000", "on": "2026-02-10"}
    assert client.post(f"/api/portfolio/accounts/{book['code']}/cash-flows", flow).json()["amount"] == "5000.00"
    later = client.get("/api/analytics/equity").json()["accounts"][0]
    assert later["roi"] == "15.3700" and later["days"][-1]["equity"] == "16537.00"
    assert client.get("/api/portfolio").json()["accounts"][0]["balance"] == "16537.00"
    for wrong in ({"kind": "gift"}, {"amount": "-1"}, {"on": "2025-12-31"}, {"on": "2999-01-01"}, {"amount": "x"}):
        assert client.post(f"/api/portfolio/accounts/{book['code']}/cash-flows", flow | wrong).status_code == 400


def test_calculators_answer_anybody(db: None, api: Client) -> None:
    client = api(None)
    size = client.post(
        "/api/risk/position-size", {"entry_price": "50", "stop_loss": "48", "equity": "10000", "risk_percent": "1", "commission": "0.01"}
    )
    assert (size.json()["shares"], size.json()["cost"]) == ("49", "2450.00")
    assert client.post("/api/risk/risk-reward", NEW).json()["risk_reward"] == "3.0000"
    kelly = client.post("/api/risk/kelly-criterion", {"win_rate": "45", "payoff_ratio": "2.1"}).json()
    assert kelly["kelly"] == "18.8095" and kelly["half_kelly"] == "9.4048"
    assert client.post("/api/risk/break-even", {"payoff_ratio": "2"}).json()["win_rate"] == "33.3333"
    assert client.post("/api/risk/recovery", {"loss_percent": "20"}).json()["gain_percent"] == "25.0000"
    plan = client.post(
        "/api/risk/plan", {"entry_price": "50", "stop_loss": "48", "equity": "10000", "risk_percent": "1", "commission": "0.01"}
    ).json()
    assert [(one["shares"], one["price"]) for one in plan["exits"]] == [("24", "52.00"), ("14", "54.00"), ("11", "56.00")]
    for path, told in (
        ("position-size", {"entry_price": "50", "stop_loss": "51", "equity": "10000", "risk_percent": "1"}),
        ("position-size", {"entry_price": "1e300", "stop_loss": "51", "equity": "10000", "risk_percent": "1"}),
        ("kelly-criterion", {"win_rate": "101", "payoff_ratio": "2"}),
        ("break-even", {}),
        ("recovery", {"loss_percent": "-1"}),
        ("plan", {"entry_price": "50", "stop_loss": "48", "risk_amount": "1", "exits": [{"percent": "10", "r": "1"}]}),
    ):
        refused = client.post(f"/api/risk/{path}", told)
        assert refused.status_code == 400 and refused.json()["errors"], path


def test_rows_read_at_once_are_what_django_gives(alice: User) -> None:
    reference_journal(alice)
    open_trade(alice, stop="9999999.99999998", fills=[entry("9999999.99999999", "0.00000001")])
    columns = ("account__currency", "closed_at", "net_pnl", "gross_pnl", "fees", "risk_amount", "entry_price", "opened_at", "id")
    rows = Trade.objects.order_by("id").values_list(*columns)
    assert list(plain_rows(rows)) == list(rows)
    assert list(plain_rows(Trade.objects.none().values_list(*columns))) == []


@pytest.mark.parametrize("path", ["close", "fills"])
def test_the_same_key_closes_or_fills_once(alice: User, api: Client, path: str) -> None:
    client = api(alice)
    trade, other = open_trade(alice), open_trade(alice)
    key = {"Idempotency-Key": "k"}
    told: dict[str, Any]
    if path == "close":
        address, elsewhere = "/api/trades/close", "/api/trades/close"
        told, told_elsewhere = ({"code": str(one.code), "exit_price": "55", "quantity": "40"} for one in (trade, other))
        changed = told | {"exit_price": "56"}
    else:
        address, elsewhere = (f"/api/trades/{one.code}/fills" for one in (trade, other))
        told = told_elsewhere = {"kind": "exit", "price": "55", "quantity": "40"}
        changed = told | {"price": "56"}
    first, again = (client.post(address, told, headers=key) for _ in range(2))
    assert first.json() == again.json() and first.status_code == again.status_code < 300
    assert first.json()["quantity_open"] == "60" and trade.fills.count() == 2
    assert client.post(address, changed, headers=key).status_code == 422
    assert client.post(elsewhere, told_elsewhere, headers=key).status_code == 422
    assert other.fills.count() == 1
    # what was answered once is answered again, also when the trade is closed since
    client.post("/api/trades/close", {"code": str(trade.code), "exit_price": "50"})
    assert client.post(address, told, headers=key).json()["status"] == "closed" and trade.fills.count() == 3


def test_a_split_is_applied_once_and_taken_back_through_the_api(alice: User, api: Client) -> None:
    client, trade = api(alice), open_trade(alice)
    address, told = f"/api/trades/{trade.code}/split", {"at": "2026-03-03T00:00:00Z", "new": 2, "old": 1}
    for _ in range(2):
        assert client.post(address, told).json()["position_size"] == "200"
    assert client.post(address, told | {"new": 3}).status_code == 409
    assert client.delete(address).status_code == 400 and client.delete(f"{address}?at=2026-01-01T00:00:00Z").status_code == 404
    assert client.delete(f"{address}?at=2026-03-03T00:00:00Z").json()["position_size"] == "100"
    last = client.get(f"/api/trades/{trade.code}/events").json()["results"][-1]
    assert (last["kind"], last["by"]) == ("split_removed", "alice")


def test_small_results_count_as_break_even_when_their_owner_wishes(alice: User, api: Client, browser: Any) -> None:
    for price in ("50.4", "49.6", "55"):
        closed_trade(alice, price)
    client = api(alice)

    def counts() -> tuple[int, ...]:
        told = client.get("/api/trades/statistics").json()
        return told["winning_trades"], told["losing_trades"], told["break_even_trades"]

    assert counts() == (2, 1, 0)
    assert client.post("/api/users/me/settings", {"break_even_r": "0.20"}).json()["break_even_r"] == "0.20"
    assert counts() == (1, 0, 2)
    groups = client.get("/api/analytics/patterns").json()["results"][0]
    assert (groups["winning_trades"], groups["trades_with_r"], groups["total_trades"]) == (1, 3, 3)
    page = browser(alice).get("/settings/preferences").content.decode()
    assert "Break-even up to, R" in page
