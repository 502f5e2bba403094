"""From where a request comes."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

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
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if 0 < settings.PROXIES <= len(hops):  # fewer hops came around our proxies
        told = _address(hops[-settings.PROXIES])
        if told is not None:
            return str(told)
    came_from = str(request.META.get("REMOTE_ADDR") or "")
    return str(_address(came_from) or came_from or "unknown")


def client_network(request: HttpRequest) -> str:
    """The address for counting: of IPv6 its /64, since one household owns all of that."""
    address = client_address(request)
    parsed = _address(address)
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: also `1.2.3.4:5678`, `[2001:db8::1]:443`, and IPv4 in the clothes of IPv6. None for anything else."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        parsed = ip_address(hop)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


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
