"""The public part of a stored file (destination-service §2.6)."""

from __future__ import annotations

from landbridge.destinations.certificates.loading import content_of
from landbridge.destinations.keystores.material import Entry, Format, pem_of
from landbridge.destinations.keystores.reading import read
from landbridge.faults import FaultError, fault
from landbridge.model.certificate import StoredCertificate


def public_keys(stored: StoredCertificate) -> list[dict[str, str]]:
    """The chain of certificates in a file, with the subject of the first one; of a keystore, one for each alias.

    A protected keystore can be looked into when the service made it, for then it knows the password.
    Raises `FaultError`: `certificate.keystore-closed`.
    """
    password = stored.generation.password if stored.generation else None
    try:
        store = read(stored.name, content_of(stored), password, open_keys=False)
    except FaultError as error:
        if error.fault.code != "certificate.password-missing":
            raise
        raise FaultError(fault("certificate.keystore-closed", name=stored.name[:200])) from error
    if store.format in (Format.JKS, Format.PKCS12):
        return [{"Alias": entry.alias, **_shown(entry)} for entry in store.entries if entry.certificates]
    return [_shown(Entry(store.certificates))] if store.certificates else []


def _shown(entry: Entry) -> dict[str, str]:
    chain = "".join(map(pem_of, entry.certificates))
    return {"Content": chain, "SubjectDN": entry.certificates[0].subject.rfc4514_string()}
