from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.messages import (
    HEAD_BLOCK_LIMIT,
    MESSAGE_LIMIT,
    Departed,
    Drain,
    Farewell,
    Head,
    Hello,
    Message,
    MessageReader,
    Open,
    Opened,
    Probe,
    Probed,
    ProbeEnded,
    Refused,
    Welcome,
    encode,
)

MESSAGES: list[Message] = [
    Open("http", "erp.corp", 8080, "c-1", "r-1"),
    Open("http", "erp.corp", 443, "c-1", "r-1", "POST", "/a%2Fb?c=ü", "sized", 5, True, 120, "user", "technical"),
    Opened(),
    Opened(1.25, reused=True),
    Refused("backend.refused", {"host": "erp.corp", "port": "8080"}),
    Head(204),
    Head(200, "Très bien", "streamed", -1, 131_072),
    Hello(1, "0.1.0", "2.19.0", "id", "run", "loc", "shadow", "text", [{"protocol": "HTTP", "host": "erp.corp:80"}]),
    Welcome("s-1", 1_700_000_000.5, 15.0, 15.0),
    Farewell("tunnel.replaced"),
    Departed("c-1"),
    Drain(),
    Probe("p-1", "http", "erp.corp", 8080, "/sap?x=1", 2.5),
    ProbeEnded("p-1"),
    Probed("p-1", '{"target":{}}', more=True),
    Probed("p-1", code="connector.probes-off"),
]


def packed(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def read(data: bytes) -> Message | None:
    reader = MessageReader()
    reader.feed(data)
    return reader.message()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    assert read(encode(message)) == message


def test_a_message_is_its_length_and_json() -> None:
    data = encode(Departed("c-1"))
    assert data == b'\0\0\0\x1d{"t":"departed","conn":"c-1"}'


def test_what_is_at_its_default_is_left_out() -> None:
    assert json.loads(encode(Head(200))[4:]) == {"t": "head", "status": 200}


def test_unknown_fields_are_ignored_so_that_fields_may_be_added() -> None:
    assert read(packed(b'{"t":"departed","conn":"c","later":[{"a":null}],"t2":1}')) == Departed("c")


def test_a_message_beyond_the_limit_is_our_own_mistake() -> None:
    assert len(encode(Departed("x" * (MESSAGE_LIMIT - 26)))) == 4 + MESSAGE_LIMIT
    with pytest.raises(ValueError, match="65537 bytes"):
        encode(Departed("x" * (MESSAGE_LIMIT - 25)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="no object"),
        pytest.param(b"[]", id="array"),
        pytest.param(b'{"status":200', id="cut"),
        pytest.param(b'{"status":200}', id="no type"),
        pytest.param(b'{"t":"lunch"}', id="unknown type"),
        pytest.param(b'{"t":"departed"}', id="field missing"),
        pytest.param(b'{"t":"departed","conn":1}', id="field of another type"),
        pytest.param(b'{"t":"departed","conn":"\xff"}', id="not UTF-8"),
        pytest.param(b'{"t":"\xff"}', id="type not UTF-8"),
        pytest.param(b'{"t":"drain","x":' + b"[" * 60_000, id="nested without end"),
        pytest.param(b'{"t":"head","status":99}', id="status too small"),
        pytest.param(b'{"t":"head","status":1000}', id="status too large"),
        pytest.param(b'{"t":"head","status":200,"size":-2}', id="negative size"),
        pytest.param(b'{"t":"head","status":200,"size":1' + b"0" * 18 + b"}", id="size too large"),
        pytest.param(b'{"t":"head","status":200,"head":-1}', id="negative block"),
        pytest.param(b'{"t":"head","status":200,"head":131073}', id="block too large"),
        pytest.param(b'{"t":"head","status":200,"body":"maybe"}', id="unknown framing"),
        pytest.param(b'{"t":"open","kind":"http","host":"a","port":65536,"conn":"","request":""}', id="port"),
        pytest.param(b'{"t":"open","kind":"ftp","host":"a","port":1,"conn":"","request":""}', id="unknown kind"),
    ],
)
def test_what_is_no_message_is_the_peers_mistake(text: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        read(packed(text))


def test_a_length_beyond_the_limit_is_refused_before_the_message_is_there() -> None:
    with pytest.raises(RemoteProtocolError):
        read(struct.pack(">I", MESSAGE_LIMIT + 1))


@pytest.mark.parametrize("size", [-1, HEAD_BLOCK_LIMIT + 1])
def test_a_block_of_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(RemoteProtocolError):
        MessageReader().block(size)


def test_blocks_and_the_raw_rest_follow_messages() -> None:
    reader = MessageReader()
    reader.feed(memoryview(encode(Opened()) + encode(Head(200, head=6)) + b"A: b\r\nbody"))
    assert reader.message() == Opened()
    head = reader.message()
    assert isinstance(head, Head)
    assert reader.block(head.head) == b"A: b\r\n"
    assert reader.block(5) is None
    assert reader.rest() == b"body"
    assert reader.rest() == b""
    reader.feed(b"more")
    assert reader.rest() == b"more"


def test_a_reader_that_always_has_a_rest_does_not_grow() -> None:
    """The control stream lives for weeks; what was read must not stay."""
    reader = MessageReader()
    drain = encode(Drain())
    reader.feed(drain[:5])
    for _ in range(3000):
        reader.feed(drain[5:] + drain[:5])
        assert reader.message() == Drain()
        assert reader.message() is None
    assert len(reader._buffer) < 2 * len(drain)


# ---------------------------------------------------------------------- any bytes at all


@dataclass
class Outcome:
    found: list[object]
    failed: bool
    rest: bytes


def outcome(data: bytes, step: int) -> Outcome:
    """Read as the ends do: messages, a block after each that has one, until it fails or more bytes are needed."""
    reader, found, failed = MessageReader(), [], False
    wanted: int | None = None
    for begin in range(0, len(data), step):
        reader.feed(data[begin : begin + step])
        try:
            while True:
                got = reader.message() if wanted is None else reader.block(wanted)
                if got is None:
                    break
                wanted = got.head if isinstance(got, Head | Open) else None
                found.append(got)
        except RemoteProtocolError:
            return Outcome(found, True, b"")
    return Outcome(found, failed, reader.rest())


def mutated(valid: bytes) -> Callable[[tuple[int, bytes]], bytes]:
    def mutate(change: tuple[int, bytes]) -> bytes:
        at = change[0] % (len(valid) + 1)
        return valid[:at] + change[1] + valid[at + len(change[1]) :]

    return mutate


VALID = b"".join(encode(m) + b"x" * (m.head if isinstance(m, Open) else 0) for m in MESSAGES if m != MESSAGES[6])
changes = st.tuples(st.integers(0, len(VALID)), st.binary(max_size=6))
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
tags = st.sampled_from([type(m).__struct_config__.tag for m in MESSAGES])
odd_messages = st.builds(
    lambda tag, fields: packed(json.dumps({"t": tag, **fields}).encode()),
    tags,
    st.dictionaries(st.sampled_from(["conn", "status", "size", "head", "body", "code", "params", "port"]), json_like),
)


@given(st.binary(max_size=300) | st.builds(mutated(VALID), changes) | odd_messages, st.integers(1, 40))
@example(VALID, 1)
@settings(max_examples=80)
def test_any_bytes_are_read_or_refused_the_same_however_they_are_cut(data: bytes, step: int) -> None:
    assert outcome(data, max(len(data), 1)) == outcome(data, 1) == outcome(data, step)
