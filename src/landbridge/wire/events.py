"""What can happen on a tunnel connection. Past tense: these are facts, not requests."""

from __future__ import annotations

from typing import NamedTuple

from landbridge.wire.stream import Buffer, Stream


class StreamOpened(NamedTuple):
    """The peer opened a stream. Data may follow at once."""

    stream: Stream


class DataReceived(NamedTuple):
    """Payload, as it arrived: a frame may come in several pieces. Return credit with `Mux.consumed`."""

    stream: Stream
    data: Buffer


class FinReceived(NamedTuple):
    """The peer will send no more on this stream."""

    stream: Stream


class ResetReceived(NamedTuple):
    """The peer aborted the stream, or broke its credit; everything queued on it is gone."""

    stream: Stream


class RoomGained(NamedTuple):
    """A stream whose queue was full can take more."""

    stream: Stream


class PingAnswered(NamedTuple):
    """The answer to our ping with this value."""

    value: int


class GoneAway(NamedTuple):
    """The peer wants no new streams; the open ones go on. `code` as in `GoAwayCode`."""

    code: int


Event = StreamOpened | DataReceived | FinReceived | ResetReceived | RoomGained | PingAnswered | GoneAway
