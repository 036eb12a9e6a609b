"""Certificates and keystores in the store; their content is sealed, for it often holds private keys."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from landbridge.model.certificate import CertificateGeneration, StoredCertificate, TimeUnit
from landbridge.model.label import EntityKind
from landbridge.model.secret import Secret
from landbridge.store.levels import LevelRepository
from landbridge.store.session import Row
from landbridge.store.tables import certificates


class CertificateRepository(LevelRepository[StoredCertificate]):
    """Certificates by level."""

    kind = EntityKind.CERTIFICATE
    table = certificates

    async def renewing(self) -> list[tuple[str, str | None, StoredCertificate]]:
        """All that renew themselves, wherever they are: subaccount, instance or None, certificate."""
        query = select(self.table).where(self.table.c.renews).order_by(*self.table.primary_key)
        found = []
        for row in await self._session.all(query):
            (stored,) = await self._open(row["subaccount_id"], [row])
            found.append((row["subaccount_id"], row["instance_id"], stored.noun))
        return found

    def _write(self, noun: StoredCertificate) -> str:
        generation = asdict(noun.generation) if noun.generation else None
        if noun.generation and generation:
            generation["password"] = noun.generation.password.reveal()
        return json.dumps({"type": noun.type, "content": noun.content.reveal(), "generation": generation})

    def _read(self, row: Row, text: str) -> StoredCertificate:
        fields = json.loads(text)
        return StoredCertificate(
            name=row["name"],
            type=fields["type"],
            content=Secret(fields["content"]),
            generation=_generation(fields["generation"]) if fields["generation"] else None,
        )

    def _in_the_clear(self, noun: StoredCertificate) -> Row:
        return {"renews": bool(noun.generation and noun.generation.automatic_renew)}


def _generation(fields: dict[str, Any]) -> CertificateGeneration:
    return CertificateGeneration(**{**fields, "unit": TimeUnit(fields["unit"]), "password": Secret(fields["password"])})
