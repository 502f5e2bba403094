"""What is configured, what answers, what is missing, and what to do about it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from legend.lib.secrets import is_embedded_key
from legend.running import who_runs
from legend.telemetry.health import Finding, ask_broker, ask_cache, ask_database

GIGABYTE = 1024**3


def examine() -> Iterator[Finding]:
    """Everything that is asked, in the order in which things depend on each other."""
    yield ask_way()
    yield ask_data_folder()
    yield ask_secret_key()
    database = ask_database()
    yield database
    if database.ok:
        yield ask_tables()
    yield ask_cache()
    broker = ask_broker()
    yield broker
    if broker.ok:
        yield ask_worker()
    yield ask_kernels()
    if database.ok:
        yield ask_bars()
    yield ask_demo()
    yield from ask_checks()


def ask_way() -> Finding:
    way = "embedded: SQLite, one process" if settings.EMBEDDED else "services: PostgreSQL and Redis"
    return Finding("mode", True, f"{way}; site {settings.SITE_URL}")


def ask_data_folder() -> Finding:
    folder: Path = settings.DATA
    free = shutil.disk_usage(folder).free / GIGABYTE
    if not os.access(folder, os.W_OK):
        return Finding("data folder", False, f"{folder} cannot be written", "Give Legend the folder, or name another by LEGEND_DATA.")
    if free < 1:
        return Finding("data folder", False, f"{folder}: {free:.1f} GB free", "Make room.")
    return Finding("data folder", True, f"{folder}, {free:.0f} GB free")


def ask_secret_key() -> Finding:
    if is_embedded_key(settings.SECRET_KEY):
        return Finding("secret key", settings.EMBEDDED, "made by Legend, in the data folder", "Set SECRET_KEY or SECRET_KEY_FILE.")
    return Finding("secret key", len(settings.SECRET_KEY) >= 32, "from the environment", "Set one of at least 32 characters.")


def ask_tables() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return Finding("tables", False, str(error), "See the message of the database.")
    advice = "python manage.py migrate (`up` does it by itself)"
    return Finding("tables", not waiting, f"{waiting} migrations wait" if waiting else "up to date", advice)


def ask_worker() -> Finding:
    if settings.EMBEDDED:
        running = who_runs(settings.DATA)
        told = f"inside Legend at {running.address}, process {running.pid}" if running else "Legend is not running"
        return Finding("worker", running is not None, told, "python manage.py up", needed=False)
    try:
        answers = current_app.control.ping(timeout=1.5) or []
    except (OperationalError, RedisError, OSError) as error:
        return Finding("worker", False, str(error), "Start Redis, or correct REDIS_URL.")
    names = sorted(name for answer in answers for name in answer)
    return Finding("worker", bool(names), ", ".join(names) or "none answers", "Start one: celery -A legend worker")


def ask_kernels() -> Finding:
    ready = (Path(os.environ["NUMBA_CACHE_DIR"]) / "complete").exists()
    told = "compiled for these sources" if ready else "not compiled yet for these sources"
    return Finding("kernels", ready, told, "`up` compiles them, or whoever needs them first.", needed=False)


def ask_bars() -> Finding:
    from patterns.models import BarBlock, Instrument

    try:
        symbols = Instrument.objects.count()
        newest = BarBlock.objects.aggregate(at=Max("last_at"))["at"]
    except DatabaseError as error:
        return Finding("bars", False, str(error), "python manage.py migrate")
    advice = "python manage.py up loads the simulated market; python manage.py import_bars FILE brings your own."
    if newest is None:
        return Finding("bars", False, "none", advice, needed=False)
    return Finding("bars", True, f"{symbols} symbols, newest {newest:%Y-%m-%d}")


def ask_demo() -> Finding:
    if settings.DEMO is None:
        told = "open to a browser on this machine" if settings.NOTHING_CONFIGURED else "closed, since something is configured"
    else:
        told = "open to everybody who reaches the site (LEGEND_DEMO)" if settings.DEMO else "closed (LEGEND_DEMO)"
    return Finding("demo", True, told)


def ask_checks() -> Iterator[Finding]:
    for message in checks.run_checks():
        if message.level >= checks.WARNING and not message.is_silenced():
            yield Finding(str(message.id), False, str(message.msg), str(message.hint or ""), needed=message.level >= checks.ERROR)
