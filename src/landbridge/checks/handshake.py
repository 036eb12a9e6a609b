"""Reads what a TLS server says in a handshake, message by message (RFC 5246 §7.4, RFC 8446 §4). Pure."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from cryptography import x509

ALERT = 21
"""Content type of alerts; handshake messages are 22."""
HANDSHAKE = 22
CERTIFICATE = 11
CERTIFICATE_REQUEST = 13
TLS13 = 0x0304
_AUTHORITIES = 47
"""Extension certificate_authorities (RFC 8446 §4.2.4)."""
MOST_CERTIFICATES = 100
MOST_AUTHORITIES = 200


@dataclass(slots=True)
class Heard:
    """What was heard so far. Messages that cannot be read are passed over: the TLS library judges them itself."""

    chain: list[bytes] = field(default_factory=list)
    asked: bool = False
    authorities: list[str] = field(default_factory=list)
    alert: int = -1

    def hear(self, version: int, content: int, data: bytes) -> None:
        """Take one message of the server, without record header."""
        if content == ALERT and len(data) >= 2:
            self.alert = data[1]
        elif content == HANDSHAKE and len(data) > 4:
            body = _Reader(data[4:])
            try:
                if data[0] == CERTIFICATE and not self.chain:
                    self._certificates(body, version == TLS13)
                elif data[0] == CERTIFICATE_REQUEST:
                    self.asked = True
                    self._request(body, version == TLS13)
            except IndexError:
                return

    def _certificates(self, body: _Reader, tls13: bool) -> None:
        if tls13:
            body.vector(1)
        entries = _Reader(body.vector(3))
        while entries.rest and len(self.chain) < MOST_CERTIFICATES:
            self.chain.append(entries.vector(3))
            if tls13:
                entries.vector(2)

    def _request(self, body: _Reader, tls13: bool) -> None:
        body.vector(1)
        if not tls13:
            body.vector(2)
            self._names(_Reader(body.vector(2)))
            return
        extensions = _Reader(body.vector(2))
        while extensions.rest:
            kind, content = extensions.number(2), extensions.vector(2)
            if kind == _AUTHORITIES:
                self._names(_Reader(_Reader(content).vector(2)))

    def _names(self, names: _Reader) -> None:
        while names.rest and len(self.authorities) < MOST_AUTHORITIES:
            self.authorities.append(_name(names.vector(2)))


class _Reader:
    """Numbers and vectors out of a message. Raises `IndexError` at its end."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def number(self, size: int) -> int:
        if len(self.rest) < size:
            raise IndexError
        value, self.rest = int.from_bytes(self.rest[:size], "big"), self.rest[size:]
        return value

    def vector(self, size: int) -> bytes:
        """Bytes with a length of `size` bytes before them."""
        length = self.number(size)
        if len(self.rest) < length:
            raise IndexError
        value, self.rest = self.rest[:length], self.rest[length:]
        return value


def _name(der: bytes) -> str:
    """A distinguished name as people write it (RFC 4514)."""
    try:
        return x509.Name.from_bytes(der).rfc4514_string()
    except ValueError:
        return f"a name that cannot be read ({len(der)} bytes)"


def pem(der: bytes) -> str:
    """A certificate as text."""
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
