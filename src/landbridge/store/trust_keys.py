"""SAML key pairs of subaccounts in the store; private halves are sealed (destination-service §1.7)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, delete, select

from landbridge.model.secret import Secret
from landbridge.model.trust import TrustKeyPair, TrustSlot
from landbridge.store.data_keys import opener, sealer
from landbridge.store.session import Session
from landbridge.store.tables import trust_keys


class TrustKeyRepository:
    """At most two key pairs for each subaccount: the active and the passive one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, subaccount_id: str, slot: TrustSlot) -> TrustKeyPair | None:
        row = await self._session.one(select(trust_keys).where(_is(subaccount_id, slot)))
        if row is None:
            return None
        vault = await opener(self._session, subaccount_id)
        private_key = vault.open(row["private_key"], context=sealing_context(subaccount_id, row["certificate"]))
        return TrustKeyPair(subaccount_id, slot, Secret(private_key), row["certificate"], row["created"])

    async def put(self, pair: TrustKeyPair) -> None:
        """Store the pair in its slot, in place of the one that was there."""
        vault = await sealer(self._session, pair.subaccount_id)
        context = sealing_context(pair.subaccount_id, pair.certificate)
        row = {
            "subaccount_id": pair.subaccount_id,
            "slot": pair.slot.value,
            "certificate": pair.certificate,
            "private_key": vault.seal(pair.private_key, context=context),
            "created": pair.created,
        }
        await self._session.upsert(trust_keys, row)
        self._session.touch(pair.subaccount_id)

    async def delete(self, subaccount_id: str, slot: TrustSlot) -> bool:
        gone = await self._session.count(delete(trust_keys).where(_is(subaccount_id, slot))) > 0
        if gone:
            self._session.touch(subaccount_id)
        return gone

    async def rotate(self, subaccount_id: str) -> bool:
        """The two pairs change places; False, and nothing happens, when one of them is missing."""
        active = await self.get(subaccount_id, TrustSlot.ACTIVE)
        passive = await self.get(subaccount_id, TrustSlot.PASSIVE)
        if active is None or passive is None:
            return False
        await self.put(replace(passive, slot=TrustSlot.ACTIVE))
        await self.put(replace(active, slot=TrustSlot.PASSIVE))
        return True


def _is(subaccount_id: str, slot: TrustSlot) -> ColumnElement[bool]:
    return and_(trust_keys.c.subaccount_id == subaccount_id, trust_keys.c.slot == slot.value)


def sealing_context(subaccount_id: str, certificate: str) -> str:
    """A private key opens beside its own certificate, in whichever slot."""
    return f"trust/{subaccount_id}/{certificate}"
