"""What the token service is made of; the composition root fills it once."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.identity.foreign import ForeignTokens
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.identity.request_limit import RequestLimit
from landbridge.identity.throttle import Throttle
from landbridge.identity.verify import TokenVerifier
from landbridge.model.clock import Clock
from landbridge.store import Database


@dataclass(frozen=True, slots=True)
class TokenParts:
    """Storage, keys, names, and who judges what.

    foreign   verifies tokens of trusted issuers
    throttle  counts failed logins
    limit     counts requests of clients
    """

    db: Database
    keyring: KeyRing
    verifier: TokenVerifier
    issuer: Issuer
    clock: Clock
    foreign: ForeignTokens
    throttle: Throttle
    limit: RequestLimit
