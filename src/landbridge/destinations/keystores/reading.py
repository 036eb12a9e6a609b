"""From a file's name, content and password to what it holds; everything that can be wrong is a fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TypeVar

from landbridge.destinations.keystores.der import read_der
from landbridge.destinations.keystores.jks import JCEKS_MAGIC, read_jks
from landbridge.destinations.keystores.material import (
    Format,
    KeyMaterial,
    Keystore,
    PasswordNeeded,
    Unusable,
    WrongPassword,
)
from landbridge.destinations.keystores.pem import MARK, read_pem
from landbridge.destinations.keystores.pkcs12 import check_pkcs12, read_pkcs12
from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

Result = TypeVar("Result")

FORMATS = MappingProxyType(
    {
        ".pem": Format.PEM,
        ".p12": Format.PKCS12,
        ".pfx": Format.PKCS12,
        ".jks": Format.JKS,
        ".cer": Format.DER,
        ".crt": Format.DER,
    }
)
"""Extension → format, as the clients choose their parser (destination-service §1.5)."""

SIZE_LIMIT = 1024 * 1024
"""Bytes of one file (destination-service §10)."""


def format_of(name: str) -> Format:
    """The format that the extension of `name` stands for. Raises `FaultError`: `certificate.extension-unknown`."""
    found = FORMATS.get(PurePosixPath(name).suffix.lower())
    if found is None:
        raise FaultError(fault("certificate.extension-unknown", name=name[:200], known=", ".join(FORMATS)))
    return found


def check(name: str, content: bytes) -> None:
    """Whether `content` is what its name says, as far as can be told without a password.

    Raises `FaultError`: `certificate.too-large`, `certificate.extension-unknown`, `certificate.unusable`.
    """
    if len(content) > SIZE_LIMIT:
        raise FaultError(fault("certificate.too-large", name=name[:200], size=len(content), limit=SIZE_LIMIT))
    form = format_of(name)
    if form is Format.PKCS12 or (form is Format.JKS and _is_pkcs12(content)):
        _named(name, lambda: check_pkcs12(content))
    else:
        _named(name, lambda: _read(form, content, None, open_keys=False))


def read(name: str, content: bytes, password: Secret | None = None, *, open_keys: bool = True) -> Keystore:
    """What the file of that name holds. An empty password is none.

    open_keys  whether private keys are wanted

    Raises `FaultError`: `certificate.unusable`, `certificate.password-wrong`, `certificate.password-missing`, and
    what `check` raises.
    """
    check(name, content)
    form = format_of(name)
    return _named(name, lambda: _read(form, content, password or None, open_keys=open_keys))


def key_material(name: str, content: bytes, password: Secret | None = None) -> KeyMaterial:
    """The private key of the file, with its certificates.

    Raises `FaultError`: `certificate.no-private-key`, and what `read` raises.
    """
    entry = read(name, content, password).key_entry
    if entry is None or entry.key is None or not entry.certificates:
        raise FaultError(fault("certificate.no-private-key", name=name[:200]))
    leaf, *chain = entry.certificates
    return KeyMaterial(entry.key, leaf, tuple(chain))


def _read(form: Format, content: bytes, password: Secret | None, *, open_keys: bool) -> Keystore:
    match form:
        case Format.PKCS12:
            return read_pkcs12(content, password)
        case Format.JKS if _is_pkcs12(content):  # what Java's keytool writes today, whatever the file is called
            return read_pkcs12(content, password)
        case Format.JKS if content.startswith(JCEKS_MAGIC):
            raise Unusable("it is a JCEKS keystore; convert it to PKCS#12 (keytool -importkeystore)")
        case Format.JKS:
            return read_jks(content, password, open_keys)
        case Format.DER if MARK not in content:
            return read_der(content)
        case _:
            return read_pem(content, password, open_keys)


def _is_pkcs12(content: bytes) -> bool:
    return content[:1] == b"\x30"


def _named(name: str, work: Callable[[], Result]) -> Result:
    try:
        return work()
    except Unusable as error:
        raise FaultError(fault("certificate.unusable", name=name[:200], reason=error)) from None
    except PasswordNeeded:
        raise FaultError(fault("certificate.password-missing", name=name[:200])) from None
    except WrongPassword:
        raise FaultError(fault("certificate.password-wrong", name=name[:200])) from None
