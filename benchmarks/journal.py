"""A large journal: seconds and queries of its answers, and the memory they take.

    python benchmarks/journal.py [--trades 100000] [--repeat 3]
    DATABASE_URL=postgresql://… REDIS_URL=redis://… SECRET_KEY=… python benchmarks/journal.py

Trades are written by the rows (an entry and an exit each, one in ten without a stop), of symbols with ten years of daily bars; answers are
asked through the API as their owner does.
"cold" is the answer while nothing is worked out, "first" after a trade in the middle changed, "again" the same question asked once more.
Seconds are the least of --repeat runs, of "cold" the only one.
"""

import argparse
import datetime as dt
import itertools
import os
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ANSWERS = (
    "/api/trades/statistics",
    "/api/trades/statistics?side=short&from=2022-01-01",
    "/api/analytics/performance",
    "/api/analytics/patterns",
    "/api/analytics/patterns?by=tag",
    "/api/analytics/patterns?by=symbol",
    "/api/analytics/calendar",
    "/api/trades/closed",
    "/api/trades/open",
    "/journal/",
    "/journal/?period=12m",
    "/journal/?unit=pct",
    "/api/analytics/equity",
)
TOGETHER = 5000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trades", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="legend-benchmark-") as folder:
        os.environ["LEGEND_DATA"] = folder
        os.environ["LEGEND_RATE_SESSION"] = "100000/second"
        os.environ["DJANGO_SETTINGS_MODULE"] = "legend.settings"
        import django

        django.setup()
        from django.conf import settings
        from django.test.utils import get_runner, setup_test_environment

        setup_test_environment()
        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            measure(asked.trades, asked.repeat)
        finally:
            runner.teardown_databases(databases)


def measure(trades: int, repeat: int) -> None:
    from common import peak_mb, row
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from accounts.models import User
    from trading.models import Trade
    from trading.services.corrections import change_fill
    from trading.services.history import step

    owner = User.objects.create_user("alice", "alice@example.com", "a long password")
    fill_journal(owner, trades)
    fill_market()
    middle = Trade.objects.order_by("closed_at")[trades // 2]
    prices = itertools.count(50)

    def change() -> None:
        change_fill(owner=owner, code=middle.code, number=2, changes={"price": Decimal(next(prices))}, now=timezone.now())

    client = Client()
    client.force_login(owner)
    client.get("/api/trades/open")
    row(f"{trades:,} trades", "cold", "first", "again", "queries", "MB")
    for address in ANSWERS:
        step(owner.pk)
        cold, first, again = seconds_of(client, address), [], []
        for _ in range(repeat):
            change()
            first.append(seconds_of(client, address))
            again.append(seconds_of(client, address))
        change()
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        row(address, f"{cold:.3f} s", f"{min(first):.3f} s", f"{min(again):.3f} s", len(asked), f"{peak_mb():.0f}")


def seconds_of(client: object, address: str) -> float:
    start = time.perf_counter()
    answer = client.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.content[:500]
    return time.perf_counter() - start


def fill_journal(owner: object, trades: int) -> None:
    """Rows as the services would leave them, over ten years."""
    import random

    from trading.models import Fill, Trade, TradingAccount
    from trading.stats import fills as pure

    dice = random.Random(7)
    start = dt.datetime(2016, 1, 4, 15, tzinfo=dt.UTC)
    account = TradingAccount.objects.create(
        owner=owner, name="Main", currency="USD", created_at=start, opening_balance=1_000_000, opened_on=start.date()
    )
    rows, fills = [], []
    for k in range(trades):
        opened = start + dt.timedelta(minutes=50 * k)
        side = dice.choice(("long", "short"))
        price = Decimal(dice.randint(1000, 20000)) / 100
        distance = max(Decimal("0.05"), (price / 25).quantize(Decimal("0.01")))
        s = 1 if side == "long" else -1
        out = price + s * distance * Decimal(round(dice.gauss(0.15, 1.3), 2))
        stop = price - s * distance if k % 10 else None
        facts = [
            pure.Fill(opened, pure.Kind.ENTRY, Decimal(100), price, Decimal(1), stop, 1),
            pure.Fill(
                opened + dt.timedelta(hours=dice.randint(2, 400)),
                pure.Kind.EXIT,
                Decimal(100),
                max(out, Decimal("0.01")),
                Decimal(1),
                None,
                2,
            ),
        ]
        measured = pure.measure(side=side, fills=facts)
        trade = Trade(
            owner=owner, account=account, symbol=f"S{k % 300}", side=side, pattern=f"setup-{k % 12}", recorded_at=opened, changed_at=opened
        )
        trade.stop_loss = stop
        trade.tags = [f"tag{k % 7}", f"tag{k % 5}"]
        trade.take_measures(measured, 2)
        rows.append(trade)
        nets = {one.number: one for one in measured.exits}
        for fact in facts:
            one = nets.get(fact.number)
            told = {"quantity": fact.quantity, "price": fact.price, "fee": fact.fee, "stop": fact.stop, "recorded_at": fact.at}
            realised = {"gross": one.gross, "net": one.net} if one else {}
            fills.append(Fill(trade=trade, number=fact.number, kind=fact.kind.value, at=fact.at, **told, **realised))
        if len(rows) == TOGETHER or k == trades - 1:
            Trade.objects.bulk_create(rows)
            Fill.objects.bulk_create(fills)
            rows, fills = [], []


def fill_market() -> None:
    """Daily bars of those symbols."""
    import numpy as np

    from patterns.bars import store_many
    from patterns.calendars import seconds_of, sessions
    from patterns.engine.bars import Bars
    from patterns.models import Instrument, Interval

    dice = np.random.default_rng(7)
    at = seconds_of(sessions(dt.date(2016, 1, 4), dt.date(2025, 12, 31)))
    instruments = Instrument.objects.bulk_create(Instrument(symbol=f"S{k}") for k in range(300))
    series = {}
    for one in instruments:
        close = np.round(100 * np.exp(np.cumsum(dice.normal(0, 0.01, len(at)))), 2)
        series[one.pk] = Bars(at, close, close, close, close, np.full(len(at), 1e6))
    store_many(series=series, interval=Interval.DAY_1)


if __name__ == "__main__":
    main()
