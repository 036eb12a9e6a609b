"""What the service answers, before anybody makes HTTP of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.destinations.auth.entry import AuthToken, FailedToken
from landbridge.destinations.find import Found
from landbridge.faults import Fault, fault


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, entity tag and JSON body; 304 and 412 have no body. `fault` is set when the answer is a refusal."""

    status: int
    body: object = None
    etag: str = ""
    fault: Fault | None = None


def unmet(status: int, etag: str) -> Answer:
    """The answer to a condition that ends the request: 304 or 412, empty, with the tag (§2.1)."""
    refusal = fault("destination.precondition-failed", etag=etag) if status == 412 else None
    return Answer(status, etag=etag, fault=refusal)


def find_answer(found: Found, entries: Iterable[AuthToken | FailedToken], skip_credentials: bool) -> Answer:
    """The find answer (§2.2). `authTokens` is left out when it is empty: an empty list crashes a known client."""
    body: dict[str, object] = {
        "owner": found.owner,
        "destinationConfiguration": found.properties(skip_credentials),
    }
    tokens = [entry.as_json() for entry in entries]
    if tokens:
        body["authTokens"] = tokens
    return Answer(200, body, found.destination.etag)
