"""Envelope: values are sealed with a data key of their owner, data keys with the master key (destination-service §1.8).

An owner is a subaccount, or `INSTALLATION`. A new master key needs the data keys sealed anew and nothing else.
"""

from __future__ import annotations

import base64
import secrets

from sqlalchemy import select

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


def wrap(master: Vault, owner: str, key: bytes) -> bytes:
    """A data key sealed with the master key."""
    return master.seal(base64.b64encode(key).decode(), context=f"data-key/{owner}")


def unwrap(master: Vault, owner: str, wrapped: bytes) -> bytes:
    """The data key. Raises `FaultError` (`store.unreadable`)."""
    return base64.b64decode(master.open(wrapped, context=f"data-key/{owner}"))
