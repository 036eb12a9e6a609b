from __future__ import annotations

from landbridge.wire import frames
from landbridge.wire.frames import Flag, FrameType, GoAwayCode, header
from tests.wire.pair import frame


def test_a_header_is_twelve_bytes_big_endian() -> None:
    assert header(FrameType.WINDOW, Flag.SYN | Flag.RST, 0x01020304, 0x05060708).hex() == "000100090102030405060708"
    assert frames.HEADER_SIZE == 12


def test_the_plain_integers_of_the_hot_path_are_the_members() -> None:
    assert tuple(FrameType) == (frames.DATA, frames.WINDOW, frames.PING, frames.GO_AWAY)
    assert tuple(Flag) == (frames.SYN, frames.ACK, frames.FIN, frames.RST)


def test_the_hand_written_frame_of_these_tests_agrees() -> None:
    assert frame(frames.DATA, frames.FIN, 7, b"abc") == header(frames.DATA, frames.FIN, 7, 3) + b"abc"
    assert frame(frames.GO_AWAY, 0, 0, GoAwayCode.INTERNAL_ERROR) == header(frames.GO_AWAY, 0, 0, 2)


def test_ids_and_windows_are_those_of_yamux() -> None:
    assert frames.INITIAL_WINDOW == 256 * 1024
    assert frames.LAST_ID == 0x7FFFFFFF
