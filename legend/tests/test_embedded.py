"""Worker and beat inside the process."""

import threading
import time
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.conf import settings

from legend.celery import app
from legend.embedded import embedded_tasks
from legend.lib.registries import Registry, at_embedded_start

pytestmark = pytest.mark.skipif(settings.SHARED, reason="services have worker processes")
heard: list[tuple[str, float, str]] = []
both = threading.Barrier(2)


@shared_task
def note(what: str) -> None:
    heard.append((what, time.monotonic(), threading.current_thread().name))


@shared_task
def meet() -> None:
    both.wait(timeout=5)
    note("met")


@pytest.fixture(autouse=True)
def _worker_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without what the apps do at a start, and inline again afterwards."""
    monkeypatch.setattr(at_embedded_start, "_items", [])
    heard.clear()
    yield
    app.conf.task_always_eager = True


def wait_for(count: int, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while len(heard) < count and time.monotonic() < until:
        time.sleep(0.005)


def test_without_a_worker_a_task_runs_at_once_and_inline() -> None:
    note.delay("inline")

    assert heard[0][2] == threading.current_thread().name


def test_a_task_of_a_request_runs_in_the_worker_within_a_tenth_of_a_second() -> None:
    with embedded_tasks():
        note.delay("first")
        wait_for(1)
        heard.clear()
        sent = time.monotonic()
        request = threading.Thread(target=note.delay, args=["second"])
        request.start()
        request.join()
        wait_for(1)

    assert heard[0][2].startswith("ThreadPoolExecutor")
    assert heard[0][1] - sent < 0.1


def test_two_tasks_run_side_by_side() -> None:
    with embedded_tasks():
        meet.delay(), meet.delay()
        wait_for(2)

    assert [what for what, *_ in heard] == ["met", "met"]


def test_it_ends_soon_and_can_begin_again() -> None:
    for _ in range(2):
        with embedded_tasks():
            note.delay("again")
            wait_for(len(heard) + 1)
            ending = time.monotonic()
        assert time.monotonic() - ending < 1
    assert len(heard) == 2


def test_what_apps_publish_before_the_start_is_worked_on_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    awaken = Registry[object]()
    awaken.add(lambda: note.delay("unfinished"))
    monkeypatch.setattr(at_embedded_start, "_items", list(awaken))
    with embedded_tasks():
        wait_for(1)

    assert heard[0][2].startswith("ThreadPoolExecutor")


def test_the_timetable_is_kept_in_memory() -> None:
    from celery import beat

    timetable = beat.Service(app, scheduler_cls=beat.Scheduler).scheduler.schedule

    assert set(settings.CELERY_BEAT_SCHEDULE) <= set(timetable)


def test_every_task_of_the_timetable_exists() -> None:
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
