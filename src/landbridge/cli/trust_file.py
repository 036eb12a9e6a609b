"""Certificates out of whatever file people keep them in: PEM, DER, PKCS#7, PKCS#12, and the keystores of Java."""

from __future__ import annotations

import os
from pathlib import Path

from landbridge.cli.files import read_some
from landbridge.cli.text_file import read_text
from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

PASSWORD = "LANDBRIDGE_TRUST_PASSWORD"
"""Environment variable with what opens the file with what is trusted."""
_VERSION = (0x02, b"\x03")
"""With it PKCS#12 begins (RFC 7292 §4)."""
_PSE = "it is an SAP PSE, which only SAP's own tools open: export its certificates as PEM (transaction STRUST), or all"
_PSE += " of it as PKCS#12 (sapgenpse export_p12)"


def certificates_of(file: Path, password: Path | None = None) -> tuple[str, ...]:
    """The certificates in a file, as PEM; what it is, its content says. `password`: file with what opens it.

    Raises `FaultError`.
    """
    from landbridge.destinations.keystores.material import PasswordNeeded, Unusable, WrongPassword

    content = read_some(file)
    try:
        found = _certificates(content, _password(password))
    except PasswordNeeded:
        raise _unreadable(file, f"it needs a password: give --trust-password-file, or set {PASSWORD}") from None
    except WrongPassword:
        raise _unreadable(file, "its password is another one") from None
    except (Unusable, ValueError) as error:
        is_pse = file.suffix.lower() == ".pse"
        raise _unreadable(file, _PSE if is_pse else str(error)) from None
    if not found:
        raise _unreadable(file, "it holds no certificates")
    return found


def _certificates(content: bytes, password: Secret) -> tuple[str, ...]:
    from landbridge.checks.certificate_file import certificates_in
    from landbridge.destinations.keystores.jks import JCEKS_MAGIC, MAGIC, read_jks
    from landbridge.destinations.keystores.material import pem_of
    from landbridge.destinations.keystores.pkcs12 import read_pkcs12

    if content.startswith((MAGIC, JCEKS_MAGIC)):
        store = read_jks(content, password, open_keys=False)
    elif _is_pkcs12(content):
        store = read_pkcs12(content, password)
    else:
        return certificates_in(content)
    return tuple(map(pem_of, store.certificates))


def _is_pkcs12(content: bytes) -> bool:
    from landbridge.destinations.keystores.bounds import members

    return members(content)[:1] == (_VERSION,)


def _password(file: Path | None) -> Secret:
    return Secret(os.environ.get(PASSWORD, "") if file is None else read_text(file).rstrip("\r\n"))


def _unreadable(file: Path, reason: str) -> FaultError:
    return FaultError(fault("platform.file-unreadable", file=file, reason=reason))
