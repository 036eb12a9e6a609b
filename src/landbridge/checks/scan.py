"""Looks through long texts: marks first, patterns on the few lines that have one.

A text comes in pieces and is never held whole. Looking for fixed marks costs a few milliseconds for a megabyte; the
patterns, which cost a thousand times more, see only what is around a mark. How much is looked at has a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from landbridge.checks.symptoms import LINE

BLOCK = 1 << 20
ROW_LIMIT = 3_000_000
"""Bytes that one row sees of one text, at most: a mark that is everywhere must not keep the others waiting."""
LIMIT = 12_000_000
"""Bytes that all rows see of one text, at most."""
_DIGITS = b"0123456789"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Line(Generic[Row]):
    """A line with marks: its number, its text (or what is around the mark), and the rows whose marks it has."""

    number: int
    text: str
    rows: Sequence[Row]


@dataclass(slots=True)
class Scan(Generic[Row]):
    """One pass over a text.

    marks      for each mark the rows that it belongs to
    is_needed  whether a row still wants lines
    lines      how many lines there were
    cut        whether a limit was met, so that not all of the text was looked at
    """

    marks: Mapping[bytes, Sequence[Row]]
    is_needed: Callable[[Row], bool]
    lines: int = 0
    cut: bool = False
    _seen: int = 0
    _seen_by: dict[int, int] = field(default_factory=dict)

    def over(self, pieces: Iterable[bytes]) -> Iterator[Line[Row]]:
        """The lines with marks, in their order."""
        for block in blocks(pieces):
            if self._seen < LIMIT:
                yield from self._block(block)
            self.lines += block.count(b"\n") + (not block.endswith(b"\n"))

    def _block(self, block: bytes) -> Iterator[Line[Row]]:
        number, counted = self.lines + 1, 0
        for (start, end), rows in sorted(self._places(block).items(), key=lambda place: place[0]):
            number += block.count(b"\n", counted, start)
            counted = start
            wanted = [row for row in rows if self._has_room(row, end - start)]
            if wanted:
                self._seen += end - start
                yield Line(number, block[start:end].decode("utf-8", "replace").rstrip("\r"), wanted)

    def _has_room(self, row: Row, size: int) -> bool:
        seen = self._seen_by.get(id(row), 0)
        has_room = seen < ROW_LIMIT and self._seen < LIMIT
        if has_room and self.is_needed(row):
            self._seen_by[id(row)] = seen + size
            return True
        self.cut = self.cut or not has_room
        return False

    def _places(self, block: bytes) -> dict[tuple[int, int], list[Row]]:
        lowered = block.lower()
        gist = _gist(lowered)
        places: dict[tuple[int, int], list[Row]] = {}
        for mark, rows in self.marks.items():
            if mark.translate(None, _DIGITS) not in gist:
                continue
            needed = [row for row in rows if self.is_needed(row)]
            if needed:
                for place in _around(lowered, mark):
                    found = places.setdefault(place, [])
                    found.extend(row for row in needed if row not in found)
        return places


def _gist(text: bytes) -> bytes:
    """Each line once, without its digits: the lines of a log differ in numbers above all.

    A mark that is not in here, without its digits, is not in the text.
    """
    return b"\n".join(set(text.translate(None, _DIGITS).split(b"\n")))


def _around(text: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    """Where the lines with `mark` begin and end; of long lines the part around it."""
    at = text.find(mark)
    while at >= 0:
        start = max(text.rfind(b"\n", max(0, at - LINE // 2), at) + 1, at - LINE // 2, 0)
        end = text.find(b"\n", at, at + LINE // 2)
        end = end if end >= 0 else min(len(text), at + LINE // 2)
        yield start, end
        at = text.find(mark, end)


def blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces joined and cut again, at ends of lines where there are any. A block has about `BLOCK` bytes."""
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) >= BLOCK:
            cut = rest.rfind(b"\n", 0, BLOCK) + 1 or BLOCK
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest
