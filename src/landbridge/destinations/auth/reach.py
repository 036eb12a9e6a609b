"""Which addresses a token request may go to. Looked at after name resolution, so that a name cannot hide an address."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from landbridge.faults import FaultError, fault

_ADDRESS_LIMIT = 4
_NAT64 = ip_network("64:ff9b::/96")


async def addresses(host: str, port: int, private_allowed: bool) -> list[str]:
    """The addresses of `host`, in the resolver's order, at most four.

    Raises `FaultError`: the name is unknown, or one of its addresses is private while that is not allowed.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FaultError(fault("destination.token-host-unknown", host=host)) from None
    unique = list(dict.fromkeys(str(address[4][0]) for address in found))
    usable = [address for address in unique if "%" not in address]  # link-local with a zone: not for URLs
    if not private_allowed:
        for address in unique:
            if not is_public(address):
                raise FaultError(fault("destination.token-target-private", host=host, address=address))
    if not usable:
        raise FaultError(fault("destination.token-host-unknown", host=host))
    return usable[:_ADDRESS_LIMIT]


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, also when it wraps an IPv4 address."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
