"""Where a webhook may go: never into our own network (server-side request forgery).

The name is resolved once; every address it has must be allowed, and the connection goes to exactly that address, so
that a name that answers differently a moment later gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# They carry an IPv4 address inside, which could be anybody's: NAT64, 6to4, Teredo.
TUNNELS = [ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class AddressRefused(Exception):
    """The address may not be called; the message says why."""


@dataclass(frozen=True)
class Target:
    """A checked address: what to connect to, and what to say there."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


def check_form(address: str) -> None:
    """What can be said without asking the network: scheme, host, no password. Raises AddressRefused."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(_("This is not an address.")) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOK_ALLOW_HTTP):
        raise AddressRefused(_("The address must begin with https://."))
    if not parts.hostname or port == 0:
        raise AddressRefused(_("This is not an address."))
    if parts.username or parts.password:
        raise AddressRefused(_("The address must not contain a user name or password."))


def resolve(address: str) -> Target:
    """The checked target of an address. Raises AddressRefused if one of its IP addresses is not a public one."""
    check_form(address)
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(_("The name %(host)s is not known.") % {"host": host}) from error
    ips = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for ip in ips:
        if not is_allowed(ip):
            raise AddressRefused(
                _("%(host)s leads to %(ip)s, which is not a public address.") % {"host": host, "ip": ip}
            )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, ips[0])


def is_allowed(text: str) -> bool:
    """Whether an IP address is public, or in one of the networks that the installation allows."""
    ip: IP = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in network for network in settings.WEBHOOK_ALLOWED_NETWORKS):
        return True
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in TUNNELS)
