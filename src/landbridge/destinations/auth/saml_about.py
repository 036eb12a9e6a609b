"""From a destination and its user to a signed assertion (§4.7): gathers, then leaves the making to `saml`."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.saml import Assertion, Unwritable, signed
from landbridge.destinations.auth.saml_user import Wishes, attributes, from_token, from_user_info
from landbridge.destinations.auth.user_token import UserToken
from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.faults import FaultError, fault

SYSTEM_USER = "SystemUser"


async def signing_keys(retrieval: Retrieval) -> KeyMaterial:
    """The destination's own key, else that of the subaccount. Raises `FaultError`."""
    name = retrieval.destination.get("KeyStoreLocation")
    if name:
        return await retrieval.context.lookup.keys(name, retrieval.destination.get("KeyStorePassword"))
    return await retrieval.context.lookup.signing_keys()


async def assertion_about_user(retrieval: Retrieval, keys: KeyMaterial, recipient: str) -> bytes:
    """A signed assertion about the user, or about the `SystemUser` of the destination. Raises `FaultError`."""
    destination = retrieval.destination
    user_id, said = await _user(retrieval)
    extra = {"client_id": destination.get("clientKey"), "api_key": destination.get("apiKey")}
    assertion = Assertion(
        id=f"_{secrets.token_hex(16)}",
        now=retrieval.parts.clock(),
        issuer=destination.get("assertionIssuer") or await retrieval.context.lookup.entity_id(),
        user_id=user_id,
        name_id_format=Wishes.of(destination).name_id_format,
        name_qualifier=destination.get("nameQualifier"),
        recipient=recipient,
        audience=retrieval.required("audience"),
        context_class=retrieval.required("authnContextClassRef"),
        attributes={**said, **{name: (value,) for name, value in extra.items() if value}},
    )
    include = retrieval.flag("includeSigningCertificateInSAMLAssertion")
    try:
        return await asyncio.to_thread(signed, assertion, keys, include)
    except Unwritable as error:
        raise FaultError(fault("destination.saml-assertion-failed", reason=str(error))) from error


async def _user(retrieval: Retrieval) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """The id and the attributes of the user (§4.7, user-id rule)."""
    destination = retrieval.destination
    if destination.get(SYSTEM_USER):
        return destination.get(SYSTEM_USER), {}
    user = await retrieval.parts.users.of(retrieval)
    info = await _user_info(retrieval, user)
    wishes = Wishes.of(destination)
    user_id = from_token(wishes, user.claims) or from_user_info(wishes, info)
    return user_id, attributes(wishes, user.claims, info)


async def _user_info(retrieval: Retrieval, user: UserToken) -> Mapping[str, Any]:
    return await retrieval.context.lookup.user_info(user.raw) if user.is_ours else {}
