"""Which addresses may be called? Looked at after name resolution, so that a name cannot hide an address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

from landbridge.model.reach import Reach

_NAT64 = ip_network("64:ff9b::/96")
_TEN = IPv4Network((10 << 24, 8))
_OWN = (_TEN, *map(ip_network, ("172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""Networks of one's own (RFC 1918, RFC 4193)."""
_METADATA = (ip_address("fd00:ec2::254"), ip_address("fd20:ce::254"))
"""Unique local addresses that are no network of one's own: they give credentials of the machine away."""


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, also when it wraps an IPv4 address."""
    address = _inner(text)
    return address.is_global and not address.is_multicast


def allows(reach: Reach, text: str) -> bool:
    """Whether an address may be called."""
    if reach is Reach.ALL or is_public(text):
        return True
    address = _inner(text)
    own = address not in _METADATA and any(address in network for network in _OWN)
    return reach is Reach.PRIVATE and own


def _inner(text: str) -> IPv4Address | IPv6Address:
    """The address, or the IPv4 address that it wraps."""
    address = ip_address(text.partition("%")[0])
    return (_wrapped(address) if isinstance(address, IPv6Address) else None) or address


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
