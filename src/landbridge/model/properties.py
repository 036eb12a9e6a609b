"""Flat sets of text properties: what destinations and fragments are made of (destination-service §1.2, §1.4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

NAME_LIMIT = 200


def etag_of(content: object) -> str:
    """64 hex characters that change with every change of `content` (anything JSON can write)."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def content_of(properties: Mapping[str, object]) -> dict[str, object]:
    """What a client sent, without `$metadata`."""
    return {key: value for key, value in properties.items() if key != "$metadata"}


def text_of(value: object) -> str | None:
    """A scalar as its text, None for anything else; half a surrogate pair, which JSON can smuggle in, is no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value) else None
    return str(value) if isinstance(value, int | float) else None


def name_rule(name: str) -> str | None:
    """What a name has to be, when it is not so; None for a good one. `,` and `@` are separators elsewhere (§1.2)."""
    if not name:
        return "a text that is not empty"
    if len(name) > NAME_LIMIT:
        return f"at most {NAME_LIMIT} characters long"
    if any(c in "/,@" or not c.isprintable() for c in name):
        return "a text without '/', ',', '@' and control characters"
    return None
