"""The little of BER (X.690) that LDAP needs: elements of definite length. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

INTEGER = 0x02
OCTETS = 0x04
ENUMERATED = 0x0A
BOOLEAN = 0x01
SEQUENCE = 0x30
SET = 0x31
_MOST_LENGTH_BYTES = 4


class NotBer(ValueError):
    """These bytes are no BER, or none that LDAP uses."""


def element(tag: int, *parts: bytes) -> bytes:
    """One element with that content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A number that is not negative."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(value: str, tag: int = OCTETS) -> bytes:
    """A text, as UTF-8."""
    return element(tag, value.encode())


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, and its content as bytes."""

    tag: int
    content: bytes

    @property
    def number(self) -> int:
        """The content as a number."""
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def text(self) -> str:
        """The content as text; what is no UTF-8 is marked."""
        return self.content.decode("utf-8", "replace")

    def parts(self) -> Iterator[Element]:
        """The elements in the content. Raises `NotBer`."""
        at = 0
        while at < len(self.content):
            header = size(self.content[at : at + 6])
            if header is None or at + sum(header) > len(self.content):
                raise NotBer("an element is longer than what it is in")
            head, length = header
            yield Element(self.content[at], self.content[at + head : at + head + length])
            at += head + length


def size(data: bytes) -> tuple[int, int] | None:
    """Bytes of the first element's header and of its content; None when more is needed to know. Raises `NotBer`."""
    if len(data) < 2:
        return None
    if data[1] < 0x80:
        return 2, data[1]
    count = data[1] & 0x7F
    if not 1 <= count <= _MOST_LENGTH_BYTES:
        raise NotBer("a length that LDAP does not use")
    if len(data) < 2 + count:
        return None
    return 2 + count, int.from_bytes(data[2 : 2 + count], "big")
