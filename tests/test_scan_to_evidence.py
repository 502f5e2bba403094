"""From a finished scan to its evidence: by the worker, never by who asked."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import timezone

from legend.celery import app
from legend.embedded import embedded_tasks
from patterns.engine.registry import default_rules
from patterns.models import Evidence
from patterns.services.scans import run_scan_here
from patterns.tests.factories import create_market


@pytest.fixture(autouse=True)
def _inline_again() -> Iterator[None]:
    yield
    app.conf.task_always_eager = True


def wait_for_evidence(count: int, seconds: float = 60) -> int:
    until = time.monotonic() + seconds
    while (there := Evidence.objects.done().filter(noise__isnull=False).count()) < count and time.monotonic() < until:
        time.sleep(0.05)
    return there


@pytest.mark.skipif(settings.SHARED, reason="services have worker processes")
@pytest.mark.django_db(transaction=True)
def test_a_scan_in_the_served_process_is_followed_by_its_evidence() -> None:
    universe = create_market(4, bars=300)
    with embedded_tasks():
        run_scan_here(universe=universe, now=timezone.now(), threads=0)
        assert wait_for_evidence(len(default_rules())) == len(default_rules())


@pytest.mark.skipif(settings.SHARED, reason="services have worker processes")
@pytest.mark.django_db(transaction=True)
def test_what_a_command_has_left_is_worked_out_at_the_next_start() -> None:
    universe = create_market(4, bars=300)
    run_scan_here(universe=universe, now=timezone.now(), threads=0)
    assert not Evidence.objects.exists()  # a command keeps no answer back for it
    with embedded_tasks():
        assert wait_for_evidence(len(default_rules())) == len(default_rules())
