"""Client assertions: a token that proves the client, from a header or from another destination (§3.9)."""

from __future__ import annotations

from landbridge.destinations.auth.context import Inputs
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.faults import FaultError, fault
from landbridge.model.destination import Destination

_URN = "urn:ietf:params:oauth:client-assertion-type:"
TYPES = frozenset({f"{_URN}jwt-bearer", f"{_URN}saml2-bearer"})
PROVIDER = "clientAssertion.destinationName"
TYPE = "clientAssertion.type"


async def client_assertion(retrieval: Retrieval) -> dict[str, str] | None:
    """The form fields of the assertion; None where nobody asks for one.

    The header with the assertion itself counts before the one that names a destination, and that before the property.
    Raises `FaultError`.
    """
    inputs = retrieval.inputs
    if inputs.client_assertion:
        kind = retrieval.header("X-client-assertion-type", inputs.client_assertion_type)
        return _fields(kind, inputs.client_assertion)
    name = inputs.assertion_destination or retrieval.destination.get(PROVIDER)
    if not name:
        return None
    provider = await _provider(retrieval, name)
    from landbridge.destinations.auth.client_credentials import client_credentials  # it may need an assertion itself

    # X-tenant is for the destination that was asked for; a provider that is the same for all tenants would refuse it.
    common = provider.get("tokenServiceURLType").lower() == "common"
    tenant = inputs.tenant if common else ""
    (token,) = await client_credentials(retrieval.of(provider, Inputs(tenant=tenant)))
    return _fields(provider.get(TYPE), token.value)


async def _provider(retrieval: Retrieval, name: str) -> Destination:
    provider = await retrieval.context.lookup.destination(name)
    if provider is None:
        raise FaultError(fault("destination.reference-missing", name=name[:200], role="client assertion"))
    if provider.authentication != "OAuth2ClientCredentials":
        reason = f"its authentication type is {provider.authentication[:50]} and not OAuth2ClientCredentials"
        raise _unfit(name, reason)
    if provider.get(TYPE) not in TYPES:
        raise _unfit(name, f"its property {TYPE} is none of {', '.join(sorted(TYPES))}")
    return provider


def _fields(kind: str, assertion: str) -> dict[str, str]:
    return {"client_assertion_type": kind, "client_assertion": assertion}


def _unfit(name: str, reason: str) -> FaultError:
    return FaultError(fault("destination.reference-unfit", name=name[:200], role="client assertion", reason=reason))
