"""What an authentication type gets to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.token_call import TokenCalls
from landbridge.faults import FaultError, fault
from landbridge.model.destination import Destination


@dataclass(frozen=True, slots=True)
class Retrieval:
    """One destination whose tokens are wanted.

    subdomain         of the service token: the tenant where the caller names none
    tenant            the X-tenant header
    client_assertion  whether a header asks for client authentication by assertion
    lenient_tenant    take the subdomain of the service token where X-tenant is due and missing (§3.6)
    calls             sends token requests
    """

    destination: Destination
    subdomain: str
    tenant: str
    client_assertion: bool
    lenient_tenant: bool
    calls: TokenCalls

    def required(self, key: str) -> str:
        """A property that must be there. Raises `FaultError`."""
        value = self.destination.get(key)
        if not value:
            authentication = self.destination.authentication
            raise FaultError(fault("destination.property-missing", property=key, type=authentication))
        return value


AuthenticationType = Callable[[Retrieval], Awaitable[tuple[AuthToken, ...]]]
"""Makes the tokens of one authentication type. Raises `FaultError` when it cannot."""
