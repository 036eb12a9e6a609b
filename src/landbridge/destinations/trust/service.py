"""Key pairs and metadata of the caller's subaccount, as one object (destination-service §2.7)."""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable

from landbridge.destinations.answer import Answer, counted
from landbridge.destinations.caller import Credentials
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.levels import Level
from landbridge.destinations.trust.key_pairs import entity_id, key_pair
from landbridge.destinations.trust.metadata import metadata
from landbridge.destinations.trust.signing import key_pair_of, missing
from landbridge.model.clock import Clock
from landbridge.model.label import EntityKind
from landbridge.model.trust import TrustSlot
from landbridge.store import Database, TrustKeyRepository

logger = logging.getLogger("landbridge.trust")


class TrustService:
    """Makes, shows, exchanges and deletes key pairs. The subaccount is that of the caller's token.

    domain       part of the name under which subaccounts sign: `cfapps.<domain>/<subaccountId>`
    drop_caches  forgets the keys of foreign issuers that are kept in memory
    """

    def __init__(
        self, db: Database, entrance: Entrance, domain: str, clock: Clock, drop_caches: Callable[[], object]
    ) -> None:
        self._db = db
        self._entrance = entrance
        self._domain = domain
        self._clock = clock
        self._drop_caches = drop_caches
        self._making = asyncio.Semaphore(1)

    async def metadata(self, shown: Credentials) -> Answer:
        """The metadata XML in base64. Raises `FaultError` (404) without an active key pair."""
        subaccount = await self._subaccount(shown)
        async with self._db.read() as session:
            active = await key_pair_of(session, subaccount, TrustSlot.ACTIVE)
            passive = await TrustKeyRepository(session).get(subaccount, TrustSlot.PASSIVE)
        certificates = [pair.certificate for pair in (active, passive) if pair is not None]
        text = metadata(entity_id(subaccount, self._domain), certificates)
        return Answer(200, {"idpMetadata": b64encode(text).decode()})

    async def certificate(self, shown: Credentials, slot: TrustSlot) -> Answer:
        """The certificate of a key pair. Raises `FaultError` (404)."""
        subaccount = await self._subaccount(shown)
        async with self._db.read() as session:
            pair = await key_pair_of(session, subaccount, slot)
        return Answer(200, {"certificate": pair.certificate})

    async def create(self, shown: Credentials, slot: TrustSlot) -> Answer:
        """Make a key pair, in place of the one in the slot. One at a time: each keeps a processor busy for seconds."""
        subaccount = await self._subaccount(shown, write=True)
        async with self._making:
            pair = await asyncio.to_thread(key_pair, subaccount, slot, self._domain, self._clock())
        async with self._db.begin() as session:
            await TrustKeyRepository(session).put(pair)
        logger.info("trust key pair made", extra={"subaccount": subaccount, "slot": slot.value})
        return Answer(200, {"certificate": pair.certificate})

    async def delete_passive(self, shown: Credentials) -> Answer:
        """Raises `FaultError` (404)."""
        subaccount = await self._subaccount(shown, write=True)
        async with self._db.begin() as session:
            if not await TrustKeyRepository(session).delete(subaccount, TrustSlot.PASSIVE):
                raise missing(subaccount, TrustSlot.PASSIVE)
        return counted(1)

    async def rotate(self, shown: Credentials) -> Answer:
        """The passive key pair signs from now on; the other one becomes passive. Raises `FaultError` (404)."""
        subaccount = await self._subaccount(shown, write=True)
        async with self._db.begin() as session:
            passive = await key_pair_of(session, subaccount, TrustSlot.PASSIVE)
            active = await key_pair_of(session, subaccount, TrustSlot.ACTIVE)
            await TrustKeyRepository(session).rotate(subaccount)
        logger.info("trust key pairs rotated", extra={"subaccount": subaccount})
        return Answer(200, {"activeCertificate": passive.certificate, "passiveCertificate": active.certificate})

    async def drop_caches(self, shown: Credentials) -> Answer:
        """Forget what is kept of foreign identity services."""
        await self._subaccount(shown, write=True)
        self._drop_caches()
        return Answer(200)

    async def _subaccount(self, shown: Credentials, *, write: bool = False) -> str:
        """The caller's subaccount; for a person the roles for certificates count."""
        place = await self._entrance.enter(shown, Level.SUBACCOUNT, EntityKind.CERTIFICATE, write=write)
        return place.subaccount_id
