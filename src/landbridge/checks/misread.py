"""Texts that did not come through whole: wrapped by a terminal or a mail, or read from a picture.

Looked at only when nothing else was found, and only when they are short: a paste, not a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from landbridge.checks.symptoms import Symptom

LIMIT = 65_536
"""Bytes of a text that is still a paste."""
_MOST_LINES = 2000
_SHORTEST = 12
"""Letters of a mark that cannot be there by chance."""
_QUOTED = re.compile(r"^[>|\s]{1,8}")
_ALIKE = str.maketrans({"1": "i", "l": "i", "|": "i", "!": "i", "0": "o", "5": "s", "8": "b"})
_SILENT = re.compile(r"[\s_.,:;'\"`´-]+")


@dataclass(slots=True)
class Kept:
    """Passes pieces on, and keeps what is a paste."""

    pieces: Iterable[bytes]
    content: bytes = b""
    is_whole: bool = True

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if self.is_whole and len(self.content) + len(piece) <= LIMIT:
                self.content += piece
            else:
                self.is_whole = False
            yield piece

    @property
    def text(self) -> str:
        """The paste; empty when it was more than one."""
        return self.content.decode("utf-8", "replace") if self.is_whole else ""


Hit = tuple[Symptom, int, str]
"""A symptom, the number of the line where it begins, and what the lines say there."""


def unwrapped(text: str, rows: Sequence[Symptom]) -> list[Hit]:
    """Symptoms that appear when lines are joined with the next one; where none does, with the next two."""
    for together in (2, 3):
        if found := list(_across(text, rows, together)):
            return found
    return []


def _across(text: str, rows: Sequence[Symptom], together: int) -> Iterator[Hit]:
    for number, line in _joined(text, together):
        lowered = line.lower().encode()
        for row in rows:
            if any(mark in lowered for mark in row.marks) and row.pattern.search(line):
                yield row, number, line


def _joined(text: str, together: int) -> Iterator[tuple[int, str]]:
    """The number of each line, and what it says with the following ones: with blanks, without, without hyphens."""
    lines = [_QUOTED.sub("", line.rstrip("\r")) for line in text.split("\n")[:_MOST_LINES]]
    for number in range(1, len(lines) - together + 2):
        some = lines[number - 1 : number - 1 + together]
        soft, hard = " ".join(one.strip() for one in some), "".join(some)
        divided = "".join(one.removesuffix("-") for one in some)
        yield from ((number, one[:8192]) for one in dict.fromkeys((soft, hard, divided)))


def misread(text: str, rows: Sequence[Symptom]) -> Iterator[Hit]:
    """Symptoms one of whose marks is there when letters and signs that look alike count as the same."""
    for number, line in enumerate(text.split("\n")[:_MOST_LINES], 1):
        seen = _folded(line[:8192])
        lowered = line.lower()
        for row in rows:
            for mark, whole in _marks(row):
                if mark in seen and whole not in lowered:
                    yield row, number, line
                    break


@cache
def _marks(row: Symptom) -> tuple[tuple[str, str], ...]:
    """Each mark that is long enough: folded, and as it is."""
    pairs = ((_folded(mark.decode()), mark.decode()) for mark in row.marks)
    return tuple((folded, whole) for folded, whole in pairs if len(folded) >= _SHORTEST)


def _folded(text: str) -> str:
    """`text` without what readers of pictures take for something else."""
    return _SILENT.sub("", text.lower().translate(_ALIKE)).replace("rn", "m").replace("vv", "w")
