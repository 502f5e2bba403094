"""A process is killed on the way from an alert that is due to the person: after the restart they are told, once."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

WITHIN = 180.0  # the sweepers run once a minute

# what a process does until it is killed; the alert is due and committed in each
DUE = """
import os, signal, sys
from trading.events import alert_triggered
where = sys.argv[1]
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
if where == "event":
    alert_triggered.connect(die, weak=False)  # the first to hear of it, right after the commit
import django
django.setup()
from django.utils import timezone
from accounts.models import User
from legend.celery import app
from patterns.bars import store_bars
from patterns.tests.factories import create_instrument, make_bars
from social.couriers.in_app import InApp
from trading.services.alerts import create_alert
from trading.services.monitoring import look_at_bars
app.conf.task_always_eager = True
InApp.deliver = die
owner = User.objects.create_user(where, f"{where}@example.com", "a-long-password")
closes = [100.0] * 30
share = create_instrument(where.upper(), bars=make_bars(closes))
create_alert(owner=owner, wish={"kind": "price", "symbol": share.symbol, "params": {"relation": "crosses-above", "level": 105}})
store_bars(instrument=share, interval="1day", bars=make_bars([*closes, 107.0]).since(len(closes)))
if where == "bars":
    die()
look_at_bars(instrument_ids=[share.pk], interval="1day", now=timezone.now())
"""
# time passes for what a dead process had taken
LATER = """
import django
django.setup()
import datetime as dt
from django.db.models import F
from social.models import Delivery
from trading.models import AlertEvent
back = dt.timedelta(minutes=5)
Delivery.objects.filter(status="sending").update(due_at=F("due_at") - back)
AlertEvent.objects.filter(announced_at=None).update(created_at=F("created_at") - back)
"""
EMBEDDED = """
import django
django.setup()
import time
from legend.embedded import embedded_tasks
with embedded_tasks():
    time.sleep(600)
"""
TOLD = """
import django
django.setup()
import json
from social.models import Delivery, Notification
from trading.models import AlertEvent, AlertResult
if AGAIN:
    from social.tasks import deliver_due
    from trading.tasks import sweep_alerts
    from legend.celery import app
    app.conf.task_always_eager = True
    for _ in range(2):
        sweep_alerts(), deliver_due()
print(json.dumps({
    "events": AlertEvent.objects.count(),
    "told": {row.person.username: row.count for row in Notification.objects.select_related("person")},
    "sent": sorted(Delivery.objects.filter(channel="in_app", status="sent").values_list("notification__person__username", flat=True)),
    "results": sorted(AlertResult.objects.values_list("event__owner__username", "status")),
}))
"""
PLACES = ["bars", "event", "message"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation of its own."""
    keys = ("PATH", "HOME", "NUMBA_CACHE_DIR", "REDIS_URL", "SECRET_KEY")
    own = {name: os.environ[name] for name in keys if name in os.environ}
    own |= {
        "LEGEND_ENV_FILE": os.devnull,
        "LEGEND_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "legend.settings",
        "LEGEND_LOG_LEVEL": "ERROR",
    }
    if not settings.SHARED:
        own.pop("REDIS_URL", None)
        yield own
        return
    import psycopg

    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    name = f"legend_killed_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield own | {"DATABASE_URL": f"{server}/{name}", "LEGEND_REDIS_PREFIX": name}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(env: dict[str, str], script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def told(env: dict[str, str], *, again: bool = False) -> dict[str, Any]:
    done = run(env, f"AGAIN = {again}\n{TOLD}")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def worker(env: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", EMBEDDED]
    if settings.SHARED:
        schedule = str(folder / "beat")
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "legend",
            "worker",
            "--beat",
            "--schedule",
            schedule,
            "--pool",
            "threads",
            "-c",
            "2",
        ]
    with (folder / "worker.txt").open("w") as out:
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=out, stderr=subprocess.STDOUT)


def test_whoever_was_to_be_told_is_told_once_after_the_restart(home: dict[str, str], tmp_path: Path) -> None:
    migrated = subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=settings.BASE_DIR, env=home, check=False, timeout=300
    )
    assert migrated.returncode == 0
    for place in PLACES:
        killed = run(home, DUE, place)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert told(home) == {"events": 2, "told": {"message": 1}, "sent": [], "results": []}
    assert run(home, LATER).returncode == 0

    restarted = worker(home, tmp_path)
    try:
        until = time.monotonic() + WITHIN
        while (found := told(home))["sent"] != PLACES:
            assert restarted.poll() is None, (tmp_path / "worker.txt").read_text()
            assert time.monotonic() < until, (found, (tmp_path / "worker.txt").read_text()[-2000:])
            time.sleep(8)
    finally:
        restarted.kill()
        restarted.wait()
    once = {
        "events": 3,
        "told": dict.fromkeys(PLACES, 1),
        "sent": PLACES,
        "results": [[place, "sent"] for place in PLACES],
    }
    assert found == once
    assert told(home, again=True) == once
