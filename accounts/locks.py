"""The lock on guessing passwords: django-axes, told how Legend knows clients and people.

After LEGEND_LOCK_AFTER misses for one person from one network, signing in as them from there fails for LEGEND_LOCK_MINUTES, in the same
words and the same time as a wrong password. However a person is spelled, by name or by address, it is one count.

Nobody can lock another out: the owner's network is another one; a browser in which somebody has signed in before is counted apart from
strangers on the same network; and where they have signed in before, what others try from elsewhere does not count (`spend_try`).
"""

from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from legend.lib.clients import client_network
from legend.lib.throttling import spend

if TYPE_CHECKING:
    from .models import User

DEVICE = "legend_device"
DEVICE_DAYS = 365
MOST_PEOPLE = 5  # of one browser


def spend_a_hash(password: str) -> None:
    """Take as long as looking at a password takes."""
    from .models import User

    User().set_password(password)


def key_of(name: str) -> str:
    """A name that was typed, unreadable: people type passwords into the wrong field."""
    return _hidden("locks", normalize("NFKC", name).strip().casefold())


def name_key(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Whose misses are counted: the person's, apart those of their own browsers; else those of the name. (AXES_USERNAME_CALLABLE)"""
    name = (credentials or {}).get("username") or ""
    user_id = _person(request, name)
    return _person_key(user_id, is_known_device(request, user_id)) if user_id else key_of(name)


def spend_try(request: HttpRequest, name: str) -> None:
    """Count a try to sign in: for the network and the name, or for the person's own browser alone. Raises TooMany.

    The name is counted as it was typed: were it the person, an answer of 429 would tell which address belongs to which name.
    """
    from .models import AuditEvent
    from .models.audit_event import Kind

    user_id, network = _person(request, name), client_network(request)
    if is_known_device(request, user_id):
        spend("auth", f"device-{user_id}-{network}")
        return
    spend("auth", f"net-{network}")
    at_home = AuditEvent.objects.filter(user_id=user_id or 0, kind__in=[Kind.SIGNED_IN, Kind.PASSWORD_RESET], network=network)
    if not at_home.exists():
        spend("auth", f"name-{key_of(name)}")


def is_known_device(request: HttpRequest, user_id: int | None) -> bool:
    """Whether this person has signed in with this browser before."""
    return user_id is not None and _device_mark(user_id) in request.COOKIES.get(DEVICE, "").split(".")


def remember_device(request: HttpRequest, response: HttpResponse, user: "User") -> None:
    """After signing in: the browser is known from now on. The cookie opens nothing, and goes to the sign-in page only."""
    others = [mark for mark in request.COOKIES.get(DEVICE, "").split(".") if mark and mark != _device_mark(user.pk)]
    response.set_cookie(
        DEVICE,
        ".".join([_device_mark(user.pk), *others][:MOST_PEOPLE]),
        max_age=DEVICE_DAYS * 86400,
        path=reverse("accounts:sign_in"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def network_key(request: HttpRequest) -> str | None:
    """The client's network in the form of an address. (AXES_CLIENT_IP_CALLABLE)"""
    return as_address(client_network(request))


def as_address(network: str) -> str | None:
    """A network of `client_network` in the form of an address; None if it is none."""
    try:
        return str(ip_address(network))
    except ValueError:
        pass
    try:
        return str(IPv6Address(f"{network}::"))
    except ValueError:
        return None


def forget_misses(user: "User", request: HttpRequest | None = None) -> None:
    """The person has shown who they are: start counting anew, here or (without a request) everywhere."""
    where = {"ip_address": network_key(request)} if request is not None else {}
    for own in (True, False):
        AxesProxyHandler.reset_attempts(username=_person_key(user.pk, own), **where)


def _person(request: HttpRequest, name: str) -> int | None:
    """The number of the person with this name; axes asks several times in one request."""
    from .models import User

    asked: dict[str, int | None] = request.__dict__.setdefault("_legend_asked", {})
    if name not in asked:
        asked[name] = User.objects.known_as(name).values_list("pk", flat=True).first()
    return asked[name]


def _person_key(user_id: int, own_device: bool) -> str:
    return _hidden("person", f"{user_id}{'-own' if own_device else ''}")


def _device_mark(user_id: int) -> str:
    return _hidden("device", str(user_id))[:32]


def _hidden(what: str, word: str) -> str:
    return salted_hmac(f"accounts.{what}", word, algorithm="sha256").hexdigest()


def forget_old_misses(*, now: datetime) -> None:
    """Drop misses that lock nothing any more: who they were and from where is nobody's business then."""
    from axes.models import AccessAttempt

    AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()


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
