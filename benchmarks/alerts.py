"""Alerts on a new bar: `python benchmarks/alerts.py [alerts] [symbols]`.

A database of its own with price, breakout and volume alerts of a thousand people, spread over the symbols; then one new daily bar of
every symbol, and how long it takes until every alert is judged and every event is written.
"""

import datetime as dt
import os
import sys
import tempfile
import time

from common import peak_mb, row

with tempfile.TemporaryDirectory(prefix="legend-alerts-") as folder:
    os.environ |= {"LEGEND_DATA": folder, "LEGEND_ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "legend.settings"}
    os.environ |= {"LEGEND_LOG_LEVEL": "ERROR"}
    import django

    django.setup()

    import numpy as np
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accounts.models import User
    from patterns.bars import store_many
    from patterns.models import Instrument
    from patterns.tests.factories import random_bars
    from trading.models import Alert, AlertEvent
    from trading.services import firing
    from trading.services.monitoring import look_at_bars

    ALERTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    SYMBOLS = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    BARS = 520

    call_command("migrate", verbosity=0)
    people = User.objects.bulk_create(User(username=f"p{number}", email=f"p{number}@example.com") for number in range(1000))
    shares = Instrument.objects.bulk_create(Instrument(symbol=f"S{number}") for number in range(SYMBOLS))
    series = {share.pk: random_bars(BARS, seed=share.pk) for share in shares}
    store_many(series={pk: bars.first(BARS - 1) for pk, bars in series.items()}, interval="1day")

    random = np.random.Generator(np.random.PCG64(1))

    def wish(pk: int, number: int) -> tuple[str, dict[str, object]]:
        close = float(series[pk].close[-2])
        match number % 5:
            case 0 | 1:
                level = close * float(random.uniform(0.8, 1.25))
                return "price", {"relation": ("crosses", "crosses-above")[number % 2], "level": level, "percent": None}
            case 2:
                return "price", {"relation": "away", "level": close, "percent": float(random.uniform(3, 20))}
            case 3:
                return "breakout", {"direction": "above", "level": None, "bars": int(random.choice([20, 50, 100, 250])), "volume": 1.5}
            case _:
                return "volume", {"ratio": float(random.uniform(1.2, 4)), "bars": 50}

    alerts = []
    for number in range(ALERTS):
        share = shares[number % SYMBOLS]
        kind, params = wish(share.pk, number)
        since = dt.datetime.fromtimestamp(float(series[share.pk].at[-2]), dt.UTC)
        alerts.append(
            Alert(owner=people[number % 1000], kind=kind, instrument=share, params=params, since_at=since, is_repeating=bool(number % 2))
        )
    Alert.objects.bulk_create(alerts, batch_size=2000)
    store_many(series={pk: bars.since(BARS - 1) for pk, bars in series.items()}, interval="1day")
    firing.publish = lambda *_, **__: None  # judging is measured, not telling

    # a worker has the engine loaded
    look_at_bars(instrument_ids=[], interval="1day", now=timezone.now())
    row("alerts on one new bar", "alerts", "symbols", "events", "queries", "seconds", "of them CPU", "MB")
    asked: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        began, cpu = time.perf_counter(), time.process_time()
        looked = look_at_bars(instrument_ids=[share.pk for share in shares], interval="1day", now=timezone.now())
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert AlertEvent.objects.count() == len(looked.events)
    row("", f"{ALERTS:,}", SYMBOLS, f"{len(looked.events):,}", len(asked), f"{seconds:.2f}", f"{cpu:.2f}", f"{peak_mb():.0f}")
    began = time.perf_counter()
    again = look_at_bars(instrument_ids=[share.pk for share in shares], interval="1day", now=timezone.now())
    row("the same news again", f"{ALERTS:,}", SYMBOLS, f"{len(again.events):,}", "", f"{time.perf_counter() - began:.2f}", "", "")
