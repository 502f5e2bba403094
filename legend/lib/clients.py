"""From where a request comes."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Origin:
    """From where somebody acts, as it is written down: the network, and what the client calls itself."""

    network: str = ""
    agent: str = ""


NOWHERE = Origin()


def origin_of(request: HttpRequest) -> Origin:
    agent = "".join(character for character in request.META.get("HTTP_USER_AGENT", "") if character.isprintable())
    return Origin(network=client_network(request)[:60], agent=agent[:200])


def client_address(request: HttpRequest) -> str:
    """The address of the client, read past as many proxies as LEGEND_PROXIES says are ours; what a client writes itself is not believed."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if 0 < settings.PROXIES <= len(hops):  # fewer hops came around our proxies
        return str(hops[-settings.PROXIES])
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def client_network(request: HttpRequest) -> str:
    """The address for counting: of IPv6 its /64, since one household owns all of that."""
    address = client_address(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else str(parsed)


def is_this_machine(request: HttpRequest) -> bool:
    """True when the browser runs on this machine and no proxy stands between."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META or "HTTP_X_REAL_IP" in request.META:
        return False
    return is_loopback(request.META.get("REMOTE_ADDR", ""))


def is_loopback(host: str) -> bool:
    """True for a name or address that only this machine can reach."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
