"""Envelope: values are sealed with a data key of their owner, data keys with the master key (destination-service §1.8).

An owner is a subaccount, or `INSTALLATION`. A new master key needs the data keys sealed anew and nothing else.
"""

from __future__ import annotations

import base64
import secrets

from sqlalchemy import select, update

from landbridge.faults import FaultError, fault
from landbridge.store.session import Session
from landbridge.store.tables import data_keys
from landbridge.store.vault import KEY_BYTES, Vault

INSTALLATION = ""


async def opener(session: Session, owner: str) -> Vault:
    """The vault that opens what `owner` has. Raises `FaultError` (`store.unreadable`) when its key is gone."""
    vault = session.opened.get(owner) or await _stored(session, owner)
    if vault is None:
        raise FaultError(fault("store.unreadable", fingerprint=session.vault.fingerprint))
    return vault


async def sealer(session: Session, owner: str) -> Vault:
    """The same vault, made on the first use; only in a transaction that writes.

    The subaccount has to exist: the database refuses a key of nobody.
    """
    vault = session.opened.get(owner) or await _stored(session, owner)
    if vault is None:
        wrapped = wrap(session.vault, owner, secrets.token_bytes(KEY_BYTES))
        row = {"owner": owner, "subaccount_id": owner or None, "wrapped": wrapped}
        await session.insert_new(data_keys, row)  # somebody else may have been first: his key is the key
        vault = await _stored(session, owner)
    assert vault is not None, "it was written above"
    return vault


async def _stored(session: Session, owner: str) -> Vault | None:
    row = await session.one(select(data_keys.c.wrapped).where(data_keys.c.owner == owner))
    if row is None:
        return None
    vault = Vault(unwrap(session.vault, owner, row["wrapped"]))
    session.opened[owner] = vault
    return vault


async def rewrap(session: Session, new: Vault) -> int:
    """Seal all data keys with another master key; returns how many there are."""
    rows = await session.all(select(data_keys))
    for row in rows:
        key = unwrap(session.vault, row["owner"], row["wrapped"])
        await _replace(session, row["owner"], wrap(new, row["owner"], key))
    return len(rows)


async def renew(session: Session) -> tuple[dict[str, Vault], dict[str, Vault]]:
    """Give every owner a new data key; returns the old and the new vaults. What they seal is the caller's to do."""
    old, new = {}, {}
    for row in await session.all(select(data_keys)):
        owner, key = row["owner"], secrets.token_bytes(KEY_BYTES)
        old[owner], new[owner] = Vault(unwrap(session.vault, owner, row["wrapped"])), Vault(key)
        await _replace(session, owner, wrap(session.vault, owner, key))
    session.opened.clear()
    return old, new


async def _replace(session: Session, owner: str, wrapped: bytes) -> None:
    await session.execute(update(data_keys).where(data_keys.c.owner == owner).values(wrapped=wrapped))


def wrap(master: Vault, owner: str, key: bytes) -> bytes:
    """A data key sealed with the master key."""
    return master.seal(base64.b64encode(key).decode(), context=f"data-key/{owner}")


def unwrap(master: Vault, owner: str, wrapped: bytes) -> bytes:
    """The data key. Raises `FaultError` (`store.unreadable`)."""
    return base64.b64decode(master.open(wrapped, context=f"data-key/{owner}"))
