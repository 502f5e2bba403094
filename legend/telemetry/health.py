"""Is what Legend needs there? Asked for real, not remembered."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django_redis.exceptions import ConnectionInterrupted
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError


@dataclass(frozen=True)
class Finding:
    """One thing that was asked. `advice` says what to do when it is not well; what is not `needed` may be missing."""

    name: str
    ok: bool
    detail: str
    advice: str = ""
    needed: bool = True

    @property
    def is_broken(self) -> bool:
        return self.needed and not self.ok


def ask_database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return Finding("database", False, f"{connection.vendor} does not answer: {error}".strip(), "Start it, or correct DATABASE_URL.")
    return Finding("database", True, f"{connection.vendor} answers")


def ask_cache() -> Finding:
    kind = "Redis" if settings.SHARED else "local memory"
    key, word = f"health:{uuid.uuid4()}", "well"
    try:
        cache.set(key, word, timeout=10)
        answer = cache.get(key)
        cache.delete(key)
    except (ConnectionInterrupted, RedisError, OSError) as error:
        return Finding("cache", False, f"{kind} does not answer: {error}", "Start Redis, or correct REDIS_URL.")
    if answer != word:
        return Finding("cache", False, f"{kind} forgot what it was told", "Give it more memory.")
    return Finding("cache", True, f"{kind} answers")


def ask_broker() -> Finding:
    kind = "Redis" if settings.SHARED else "this process"
    try:
        with current_app.connection_for_read(connect_timeout=3) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except (OperationalError, RedisError, OSError) as error:
        return Finding("broker", False, f"{kind} does not answer: {error}", "Start Redis, or correct REDIS_URL.")
    return Finding("broker", True, f"{kind} takes tasks")


NEEDED: tuple[Callable[[], Finding], ...] = (ask_database, ask_cache, ask_broker)
