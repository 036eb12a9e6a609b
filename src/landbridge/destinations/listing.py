"""The options of lists (destination-service §2.4): checked, with what excludes what. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from landbridge.destinations.filter import Filter, parse_filter
from landbridge.destinations.zones import SHARED
from landbridge.faults import FaultError, fault

PAGE_SIZE = 10
PAGE_SIZE_LIMIT = 1000
METADATA = ("modification_time", "etag", "labels", SHARED)
"""What `$includeMetadata` can ask for; the last two are ours, the original publishes no names for them (§2.8)."""

_EXCLUSIVE = ("$filter", "$select", "$page")
_WITH_PAGE = ("$pageSize", "$pageCount", "$entityCount")


@dataclass(frozen=True, slots=True)
class Page:
    """One page, counted from 1. `count_pages`, `count_entities`: whether headers shall say how many there are."""

    number: int
    size: int = PAGE_SIZE
    count_pages: bool = False
    count_entities: bool = False

    @property
    def first(self) -> int:
        """How many entities come before it."""
        return (self.number - 1) * self.size

    def headers(self, path: str, total: int) -> dict[str, str]:
        """`Link` to the pages beside it that exist, and the counts that were asked for."""
        last = -(-total // self.size)
        beside = {"previous": min(self.number - 1, last), "next": self.number + 1 if self.number < last else 0}
        links = [
            f"<{path}?$page={number}&$pageSize={self.size}>; rel='{direction}'"
            for direction, number in beside.items()
            if number
        ]
        wanted = {
            "Link": ", ".join(links),
            "Page-Count": str(last) if self.count_pages else "",
            "Entity-Count": str(total) if self.count_entities else "",
        }
        return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True, slots=True)
class Listing:
    """What of a level is listed, and how.

    names_only  `$select=Name`
    metadata    what `$metadata` of each item holds
    """

    filter: Filter | None = None
    names_only: bool = False
    page: Page | None = None
    metadata: frozenset[str] = frozenset()


def listing(query: Mapping[str, str], metadata: Collection[str] = METADATA) -> Listing:
    """The options in a decoded query; other options are ignored. `metadata`: what the kind of entity has.

    Raises `FaultError` (400).
    """
    given = [option for option in _EXCLUSIVE if option in query]
    if len(given) > 1:
        raise FaultError(fault("destination.options-exclusive", first=given[0], second=given[1]))
    return Listing(
        filter=parse_filter(query["$filter"]) if "$filter" in query else None,
        names_only=_names_only(query),
        page=_page(query),
        metadata=_metadata(query, metadata),
    )


def is_true(text: str | None) -> bool:
    """Options and headers are true when they say so, in any case; anything else is false (§10)."""
    return (text or "").lower() == "true"


def _names_only(query: Mapping[str, str]) -> bool:
    select = query.get("$select")
    if select is not None and select not in {"Name", "FragmentName"}:
        raise _invalid("$select", select, "Name")
    return select is not None


def _page(query: Mapping[str, str]) -> Page | None:
    if "$page" not in query:
        for option in _WITH_PAGE:
            if option in query:
                raise FaultError(fault("destination.option-alone", option=option, other="$page"))
        return None
    return Page(
        number=_number(query, "$page", 1, 10**9),
        size=_number(query, "$pageSize", PAGE_SIZE, PAGE_SIZE_LIMIT),
        count_pages=is_true(query.get("$pageCount")),
        count_entities=is_true(query.get("$entityCount")),
    )


def _number(query: Mapping[str, str], option: str, default: int, most: int) -> int:
    text = query.get(option, str(default))
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 1 <= int(text) <= most:
        raise _invalid(option, text, f"a number from 1 to {most}")
    return int(text)


def _metadata(query: Mapping[str, str], known: Collection[str]) -> frozenset[str]:
    text = query.get("$includeMetadata")
    if text is None or not known:
        return frozenset()
    for option in ("$select", "$page"):
        if option in query:
            raise FaultError(fault("destination.options-exclusive", first="$includeMetadata", second=option))
    wanted = frozenset(part.strip() for part in text.split(";"))
    if not wanted <= set(known):
        raise _invalid("$includeMetadata", text, f"some of {', '.join(sorted(known))}, separated by ';'")
    return wanted


def _invalid(option: str, value: str, expected: str) -> FaultError:
    return FaultError(fault("destination.option-invalid", option=option, value=value[:100], expected=expected))
