"""Our own key pairs in the store: token signing keys and the CA. Private halves are sealed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select

from landbridge.model.secret import Secret
from landbridge.store.data_keys import INSTALLATION, opener, sealer
from landbridge.store.session import Row, Session
from landbridge.store.tables import keys


class KeyKind(StrEnum):
    """What a key is for."""

    SIGNING = "signing"
    CA = "ca"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair. `public_pem` is the public key, for the CA its certificate."""

    id: str
    kind: KeyKind
    public_pem: str
    private_pem: Secret
    created: float


class KeyRepository:
    """Key pairs by id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def list(self, kind: KeyKind) -> list[StoredKey]:
        """Keys of one kind, the newest first."""
        query = select(keys).where(keys.c.kind == kind.value).order_by(keys.c.created.desc(), keys.c.id)
        return [await self._noun(row) for row in await self._session.all(query)]

    async def put(self, key: StoredKey) -> None:
        vault = await sealer(self._session, INSTALLATION)
        await self._session.upsert(
            keys,
            {
                "id": key.id,
                "kind": key.kind.value,
                "public_pem": key.public_pem,
                "private_pem": vault.seal(key.private_pem, context=f"key/{key.id}"),
                "created": key.created,
            },
        )

    async def delete(self, key_id: str) -> bool:
        return await self._session.count(delete(keys).where(keys.c.id == key_id)) > 0

    async def _noun(self, row: Row) -> StoredKey:
        vault = await opener(self._session, INSTALLATION)
        return StoredKey(
            id=row["id"],
            kind=KeyKind(row["kind"]),
            public_pem=row["public_pem"],
            private_pem=Secret(vault.open(row["private_pem"], context=f"key/{row['id']}")),
            created=row["created"],
        )
