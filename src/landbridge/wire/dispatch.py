"""Hands the events of a tunnel connection to whoever owns the streams. Both ends use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from landbridge.wire.events import (
    DataReceived,
    Event,
    FinReceived,
    GoneAway,
    PingAnswered,
    ResetReceived,
    RoomGained,
    StreamOpened,
)
from landbridge.wire.stream import Buffer, Stream


class StreamOwner(Protocol):
    """Whoever handles one stream. `Stream.owner` holds it."""

    def on_data(self, data: Buffer) -> None: ...
    def on_fin(self) -> None: ...
    def on_reset(self) -> None: ...
    def on_room(self) -> None: ...


class SessionOwner(Protocol):
    """Whoever handles what concerns the whole connection."""

    def on_stream(self, stream: Stream) -> None: ...
    def on_pong(self, value: int) -> None: ...
    def on_gone_away(self, code: int) -> None: ...


def dispatch(events: Iterable[Event], session: SessionOwner) -> None:
    """Call the owner of each event, in order. Streams without an owner (reset meanwhile) are passed over."""
    for event in events:
        kind = type(event)
        if kind is DataReceived:
            owner = event.stream.owner  # type: ignore[union-attr]
            if owner is not None:
                owner.on_data(event.data)  # type: ignore[union-attr]
        elif kind is FinReceived:
            owner = event.stream.owner  # type: ignore[union-attr]
            if owner is not None:
                owner.on_fin()
        elif kind is StreamOpened:
            session.on_stream(event.stream)  # type: ignore[union-attr]
        else:
            _dispatch_rare(event, session)


def _dispatch_rare(event: Event, session: SessionOwner) -> None:
    match event:
        case RoomGained(stream) if stream.owner is not None:
            stream.owner.on_room()
        case ResetReceived(stream) if stream.owner is not None:
            stream.owner.on_reset()
        case PingAnswered(value):
            session.on_pong(value)
        case GoneAway(code):
            session.on_gone_away(code)
        case _:
            pass
