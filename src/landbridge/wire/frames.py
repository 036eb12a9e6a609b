"""yamux frame headers: 12 bytes, big endian (yamux.md)."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from struct import Struct

VERSION = 0
HEADER = Struct(">BBHII")
HEADER_SIZE = HEADER.size
STREAM_ID = Struct(">I")
INITIAL_WINDOW = 262_144
"""Credit of every stream and direction before any window update."""
LAST_ID = 2**31 - 1


class FrameType(IntEnum):
    DATA = 0
    WINDOW = 1
    PING = 2
    GO_AWAY = 3


class Flag(IntFlag):
    SYN = 1
    ACK = 2
    FIN = 4
    RST = 8


class GoAwayCode(IntEnum):
    NORMAL = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2


# Plain integers for the hot path: enum members cost an attribute look-up and an `__and__` call each.
DATA, WINDOW, PING, GO_AWAY = 0, 1, 2, 3
SYN, ACK, FIN, RST = 1, 2, 4, 8


def header(kind: int, flags: int, stream_id: int, length: int) -> bytes:
    """The 12 bytes of a frame header; `length` is payload size, credit, ping value or reason by type."""
    return HEADER.pack(VERSION, kind, flags, stream_id, length)
