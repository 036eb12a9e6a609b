"""Questions to name servers, and answers that may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.dns_message import AAAA, A, addresses, question

HEAD = b"\x12\x34\x81\x80\x00\x01\x00\x03" + bytes(4)
ASKED = b"\x05files\x07example\x04test\x00\x00\x01\x00\x01"
ALIAS = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x12"
FOUR = b"\x04real\xc0\x12\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07"
SIX = b"\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x3c\x00\x10\x20\x01\x0d\xb8" + bytes(11) + b"\x07"


def test_a_question_is_asked_with_its_length() -> None:
    asked = question("files.example.test.", A, 0x1234)
    assert int.from_bytes(asked[:2], "big") == len(asked) - 2
    assert asked[2:].startswith(b"\x12\x34\x01\x00\x00\x01")
    assert asked.endswith(ASKED)
    assert question("b\u00fccher.example.test", AAAA, 1)[14:].startswith(b"\x0dxn--bcher-kva")


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64, ".".join(["x" * 60] * 5)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        question(name, A, 1)


def test_addresses_are_read_past_aliases() -> None:
    assert addresses(HEAD + ASKED + ALIAS + FOUR + SIX, 0x1234) == ("192.0.2.7", "2001:db8::7")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "no answer"),
        (HEAD, "ends before its end"),
        (HEAD + ASKED + ALIAS + FOUR + SIX[:-1], "ends before its end"),
        (b"\x12\x34\x81\x83" + HEAD[4:] + ASKED, "not known"),
        (b"\x12\x34\x81\x82" + HEAD[4:] + ASKED, "error 2"),
        (b"\x12\x34\x01\x00" + HEAD[4:] + ASKED, "no answer"),
        (b"\x12\x35" + HEAD[2:] + ASKED, "no answer"),
    ],
)
def test_other_answers_are_refused(answer: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        addresses(answer, 0x1234)


@given(st.binary(max_size=120))
def test_anything_is_read_or_refused(data: bytes) -> None:
    for answer in (data, HEAD + data, HEAD + ASKED + data):
        try:
            found = addresses(answer, 0x1234)
        except ValueError:
            continue
        assert all(isinstance(one, str) for one in found)
