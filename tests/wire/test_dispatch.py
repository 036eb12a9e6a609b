from __future__ import annotations

from landbridge.wire.dispatch import dispatch
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


class Owner:
    """Session and stream owner in one; writes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def on_data(self, data: Buffer) -> None:
        self.heard.append(("data", bytes(data)))

    def on_fin(self) -> None:
        self.heard.append(("fin",))

    def on_reset(self) -> None:
        self.heard.append(("reset",))

    def on_room(self) -> None:
        self.heard.append(("room",))

    def on_stream(self, stream: Stream) -> None:
        self.heard.append(("stream", stream.id))
        stream.owner = self

    def on_pong(self, value: int) -> None:
        self.heard.append(("pong", value))

    def on_gone_away(self, code: int) -> None:
        self.heard.append(("gone", code))


def every_event(stream: Stream) -> list[Event]:
    return [
        StreamOpened(stream),
        DataReceived(stream, b"x"),
        RoomGained(stream),
        FinReceived(stream),
        ResetReceived(stream),
        PingAnswered(7),
        GoneAway(1),
    ]


def test_events_reach_their_owners_in_order() -> None:
    owner = Owner()
    dispatch(every_event(Stream(2, ours=False)), owner)
    assert owner.heard == [
        ("stream", 2),
        ("data", b"x"),
        ("room",),
        ("fin",),
        ("reset",),
        ("pong", 7),
        ("gone", 1),
    ]


def test_streams_without_an_owner_are_passed_over() -> None:
    session = Owner()
    dispatch(every_event(Stream(2, ours=False))[1:], session)
    assert session.heard == [("pong", 7), ("gone", 1)]


def test_an_owner_that_leaves_hears_no_more() -> None:
    class Leaver(Owner):
        def on_data(self, data: Buffer) -> None:
            super().on_data(data)
            stream.owner = None

    stream, owner = Stream(2, ours=False), Leaver()
    dispatch(every_event(stream), owner)
    assert owner.heard == [("stream", 2), ("data", b"x"), ("pong", 7), ("gone", 1)]
