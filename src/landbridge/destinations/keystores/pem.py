"""PEM: certificates and private keys in text blocks, in any order, with anything in between."""

from __future__ import annotations

import base64
import re
from binascii import Error as NotBase64

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from landbridge.destinations.keystores.bounds import check_derivations
from landbridge.destinations.keystores.keys import certificate_of, chain_of, usable
from landbridge.destinations.keystores.material import (
    Entry,
    Format,
    Keystore,
    PasswordNeeded,
    PrivateKey,
    Unusable,
    WrongPassword,
    pem_of,
)
from landbridge.model.secret import Secret

BLOCK_LIMIT = 500
MARK = b"-----BEGIN "

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----((?:[^-]|-(?!----))*)-----END \1-----")
_CERTIFICATES = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"})
_KEYS = frozenset({b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY", b"RSA PRIVATE KEY", b"EC PRIVATE KEY"})


def read_pem(content: bytes, password: Secret | None, open_keys: bool) -> Keystore:
    """What the blocks hold.

    open_keys  whether private keys are wanted; without, an encrypted one is no obstacle

    Raises `Unusable`, `WrongPassword`.
    """
    blocks = _BLOCK.findall(content)
    if len(blocks) > BLOCK_LIMIT:
        raise Unusable(f"it holds more than {BLOCK_LIMIT} blocks")
    certificates = [certificate_of(_bytes(body)) for label, body in blocks if label in _CERTIFICATES]
    keys = [_whole(label, body) for label, body in blocks if label in _KEYS]
    if not certificates and not keys:
        raise Unusable("it holds neither a certificate nor a private key in PEM")
    if not keys or not open_keys:
        return Keystore(Format.PEM, tuple(Entry((certificate,)) for certificate in certificates))
    return Keystore(Format.PEM, (_keyed(_key(keys[0], password), certificates),))


def write_pem(entry: Entry, password: Secret | None) -> bytes:
    """The certificates of an entry and its key, encrypted when there is a password."""
    text = "".join(pem_of(certificate) for certificate in entry.certificates).encode()
    if entry.key is None:
        return text
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password.reveal().encode())
    return text + entry.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _keyed(key: PrivateKey, certificates: list[x509.Certificate]) -> Entry:
    return Entry(chain_of(key, certificates) if certificates else (), key)


def _key(pem: bytes, password: Secret | None) -> PrivateKey:
    given = password.reveal().encode() if password else None
    encrypted = b"ENCRYPTED" in pem
    if encrypted and given is None:
        raise PasswordNeeded
    try:
        return usable(serialization.load_pem_private_key(pem, given if encrypted else None))
    except UnsupportedAlgorithm:
        raise Unusable("its private key is of a kind or encryption that is not supported") from None
    except (ValueError, TypeError):
        if encrypted:
            raise WrongPassword from None
        raise Unusable("its private key cannot be parsed") from None


def _whole(label: bytes, body: bytes) -> bytes:
    """A key block as it was; its base64 is looked at first, because it may ask for a costly derivation."""
    if label == b"ENCRYPTED PRIVATE KEY":
        check_derivations(_bytes(body))
    return b"-----BEGIN %b-----%b-----END %b-----\n" % (label, body, label)


def _bytes(body: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except NotBase64:
        raise Unusable("a block in it is not base64") from None
