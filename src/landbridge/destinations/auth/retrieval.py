"""What an authentication type gets to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from landbridge.destinations.auth.context import Inputs, TokenContext
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.token_cache import TokenCache
from landbridge.destinations.auth.token_call import TokenCalls
from landbridge.destinations.auth.user_token import UserTokens
from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock
from landbridge.model.destination import Destination

REFERENCES = 2
"""Destinations that may stand behind one another: a chain's first step, and a client assertion of that."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What serves all retrievals.

    calls           sends token requests
    cache           holds tokens that may be used again
    users           verifies user tokens
    clock           time, for assertions
    lenient_tenant  take the subdomain of the service token where X-tenant is due and missing (§3.6)
    """

    calls: TokenCalls
    cache: TokenCache
    users: UserTokens
    clock: Clock
    lenient_tenant: bool


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The tokens of one destination, being fetched.

    until    time of the event loop at which calls must be through whose time-outs the destination does not set
    trusted  a user token that another destination's token service made for this one (§3.8); empty for none
    trail    names of the destinations that led here, this one last
    """

    context: TokenContext
    parts: Parts
    until: float
    trail: tuple[str, ...]
    trusted: str = ""

    @property
    def destination(self) -> Destination:
        return self.context.destination

    @property
    def inputs(self) -> Inputs:
        return self.context.inputs

    def required(self, key: str) -> str:
        """A property that must be there. Raises `FaultError`."""
        value = self.destination.get(key)
        if not value:
            authentication = self.destination.authentication
            raise FaultError(fault("destination.property-missing", property=key, type=authentication))
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """A property that is true or false, in any case; anything else is the default."""
        text = self.destination.get(key).strip().lower()
        return text == "true" if text in {"true", "false"} else default

    def header(self, name: str, value: str) -> str:
        """The value of a header that must have been sent. Raises `FaultError`."""
        if not value:
            authentication = self.destination.authentication
            raise FaultError(fault("destination.header-missing", header=name, type=authentication))
        return value

    def of(self, destination: Destination, inputs: Inputs, trusted: str = "") -> Retrieval:
        """The retrieval for a destination that this one refers to.

        Raises `FaultError` when destinations refer to each other in a circle, or over too many steps.
        """
        trail = (*self.trail, destination.name)
        if destination.name in self.trail or len(self.trail) > REFERENCES:
            raise FaultError(fault("destination.reference-loop", trail=" → ".join(trail)))
        context = replace(self.context, destination=destination, inputs=inputs)
        return replace(self, context=context, trail=trail, trusted=trusted)


AuthenticationType = Callable[[Retrieval], Awaitable[tuple[AuthToken, ...]]]
"""Makes the tokens of one authentication type. Raises `FaultError` when it cannot."""
