"""Refuses encrypted files whose password derivation would keep the process busy for minutes.

Iteration counts stand in the file in the clear, and libraries take whatever they say. All the structures in question
(PKCS#12 MacData, PKCS#12 PBE, PBKDF2, scrypt) put the numbers right behind an OCTET STRING, the salt: so a walk over
the tree of BER values finds them without knowing the formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landbridge.destinations.keystores.material import Unusable

ITERATION_LIMIT = 2_000_000
"""About one second of PBKDF2; what tools write today stays below a million."""
MEMORY_LIMIT = 64 * 1024 * 1024
DEPTH_LIMIT = 24
VALUE_LIMIT = 100_000

_END, _INTEGER, _OCTETS, _SEQUENCE = 0x00, 0x02, 0x04, 0x30
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F


class _NoBer(Exception):
    """The bytes end inside a value."""


@dataclass(frozen=True, slots=True)
class _Value:
    """`content` of an octet string that comes in parts is put together."""

    tag: int
    content: bytes


def check_derivations(der: bytes) -> None:
    """Raises `Unusable` when a derivation in `der` asks for too much, or the tree is too deep, too large or no tree."""
    left = VALUE_LIMIT
    pending = [(der, 0, True)]
    while pending:
        content, depth, sure = pending.pop()
        values = _all(content, sure)
        left -= len(values)
        if depth > DEPTH_LIMIT or left < 0:
            raise Unusable("it is nested too deeply or holds too many values")
        _check(values)
        pending += [(one.content, depth + 1, one.tag != _OCTETS) for one in values if _holds_values(one)]


def members(der: bytes) -> tuple[tuple[int, bytes], ...]:
    """Tag and content of the members of the SEQUENCE that `der` is; nothing when it is none."""
    values = _all(der, sure=False)
    if len(values) != 1 or values[0].tag != _SEQUENCE:
        return ()
    return tuple((value.tag, value.content) for value in _all(values[0].content, sure=False))


def _check(values: list[_Value]) -> None:
    for index, value in enumerate(values):
        if value.tag != _OCTETS:
            continue
        numbers = _numbers(values[index + 1 :])
        if len(numbers) >= 3:  # scrypt: cost, block size, parallelisation
            cost, block, parallel = numbers[:3]
            if cost * block * 128 > MEMORY_LIMIT or parallel > 16:
                raise Unusable("its password derivation (scrypt) asks for too much memory or time")
        elif numbers and numbers[0] > ITERATION_LIMIT:
            raise Unusable(f"its password derivation asks for more than {ITERATION_LIMIT} iterations")


def _numbers(values: list[_Value]) -> list[int]:
    numbers = []
    for value in values[:3]:
        if value.tag != _INTEGER:
            break
        numbers.append(int.from_bytes(value.content[:64], "big"))
    return numbers


def _holds_values(value: _Value) -> bool:
    """Constructed values, and octet strings that wrap one: PKCS#12 does so at every level."""
    return bool(value.tag & _CONSTRUCTED) or (value.tag == _OCTETS and value.content[:1] in (b"\x30", b"\x04", b"\x24"))


def _all(content: bytes, sure: bool) -> list[_Value]:
    """The values that stand one after the other. `sure`: whether there must be nothing else."""
    values: list[_Value] = []
    try:
        values += _values(content)
    except _NoBer:
        if sure:
            raise Unusable("it is damaged: a value in it is longer than the file") from None
    return values


def _values(content: bytes) -> Iterator[_Value]:
    at = 0
    while at < len(content):
        value, at = _value(content, at, 0)
        yield value


def _value(content: bytes, at: int, depth: int) -> tuple[_Value, int]:
    """The value at `at`, and where the next one begins. Lengths may be indefinite: old tools write them."""
    if depth > DEPTH_LIMIT:
        raise Unusable("it is nested too deeply or holds too many values")
    tag, at = _tag(content, at)
    length, at = _length(content, at)
    if length is not None:
        end = after = at + length
        if end > len(content):
            raise _NoBer
    else:
        end, after = _end(content, at, depth)
    body = content[at:end]
    if tag == _OCTETS | _CONSTRUCTED:
        return _Value(_OCTETS, b"".join(part.content for part in _values(body))), after
    return _Value(tag, body), after


def _end(content: bytes, at: int, depth: int) -> tuple[int, int]:
    """Where the content of indefinite length that begins at `at` ends, and where the next value begins."""
    while True:
        begin = at
        value, at = _value(content, at, depth + 1)
        if value.tag == _END and not value.content:
            return begin, at


def _tag(content: bytes, at: int) -> tuple[int, int]:
    if at >= len(content):
        raise _NoBer
    tag = content[at]
    at += 1
    if tag & _LONG_TAG == _LONG_TAG:
        while at < len(content) and content[at] & 0x80:
            at += 1
        at += 1
    return tag, at


def _length(content: bytes, at: int) -> tuple[int | None, int]:
    """None for an indefinite length."""
    if at >= len(content):
        raise _NoBer
    first = content[at]
    at += 1
    if first < 0x80:
        return first, at
    if first == 0x80:
        return None, at
    size = first & 0x7F
    if at + size > len(content):
        raise _NoBer
    return int.from_bytes(content[at : at + size], "big"), at + size
