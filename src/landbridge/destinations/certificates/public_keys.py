"""The public part of a stored file (destination-service §2.6)."""

from __future__ import annotations

from landbridge.destinations.certificates.loading import content_of
from landbridge.destinations.keystores.material import Format, pem_of
from landbridge.destinations.keystores.reading import read
from landbridge.model.certificate import StoredCertificate


def public_keys(stored: StoredCertificate) -> list[dict[str, str]]:
    """Every certificate with its subject; those of a keystore with their alias too.

    A protected keystore can be looked into when the service made it, for then it knows the password.
    Raises `FaultError`: `certificate.password-missing`.
    """
    password = stored.generation.password if stored.generation else None
    store = read(stored.name, content_of(stored), password, open_keys=False)
    found = []
    for entry in store.entries:
        for certificate in entry.certificates:
            item = {"Content": pem_of(certificate), "SubjectDN": certificate.subject.rfc4514_string()}
            named = store.format in (Format.JKS, Format.PKCS12)
            found.append({"Alias": entry.alias, **item} if named else item)
    return found
