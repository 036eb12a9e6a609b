"""How a destination's client proves itself to the token service (destination-service §4.0, §3.9).

In this order: a key store, a client assertion, `tokenServiceUser`, the client's own secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from landbridge.destinations.auth.basic import basic_value
from landbridge.destinations.auth.client_assertion import client_assertion
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.keystores.material import KeyMaterial

KEY_STORE = "tokenService.KeyStoreLocation"


@dataclass(frozen=True, slots=True)
class Proof:
    """What goes into the headers, into the form, and into the TLS handshake."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys: KeyMaterial | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Ways:
    """What an authentication type lets a client do (the matrix, §4.17).

    client     the property with the client's id
    user       whether tokenServiceUser counts
    assertion  whether a client assertion counts
    """

    client: str = "clientId"
    user: bool = False
    assertion: bool = False


async def prove(retrieval: Retrieval, ways: Ways) -> Proof:
    """The proof that the destination's properties and the caller's headers provide for. Raises `FaultError`."""
    destination = retrieval.destination
    client = retrieval.required(ways.client)
    keys = await client_keys(retrieval)
    if keys is not None:
        return Proof(form={"client_id": client}, keys=keys)
    assertion = await client_assertion(retrieval) if ways.assertion else None
    if assertion is not None:
        return Proof(form={"client_id": client, **assertion})
    user = destination.get("tokenServiceUser") if ways.user else ""
    if user:
        return Proof(_basic(user, destination.get("tokenServicePassword")), {"client_id": client})
    secret = destination.get("clientSecret")
    if not retrieval.flag("tokenService.addClientCredentialsInBody", default=True):
        return Proof(_basic(client, secret))
    return Proof(form={"client_id": client, **({"client_secret": secret} if secret else {})})


async def client_keys(retrieval: Retrieval) -> KeyMaterial | None:
    """The key for TLS that the destination names, if it does. Raises `FaultError`."""
    name = retrieval.destination.get(KEY_STORE)
    if not name:
        return None
    return await retrieval.context.lookup.keys(name, retrieval.destination.get("tokenService.KeyStorePassword"))


def _basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": f"Basic {basic_value(user, password)}"}
