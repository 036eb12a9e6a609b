"""The master key of a database: whether it is the right one, and how another one takes its place (§1.8)."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from landbridge.faults import FaultError, fault
from landbridge.store import data_keys
from landbridge.store.sealed import FIRST, REGISTER, reseal
from landbridge.store.session import Session
from landbridge.store.tables import vault_check
from landbridge.store.vault import Vault

_CHECK = "landbridge"
_CONTEXT = "vault-check"


async def check_vault(session: Session) -> None:
    """Raises `FaultError` (`store.key-wrong`) when the content was sealed with another master key."""
    row = await session.one(select(vault_check.c.sealed).where(vault_check.c.id == _CHECK))
    if row is None:
        sealed = session.vault.seal(_CHECK, context=_CONTEXT)
        await session.execute(insert(vault_check).values(id=_CHECK, sealed=sealed))
        return
    try:
        session.vault.open(row["sealed"], context=_CONTEXT)
    except FaultError as error:
        raise FaultError(fault("store.key-wrong", fingerprint=session.vault.fingerprint)) from error


async def envelop(session: Session) -> None:
    """Seal with data keys what revision 0001 sealed with the master key; in the transaction that migrates."""
    owners = {data_keys.INSTALLATION}
    for place in FIRST:
        owners |= {place.owner(row) for row in await session.all(select(place.table))}
    vaults = {owner: await data_keys.sealer(session, owner) for owner in owners}
    await reseal(session, FIRST, lambda _: session.vault, vaults.__getitem__)


async def change_master_key(session: Session, new: Vault) -> int:
    """From the commit on, `new` is the master key; returns how many data keys it seals."""
    count = await data_keys.rewrap(session, new)
    sealed = new.seal(_CHECK, context=_CONTEXT)
    await session.execute(update(vault_check).where(vault_check.c.id == _CHECK).values(sealed=sealed))
    return count


async def renew_data_keys(session: Session) -> int:
    """New data keys for all, and every value sealed anew; returns how many values."""
    old, new = await data_keys.renew(session)
    return await reseal(session, REGISTER, old.__getitem__, new.__getitem__)
