"""Certificates that our own authority makes for an application (destination-service §1.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from landbridge.destinations.certificates.loading import encoded
from landbridge.destinations.certificates.validity import Validity
from landbridge.destinations.keystores.jks import write_jks
from landbridge.destinations.keystores.material import Entry, Format
from landbridge.destinations.keystores.pem import write_pem
from landbridge.destinations.keystores.pkcs12 import write_pkcs12
from landbridge.destinations.keystores.reading import format_of
from landbridge.faults import FaultError, fault
from landbridge.identity.authority import PublicKey, csr_key
from landbridge.model.certificate import CertificateGeneration, StoredCertificate
from landbridge.model.clock import Clock

KEY_BITS = 2048
COMMON_NAME_LIMIT = 64
"""Characters that X.520 gives a common name."""
_LOCALITY_LIMIT = 128
_ALIAS = "key"


class ClientAuthority(Protocol):
    """The part of our CA that vouches for applications."""

    ca_pem: str

    def sign_application(self, key: PublicKey, subject: x509.Name, expires: float) -> str: ...


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes certificates. It computes keys and takes a fraction of a second: call it in a thread.

    api_host      goes into the subject, as the original does it
    organisation  O of the subject
    """

    authority: ClientAuthority
    clock: Clock
    api_host: str
    organisation: str = "landbridge"

    def make(self, name: str, kind: str, wanted: CertificateGeneration, subaccount_id: str) -> StoredCertificate:
        """The certificate that `wanted` describes, from now on; its `expires` is set anew. `kind` is its Type.

        Raises `FaultError`: `certificate.csr-invalid`.
        """
        expires = Validity(wanted.unit, wanted.value).end(self.clock())
        subject = self._subject(wanted.common_name, subaccount_id)
        if wanted.csr:
            entry = self._entry(_key_of(wanted.csr), subject, expires)
            content = write_pem(entry, None)
        else:
            key = rsa.generate_private_key(65537, KEY_BITS)
            entry = replace(self._entry(key.public_key(), subject, expires), key=key)
            content = self._file(format_of(name), entry, wanted)
        return StoredCertificate(name, kind, encoded(content), replace(wanted, expires=expires))

    def _entry(self, key: PublicKey, subject: x509.Name, expires: float) -> Entry:
        texts = (self.authority.sign_application(key, subject, expires), self.authority.ca_pem)
        return Entry(tuple(x509.load_pem_x509_certificate(text.encode()) for text in texts), alias=_ALIAS)

    def _subject(self, common_name: str, subaccount_id: str) -> x509.Name:
        room = _LOCALITY_LIMIT - len(subaccount_id) - 1
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organisation),
                x509.NameAttribute(NameOID.LOCALITY_NAME, f"{self.api_host[:room]}/{subaccount_id}"),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )

    def _file(self, form: Format, entry: Entry, wanted: CertificateGeneration) -> bytes:
        if form is Format.PKCS12:
            return write_pkcs12(entry, wanted.password)
        if form is Format.JKS:
            return write_jks((entry,), wanted.password, int(self.clock() * 1000))
        return write_pem(entry, wanted.password)


def _key_of(csr_pem: str) -> PublicKey:
    try:
        return csr_key(csr_pem)
    except FaultError as error:
        raise FaultError(fault("certificate.csr-invalid", reason=error.fault.params["reason"])) from None
