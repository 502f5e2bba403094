"""The lock on guessing passwords: django-axes, told how Legend knows clients and names.

After LEGEND_LOCK_AFTER misses for one name from one network, signing in with that name from there fails for LEGEND_LOCK_MINUTES, in the
same words and the same time as a wrong password. Nobody can lock another out: the owner's own network is another one.
"""

from ipaddress import IPv6Address, ip_address
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from legend.lib.clients import client_network


def spend_a_hash(password: str) -> None:
    """Take as long as looking at a password takes."""
    from .models import User

    User().set_password(password)


def name_key(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that was typed, unreadable: people type passwords into the wrong field. (AXES_USERNAME_CALLABLE)"""
    return key_of((credentials or {}).get("username") or "")


def key_of(name: str) -> str:
    return salted_hmac("accounts.locks", name.strip().lower(), algorithm="sha256").hexdigest()


def network_key(request: HttpRequest) -> str | None:
    """The client's network in the form of an address. (AXES_CLIENT_IP_CALLABLE)"""
    network = client_network(request)
    try:
        return str(ip_address(network))
    except ValueError:
        pass
    try:
        return str(IPv6Address(f"{network}::"))
    except ValueError:
        return None


def forget_misses(*names: str, request: HttpRequest | None = None) -> None:
    """The person has shown who they are: start counting anew, for these names, here or (without a request) everywhere."""
    for name in names:
        where = {"ip_address": network_key(request)} if request is not None else {}
        AxesProxyHandler.reset_attempts(username=key_of(name), **where)


class LockBackend(AxesStandaloneBackend):  # type: ignore[misc]
    """Stands before the backend that looks at the password."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any) -> None:
        if request is None:  # no client: a command or a test
            return
        try:
            super().authenticate(request, username=username, password=password, **kwargs)
        except PermissionDenied:
            spend_a_hash(password or "")
            raise
