"""PKCS#12 (P12, PFX): a key and certificates, encrypted with a password."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from landbridge.destinations.keystores.bounds import check_derivations, members
from landbridge.destinations.keystores.keys import usable
from landbridge.destinations.keystores.material import (
    Entry,
    Format,
    Keystore,
    PasswordNeeded,
    Unusable,
    WrongPassword,
)
from landbridge.model.secret import Secret

_VERSION = (0x02, b"\x03")


def check_pkcs12(content: bytes) -> None:
    """What can be told without a password. Raises `Unusable`."""
    found = members(content)
    if len(found) not in (2, 3) or found[0] != _VERSION or found[1][0] != 0x30:
        raise Unusable("it is no PKCS#12 file")
    check_derivations(content)


def read_pkcs12(content: bytes, password: Secret | None) -> Keystore:
    """The key with its certificates first, then the others. Raises `Unusable`, `WrongPassword`."""
    check_pkcs12(content)
    try:
        store = pkcs12.load_pkcs12(content, password.reveal().encode() if password else None)
    except UnsupportedAlgorithm:
        raise Unusable("it is encrypted in a way that is not supported") from None
    except ValueError:
        raise (WrongPassword if password else PasswordNeeded) from None
    entries = []
    others = [(one.certificate, one.friendly_name) for one in store.additional_certs]
    if store.key is not None:
        if store.cert is None:
            raise Unusable("no certificate in it belongs to its private key")
        chain = (store.cert.certificate, *(certificate for certificate, _ in others))
        entries.append(Entry(chain, usable(store.key), _alias(store.cert.friendly_name)))
    else:
        entries += [Entry((certificate,), alias=_alias(name)) for certificate, name in others]
    return Keystore(Format.PKCS12, tuple(entries))


def write_pkcs12(entry: Entry, password: Secret) -> bytes:
    """A file with one key entry, in the encryption that today's tools can read."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password.reveal().encode())
    leaf, *chain = entry.certificates
    return pkcs12.serialize_key_and_certificates(entry.alias.encode() or None, entry.key, leaf, chain, encryption)


def _alias(name: bytes | None) -> str:
    return (name or b"").decode("utf-8", "replace")
