"""What stands at the beginning of a stream, and on the control stream (docs/tunnel.md).

Every message is a length (4 bytes, big endian) and JSON of at most 64 KiB. A message with a `head` field is followed
by so many bytes of header lines. Receivers ignore unknown fields; fields may only be added.

    data stream      Open [header lines] body ... FIN            connector ◀ gateway
                     Opened Head [header lines] body ... FIN     connector ▶ gateway
                     Refused FIN                                 connector ▶ gateway
    control stream   Hello, Welcome, Departed, Drain
"""

from __future__ import annotations

from struct import Struct as Packing
from typing import Literal

import msgspec

from landbridge.wire.errors import RemoteProtocolError

TUNNEL_VERSION = 1
UPGRADE_TOKEN = "landbridge-tunnel/1"
MESSAGE_LIMIT = 65_536
HEAD_BLOCK_LIMIT = 131_072
_LENGTH = Packing(">I")

Framing = Literal["none", "sized", "streamed", "raw"]
"""Body of a message: none; `size` bytes; until FIN; or no HTTP body but raw bytes both ways (after an upgrade)."""


class Open(msgspec.Struct, frozen=True, tag_field="t", tag="open", omit_defaults=True):
    """Gateway asks for a stream to a virtual host. Tokens are the raw ones; the connector alone judges them.

    conn      id of the client connection, to which backend connections stick
    request   request id
    method, target, body, size, upgrade, head   of the HTTP request; `target` is the raw origin form, `size` its
              Content-Length or -1
    """

    kind: Literal["http"]
    host: str
    port: int
    conn: str
    request: str
    method: str = ""
    target: str = ""
    body: Framing = "none"
    size: int = -1
    upgrade: bool = False
    head: int = 0
    user_token: str = ""
    technical_token: str = ""


class Opened(msgspec.Struct, frozen=True, tag_field="t", tag="opened", omit_defaults=True):
    """The backend is connected. `connect_ms` is 0 for a connection that was there; `reused` says so."""

    connect_ms: float = 0.0
    reused: bool = False


class Refused(msgspec.Struct, frozen=True, tag_field="t", tag="refused", omit_defaults=True):
    """The stream ends here, with a fault of the catalogue."""

    code: str
    params: dict[str, str] = {}


class Head(msgspec.Struct, frozen=True, tag_field="t", tag="head", omit_defaults=True):
    """Head of the backend's answer. A status below 200 (but 101) is followed by another Head.

    `size` is -1 when the answer to HEAD, or a 304, names no length.
    """

    status: int
    reason: str = ""
    body: Framing = "none"
    size: int = -1
    head: int = 0


class Hello(msgspec.Struct, frozen=True, tag_field="t", tag="hello", omit_defaults=True):
    """First message of the connector on the control stream (design §5, control)."""

    version: int
    agent_version: str
    compat_version: str
    connector: str
    run_id: str
    location: str = ""
    role: str = "master"
    description: str = ""
    exposed: list[dict[str, str]] = []


class Welcome(msgspec.Struct, frozen=True, tag_field="t", tag="welcome", omit_defaults=True):
    """The gateway takes the tunnel; `time` is its clock (seconds since the epoch), to name clock skew."""

    session: str
    time: float
    ping_interval: float
    ping_timeout: float


class Farewell(msgspec.Struct, frozen=True, tag_field="t", tag="farewell", omit_defaults=True):
    """The sender is about to close the tunnel, for this fault."""

    code: str
    params: dict[str, str] = {}


class Departed(msgspec.Struct, frozen=True, tag_field="t", tag="departed", omit_defaults=True):
    """The client connection is gone: close the backend connections that stick to it."""

    conn: str


class Drain(msgspec.Struct, frozen=True, tag_field="t", tag="drain", omit_defaults=True):
    """The sender wants no new streams; the open ones may end."""


Message = Open | Opened | Refused | Head | Hello | Welcome | Farewell | Departed | Drain

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def encode(message: Message) -> bytes:
    """Length and JSON of a message. Raises `ValueError` when it is larger than 64 KiB."""
    text = _encoder.encode(message)
    if len(text) > MESSAGE_LIMIT:
        raise ValueError(f"message of {len(text)} bytes")
    return _LENGTH.pack(len(text)) + text


class MessageReader:
    """Takes messages, header lines and then the raw rest out of a stream's bytes, however they are cut."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes | memoryview) -> None:
        self._buffer = self._buffer + data if self._buffer else bytes(data)

    def message(self) -> Message | None:
        """The next message, or None when it is not complete. Raises `RemoteProtocolError`."""
        buffer = self._buffer
        if len(buffer) < 4:
            return None
        (length,) = _LENGTH.unpack_from(buffer)
        if length > MESSAGE_LIMIT:
            raise RemoteProtocolError(f"message of {length} bytes")
        if len(buffer) < 4 + length:
            return None
        self._buffer = buffer[4 + length :]
        try:
            return _decoder.decode(buffer[4 : 4 + length])
        except msgspec.DecodeError as error:
            raise RemoteProtocolError(f"message that cannot be read: {error}") from None

    def block(self, size: int) -> bytes | None:
        """The next `size` bytes, or None when they are not there yet. Raises `RemoteProtocolError`."""
        if not 0 <= size <= HEAD_BLOCK_LIMIT:
            raise RemoteProtocolError(f"header block of {size} bytes")
        buffer = self._buffer
        if len(buffer) < size:
            return None
        self._buffer = buffer[size:]
        return buffer[:size]

    def rest(self) -> bytes:
        """Everything that is left; the reader is empty afterwards."""
        buffer, self._buffer = self._buffer, b""
        return buffer
