"""Why a path is not exposed: which resource comes nearest, and what would have to be different. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from landbridge.model.mapping import Mapping, Resource

_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"/{2,}")


@dataclass(frozen=True, slots=True)
class Nearest:
    """The resource that comes nearest to a path; `position` is the first letter in which they differ."""

    resource: Resource
    position: int


def nearest(mapping: Mapping, path: str) -> Nearest | None:
    """None for a mapping without resources. What covers the path, or would if it were enabled, is the nearest."""
    ranked = [Nearest(resource, _common(resource.path, path)) for resource in mapping.resources]
    return max(ranked, key=lambda one: (one.resource.covers(path), one.position), default=None)


def _common(one: str, other: str) -> int:
    return next(
        (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )


def passes_in_other_case(mapping: Mapping, path: str) -> bool:
    """Whether an enabled resource would cover the path if letter case did not count."""
    folded = path.casefold()
    return any(
        folded == one.path.casefold() if one.exact_match_only else folded.startswith(one.path.casefold())
        for one in _enabled(mapping)
    )


def passes_plainly(mapping: Mapping, path: str) -> bool:
    """Whether an enabled resource would cover the path if it were written plainly."""
    plain = plainly(path)
    return plain != path and any(one.covers(plain) for one in _enabled(mapping))


def plainly(path: str) -> str:
    """The path without encodings, doubled slashes, parameters and dot segments."""
    text = _SLASHES.sub("/", _PARAMETERS.sub("", unquote(path).replace("\\", "/")))
    kept: list[str] = []
    for part in text.split("/"):
        if part == ".." and len(kept) > 1:
            kept.pop()
        elif part not in (".", ".."):
            kept.append(part)
    return "/".join(kept) or "/"


def _enabled(mapping: Mapping) -> list[Resource]:
    return [one for one in mapping.resources if one.enabled]
