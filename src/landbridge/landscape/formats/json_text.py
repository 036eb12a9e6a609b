"""JSON: the flat object of one destination, an array of several, or what the find endpoint answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


class NotJson(Exception):
    """The text is no JSON of destinations; the message says why."""


def parse(text: str) -> list[Mapping[str, object]]:
    """The objects in it; `destinationConfiguration` counts in place of the object that has it. Raises `NotJson`."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise NotJson(str(error)) from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    items = content if isinstance(content, list) else [content]
    return [_configuration(item) for item in items]


def render(destinations: Sequence[Mapping[str, str]]) -> str:
    """One object for one destination, an array otherwise."""
    content = dict(destinations[0]) if len(destinations) == 1 else [dict(item) for item in destinations]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _configuration(item: object) -> Mapping[str, object]:
    if isinstance(item, dict) and isinstance(item.get("destinationConfiguration"), dict):
        item = item["destinationConfiguration"]
    if not isinstance(item, dict):
        raise NotJson("a destination must be an object")
    return {str(key): value for key, value in item.items()}
