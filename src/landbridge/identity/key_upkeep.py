"""What has to be done now and then: keys are rotated and forgotten, expired grants are swept out."""

from __future__ import annotations

import asyncio
import logging

from landbridge.faults import FaultError
from landbridge.identity.keys import KeyRing
from landbridge.model.clock import Clock
from landbridge.store import Database, GrantRepository

EVERY = 600.0
_DAY = 86_400.0
_log = logging.getLogger(__name__)


class KeyUpkeep:
    """Keeps the key ring young and the table of grants short.

    rotation_days  age at which the signing key is replaced; 0: never
    """

    def __init__(self, keyring: KeyRing, db: Database, clock: Clock, rotation_days: float) -> None:
        self._keyring = keyring
        self._db = db
        self._clock = clock
        self._rotate_after = rotation_days * _DAY

    async def once(self) -> None:
        """Do what is due. Raises `FaultError` of the storage."""
        await self._keyring.maintain(self._rotate_after)
        async with self._db.begin() as session:
            await GrantRepository(session).sweep(self._clock())

    async def keep_running(self) -> None:
        """Do it every ten minutes; what fails is logged, and tried again the next time."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.once()
            except FaultError as error:
                _log.warning("upkeep of keys failed", extra={"fault": error.fault.code})
