"""Messages of LDAP (RFC 4511), those that a check needs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landbridge.checks.ber import (
    BOOLEAN,
    ENUMERATED,
    INTEGER,
    OCTETS,
    SEQUENCE,
    Element,
    NotBer,
    element,
    integer,
    text,
)

BIND, BIND_ANSWER = 0x60, 0x61
UNBIND = 0x42
SEARCH, SEARCH_ENTRY, SEARCH_DONE = 0x63, 0x64, 0x65
EXTENDED, EXTENDED_ANSWER = 0x77, 0x78
START_TLS = "1.3.6.1.4.1.1466.20037"
SIMPLE = 0x80
PRESENT = 0x87
_NAME = 0x80

SUCCESS = 0
STRONGER_NEEDED = 8
CONFIDENTIALITY_NEEDED = 13
METHOD_UNSUPPORTED = 7
INVALID_CREDENTIALS = 49


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its number, what it is, and its parts."""

    number: int
    kind: int
    parts: tuple[Element, ...]

    @property
    def code(self) -> int:
        """The result code of an answer. Raises `NotBer`."""
        if not self.parts or self.parts[0].tag != ENUMERATED:
            raise NotBer("an answer without a result")
        return self.parts[0].number

    @property
    def said(self) -> str:
        """The diagnostic message of an answer."""
        return self.parts[2].text if len(self.parts) > 2 else ""


def message(whole: Element) -> Message:
    """The message in an element. Raises `NotBer`."""
    parts = list(whole.parts())
    if whole.tag != SEQUENCE or len(parts) < 2 or parts[0].tag != INTEGER:
        raise NotBer("no message of LDAP")
    content = tuple(parts[1].parts()) if parts[1].tag & 0x20 else (parts[1],)
    return Message(parts[0].number, parts[1].tag, content)


def packed(number: int, operation: bytes) -> bytes:
    """A message, ready to be sent."""
    return element(SEQUENCE, integer(number), operation)


def bind(user: str, password: str) -> bytes:
    """A simple bind of version 3 (§4.2)."""
    return element(BIND, integer(3), text(user), text(password, SIMPLE))


def start_tls() -> bytes:
    """The wish to change to TLS (§4.14)."""
    return element(EXTENDED, text(START_TLS, _NAME))


def unbind() -> bytes:
    """Good-bye (§4.3)."""
    return element(UNBIND)


def root_entry(attributes: tuple[str, ...]) -> bytes:
    """A search for the entry of the server itself (RFC 4512 §5.1)."""
    return element(
        SEARCH,
        text(""),
        integer(0, ENUMERATED),
        integer(0, ENUMERATED),
        integer(1),
        integer(5),
        element(BOOLEAN, b"\0"),
        text("objectClass", PRESENT),
        element(SEQUENCE, *map(text, attributes)),
    )


def attributes(entry: Message) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names (lower case) and values of an entry that was found. Raises `NotBer`."""
    if len(entry.parts) < 2:
        raise NotBer("an entry without attributes")
    for one in entry.parts[1].parts():
        name, *values = one.parts()
        if name.tag != OCTETS or not values:
            raise NotBer("an attribute without a name or values")
        yield name.text.lower(), tuple(value.text for value in values[0].parts())
