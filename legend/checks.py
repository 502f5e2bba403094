"""What `manage.py check` says about the installation as a whole."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from legend.lib.clients import is_loopback
from legend.lib.secrets import is_embedded_key

SHORTEST = 32  # characters
VARIED = 10  # of them different
MAKE_ONE = "Set {} to what this prints: python -c 'import secrets; print(secrets.token_urlsafe(50))'"


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
    key = settings.SECRET_KEY
    if is_embedded_key(key) or key.startswith("django-insecure") or len(key) < SHORTEST or len(set(key)) < VARIED:
        said = f"SECRET_KEY is a development key, shorter than {SHORTEST} characters, or much the same character over and over."
        return [Error(said, hint=MAKE_ONE.format("SECRET_KEY"), id="legend.E002")]
    if len(settings.JWT_KEY) < SHORTEST or len(set(settings.JWT_KEY)) < VARIED:
        return [Error(f"LEGEND_JWT_KEY is shorter than {SHORTEST} characters.", hint=MAKE_ONE.format("LEGEND_JWT_KEY"), id="legend.E004")]
    return []


@register()
def nothing_is_shown_to_strangers(**_: Any) -> list[CheckMessage]:
    """Django's pages of errors show settings and values; only who works on Legend, on their own machine, may see them."""
    if settings.DEBUG and not settings.EMBEDDED:
        return [
            Error(
                "LEGEND_DEBUG is on: every error would show code and values to strangers.", hint="Set LEGEND_DEBUG=off.", id="legend.E005"
            )
        ]
    return []


@register()
def hosts_are_named(**_: Any) -> list[CheckMessage]:
    """Whoever may name the host of a request could have it written into links."""
    if any(host in ("*", ".") for host in settings.ALLOWED_HOSTS):
        return [Error("LEGEND_HOSTS lets every host name in.", hint="Name the hosts, with commas: legend.example.org.", id="legend.E006")]
    if not settings.EMBEDDED and all(is_loopback(host) for host in settings.ALLOWED_HOSTS):
        return [
            Warning(
                "Neither LEGEND_SITE_URL nor LEGEND_HOSTS names a host: only this machine is answered, and links in mails lead to it.",
                hint="Set LEGEND_SITE_URL to the address people type: https://legend.example.org.",
                id="legend.W004",
            )
        ]
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
    if settings.PROXIES and is_loopback(urlsplit(settings.SITE_URL).hostname or ""):
        return [
            Warning(
                f"LEGEND_PROXIES is {settings.PROXIES}, but LEGEND_SITE_URL is this machine itself: "
                "whoever reaches Legend directly could name any address as theirs.",
                hint="Set LEGEND_SITE_URL to the address at the proxy, or LEGEND_PROXIES to 0.",
                id="legend.W005",
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


def refuse_to_start() -> None:
    """With what `manage.py check` calls an error; for servers that are not started by `manage.py`. Raises ImproperlyConfigured."""
    faults = [message for message in run_checks() if message.level >= ERROR and not message.is_silenced()]
    if faults:
        raise ImproperlyConfigured("Legend cannot start. " + " ".join(f"{fault.msg} {fault.hint or ''}".strip() for fault in faults))
