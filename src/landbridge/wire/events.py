"""What can happen on a tunnel connection. Past tense: these are facts, not requests.

Several of them are made for each request, so they are structs of msgspec: made in a third of a named tuple's time, and
of no concern to the collector, for they are gone before it looks.
"""

from __future__ import annotations

import msgspec

from landbridge.wire.stream import Buffer, Stream


class StreamOpened(msgspec.Struct, frozen=True, gc=False):
    """The peer opened a stream. Data may follow at once."""

    stream: Stream


class DataReceived(msgspec.Struct, frozen=True, gc=False):
    """Payload, as it arrived: a frame may come in several pieces. Return credit with `Mux.consumed`."""

    stream: Stream
    data: Buffer


class FinReceived(msgspec.Struct, frozen=True, gc=False):
    """The peer will send no more on this stream."""

    stream: Stream


class ResetReceived(msgspec.Struct, frozen=True, gc=False):
    """The peer aborted the stream, or broke its credit; everything queued on it is gone."""

    stream: Stream


class RoomGained(msgspec.Struct, frozen=True, gc=False):
    """A stream whose queue was full can take more."""

    stream: Stream


class PingAnswered(msgspec.Struct, frozen=True, gc=False):
    """The answer to our ping with this value."""

    value: int


class GoneAway(msgspec.Struct, frozen=True, gc=False):
    """The peer wants no new streams; the open ones go on. `code` as in `GoAwayCode`."""

    code: int


Event = StreamOpened | DataReceived | FinReceived | ResetReceived | RoomGained | PingAnswered | GoneAway
