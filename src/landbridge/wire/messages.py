"""What stands at the beginning of a stream, and on the control stream (docs/tunnel.md).

Every message is a length (4 bytes, big endian) and JSON of at most 64 KiB. A message with a `head` field is followed
by so many bytes of header lines. Receivers ignore unknown fields; fields may only be added.

    data stream      Open [header lines] body ... FIN            connector ◀ gateway
                     Opened Head [header lines] body ... FIN     connector ▶ gateway
                     Refused FIN                                 connector ▶ gateway
    control stream   Hello, Exposed, Renew, Traced, Probed, Drain, Farewell  connector ▶ gateway
                     Trust, Welcome, Renewed, Departed, Probe, ProbeEnded, Drain, Farewell  connector ◀ gateway
"""

from __future__ import annotations

from struct import Struct as Packing
from typing import Annotated, Literal

import msgspec

from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.stream import Buffer

TUNNEL_VERSION = 1
UPGRADE_TOKEN = "landbridge-tunnel/1"
MESSAGE_LIMIT = 65_536
HEAD_BLOCK_LIMIT = 131_072
_LENGTH = Packing(">I")

Framing = Literal["none", "sized", "streamed", "raw"]
"""Body of a message: none; `size` bytes; until FIN; or no HTTP body but raw bytes both ways (after an upgrade)."""

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""A virtual port; 0 for services, which have none."""
Status = Annotated[int, msgspec.Meta(ge=100, le=999)]
Size = Annotated[int, msgspec.Meta(ge=-1, lt=10**18)]
"""Bytes, or -1 for none announced. As many digits as the parser of heads takes."""
BlockSize = Annotated[int, msgspec.Meta(ge=0, le=HEAD_BLOCK_LIMIT)]


class Open(msgspec.Struct, frozen=True, tag_field="t", tag="open", omit_defaults=True):
    """Gateway asks for a stream to a virtual host. Tokens are the raw ones; the connector alone judges them.

    conn      id of the client connection, to which backend connections stick
    request   request id
    method, target, body, size, upgrade, head   of the HTTP request; `target` is the raw origin form, `size` its
              Content-Length or -1
    trace     whether the connector shall report how it came to the request's identity
    """

    kind: Literal["http", "tcp", "service"]
    host: str
    port: Port
    conn: str
    request: str
    method: str = ""
    target: str = ""
    body: Framing = "none"
    size: Size = -1
    upgrade: bool = False
    head: BlockSize = 0
    user_token: str = ""
    technical_token: str = ""
    trace: bool = False


class Opened(msgspec.Struct, frozen=True, tag_field="t", tag="opened", omit_defaults=True):
    """The backend is connected. `connect_ms` is 0 for a connection that was there; `reused` says so."""

    connect_ms: float = 0.0
    reused: bool = False


class Refused(msgspec.Struct, frozen=True, tag_field="t", tag="refused", omit_defaults=True):
    """The stream ends here, with a fault of the catalogue. `status` is not 0 when it replaces the fault's own."""

    code: str
    params: dict[str, str] = {}
    status: int = 0


class Head(msgspec.Struct, frozen=True, tag_field="t", tag="head", omit_defaults=True):
    """Head of the backend's answer. A status below 200 (but 101) is followed by another Head.

    `size` is -1 when the answer to HEAD, or a 304, names no length.
    """

    status: Status
    reason: str = ""
    body: Framing = "none"
    size: Size = -1
    head: BlockSize = 0


class Hello(msgspec.Struct, frozen=True, tag_field="t", tag="hello", omit_defaults=True):
    """First message of the connector on the control stream (design §5, control).

    started             when the program was started (seconds since the epoch)
    operator            who runs it
    runtime, platform   what it runs on
    security            verdict by topic (connectivity-proxy §15)
    probes              "mapped": it answers Probe for its own mappings; "off": it does not want to; empty: it cannot
    """

    version: int
    agent_version: str
    compat_version: str
    connector: str
    run_id: str
    location: str = ""
    role: str = "master"
    description: str = ""
    exposed: list[dict[str, str]] = []
    started: float = 0.0
    operator: str = ""
    runtime: str = ""
    platform: str = ""
    security: dict[str, str] = {}
    probes: str = ""


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


class Exposed(msgspec.Struct, frozen=True, tag_field="t", tag="exposed", omit_defaults=True):
    """What the connector exposes now: after Hello, and after a change of its configuration.

    `more`: the list goes on in the next message; it counts when it is complete.
    """

    systems: list[dict[str, str]]
    more: bool = False


class Renew(msgspec.Struct, frozen=True, tag_field="t", tag="renew", omit_defaults=True):
    """The connector asks for a new certificate, for the key of this CSR (PEM)."""

    csr: str


class Renewed(msgspec.Struct, frozen=True, tag_field="t", tag="renewed", omit_defaults=True):
    """The new certificate and the authority (PEM), or the fault why there is none."""

    certificate: str = ""
    ca: str = ""
    code: str = ""
    params: dict[str, str] = {}


class Trust(msgspec.Struct, frozen=True, tag_field="t", tag="trust", omit_defaults=True):
    """The issuers that the subaccount trusts, all of them; sent before Welcome and on every change.

    `more`: the list goes on in the next message; it counts when it is complete.
    Each has `name`, `issuer`, `jwks` (a key set as JSON text), `enabled` ("true" or "false") and `description`.
    """

    issuers: list[dict[str, str]]
    more: bool = False


class Traced(msgspec.Struct, frozen=True, tag_field="t", tag="traced", omit_defaults=True):
    """How the connector came to the identity of a request, step by step; answers `Open.trace`. Never a token."""

    request: str
    steps: list[dict[str, str]]


class Probe(msgspec.Struct, frozen=True, tag_field="t", tag="probe", omit_defaults=True):
    """Gateway asks the connector to look at one of its own mappings, from where it stands. Probed answers.

    kind, host, port  a virtual target, looked up as for Open
    path              whose exposure is asked for, and which is requested if it is exposed
    seconds           for each measurement
    inquiry           what to ask the backend beyond that, as JSON text; empty: nothing
    """

    id: str
    kind: Literal["http", "tcp"]
    host: str
    port: Port
    path: str = "/"
    seconds: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    inquiry: str = ""


class ProbeEnded(msgspec.Struct, frozen=True, tag_field="t", tag="probe-ended", omit_defaults=True):
    """Nobody waits for the answer to a Probe any more."""

    id: str


class Probed(msgspec.Struct, frozen=True, tag_field="t", tag="probed", omit_defaults=True):
    """What the connector saw: evidence as JSON text, in pieces; or the fault why it did not look.

    `more`: the text goes on in the next message with this id.
    """

    id: str
    evidence: str = ""
    more: bool = False
    code: str = ""
    params: dict[str, str] = {}


OnStream = Open | Opened | Refused | Head
OnControl = (
    Hello
    | Welcome
    | Farewell
    | Departed
    | Drain
    | Exposed
    | Renew
    | Renewed
    | Trust
    | Traced
    | Probe
    | ProbeEnded
    | Probed
)
Message = OnStream | OnControl

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def encode(message: Message) -> bytes:
    """Length and JSON of a message. Raises `ValueError` when it is larger than 64 KiB."""
    text = _encoder.encode(message)
    if len(text) > MESSAGE_LIMIT:
        raise ValueError(f"message of {len(text)} bytes")
    return _LENGTH.pack(len(text)) + text


REUSED = encode(Opened(reused=True))
"""What most answers begin with."""


def whole_open(data: Buffer) -> tuple[Open, bytes, bytes] | None:
    """Open, its header lines and what follows, when `data` holds them completely.

    None means that a `MessageReader` has to collect them, or to say what is wrong with them.
    """
    if type(data) is not bytes:
        return None
    message, end = _first_message(data)
    if type(message) is not Open:
        return None
    rest = end + message.head
    return (message, data[end:rest], data[rest:]) if rest <= len(data) else None


def whole_head(data: bytes, at: int) -> tuple[Head, int, int] | None:
    """The Head that begins at `at`, with begin and end of its header lines; None as in `whole_open`."""
    message, end = _first_message(data, at)
    if type(message) is not Head or end + message.head > len(data):
        return None
    return message, end, end + message.head


def _first_message(data: bytes, at: int = 0) -> tuple[Message | None, int]:
    begin = at + _LENGTH.size
    end = begin + int.from_bytes(data[at:begin], "big")
    if not begin < end <= len(data) or end - begin > MESSAGE_LIMIT:
        return None, 0
    try:
        return _decoder.decode(data[begin:end]), end
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, 0


class MessageReader:
    """Takes messages, header lines and then the raw rest out of a stream's bytes, however they are cut."""

    __slots__ = ("_at", "_buffer")

    def __init__(self) -> None:
        self._buffer: bytes | bytearray = b""
        self._at = 0

    def feed(self, data: bytes | memoryview) -> None:
        buffer = self._buffer
        if self._at == len(buffer):
            self._buffer = bytes(data)
        elif isinstance(buffer, bytearray):
            # Grows in place: a message that comes byte by byte costs no more than one that comes at once.
            del buffer[: self._at]
            buffer += data
        else:
            self._buffer = bytearray(buffer[self._at :])
            self._buffer += data
        self._at = 0

    def message(self) -> Message | None:
        """The next message, or None when it is not complete. Raises `RemoteProtocolError`."""
        buffer, begin = self._buffer, self._at + 4
        if len(buffer) < begin:
            return None
        (length,) = _LENGTH.unpack_from(buffer, self._at)
        if length > MESSAGE_LIMIT:
            raise RemoteProtocolError(f"message of {length} bytes")
        end = begin + length
        if len(buffer) < end:
            return None
        self._at = end
        try:
            return _decoder.decode(buffer[begin:end])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RemoteProtocolError(f"message that cannot be read: {error}") from None

    def block(self, size: int) -> bytes | None:
        """The next `size` bytes, or None when they are not there yet. Raises `RemoteProtocolError`."""
        if not 0 <= size <= HEAD_BLOCK_LIMIT:
            raise RemoteProtocolError(f"header block of {size} bytes")
        begin, end = self._at, self._at + size
        if len(self._buffer) < end:
            return None
        self._at = end
        return bytes(self._buffer[begin:end])

    def rest(self) -> bytes:
        """Everything that is left; the reader is empty afterwards."""
        rest = bytes(self._buffer[self._at :])
        self._buffer, self._at = b"", 0
        return rest
