from __future__ import annotations

import pytest

from landbridge.destinations.filter import NamedIn
from landbridge.destinations.listing import Listing, Page, listing
from landbridge.faults import FaultError


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Listing()),
        ({"$filter": "Name in ('a')"}, Listing(filter=NamedIn(("a",)))),
        ({"$select": "Name"}, Listing(names_only=True)),
        ({"$page": "1"}, Listing(page=Page(1, 10))),
        ({"$page": "3", "$pageSize": "1000"}, Listing(page=Page(3, 1000))),
        ({"$page": "1", "$pageCount": "true"}, Listing(page=Page(1, 10, count_pages=True))),
        ({"$page": "1", "$entityCount": "TRUE"}, Listing(page=Page(1, 10, count_entities=True))),
        ({"$page": "1", "$entityCount": "yes", "$pageCount": "false"}, Listing(page=Page(1, 10))),
        ({"$includeMetadata": "etag"}, Listing(metadata=frozenset({"etag"}))),
        ({"$includeMetadata": "modification_time; etag"}, Listing(metadata=frozenset({"etag", "modification_time"}))),
        (
            {"$includeMetadata": "etag", "$filter": "Name in ('a')"},
            Listing(filter=NamedIn(("a",)), metadata=frozenset({"etag"})),
        ),
        ({"$unknown": "x", "page": "1", "filter": "x"}, Listing()),
    ],
)
def test_what_is_understood(query: dict[str, str], expected: Listing) -> None:
    assert listing(query) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"$filter": "Name in ('a')", "$select": "Name"}, "options-exclusive"),
        ({"$filter": "Name in ('a')", "$page": "1"}, "options-exclusive"),
        ({"$select": "Name", "$page": "1"}, "options-exclusive"),
        ({"$includeMetadata": "etag", "$select": "Name"}, "options-exclusive"),
        ({"$includeMetadata": "etag", "$page": "1"}, "options-exclusive"),
        ({"$pageSize": "10"}, "option-alone"),
        ({"$pageCount": "true"}, "option-alone"),
        ({"$entityCount": "true"}, "option-alone"),
        *(({"$page": text}, "option-invalid") for text in ("", "0", "-1", "a", "1.0", " 1", "1e3", "٣", "9" * 50)),
        *(({"$page": "1", "$pageSize": text}, "option-invalid") for text in ("0", "1001", "x")),
        ({"$select": "URL"}, "option-invalid"),
        ({"$select": ""}, "option-invalid"),
        ({"$includeMetadata": "owner"}, "option-invalid"),
        ({"$includeMetadata": ""}, "option-invalid"),
        ({"$filter": ""}, "filter-invalid"),
    ],
)
def test_what_is_refused(query: dict[str, str], code: str) -> None:
    with pytest.raises(FaultError) as caught:
        listing(query)
    assert caught.value.fault.code == f"destination.{code}"
    assert caught.value.fault.kind.status == 400


def test_kinds_without_metadata_ignore_the_option() -> None:
    assert listing({"$includeMetadata": "etag"}, metadata=()) == Listing()


@pytest.mark.parametrize(
    ("number", "total", "link"),
    [
        (1, 0, None),
        (1, 5, None),
        (1, 11, "</p?$page=2&$pageSize=10>; rel='next'"),
        (2, 25, "</p?$page=1&$pageSize=10>; rel='previous', </p?$page=3&$pageSize=10>; rel='next'"),
        (3, 25, "</p?$page=2&$pageSize=10>; rel='previous'"),
        (9, 25, "</p?$page=3&$pageSize=10>; rel='previous'"),
    ],
)
def test_links_lead_to_pages_that_exist(number: int, total: int, link: str | None) -> None:
    assert Page(number).headers("/p", total).get("Link") == link


def test_counts_come_on_request() -> None:
    assert Page(1, 10, True, True).headers("/p", 21) | {"Link": ""} == {
        "Link": "",
        "Page-Count": "3",
        "Entity-Count": "21",
    }
    assert Page(1, 10, True, True).headers("/p", 0) == {"Page-Count": "0", "Entity-Count": "0"}
    assert Page(1, 10).headers("/p", 5) == {}
