"""JKS, the old keystore of Java: certificates in the clear, private keys under a password, a digest over all.

The layout is the one that Java's own tools read and write: big-endian numbers, texts with a 16-bit length, entries with
a tag (1: private key with chain, 2: trusted certificate), and in the end SHA-1 over password, a constant and the
content. A private key is masked with a chain of SHA-1 values that begins with password and salt. None of this protects
much today; it is read because applications still have such files. JCEKS is the same with other masks: of such files the
certificates alone are read, and only where somebody wants nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from itertools import count

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from landbridge.destinations.keystores.bounds import members
from landbridge.destinations.keystores.keys import certificate_of, usable
from landbridge.destinations.keystores.material import (
    Entry,
    Format,
    Keystore,
    PasswordNeeded,
    PrivateKey,
    Unusable,
    WrongPassword,
)
from landbridge.model.secret import Secret

MAGIC = bytes.fromhex("feedfeed")
JCEKS_MAGIC = bytes.fromhex("cececece")
ENTRY_LIMIT = 2000

_KEY, _TRUSTED, _SECRET = 1, 2, 3
_SALT = 20
_DIGEST = 20
_PEPPER = b"Mighty Aphrodite"
_PROTECTION = bytes.fromhex("300e060a2b060104012a02110101" + "0500")
"""AlgorithmIdentifier 1.3.6.1.4.1.42.2.17.1.1 with NULL: the one way JKS masks keys."""


def read_jks(content: bytes, password: Secret | None, open_keys: bool) -> Keystore:
    """All entries, in the order of the file.

    password   also checks the digest of the file; without one the certificates can still be read
    open_keys  whether private keys are wanted; of JCEKS there are none to be had

    Raises `Unusable`, `WrongPassword`.
    """
    begins = MAGIC if open_keys else (MAGIC, JCEKS_MAGIC)
    if len(content) < len(MAGIC) + 8 + _DIGEST or not content.startswith(begins):
        raise Unusable("it is no JKS keystore")
    body, digest = content[:-_DIGEST], content[-_DIGEST:]
    if password and not hmac.compare_digest(_digest(body, password), digest):
        raise WrongPassword
    if open_keys and not password:
        raise PasswordNeeded
    return Keystore(Format.JKS, tuple(_entries(_Reader(body, len(MAGIC)), password if open_keys else None)))


def write_jks(entries: Iterable[Entry], password: Secret, milliseconds: int) -> bytes:
    """A JKS keystore; `milliseconds` since the epoch is the date of its entries."""
    listed = tuple(entries)
    body = MAGIC + _number(2) + _number(len(listed))
    for entry in listed:
        tag = _KEY if entry.key is not None else _TRUSTED
        body += _number(tag) + _text(entry.alias.lower()) + milliseconds.to_bytes(8, "big")
        if entry.key is not None:
            body += _block(_masked(entry.key, password)) + _number(len(entry.certificates))
        for certificate in entry.certificates:
            body += _text("X.509") + _block(certificate.public_bytes(serialization.Encoding.DER))
    return body + _digest(body, password)


class _Reader:
    """Takes the content apart; whatever reaches over the end is `Unusable`."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content = content
        self._at = at

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._content)

    def take(self, length: int) -> bytes:
        part = self._content[self._at : self._at + length]
        if len(part) != length:
            raise Unusable("it is no whole JKS keystore: it ends too early")
        self._at += length
        return part

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "big")

    def text(self) -> str:
        # Java's own UTF-8 differs from ours in characters that no alias has; they become marks.
        return self.take(self.number(2)).decode("utf-8", "replace")

    def block(self) -> bytes:
        return self.take(self.number())


def _entries(reader: _Reader, password: Secret | None) -> Iterable[Entry]:
    version, amount = reader.number(), reader.number()
    if version not in (1, 2):
        raise Unusable(f"it is a JKS keystore of version {version}; 1 and 2 exist")
    if amount > ENTRY_LIMIT:
        raise Unusable(f"it has more than {ENTRY_LIMIT} entries")
    for _ in range(amount):
        tag, alias = reader.number(), reader.text()
        reader.take(8)
        if tag == _KEY:
            sealed = reader.block()
            chain = tuple(_certificate(reader, version) for _ in range(min(reader.number(), ENTRY_LIMIT)))
            yield Entry(chain, _unmasked(sealed, password) if password else None, alias)
        elif tag == _TRUSTED:
            yield Entry((_certificate(reader, version),), alias=alias)
        elif tag == _SECRET:
            raise Unusable("it holds secret keys; export its certificates (keytool -exportcert -rfc)")
        else:
            raise Unusable("it is no JKS keystore: an entry has an unknown tag")
    if not reader.is_at_end:
        raise Unusable("it is no JKS keystore: something follows the last entry")


def _certificate(reader: _Reader, version: int) -> x509.Certificate:
    if version == 2 and reader.text() != "X.509":
        raise Unusable("a certificate in it is not of type X.509")
    return certificate_of(reader.block())


def _unmasked(sealed: bytes, password: Secret) -> PrivateKey:
    """The key behind the mask. Its password is that of the file; Java allows another, applications cannot name one."""
    found = members(sealed)
    if len(found) != 2 or found[0][1] != _PROTECTION[2:] or found[1][0] != 0x04:
        raise Unusable("a private key in it is not protected as JKS does it")
    masked = found[1][1]
    if len(masked) <= _SALT + _DIGEST:
        raise Unusable("a private key in it is damaged")
    salt, hidden, check = masked[:_SALT], masked[_SALT:-_DIGEST], masked[-_DIGEST:]
    plain = _mask(hidden, salt, password)
    if not hmac.compare_digest(hashlib.sha1(_wide(password) + plain, usedforsecurity=False).digest(), check):
        raise WrongPassword
    try:
        return usable(serialization.load_der_private_key(plain, None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unusable("a private key in it cannot be parsed") from None


def _masked(key: PrivateKey, password: Secret) -> bytes:
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt = secrets.token_bytes(_SALT)
    check = hashlib.sha1(_wide(password) + plain, usedforsecurity=False).digest()
    content = _PROTECTION + _der(0x04, salt + _mask(plain, salt, password) + check)
    return _der(0x30, content)


def _mask(data: bytes, salt: bytes, password: Secret) -> bytes:
    """`data` XOR a stream of SHA-1 values, each over password and the one before. Twice is the same as never."""
    wide, block = _wide(password), salt
    stream = bytearray()
    for _ in count():
        if len(stream) >= len(data):
            break
        block = hashlib.sha1(wide + block, usedforsecurity=False).digest()
        stream += block
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))


def _digest(body: bytes, password: Secret) -> bytes:
    return hashlib.sha1(_wide(password) + _PEPPER + body, usedforsecurity=False).digest()


def _wide(password: Secret) -> bytes:
    return password.reveal().encode("utf-16-be", "surrogatepass")


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _block(data: bytes) -> bytes:
    return _number(len(data)) + data


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content
