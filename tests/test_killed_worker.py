"""Services: a worker process that is killed in the middle of a scan, and one that takes up what it left."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from legend.celery import app
from patterns.models import PatternMatch, Scan, ScanPiece
from patterns.services import scans
from patterns.services.scans import request_scan, run_scan_here
from patterns.services.sweeper import requeue_stale
from patterns.tests.factories import create_market

pytestmark = [
    pytest.mark.skipif(not settings.SHARED, reason="embedded has no worker processes; tests/test_up.py kills that one process"),
    pytest.mark.django_db(transaction=True),
]
SHOWN = ("match__code", "match__entry", "match__stop", "match__target", "match__detail", "state", "price", "rs_rating", "closes", "is_new")


@pytest.fixture(autouse=True)
def _by_messages() -> Iterator[None]:
    """Tasks go to the broker, as in the served processes."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`celery worker` on the database and the broker of this test, with one child; killed with it at the end."""
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    with (folder / "worker.txt").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "legend", "worker", "--concurrency", "1", "--loglevel", "WARNING"],
            cwd=settings.BASE_DIR,
            env=kept | {"DATABASE_URL": address, "LEGEND_REDIS_PREFIX": settings.REDIS_PREFIX, "LEGEND_DATA": str(folder)},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The process and its child, at once and without a word to them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: Any, folder: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, (folder / "worker.txt").read_text()
        time.sleep(0.005)


def shown(scan: Scan) -> list[Any]:
    return list(scan.results.order_by("match__code").values_list(*SHOWN))


def test_a_killed_workers_scan_is_finished_by_the_next_as_if_nothing_had_been(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "PIECE", 1)
    market = create_market(30, bars=400)
    scan = request_scan(universe=market, by=None, now=timezone.now())
    pieces = ScanPiece.objects.filter(scan=scan)
    with worker(tmp_path) as process:
        wait_for(lambda: pieces.filter(status="done").count() >= 3, tmp_path)
        kill(process)
    left = pieces.exclude(status="done").count()
    assert 0 < left < 30
    with worker(tmp_path):
        # what the timetable does each minute, and again later
        for minutes in (2, 10):
            requeue_stale(now=timezone.now() + dt.timedelta(minutes=minutes))
        wait_for(lambda: not Scan.objects.unfinished().exists(), tmp_path)
    scan.refresh_from_db()
    assert scan.status == "completed"

    killed, matches = shown(scan), PatternMatch.objects.count()
    PatternMatch.objects.all().delete()
    Scan.objects.all().delete()
    undisturbed = run_scan_here(universe=market, now=timezone.now(), threads=0)
    assert killed == shown(undisturbed) != []
    assert matches == PatternMatch.objects.count()
