"""Whom a subaccount trusts and with what it signs (destination-service §1.7, §2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.model.secret import Secret


class TrustSlot(StrEnum):
    """The key pair that signs, and the one that will after the next rotation."""

    ACTIVE = "active"
    PASSIVE = "passive"


@dataclass(frozen=True, slots=True)
class TrustKeyPair:
    """A SAML signing key pair of a subaccount; both halves are PEM, `created` is seconds since the epoch."""

    subaccount_id: str
    slot: TrustSlot
    private_key: Secret
    certificate: str
    created: float


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """A foreign issuer whose tokens a subaccount accepts. One of the three sources of keys is set.

    jwks       the key set itself, JSON
    jwks_uri   where the key set is
    discovery  where the OpenID configuration is
    audience   what `aud` must contain; empty: anything
    """

    subaccount_id: str
    issuer: str
    jwks: str = ""
    jwks_uri: str = ""
    discovery: str = ""
    audience: str = ""
