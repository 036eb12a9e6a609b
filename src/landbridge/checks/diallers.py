"""The dialler of programs that look for themselves."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from landbridge.net.dial import dialled
from landbridge.net.proxy import HttpProxy
from landbridge.net.public_address import is_public


@dataclass(frozen=True, slots=True)
class DirectDialler:
    """Connects from this machine, through `proxy` if there is one.

    private_targets  whether addresses of private networks may be connected to
    allowed          private networks that may be connected to in any case
    """

    private_targets: bool = True
    proxy: HttpProxy | None = None
    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    async def open(self, host: str, port: int, seconds: float) -> socket.socket:
        """A connected, non-blocking socket. Raises `DialFailed`."""
        return await dialled(host, port, timeout=seconds, proxy=self.proxy)

    def permits(self, address: str) -> str:
        """Empty when the address may be connected to, else why not."""
        if self.private_targets or is_public(address) or self._is_allowed(address):
            return ""
        return "it is an address of a private network, which this installation does not call"

    def _is_allowed(self, address: str) -> bool:
        found = ip_address(address.partition("%")[0])
        return any(found in network for network in self.allowed if network.version == found.version)
