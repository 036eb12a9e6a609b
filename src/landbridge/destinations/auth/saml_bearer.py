"""OAuth2SAMLBearerAssertion: an assertion about the user, for a token of the destination's token service (§4.7)."""

from __future__ import annotations

from landbridge.destinations.auth.client_authentication import Proof, Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.saml_about import SYSTEM_USER, assertion_about_user, signing_keys
from landbridge.destinations.auth.saml_encoding import encoded
from landbridge.destinations.auth.token_call import TokenRequest
from landbridge.destinations.auth.token_fetch import cache_key, fetch, reuse_or_fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import for_caller, for_user
from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.faults import FaultError, fault

GRANT = "urn:ietf:params:oauth:grant-type:saml2-bearer"
WAYS = Ways(client="clientKey", user=True)
_PROVIDER = "SAMLAssertionProvider"


async def saml_bearer(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The token for an assertion that the caller brings, or that is made here. Raises `FaultError`."""
    proof = await prove(retrieval, WAYS)
    provider = (retrieval.destination.get(_PROVIDER) or "DestinationServiceGenerated").lower()
    if provider == "clientprovided":
        return (await _with_given_assertion(retrieval, proof),)
    if provider == "destinationservicegenerated":
        return (await _with_own_assertion(retrieval, proof),)
    reason = "it must be DestinationServiceGenerated or ClientProvided"
    raise FaultError(fault("destination.property-invalid", property=_PROVIDER, reason=reason))


async def _with_given_assertion(retrieval: Retrieval, proof: Proof) -> AuthToken:
    """A token for X-samlAssertion, as it is. Whoever brings an assertion need not say who the user is."""
    assertion = retrieval.header("X-samlAssertion", retrieval.inputs.saml_assertion)
    return await reuse_or_fetch(retrieval, _request(retrieval, for_caller(retrieval), assertion, proof))


async def _with_own_assertion(retrieval: Retrieval, proof: Proof) -> AuthToken:
    """A token for a new assertion, or the one that the same user got before: it depends on all but the assertion."""
    if retrieval.destination.get(SYSTEM_USER):
        url, user = for_caller(retrieval), ""
    else:
        token = await retrieval.parts.users.of(retrieval)
        url, user = for_user(retrieval, token), token.raw
    keys = await signing_keys(retrieval)
    preview = _request(retrieval, url, "", proof)
    key = cache_key(retrieval, preview.fingerprint(), user, keys.certificate_pem)
    return await retrieval.parts.cache.get(key, lambda: _exchange(retrieval, url, proof, keys))


async def _exchange(retrieval: Retrieval, url: str, proof: Proof, keys: KeyMaterial) -> AuthToken:
    recipient = retrieval.destination.get("assertionRecipient") or url
    xml = await assertion_about_user(retrieval, keys, recipient)
    return await fetch(retrieval, _request(retrieval, url, encoded(retrieval, xml, "base64url"), proof))


def _request(retrieval: Retrieval, url: str, assertion: str, proof: Proof) -> TokenRequest:
    company = retrieval.destination.get("companyId")
    grant = {"grant_type": GRANT, "assertion": assertion, **({"company_id": company} if company else {})}
    return token_request(retrieval, url, grant, proof)
