"""docs/tunnel-vectors.json and docs/tunnel.md are what this implementation does, in both directions."""

from __future__ import annotations

import json
import re
import typing
from typing import Any

import msgspec
import pytest

from landbridge.faults import from_wire
from landbridge.wire import messages
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.events import DataReceived, Event
from landbridge.wire.frames import INITIAL_WINDOW, Flag, FrameType, GoAwayCode, header
from landbridge.wire.http1 import is_header_block
from landbridge.wire.messages import Head, Message, MessageReader, Open, Opened, Refused, encode
from landbridge.wire.mux import Mux
from tests.wire.pair import DATA, FIN, RST, SYN, drained, frames, steps
from tests.wire.vectors import FILE, TYPES, text, vectors

VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
PAGE = (FILE.parent / "tunnel.md").read_text(encoding="utf-8")
MESSAGE_TYPES = typing.get_args(Message)


def named(kind: str) -> list[Any]:
    return [pytest.param(vector, id=vector.get("name") or vector["meaning"]) for vector in VECTORS[kind]]


def test_the_file_is_up_to_date() -> None:
    assert vectors() == VECTORS, "run: python -m tests.wire.vectors"
    assert FILE.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("vector", named("frames"))
def test_frames_are_written_so(vector: dict[str, Any]) -> None:
    kind = FrameType({name: number for number, name in TYPES.items()}[vector["type"]])
    flags = sum(Flag[name] for name in vector["flags"])
    data = bytes.fromhex(vector["hex"])
    assert header(kind, flags, vector["stream"], vector["length"]) == data[:12]
    assert len(data) - 12 == (vector["length"] if kind is FrameType.DATA else 0)


@pytest.mark.parametrize("vector", named("messages"))
def test_messages_are_read_and_written_so(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    reader = MessageReader()
    reader.feed(data)
    message = reader.message()
    assert message is not None
    assert encode(message) == data
    assert json.loads(data[4:]) == vector["json"]
    assert msgspec.convert(vector["json"], Message) == message


def test_every_message_has_a_vector() -> None:
    shown = {vector["json"]["t"] for vector in VECTORS["messages"]}
    assert shown == {kind.__struct_config__.tag for kind in MESSAGE_TYPES}


def test_the_faults_of_the_vectors_exist() -> None:
    named = [vector["json"] for vector in VECTORS["messages"] if vector["json"].get("code")]
    assert named
    for message in named:
        assert from_wire(message["code"], message.get("params", {})).code == message["code"]


class Replay:
    """Both ends of a tunnel: what one says is received by the other, and done by its own machine as well."""

    def __init__(self) -> None:
        self.ends = {"connector": Mux(dialled=True), "gateway": Mux(dialled=False)}
        self.heard: dict[tuple[str, int], bytes] = {}

    def step(self, said: dict[str, Any], cut: int) -> None:
        data = bytes.fromhex(said["hex"])
        other = "gateway" if said["from"] == "connector" else "connector"
        self._speak(self.ends[said["from"]], data)
        for piece in steps(data, cut):
            for event in self.ends[other].receive(piece):
                self._hear(said["from"], event)

    def _hear(self, who: str, event: Event) -> None:
        if isinstance(event, DataReceived):
            key = (who, event.stream.id)
            self.heard[key] = self.heard.get(key, b"") + bytes(event.data)

    @staticmethod
    def _speak(mux: Mux, data: bytes) -> None:
        for said in frames(data):
            if said.flags & SYN and said.kind == DATA:
                assert mux.open().id == said.stream
            if said.flags & RST:
                mux.reset(mux.streams[said.stream])
            elif said.kind == DATA:
                mux.send(mux.streams[said.stream], said.payload, fin=bool(said.flags & FIN))
        drained(mux)


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize("vector", named("exchanges"))
def test_exchanges_are_understood(vector: dict[str, Any], cut: int) -> None:
    replay = Replay()
    if vector["name"] != "beginning":
        for said in VECTORS["exchanges"][0]["steps"]:
            replay.step(said, 0)
    for said in vector["steps"]:
        replay.step(said, cut)
    assert replay.heard
    for (who, stream_id), data in replay.heard.items():
        reader = reader_of(data)
        if stream_id == 1:
            assert all_messages(reader)
        elif who == "gateway":
            assert isinstance(with_lines(reader), Open)
        else:
            assert_answer(reader, with_lines(reader_of(replay.heard["gateway", stream_id])))
    assert [list(mux.streams) for mux in replay.ends.values()] == [[1], [1]]


def reader_of(data: bytes) -> MessageReader:
    reader = MessageReader()
    reader.feed(data)
    return reader


def with_lines(reader: MessageReader) -> Message | None:
    """The next message, and the header lines that belong to it."""
    message = reader.message()
    if isinstance(message, Open | Head):
        block = reader.block(message.head)
        assert block is not None
        assert is_header_block(block)
    return message


def all_messages(reader: MessageReader) -> list[Message]:
    found = []
    while (message := reader.message()) is not None:
        found.append(message)
    assert reader.rest() == b""
    return found


def assert_answer(reader: MessageReader, opening: Message | None) -> None:
    """Refused, or Opened and then, for HTTP, heads up to the one that counts."""
    assert isinstance(opening, Open)
    first = reader.message()
    if isinstance(first, Refused):
        assert reader.rest() == b""
        return
    assert isinstance(first, Opened)
    head = with_lines(reader) if opening.kind == "http" else None
    while isinstance(head, Head) and head.status < 200 and head.status != 101:
        head = with_lines(reader)
    assert isinstance(head, Head) == (opening.kind == "http")


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize("vector", named("errors"))
def test_errors_end_the_connection(vector: dict[str, Any], cut: int) -> None:
    mux = Mux(dialled=False)
    with pytest.raises(RemoteProtocolError):
        for piece in steps(bytes.fromhex(vector["hex"]), cut):
            mux.receive(piece)


# ---------------------------------------------------------------------- the page


@pytest.mark.parametrize("kind", MESSAGE_TYPES, ids=lambda kind: kind.__name__)
def test_the_page_explains_every_message_and_every_field(kind: type[msgspec.Struct]) -> None:
    config = kind.__struct_config__
    section = re.search(rf"^#### `{config.tag}`.*?(?=^#|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/tunnel.md has no heading #### `{config.tag}`"
    missing = [field for field in kind.__struct_fields__ if f"`{field}`" not in section[0]]
    assert not missing


def test_the_page_explains_every_kind_and_every_framing() -> None:
    fields = typing.get_type_hints(Open)
    for word in (*typing.get_args(fields["kind"]), *typing.get_args(fields["body"])):
        assert f"`{word}`" in PAGE


def test_the_page_names_the_numbers() -> None:
    for number in (INITIAL_WINDOW, messages.MESSAGE_LIMIT, messages.HEAD_BLOCK_LIMIT):
        assert f"{number:,}" in PAGE
    for word in (messages.UPGRADE_TOKEN, *(code.name.lower().replace("_", " ") for code in GoAwayCode)):
        assert word in PAGE
