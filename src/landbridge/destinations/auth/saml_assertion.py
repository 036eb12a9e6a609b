"""SAMLAssertion: an assertion about the user, for the target system itself (§4.8)."""

from __future__ import annotations

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.saml_about import assertion_about_user, signing_keys
from landbridge.destinations.auth.saml_encoding import encoded


async def saml_assertion(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """A new assertion each time: receivers may take one only once. Raises `FaultError`."""
    keys = await signing_keys(retrieval)
    recipient = retrieval.destination.get("assertionRecipient") or retrieval.destination.get("URL")
    xml = await assertion_about_user(retrieval, keys, recipient)
    return (AuthToken("SAML2.0", encoded(retrieval, xml, "base64")),)
