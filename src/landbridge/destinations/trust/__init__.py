"""The key pairs that a subaccount signs SAML assertions with, and the metadata that makes others trust them.

For: `api/trust.py` and the authentication types that sign assertions.
Enters: `service.TrustService` with a caller's token; `signing.signing_key(session, subaccount_id)`.
Leaves: certificates, metadata XML, a `KeyMaterial`; faults named `trust.…`.
Must never: give a private key to anybody but a signature, make a key on the event loop.

Inside: `key_pairs` (how one is made, and what it is called), `metadata` (the XML), `signing`, `service`.
"""

from landbridge.destinations.trust.signing import signing_key

__all__ = ["signing_key"]
