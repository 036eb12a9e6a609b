"""The texts of pasted.txt: what people paste, and what has to be nominated for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

Pasted = tuple[str, tuple[str, ...], tuple[str, ...], str]
"""Name, failures of which one has to come first, causes of which one has to be told, text."""
_BEGIN = "=== "


def _read(content: str) -> Iterator[Pasted]:
    for block in f"\n{content}".split(f"\n{_BEGIN}")[1:]:
        head, _, text = block.partition("\n")
        name, wanted, causes, *_ = (*(part.strip() for part in head.split("|")), "", "")
        yield name, tuple(wanted.split()), tuple(causes.split()), text.rstrip("\n")


_ALL = tuple(_read(Path(__file__).with_suffix(".txt").read_text()))
TEXTS = tuple(one for one in _ALL if one[1])
HARMLESS = tuple((name, text) for name, wanted, _, text in _ALL if not wanted)
