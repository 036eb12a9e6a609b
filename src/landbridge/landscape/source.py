"""From YAML text to a small tree in which every value knows its line.

The tree is built from parser events, not from loaded Python values: so `0012` and `TRUE` keep their spelling, which
matters where a destination's property is text (destination-service §1.2), and nothing is constructed from a tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

DEPTH_LIMIT = 20
"""Nesting that no landscape needs; deeper files are refused before they cost memory."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class NotYaml(Exception):
    """The text cannot be read as the YAML that a landscape may be written in."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(f"{line}:{column}: {reason}")
        self.line = line
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as it is spelled. `plain` means written without quotes."""

    line: int
    text: str
    plain: bool = False

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS

    @property
    def boolean(self) -> bool | None:
        """The truth value by the rules of YAML 1.2, where `yes` is text; None when it is no boolean."""
        return _BOOLEANS.get(self.text) if self.plain else None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping. `entries` keeps the first of equal keys, `repeated` holds the others."""

    line: int
    entries: dict[str, tuple[int, Node]] = field(default_factory=dict)
    repeated: list[tuple[int, str]] = field(default_factory=list)


Node = Scalar | Sequence | Table


def parse(text: str) -> Node:
    """The tree of one YAML document. Raises `NotYaml` for bad syntax, tags, anchors, two documents, deep nesting."""
    try:
        events = iter(_checked(YAML(typ="rt", pure=True).parse(text)))
        root = next((_node(event, events) for event in events), None)
        for event in events:
            raise NotYaml(*_place(event), "only one YAML document is allowed")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise NotYaml(line, column, str(error.problem or error.context or "bad syntax")) from None
    except ReaderError as error:
        before = text[: error.position]
        raise NotYaml(before.count("\n") + 1, len(before) - before.rfind("\n"), "control character") from None
    except YAMLError as error:
        raise NotYaml(1, 1, str(error)) from None
    if root is None:
        raise NotYaml(1, 1, "the file is empty")
    return root


def _place(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _checked(events: Iterator[Event]) -> Iterator[Event]:
    """Only the events that carry content. Refuses what a landscape must not hold."""
    depth = 0
    for event in events:
        if isinstance(event, DocumentStartEvent) and event.tags:
            raise NotYaml(*_place(event), "tags are not allowed")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise NotYaml(*_place(event), "anchors and aliases are not allowed")
        if getattr(event, "tag", None) is not None:
            raise NotYaml(*_place(event), "tags are not allowed")
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                raise NotYaml(*_place(event), f"nesting is deeper than {DEPTH_LIMIT} levels")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        elif not isinstance(event, ScalarEvent):
            continue
        yield event


def _node(event: Event, events: Iterator[Event]) -> Node:
    line = event.start_mark.line + 1
    if isinstance(event, ScalarEvent):
        return Scalar(line, event.value, plain=bool(event.implicit[0]))
    if isinstance(event, SequenceStartEvent):
        sequence = Sequence(line)
        for item in events:
            if isinstance(item, SequenceEndEvent):
                break
            sequence.items.append(_node(item, events))
        return sequence
    return _table(Table(line), events)


def _table(table: Table, events: Iterator[Event]) -> Table:
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        if not isinstance(event, ScalarEvent):
            raise NotYaml(*_place(event), "a key must be plain text")
        line = event.start_mark.line + 1
        value = _node(next(events), events)
        if event.value in table.entries:
            table.repeated.append((line, event.value))
        else:
            table.entries[event.value] = (line, value)
    return table
