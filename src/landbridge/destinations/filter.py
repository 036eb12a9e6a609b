"""The `$filter` of lists (destination-service §2.4): from text to nouns. Pure.

    Name in ('a','b')                           names percent-encoded inside the quotes, or as they are
    startswith(Name,'p')   endswith(Name,'s')
    modifiedwithin('30','minutes')              1 to 1440
    Label['env'] HAS ('prod','qa') AND Label['x'] HAS ('y')

Keywords in any case, spaces anywhere, a quote inside a literal doubled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from landbridge.faults import FaultError, fault

MINUTES_LIMIT = 1440


@dataclass(frozen=True, slots=True)
class NamedIn:
    """Those with one of these names."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameLike:
    """Those whose name begins and ends so."""

    prefix: str = ""
    suffix: str = ""

    def matches(self, name: str) -> bool:
        return name.startswith(self.prefix) and name.endswith(self.suffix)


@dataclass(frozen=True, slots=True)
class ModifiedWithin:
    """Those that changed in the last minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """Those that have, for every key, at least one of its values."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...]


Filter = NamedIn | NameLike | ModifiedWithin | Labelled


def parse_filter(text: str) -> Filter:
    """The filter in `text`, which is decoded once already. Raises `FaultError` (400) that says where it went wrong."""
    reader = _Reader(text)
    form = _filter(reader)
    reader.end()
    return form


def names_of(text: str | None) -> tuple[str, ...]:
    """The names of the one form that bulk deletion takes, which must be there. Raises `FaultError` (400)."""
    if text is None:
        raise FaultError(fault("destination.filter-missing"))
    form = parse_filter(text)
    if not isinstance(form, NamedIn):
        raise FaultError(fault("destination.filter-invalid", position=1, expected="Name in ('...')"))
    return form.names


def _filter(reader: _Reader) -> Filter:
    word = reader.word("Name, startswith, endswith, modifiedwithin or Label")
    match word.lower():
        case "name" | "fragmentname":
            reader.keyword("in")
            return NamedIn(tuple(unquote(name) for name in reader.literals()))
        case "startswith":
            return NameLike(prefix=_name_argument(reader))
        case "endswith":
            return NameLike(suffix=_name_argument(reader))
        case "modifiedwithin":
            return _modified(reader)
        case "label":
            return _labels(reader)
    raise reader.refusal("Name, startswith, endswith, modifiedwithin or Label", back=True)


def _name_argument(reader: _Reader) -> str:
    reader.sign("(")
    reader.keyword("Name", "FragmentName")
    reader.sign(",")
    text = reader.literal()
    reader.sign(")")
    return text


def _modified(reader: _Reader) -> ModifiedWithin:
    values = reader.literals()
    number = values[0]
    if len(values) != 2 or values[1].lower() not in {"minute", "minutes"}:
        raise reader.refusal("('<number>','minutes')", back=True)
    if not re.fullmatch(r"[0-9]{1,4}", number) or not 1 <= int(number) <= MINUTES_LIMIT:
        raise reader.refusal(f"a number of minutes from 1 to {MINUTES_LIMIT}", back=True)
    return ModifiedWithin(int(number))


def _labels(reader: _Reader) -> Labelled:
    conditions = [_label(reader)]
    while reader.more():
        reader.keyword("and")
        reader.keyword("Label")
        conditions.append(_label(reader))
    return Labelled(tuple(conditions))


def _label(reader: _Reader) -> tuple[str, tuple[str, ...]]:
    reader.sign("[")
    key = unquote(reader.literal())
    reader.sign("]")
    reader.keyword("has")
    return key, tuple(unquote(value) for value in reader.literals())


_TOKEN = re.compile(r"\s*(?:'(?P<literal>(?:[^']|'')*)'|(?P<word>[A-Za-z]+)|(?P<sign>[(),\[\]]))")


class _Reader:
    """Takes the text apart from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip()
        self._at = self._before = 0

    def more(self) -> bool:
        return self._at < len(self._text)

    def end(self) -> None:
        if self.more():
            raise self.refusal("the end of the filter")

    def word(self, expected: str) -> str:
        return self._next("word", expected)

    def keyword(self, *words: str) -> None:
        if self.word(" or ".join(words)).lower() not in {word.lower() for word in words}:
            raise self.refusal(" or ".join(words), back=True)

    def sign(self, sign: str) -> None:
        if self._next("sign", sign) != sign:
            raise self.refusal(sign, back=True)

    def literal(self) -> str:
        return self._next("literal", "a text in single quotes").replace("''", "'")

    def literals(self) -> tuple[str, ...]:
        """At least one literal, in parentheses, separated by commas."""
        self.sign("(")
        found = [self.literal()]
        while (sign := self._next("sign", "',' or ')'")) == ",":
            found.append(self.literal())
        if sign != ")":
            raise self.refusal("',' or ')'", back=True)
        return tuple(found)

    def refusal(self, expected: str, back: bool = False) -> FaultError:
        """`back`: what was read last is what is wrong."""
        position = (self._before if back else self._at) + 1
        return FaultError(fault("destination.filter-invalid", position=position, expected=expected))

    def _next(self, kind: str, expected: str) -> str:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match[kind] is None:
            raise self.refusal(expected)
        self._before, self._at = self._at, match.end()
        return match[kind]
