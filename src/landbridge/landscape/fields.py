"""Takes one YAML mapping apart: known keys, required keys, kinds of values; every deviation becomes a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from landbridge.landscape.problems import Problems, shown
from landbridge.landscape.source import Node, Scalar, Sequence, Table

Choice = TypeVar("Choice", bound=StrEnum)

Check = Callable[[str], str | None]
"""Judges a text: None when it is fine, else what was expected."""


def kind_of(node: Node) -> str:
    """What a node is, in words for a message. Never its content."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Table):
        return "a mapping"
    return "nothing" if node.is_null else "a single value"


class Fields:
    """The fields of one mapping.

    A getter notes a problem and answers with its default when the field is missing or wrong, so that reading goes on;
    the result is thrown away in the end when there was any problem.
    """

    def __init__(self, node: Node, path: str, problems: Problems) -> None:
        self.line = node.line
        self.path = path
        self.problems = problems
        self._entries: dict[str, tuple[int, Node]] = {}
        self._is_table = isinstance(node, Table)
        if isinstance(node, Table):
            self._entries = node.entries
            for line, key in node.repeated:
                problems.add(line, self.at(key), f"key {shown(key)} a second time", "each key once")
        else:
            problems.add(node.line, path or "the file", kind_of(node), "a mapping (key: value)")

    def at(self, key: str) -> str:
        """The path of a field, like `subaccounts[0].name`."""
        return f"{self.path}.{key}" if self.path else key

    def line_of(self, key: str) -> int:
        """The line of a field, or of the mapping when the field is not there."""
        return self._entries[key][0] if key in self._entries else self.line

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys as they stand in the file."""
        return tuple(self._entries)

    def wrong(self, key: str, found: str, expected: str) -> None:
        """Note a problem with a field."""
        self.problems.add(self.line_of(key), self.at(key), found, expected)

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self.node(key) is not None

    def only(self, *known: str) -> None:
        """Note every key that is not one of `known`, with the nearest one that is."""
        for key in self._entries:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                expected = f"'{near[0]}' perhaps" if near else f"one of {', '.join(known)}"
                self.wrong(key, "an unknown key", expected)

    def text(self, key: str, default: str | None = None, check: Check | None = None, hidden: bool = False) -> str:
        """A text as it is spelled (`007` stays `007`). Without a default it is required and not empty.

        check   says what was expected when the text is not right
        hidden  keeps the value out of messages: passwords
        """
        node = self.node(key)
        if node is None:
            if default is None and self._is_table:
                self.wrong(key, "nothing", "a text (the field is required)")
            return default or ""
        if not isinstance(node, Scalar):
            self.wrong(key, kind_of(node), "a text")
            return default or ""
        expected = check(node.text) if check else None
        if default is None and not node.text:
            expected = expected or "a text that is not empty"
        if expected:
            self.wrong(key, "a hidden value" if hidden else shown(node.text), expected)
        return node.text

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        node = self.node(key)
        if node is None:
            return default
        value = node.boolean if isinstance(node, Scalar) else None
        if value is None:
            self.wrong(key, shown(node.text) if isinstance(node, Scalar) else kind_of(node), "true or false")
            return default
        return value

    def choice(
        self, key: str, kind: type[Choice], default: Choice, *, required: bool = False, later: tuple[str, ...] = ()
    ) -> Choice:
        """One of the values of an enumeration, in any case of letters.

        later  values of the original that are known here, but not supported yet
        """
        if not required and not self.has(key):
            return default
        values = {member.value.upper(): member for member in kind}
        allowed = f"one of {', '.join(member.value for member in kind)}"

        def check(given: str) -> str | None:
            if given.upper() in later:
                return f"{allowed} ({given.upper()} is not supported yet)"
            return None if given.upper() in values else allowed

        return values.get(self.text(key, check=check).upper(), default)

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        expected = f"a whole number from {low} to {high}"

        def check(given: str) -> str | None:
            return None if given.isascii() and given.isdigit() and low <= int(given[:10]) <= high else expected

        given = self.text(key, str(default), check=check)
        return default if check(given) else int(given)

    def table(self, key: str) -> Fields | None:
        """The mapping at a key, or None."""
        node = self.node(key)
        return None if node is None else Fields(node, self.at(key), self.problems)

    def tables(self, key: str) -> Iterable[Fields]:
        """The mappings of a list; missing means none."""
        for index, node in enumerate(self._items(key)):
            yield Fields(node, f"{self.at(key)}[{index}]", self.problems)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; missing means none."""
        return _texts(self._items(key), self.at(key), self.problems)

    def text_lists(self, key: str) -> dict[str, tuple[str, ...]]:
        """A mapping whose values are lists of texts; missing means none."""
        node = self.node(key)
        if node is None:
            return {}
        inner = Fields(node, self.at(key), self.problems)
        return {name: inner.texts(name) for name in inner._entries}

    def node(self, key: str) -> Node | None:
        """What stands at a key; None when it is missing or null."""
        node = self._entries[key][1] if key in self._entries else None
        return None if isinstance(node, Scalar) and node.is_null else node

    def _items(self, key: str) -> list[Node]:
        node = self.node(key)
        if node is None:
            return []
        if isinstance(node, Sequence):
            return node.items
        self.wrong(key, kind_of(node), "a list")
        return []


def _texts(nodes: list[Node], path: str, problems: Problems) -> tuple[str, ...]:
    texts = []
    for index, node in enumerate(nodes):
        if isinstance(node, Scalar) and not node.is_null:
            texts.append(node.text)
        else:
            problems.add(node.line, f"{path}[{index}]", kind_of(node), "a text")
    return tuple(texts)


class Once:
    """Notes values that occur twice where they must be unique."""

    def __init__(self) -> None:
        self._first: dict[object, int] = {}

    def check(self, value: object, fields: Fields, key: str) -> bool:
        """Remember `value`, which stands in the field `key`; False, and a problem, when it was there before."""
        if value not in self._first:
            self._first[value] = fields.line_of(key)
            return True
        fields.wrong(key, f"the same value as in line {self._first[value]}", "a value of its own")
        return False
