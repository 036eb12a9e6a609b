"""A value that must not be seen: passwords, client secrets, tokens at rest."""

from __future__ import annotations

from hmac import compare_digest


class Secret:
    """Text whose `repr` and `str` are hidden. `reveal()` is the one way to the text, so that uses can be searched."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "•••"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Constant-time comparison."""
        return isinstance(other, Secret) and compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)
