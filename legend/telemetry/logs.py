"""Log lines: JSON for machines or one readable line for people, on standard error, each with its request and user."""

import re
from typing import Any

import structlog

# the last part of these addresses is a one-time code out of a mail
CODES = re.compile(r"(/(?:confirm|reset-password)/)[\w-]+")


def hide_codes(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Leave secrets that stand in addresses out of the log."""
    for name in ("request", "event", "path"):
        if isinstance(event.get(name), str):
            event[name] = CODES.sub(r"\1…", event[name])
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    hide_codes,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_config(*, json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return the dictionary for Django's LOGGING. People at a console see what deserves attention only."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # plain: the pretty ones print local variables, and with them passwords
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    rendering = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()] if json else [console]
    chatter = level if json or level == "DEBUG" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write these a second time
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True},
            # the request line of django_structlog says the same with more in it
            "django.request": {"level": "ERROR"},
            "django.channels.server": {"level": "WARNING"},
            "django_structlog": {"level": chatter},
            "axes": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn.access": {"level": "CRITICAL"},
            "httpx": {"level": "WARNING"},
            "numba": {"level": "WARNING"},
            "matplotlib": {"level": "WARNING"},
        },
    }
