"""Services: worker and timetable are killed in the middle of a scan and started again; nobody else helps."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from legend.celery import app
from patterns.models import PatternMatch, Scan, ScanPiece
from patterns.services.scans import request_scan, run_scan_here
from patterns.tests.factories import create_market

pytestmark = [
    pytest.mark.skipif(not settings.SHARED, reason="embedded has no worker processes; tests/test_up.py kills that one process"),
    pytest.mark.django_db(transaction=True),
]
RESTARTED = 240.0  # seconds; a minute of silence, then the next look of the timetable, on a busy machine
SHOWN = ("match__code", "match__entry", "match__stop", "match__target", "match__detail", "state", "price", "rs_rating", "closes", "is_new")


@pytest.fixture(autouse=True)
def _by_messages() -> Iterator[None]:
    """Tasks go to the broker, as in the served processes."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@contextmanager
def running(folder: Path, *commands: str) -> Iterator[None]:
    """Celery's commands as a site runs them, on the database and the broker of this test; killed at the end, with their children."""
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    own = {"DATABASE_URL": address, "LEGEND_REDIS_PREFIX": settings.REDIS_PREFIX, "LEGEND_DATA": str(folder)}
    with ExitStack() as stack, (folder / "said.txt").open("ab") as said:
        for command in commands:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "legend", *command.split(), "--loglevel", "WARNING"],
                cwd=settings.BASE_DIR,
                env=kept | own,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(kill, process)
        yield


def kill(process: subprocess.Popen[bytes]) -> None:
    """The process and its children, at once and without a word to them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: Callable[[], bool], folder: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, (folder / "said.txt").read_text()
        time.sleep(0.005)


def shown(scan: Scan) -> list[Any]:
    return list(scan.results.order_by("match__code").values_list(*SHOWN))


def test_a_killed_scan_finishes_by_itself_after_the_restart_as_if_nothing_had_been(tmp_path: Path) -> None:
    market = create_market(300, bars=300)
    scan = request_scan(universe=market, by=None, now=timezone.now())
    pieces = ScanPiece.objects.filter(scan=scan)
    site = ("worker --concurrency 1", f"beat --schedule {tmp_path}/schedule --pidfile=")
    with running(tmp_path, *site):
        wait_for(lambda: pieces.filter(status="done").exists(), tmp_path, 60)
    left = pieces.exclude(status="done").count()
    assert 0 < left < pieces.count()
    assert Scan.objects.unfinished().filter(pk=scan.pk).exists()
    with running(tmp_path, *site):
        # a worker is given a minute to show life, and the timetable looks once a minute
        wait_for(lambda: not Scan.objects.unfinished().filter(pk=scan.pk).exists(), tmp_path, RESTARTED)
    scan.refresh_from_db()
    assert scan.status == "completed"

    killed, matches = shown(scan), PatternMatch.objects.count()
    PatternMatch.objects.all().delete()
    Scan.objects.all().delete()
    undisturbed = run_scan_here(universe=market, now=timezone.now(), threads=0)
    assert killed == shown(undisturbed) != []
    assert matches == PatternMatch.objects.count()
