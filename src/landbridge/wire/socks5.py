"""The server's side of a SOCKS5 handshake with the token method 0x80 (RFC 1928; connectivity-proxy §7).

    client  05 n methods...                                          → Greeted
    server  05 80                     or 05 FF; or 05 00, and the token is left out
    client  01, length (4), token, length (1), base64(location id)   → TokenOffered
    server  01 00                     or 01 05
    client  05 01 00 type address port                               → ConnectAsked
    server  05 reply 00 01 00000000 0000

Clients may send all of it at once: `next_event` goes no further than what was answered.
"""

from __future__ import annotations

import base64
import binascii
from enum import Enum, auto
from ipaddress import IPv4Address
from typing import NamedTuple

from landbridge.wire.errors import LocalProtocolError, RemoteProtocolError

TOKEN_METHOD = 0x80
TOKEN_LIMIT = 65_536
NO_METHOD = b"\x05\xff"
METHOD_CHOSEN = b"\x05\x80"
OPEN_METHOD = 0x00
OPEN_CHOSEN = b"\x05\x00"
TOKEN_ACCEPTED = b"\x01\x00"
TOKEN_REFUSED = b"\x01\x05"
SUCCEEDED = 0


class Greeted(NamedTuple):
    """The client offered these authentication methods; answer with `accept` or give up."""

    methods: bytes


class TokenOffered(NamedTuple):
    """The client's token, and the location id that it asks for (empty: the default connector)."""

    token: str
    location: str


class ConnectAsked(NamedTuple):
    """The client wants a connection to this virtual host; a dotted quad stays as it was typed."""

    host: str
    port: int


class RequestRefused(NamedTuple):
    """The client asked for something that is not done here; `reply` is the SOCKS reply code."""

    reply: int
    reason: str


Event = Greeted | TokenOffered | ConnectAsked | RequestRefused


class _State(Enum):
    GREETING = auto()
    GREETED = auto()
    TOKEN = auto()
    OFFERED = auto()
    REQUEST = auto()
    ASKED = auto()


_NEXT = {_State.GREETED: _State.TOKEN, _State.OFFERED: _State.REQUEST}


class Socks5Handshake:
    """Feed bytes, take events, call `accept` after each that was answered. `rest` is what follows the handshake."""

    def __init__(self) -> None:
        self._state = _State.GREETING
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        """Bytes as they arrive."""
        self._buffer += data

    def accept(self) -> None:
        """The last event was answered with yes: go on. Raises `LocalProtocolError` when there was none."""
        if self._state not in _NEXT:
            raise LocalProtocolError("nothing to accept")
        self._state = _NEXT[self._state]

    def accept_without_token(self) -> None:
        """The greeting was answered with 05 00: the request follows at once. Raises `LocalProtocolError`."""
        if self._state is not _State.GREETED:
            raise LocalProtocolError("no greeting to accept")
        self._state = _State.REQUEST

    def next_event(self) -> Event | None:
        """The next event, or None: more bytes are needed, or the last one is not answered yet.

        Raises `RemoteProtocolError` for bytes that are not this protocol.
        """
        match self._state:
            case _State.GREETING:
                return self._greeting()
            case _State.TOKEN:
                return self._token()
            case _State.REQUEST:
                return self._request()
            case _:
                return None

    def rest(self) -> bytes:
        """Bytes behind the handshake: the beginning of the raw connection."""
        rest, self._buffer = self._buffer, b""
        return rest

    def _greeting(self) -> Event | None:
        buffer = self._buffer
        if not buffer:
            return None
        if buffer[0] != 5:
            # People point HTTP clients to this port; the first letter of a method tells.
            what = "it speaks HTTP" if buffer[:1].isalpha() else f"it speaks version {buffer[0]}"
            raise RemoteProtocolError(what)
        methods = self._take(2 + buffer[1] if len(buffer) > 1 else 2)
        if methods is None or len(buffer) < 2:
            return None
        self._state = _State.GREETED
        return Greeted(methods[2:])

    def _token(self) -> Event | None:
        buffer = self._buffer
        if buffer and buffer[0] != 1:
            raise RemoteProtocolError(f"version {buffer[0]} of the token method")
        if len(buffer) < 5:
            return None
        size = int.from_bytes(buffer[1:5], "big")
        if size > TOKEN_LIMIT:
            raise RemoteProtocolError(f"a token of {size} bytes")
        if len(buffer) < 6 + size:
            return None
        message = self._take(6 + size + buffer[5 + size])
        if message is None:
            return None
        token, location = message[5 : 5 + size], message[6 + size :]
        if not token.isascii():
            raise RemoteProtocolError("a token that is not ASCII")
        self._state = _State.OFFERED
        return TokenOffered(token.decode("ascii"), _location(location))

    def _request(self) -> Event | None:
        buffer = self._buffer
        if buffer and buffer[0] != 5:
            raise RemoteProtocolError(f"version {buffer[0]} of a request")
        if len(buffer) < 5:
            return None
        kind = buffer[3]
        size = {1: 4, 4: 16, 3: 1 + buffer[4]}.get(kind)
        if size is None:
            self._state = _State.ASKED
            return RequestRefused(8, f"address type {kind}")
        message = self._take(4 + size + 2)
        if message is None:
            return None
        self._state = _State.ASKED
        if message[1] != 1:
            return RequestRefused(7, f"command {message[1]}")
        if kind == 4:
            return RequestRefused(8, "an IPv6 address")
        address, port = message[4:-2], int.from_bytes(message[-2:], "big")
        return _target(address[1:] if kind == 3 else str(IPv4Address(address)).encode("ascii"), port)

    def _take(self, size: int) -> bytes | None:
        if len(self._buffer) < size:
            return None
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


def reply(code: int) -> bytes:
    """A whole reply of ten bytes: clients wait for it even when they are refused."""
    return bytes((5, code, 0, 1, 0, 0, 0, 0, 0, 0))


def _location(encoded: bytes) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise RemoteProtocolError("a location id that is not base64") from None


def _target(name: bytes, port: int) -> Event:
    if not name or not name.isascii() or not name.decode("ascii").isprintable() or not port:
        return RequestRefused(1, "a host name or port that cannot be")
    return ConnectAsked(name.decode("ascii"), port)
