"""The cache of a test run, which on services is a part of a Redis that other processes use."""

from django.conf import settings
from django.core.cache import cache


def empty_cache() -> None:
    """Forget what this process's tests keep; `cache.clear()` would empty the whole of Redis."""
    if settings.SHARED:
        cache.delete_pattern("*")  # type: ignore[attr-defined]
    else:
        cache.clear()
