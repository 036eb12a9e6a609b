"""`host:port`, or `host:first-last`, as people type it in a mapping."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?")
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Address:
    """A host, and the first of so many ports."""

    host: str
    port: int
    ports: int


class BadAddress(ValueError):
    """The text is no address; the message says what was expected."""


def virtual_address(text: str) -> Address:
    """Host and port or ports of a virtual system. The host may be made up, but no IPv6 address. Raises `BadAddress`."""
    host, port = _split(text)
    if host.startswith("["):
        raise BadAddress("host:port with a host name, like erp.virtual:80")
    return Address(_name(host), *_ports(port))


def internal_address(text: str) -> Address:
    """Host and port or ports of a backend; an IPv6 address stands in brackets and loses them. Raises `BadAddress`."""
    host, port = _split(text)
    if host.startswith("[") and host.endswith("]"):
        try:
            return Address(str(IPv6Address(host[1:-1])), *_ports(port))
        except AddressValueError:
            raise BadAddress("an IPv6 address in brackets, like [fd00::1]:8001") from None
    return Address(_name(host), *_ports(port))


def _split(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if not colon or not host:
        raise BadAddress("host:port, like erp.virtual:80")
    return host, port


def _name(host: str) -> str:
    if not _HOST.fullmatch(host):
        raise BadAddress("host:port, the host made of letters, digits, '.', '-' (no scheme, no path)")
    return host


def _ports(text: str) -> tuple[int, int]:
    """(first port, how many) of `port` or `first-last`."""
    first, dash, last = text.partition("-")
    begin = _port(first)
    end = _port(last) if dash else begin
    if end < begin:
        raise BadAddress("host:first-last with the smaller port first")
    return begin, end - begin + 1


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= 65535:
        raise BadAddress("host:port with a port from 1 to 65535")
    return int(text)
