"""The periodic job that makes generated certificates anew before they end (destination-service §1.5)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from landbridge.destinations.certificates.generation import Generator
from landbridge.destinations.certificates.validity import Validity
from landbridge.faults import FaultError
from landbridge.model.certificate import CertificateGeneration, StoredCertificate
from landbridge.model.clock import Clock
from landbridge.store import CertificateRepository, Database

logger = logging.getLogger("landbridge.certificates")

PERIOD = 3600.0
"""Seconds between two looks: the shortest threshold is half a day."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Due:
    """A certificate whose time has come, and where it is kept."""

    subaccount_id: str
    instance_id: str | None
    stored: StoredCertificate
    generation: CertificateGeneration


class Renewal:
    """Renews what says `AutomaticRenew`: same subject, same duration, a new key (unless a CSR brought it)."""

    def __init__(self, db: Database, generator: Generator, clock: Clock) -> None:
        self._db = db
        self._generator = generator
        self._clock = clock

    async def run(self) -> int:
        """Renew everything that is due; returns how many were. One that fails does not stop the others."""
        async with self._db.read() as session:
            renewing = await CertificateRepository(session).renewing()
        now, renewed = self._clock(), 0
        for subaccount_id, instance_id, stored in renewing:
            generation = stored.generation
            if generation is not None and is_due(generation, now):
                renewed += await self._tried(Due(subaccount_id, instance_id, stored, generation))
        return renewed

    async def keep_running(self, pause: Pause = asyncio.sleep, period: float = PERIOD) -> None:
        """`run` for ever, with pauses; ends when it is cancelled."""
        while True:
            try:
                await self.run()
            except FaultError as error:  # the store is busy or away: the next round will tell
                logger.warning(error.fault.sentence, extra={"fault": error.fault.code})
            await pause(period)

    async def _tried(self, due: Due) -> bool:
        fields = {"subaccount": due.subaccount_id, "instance": due.instance_id, "certificate": due.stored.name}
        try:
            renewed = await self._renew(due)
        except FaultError as error:
            logger.warning("certificate not renewed", extra={**fields, "fault": error.fault.code})
            return False
        if renewed:
            logger.info("certificate renewed", extra=fields)
        return renewed

    async def _renew(self, due: Due) -> bool:
        """False when somebody changed it in the meantime: then it is his."""
        stored = due.stored
        fresh = await asyncio.to_thread(
            self._generator.make, stored.name, stored.type, due.generation, due.subaccount_id
        )
        async with self._db.begin() as session:
            repository = CertificateRepository(session)
            present = await repository.get(due.subaccount_id, due.instance_id, stored.name)
            if present is None or present.etag != stored.etag:
                return False
            await repository.put(due.subaccount_id, due.instance_id, fresh)
        return True


def is_due(generation: CertificateGeneration, now: float) -> bool:
    """Whether so little of the present one's life remains that the next one is to be made."""
    return generation.expires - now < Validity(generation.unit, generation.value).renewed_before_end
