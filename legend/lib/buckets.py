"""Token buckets, each taken from in one atomic step: in Redis for all processes, embedded (and while Redis is silent) in this one."""

import threading
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core.cache import cache, caches
from redis.exceptions import RedisError

from .rates import Rate

# Redis runs a script alone, and its own clock is the same for all processes
TAKE = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(state[1]) or burst) + math.max(0, now - (tonumber(state[2]) or now)) * rate)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return {tostring(wait), tostring(tokens)}
"""
logger = structlog.get_logger(__name__)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Drawn:
    """What became of one try: seconds to wait (0.0: it was granted), tokens left, seconds until the bucket is full again."""

    wait: float
    left: float
    full_in: float


def take(name: str, rate: Rate) -> float:
    """Take one token from the bucket of this name: 0.0 when there was one, else the seconds until there is."""
    return draw(name, rate).wait


def draw(name: str, rate: Rate) -> Drawn:
    """Take one token, and say what is left."""
    wait, left = _draw_anywhere(name, rate)
    return Drawn(wait, left, (rate.burst - left) / rate.per_second)


def _draw_anywhere(name: str, rate: Rate) -> tuple[float, float]:
    if not settings.SHARED:
        return _draw_local(name, rate)
    try:
        return _draw_shared(name, rate)
    except RedisError as error:  # a limit is no reason to refuse everybody; each process goes on counting by itself
        logger.error("limits are counted by each process alone", error=str(error))
        return _draw_local(name, rate)


def _draw_shared(name: str, rate: Rate) -> tuple[float, float]:
    from django_redis import get_redis_connection

    key = cache.make_key(f"rate:{name}")
    wait, left = get_redis_connection("default").eval(TAKE, 1, key, rate.per_second, rate.burst)
    return float(wait), float(left)


def _draw_local(name: str, rate: Rate) -> tuple[float, float]:
    store = caches["limits"]
    with _one_at_a_time:
        now = time.time()
        tokens, at = store.get(name, (float(rate.burst), now))
        tokens = min(rate.burst, tokens + max(0.0, now - at) * rate.per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate.per_second
        tokens = tokens - 1 if tokens >= 1 else tokens
        store.set(name, (tokens, now), timeout=rate.burst / rate.per_second + 1)
    return wait, tokens
