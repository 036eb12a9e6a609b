"""The key that a subaccount signs with."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from landbridge.destinations.keystores.keys import usable
from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.faults import FaultError, fault
from landbridge.model.trust import TrustKeyPair, TrustSlot
from landbridge.store import Session, TrustKeyRepository


async def signing_key(session: Session, subaccount_id: str) -> KeyMaterial:
    """The active key pair of a subaccount. Raises `FaultError`: `trust.no-key-pair`."""
    return material(await key_pair_of(session, subaccount_id, TrustSlot.ACTIVE))


async def key_pair_of(session: Session, subaccount_id: str, slot: TrustSlot) -> TrustKeyPair:
    """The key pair in a slot. Raises `FaultError`: `trust.no-key-pair`, `trust.no-passive-key-pair`."""
    found = await TrustKeyRepository(session).get(subaccount_id, slot)
    if found is None:
        raise missing(subaccount_id, slot)
    return found


def missing(subaccount_id: str, slot: TrustSlot) -> FaultError:
    """The 404 in the original's words (destination-service §2.1)."""
    if slot is TrustSlot.ACTIVE:
        return FaultError(fault("trust.no-key-pair", subaccount=subaccount_id))
    return FaultError(fault("trust.no-passive-key-pair", subaccount=subaccount_id))


def material(pair: TrustKeyPair) -> KeyMaterial:
    """A stored key pair, ready to sign."""
    pem = pair.private_key.reveal().encode()
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)  # we made it ourselves
    return KeyMaterial(usable(key), x509.load_pem_x509_certificate(pair.certificate.encode()))
