"""Worker and beat as threads of the one process of embedded mode.

Rows are the truth: what is cut off here is found again at the next start.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import beat
from celery.concurrency.thread import TaskPool
from celery.signals import task_postrun, task_prerun
from celery.worker import WorkController
from celery.worker import state as worker_state
from django.conf import settings
from django.db import close_old_connections

from legend.celery import app
from legend.lib.registries import at_embedded_start

logger = structlog.get_logger(__name__)
STOPPING_SECONDS = 3.0


class _Worker(WorkController):
    """Celery's worker without signal handlers and terminal; says when it consumes."""

    def __init__(self, **kwargs: Any) -> None:
        self.consuming = threading.Event()
        super().__init__(**kwargs)

    def on_consumer_ready(self, consumer: Any) -> None:
        self.consuming.set()


class EmbeddedTasks:
    """The two threads. While they run, requests publish tasks instead of running them."""

    def __init__(self) -> None:
        os.environ["CELERY_SKIP_CHECKS"] = "1"  # this process has made Django's checks
        self.worker = _Worker(
            app=app,
            hostname="embedded",
            pool=TaskPool,
            concurrency=settings.WORKER_THREADS,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        # looks up once a second, so that it ends soon
        self.beat = beat.Service(app, max_interval=1, scheduler_cls=beat.Scheduler)
        self.thread = threading.Thread(target=self.worker.start, name="worker", daemon=True)

    def start(self) -> None:
        """Let the apps say what is unfinished, then consume. Returns when tasks are taken."""
        # from here on a task is a message, also those that the apps send now; they wait until the worker consumes
        app.conf.task_always_eager = False
        for awaken in at_embedded_start:
            awaken()
        for signal in (task_prerun, task_postrun):
            signal.connect(_close_connections)
        worker_state.should_stop = None
        self.thread.start()
        if not self.worker.consuming.wait(timeout=20):
            raise RuntimeError("The worker thread did not start.")
        threading.Thread(target=self.beat.start, name="beat", daemon=True).start()

    def stop(self) -> bool:
        """End both; False when a task was still running after three seconds."""
        self.beat.stop()
        worker_state.should_stop = 0  # type: ignore[assignment]  # the exit code
        wake.delay(), wake.delay()  # the consumer reads the flag after a message, and then waits for one more
        app.conf.task_always_eager = True
        self.thread.join(STOPPING_SECONDS)
        for signal in (task_prerun, task_postrun):
            signal.disconnect(_close_connections)
        return not self.thread.is_alive()


@app.task(name="legend.wake")
def wake() -> None:
    """Nothing: without a message the consumer looks up from its queue only every two seconds."""


def _close_connections(task: Any = None, **_: Any) -> None:
    """A thread keeps no database connection between its tasks."""
    if not task.request.is_eager:
        close_old_connections()


@contextmanager
def embedded_tasks() -> Iterator[EmbeddedTasks]:
    """Tasks are worked on by this process while the block runs."""
    tasks = EmbeddedTasks()
    tasks.start()
    try:
        yield tasks
    finally:
        if not tasks.stop():
            logger.warning("a task was cut off; it is taken up again at the next start")
