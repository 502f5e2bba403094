"""What `manage.py check` says about the installation as a whole."""

import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from legend.lib.secrets import is_embedded_key


@register()
def one_way_to_run(**_: Any) -> list[CheckMessage]:
    """Embedded or services, nothing between."""
    found: list[CheckMessage] = []
    if not settings.EMBEDDED and not settings.REDIS_URL:
        found.append(
            Error(
                "DATABASE_URL names a server, but REDIS_URL is not set: processes could not hand each other tasks or live messages.",
                hint="Set REDIS_URL, or leave DATABASE_URL out to run embedded.",
                id="legend.E001",
            )
        )
    if settings.EMBEDDED and settings.REDIS_URL:
        found.append(
            Warning(
                "REDIS_URL is set but not used: on SQLite, Legend is exactly one process and needs no Redis.",
                hint="Set DATABASE_URL to a PostgreSQL address for services, or drop REDIS_URL.",
                id="legend.W001",
            )
        )
    return found


@register()
def own_secret_key(**_: Any) -> list[CheckMessage]:
    """Services do not run with a key that an embedded installation made, nor with a short one."""
    if settings.EMBEDDED:
        return []
    if is_embedded_key(settings.SECRET_KEY) or len(settings.SECRET_KEY) < 32:
        return [Error("SECRET_KEY is a development key or shorter than 32 characters.", hint="Set a long random one.", id="legend.E002")]
    return []


@register()
def demo_stays_at_home(**_: Any) -> list[CheckMessage]:
    """Everybody who reaches a site with the demo open is signed in by one click."""
    if settings.DEMO and not settings.EMBEDDED:
        return [Warning("LEGEND_DEMO is on: whoever opens the site can sign in as demo.", hint="Set LEGEND_DEMO=off.", id="legend.W002")]
    return []


@register()
def proxies_are_counted(**_: Any) -> list[CheckMessage]:
    """Legend itself speaks plain http, so an https address has a proxy before it."""
    if settings.HTTPS and not settings.PROXIES:
        return [
            Warning(
                "LEGEND_SITE_URL is https, but LEGEND_PROXIES is 0: all people would look like one client, the proxy.",
                hint="Set LEGEND_PROXIES to the number of proxies of yours that add to X-Forwarded-For (mostly 1).",
                id="legend.W003",
            )
        ]
    return []


@register()
def one_process(environment: Mapping[str, str] = os.environ, **_: Any) -> list[CheckMessage]:
    """In embedded mode a second process would not hear of tasks, limits and live messages of the first."""
    wanted = environment.get("WEB_CONCURRENCY", "1")
    if settings.EMBEDDED and wanted not in ("", "1"):
        return [
            Error(
                f"WEB_CONCURRENCY={wanted}, but on SQLite Legend is exactly one process.",
                hint="Set it to 1, or use PostgreSQL and Redis.",
                id="legend.E003",
            )
        ]
    return []
