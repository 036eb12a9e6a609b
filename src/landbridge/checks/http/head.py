"""Heads of answers, read tolerantly: what servers really send is to be seen, not refused. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_BYTES = 65_536
MOST_LINES = 200
_STATUS_LINE = re.compile(rb"(HTTP/[0-9](?:\.[0-9])?)[ \t]+([0-9]{3})(?:[ \t]+([^\r\n]*))?[ \t]*")
_END = re.compile(rb"\r?\n\r?\n")
_START = b"HTTP/"


class NoHead(Exception):
    """What came is no head: `problem` is "not-http" or "too-large"."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an answer; names and values of headers as they were sent."""

    version: str
    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a header; `name` in lower case."""
        return tuple(value for found, value in self.headers if found.lower() == name)

    def get(self, name: str) -> str:
        """Its first value; empty when it is not there."""
        return next(iter(self.all(name)), "")


def head_of(received: bytes) -> tuple[Head, bytes] | None:
    """The head at the beginning of what was received, and what follows it; None when it is not whole yet.

    Raises `NoHead` as soon as it cannot become one, or is over 64 KiB or 200 lines.
    """
    received = received.lstrip(b"\r\n")
    start = received[: len(_START)]
    if start != _START[: len(start)]:
        raise NoHead("not-http")
    end = _END.search(received)
    size = end.start() if end else len(received)
    if size > MOST_BYTES or received.count(b"\n", 0, size) > MOST_LINES:
        raise NoHead("too-large")
    if end is None:
        return None
    first, *lines = received[: end.start()].replace(b"\r\n", b"\n").split(b"\n")
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise NoHead("not-http")
    version, number, phrase = status.groups(b"")
    return Head(_text(version), int(number), _text(phrase), tuple(map(_header, lines))), received[end.end() :]


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.partition(b":")
    return _text(name.strip()), _text(value.strip())


def _text(value: bytes) -> str:
    """Bytes as text, without control characters: they would go to somebody's terminal."""
    return "".join(char if char.isprintable() else "·" for char in value.decode("latin-1"))
