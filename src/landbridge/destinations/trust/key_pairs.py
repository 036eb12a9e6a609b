"""How a key pair of a subaccount is made: RSA-4096, self-signed, two years (destination-service §1.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from landbridge.destinations.keystores.material import key_pem, pem_of
from landbridge.model.trust import TrustKeyPair, TrustSlot

KEY_BITS = 4096
YEARS = 2

_BACKDATED = timedelta(hours=1)
_COMMON_NAME_LIMIT = 64


def entity_id(subaccount_id: str, domain: str) -> str:
    """The name of a subaccount as issuer of assertions, without scheme: `cfapps.<domain>/<subaccountId>`."""
    return f"cfapps.{domain}/{subaccount_id}"


def key_pair(subaccount_id: str, slot: TrustSlot, domain: str, now: float) -> TrustKeyPair:
    """A new key pair. It takes seconds: call it in a thread.

    The subject is `https://` and the entity id, as in the original, as far as a common name has room for it.
    """
    key = rsa.generate_private_key(65537, KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Destination Configuration"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "landbridge"),
            x509.NameAttribute(NameOID.COMMON_NAME, _common_name(subaccount_id, domain)),
        ]
    )
    begin = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - _BACKDATED)
        .not_valid_after(begin + timedelta(days=365 * YEARS))
        .sign(key, hashes.SHA512())
    )
    return TrustKeyPair(subaccount_id, slot, key_pem(key), pem_of(certificate), now)


def _common_name(subaccount_id: str, domain: str) -> str:
    entity = entity_id(subaccount_id, domain)
    fitting = (name for name in (f"https://{entity}", entity) if len(name) <= _COMMON_NAME_LIMIT)
    return next(fitting, subaccount_id)
