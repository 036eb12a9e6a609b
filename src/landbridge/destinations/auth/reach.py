"""Which addresses a token request may go to. Looked at after name resolution, so that a name cannot hide an address."""

from __future__ import annotations

import asyncio
import socket

from landbridge.faults import FaultError, fault
from landbridge.model.reach import Reach
from landbridge.net.public_address import allows

_ADDRESS_LIMIT = 4


async def addresses(host: str, port: int, reach: Reach) -> list[str]:
    """The addresses of `host`, in the resolver's order, at most four.

    Raises `FaultError`: the name is unknown, or one of its addresses is out of reach.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FaultError(fault("destination.token-host-unknown", host=host)) from None
    unique = list(dict.fromkeys(str(address[4][0]) for address in found))
    usable = [address for address in unique if "%" not in address]  # link-local with a zone: not for URLs
    for address in unique:
        if not allows(reach, address):
            raise FaultError(fault("destination.token-target-private", host=host, address=address))
    if not usable:
        raise FaultError(fault("destination.token-host-unknown", host=host))
    return usable[:_ADDRESS_LIMIT]
