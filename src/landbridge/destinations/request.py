"""What a caller asks for: the find request, taken apart and checked for contradictions."""

from __future__ import annotations

from dataclasses import dataclass, field

from landbridge.destinations.auth.chains import check_chain
from landbridge.destinations.auth.context import NO_INPUTS, Inputs
from landbridge.destinations.trail import Trail
from landbridge.faults import FaultError, fault

FRAGMENT_LIMIT = 50
"""Fragments that one request may merge: each has to be looked up."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditional headers, as they arrived; empty means absent."""

    if_match: str = ""
    if_none_match: str = ""

    def status(self, etag: str) -> int:
        """412, 304 or 200 for an entity with this tag (RFC 9110 §13.2.2). Tags count with and without quotes."""
        if self.if_match and not _names(self.if_match, etag):
            return 412
        return 304 if self.if_none_match and _names(self.if_none_match, etag) else 200


def _names(header: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return etag in tags or "*" in tags


@dataclass(frozen=True, slots=True)
class FindRequest:
    """A find request (destination-service §2.2, §2.3).

    name       of the destination; in the second version with its level, `name@level`
    inputs     what the headers bring for tokens
    fragments  every X-fragment-name header, as it arrived
    owners     whether the answer names the owners of all that was used (second version)
    trail      where the lookup is written down
    request_id for the log
    thumbprint of the client certificate of the connection; empty for none
    """

    authorization: str = field(repr=False)
    name: str
    skip_credentials: bool = False
    skip_tokens: bool = False
    inputs: Inputs = NO_INPUTS
    fragments: tuple[str, ...] = ()
    fragment_optional: bool = False
    conditions: Conditions = Conditions()
    owners: bool = False
    trail: Trail = field(default_factory=Trail)
    request_id: str = ""
    thumbprint: str = ""

    def check(self) -> None:
        """Raises `FaultError` (400) for headers that exclude each other or ask for what does not exist."""
        inputs = self.inputs
        if inputs.user_token and inputs.tenant:
            raise _invalid("X-user-token and X-tenant are sent together")
        if inputs.assertion_destination and (inputs.client_assertion or inputs.client_assertion_type):
            raise FaultError(fault("destination.header-mix"))
        if len(self.fragments) > 1:
            raise _invalid("X-fragment-name is sent more than once")
        if len(self.fragment_names) > FRAGMENT_LIMIT:
            raise _invalid(f"X-fragment-name names more than {FRAGMENT_LIMIT} fragments")
        if self.fragment_optional and len(self.fragment_names) > 1:
            raise _invalid("X-fragment-optional goes with a single fragment name")
        check_chain(inputs)

    @property
    def fragment_names(self) -> tuple[str, ...]:
        """The fragments to merge, in the order of the request."""
        names = (name.strip() for header in self.fragments for name in header.split(","))
        return tuple(name for name in names if name)


def _invalid(reason: str) -> FaultError:
    return FaultError(fault("destination.request-invalid", reason=reason))
