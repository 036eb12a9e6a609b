"""What authentication types may look up beside their destination: everything on its level, and of its subaccount."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landbridge.destinations.caller import Caller
from landbridge.destinations.certificates.loading import load
from landbridge.destinations.find import look_up, with_fragments
from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.destinations.levels import Place
from landbridge.destinations.trail import Trail
from landbridge.destinations.trust.key_pairs import entity_id
from landbridge.destinations.trust.signing import signing_key
from landbridge.faults import FaultError, fault
from landbridge.identity.userinfo import userinfo
from landbridge.identity.verify import TokenRejected, TokenVerifier
from landbridge.model.destination import Destination
from landbridge.model.secret import Secret
from landbridge.store import Database, ReadModel, SubscriptionRepository


@dataclass(frozen=True, slots=True)
class LevelLookup:
    """The `Lookup` of one find. Nothing is open between questions: token services are called in between.

    domain  part of the name under which subaccounts sign assertions
    places  the level of the destination, then those where its certificates are looked for, too
    """

    db: Database
    model: ReadModel
    verifier: TokenVerifier
    domain: str
    caller: Caller
    places: tuple[Place, ...]
    trail: Trail

    async def destination(self, name: str, fragments: Sequence[str] = (), optional: bool = False) -> Destination | None:
        place = self.places[0]
        found = await look_up(self.model, place, name, self.trail)
        if found is None:
            return None
        wanted = [(fragment, place) for fragment in fragments]
        merged, _ = await with_fragments(self.model, found, wanted, optional, self.trail)
        return merged

    async def keys(self, name: str, password: str) -> KeyMaterial:
        for place in self.places:
            certificate = await self.model.certificate(*place.key, name)
            self.trail.add(f"certificate '{name}'", place, "there" if certificate else "nothing of this name")
            if certificate is not None:
                break
        else:
            where = " and of ".join(map(str, self.places))
            raise FaultError(fault("certificate.not-found", name=name[:200], place=f"of {where}"))
        return await asyncio.to_thread(load, certificate.noun, Secret(password) if password else None)

    async def signing_keys(self) -> KeyMaterial:
        async with self.db.read() as session:
            return await signing_key(session, self.places[0].subaccount_id)

    async def entity_id(self) -> str:
        return entity_id(self.places[0].subaccount_id, self.domain)

    async def user_info(self, token: str) -> Mapping[str, Any]:
        try:
            return userinfo(self.verifier.verify(token))
        except TokenRejected:  # somebody else's: our token service knows nothing of its user
            return {}

    async def accepts_tenant(self, tenant: str) -> bool:
        if tenant in {self.caller.tenant, self.caller.provider_id}:
            return True
        async with self.db.read() as session:
            return await SubscriptionRepository(session).is_subscribed(tenant, self.caller.provider_id)
