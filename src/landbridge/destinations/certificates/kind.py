"""Certificates as content of a level, beside destinations and fragments."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.destinations.kinds import Kind
from landbridge.destinations.levels import Place
from landbridge.faults import FaultError, fault
from landbridge.model.certificate import StoredCertificate
from landbridge.model.label import EntityKind
from landbridge.store import CertificateRepository

_NOUN = "noun"


def prepared(stored: StoredCertificate, sent: Mapping[str, object]) -> Mapping[str, object]:
    """What `CERTIFICATE.read` takes: making one takes long, so it happens before anything is written.

    sent  what the client sent: where it is to be kept stands there, too
    """
    return {_NOUN: stored, "$metadata": sent.get("$metadata")}


def shown(stored: StoredCertificate) -> dict[str, object]:
    """As clients read it. Private keys are in it too: whoever has a service token may have them (§1.5)."""
    return {"Name": stored.name, "Type": stored.type, "Content": stored.content.reveal()}


def _read(given: Mapping[str, object]) -> StoredCertificate:
    stored = given[_NOUN]
    assert isinstance(stored, StoredCertificate)
    return stored


def _missing(name: str, place: Place) -> FaultError:
    return FaultError(fault("certificate.not-found", name=name[:200], place=f"of {place}"))


CERTIFICATE: Kind[StoredCertificate] = Kind(
    entity=EntityKind.CERTIFICATE,
    name_key="Name",
    repository=CertificateRepository,
    read=_read,
    show=shown,
    missing=_missing,
)
