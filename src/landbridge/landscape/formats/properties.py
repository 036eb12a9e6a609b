"""Java properties, as `java.util.Properties` reads and stores them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_BLANK = " \t\f"
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_ESCAPED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_HEX = re.compile(r"[0-9A-Fa-f]{4}")


class NotProperties(Exception):
    """The text is no properties file; `line` is where."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


def decode(content: bytes) -> str:
    """UTF-8, as editors write today; else ISO-8859-1, as Java did for long: every byte is a character of it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def parse(text: str) -> dict[str, str]:
    """Keys and values. Of equal keys the last one counts. Raises `NotProperties`: a broken \\uXXXX."""
    found = {}
    for number, line in _logical_lines(text):
        try:
            key, value = _pair(line)
            found[_joined(key)] = _joined(value)
        except ValueError as error:
            raise NotProperties(number, str(error)) from None
    return found


def render(properties: Mapping[str, str], comment: str = "") -> str:
    """The text of a file; ASCII alone, so that any reader gets it right."""
    lines = [f"#{_escaped(comment, '')}"] if comment else []
    for key, value in properties.items():
        begin = "\\" if value.startswith(" ") else ""
        lines.append(f"{_escaped(key, ' :=#!')}={begin}{_escaped(value, ':=#!')}")
    return "\n".join(lines) + "\n"


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their number; comments and empty ones left out, continued ones put together."""
    pending, begun = "", 0
    for number, natural in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = natural.lstrip(_BLANK)
        if not begun and (not line or line[0] in "#!"):
            continue
        begun = begun or number
        slashes = len(line) - len(line.rstrip("\\"))
        if slashes % 2:
            pending += line[:-1]
            continue
        yield begun, pending + line
        pending, begun = "", 0
    if begun and pending:
        yield begun, pending


def _pair(line: str) -> tuple[str, str]:
    """Key and value: between them blanks, one `=` or `:`, blanks."""
    end = 0
    while end < len(line) and line[end] not in _BLANK + "=:":
        end += 2 if line[end] == "\\" else 1
    rest = line[end:].lstrip(_BLANK)
    if rest[:1] in ("=", ":"):
        rest = rest[1:].lstrip(_BLANK)
    return _unescaped(line[:end]), _unescaped(rest)


def _unescaped(text: str) -> str:
    parts, at = [], 0
    while (slash := text.find("\\", at)) >= 0:
        parts.append(text[at:slash])
        letter = text[slash + 1 : slash + 2]
        at = slash + 2
        if letter != "u":
            parts.append(_NAMED.get(letter, letter))
            continue
        code = _HEX.fullmatch(text[at : at + 4])
        if code is None:
            raise ValueError("\\u needs four hex digits")
        parts.append(chr(int(code[0], 16)))
        at += 4
    parts.append(text[at:])
    return "".join(parts)


def _joined(text: str) -> str:
    """Two halves of a character beyond the first plane, which Java writes one by one, become one character."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _escaped(text: str, signs: str) -> str:
    return "".join(_character(c, signs) for c in text)


def _character(c: str, signs: str) -> str:
    if c in _ESCAPED:
        return _ESCAPED[c]
    if c == "\\" or c in signs:
        return f"\\{c}"
    if " " <= c <= "~":
        return c
    units = c.encode("utf-16-be", "surrogatepass").hex().upper()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
