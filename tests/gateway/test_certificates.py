"""Judging client certificates: time, revocation, names (traps 1)."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from landbridge.faults import FaultError
from landbridge.gateway.certificates import identify
from landbridge.model.enrolment import CONNECTOR_ORGANISATION
from tests.world.certificates import authority, issue

CA = authority()
NAMES = (
    (NameOID.ORGANIZATION_NAME, CONNECTOR_ORGANISATION),
    (NameOID.COMMON_NAME, "connector-1"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "subaccount-1"),
)
NAMED = issue(CA, *NAMES)
DER = NAMED.certificate.public_bytes(serialization.Encoding.DER)
DAY = 86_400.0


class Revoked:
    def __init__(self, *serials: int) -> None:
        self.serials = serials

    def revoked_at(self, serial: int) -> float | None:
        return 0.0 if serial in self.serials else None


def code(der: bytes | None, *, hint: str = "", revoked: Revoked | None = None, now: float | None = None) -> str:
    with pytest.raises(FaultError) as caught:
        identify(der, hint, revoked or Revoked(), time.time() if now is None else now, "10.0.0.1:1")
    return caught.value.fault.code


def test_a_good_one() -> None:
    who = identify(DER, "", Revoked(1), time.time(), "10.0.0.1:1")
    assert (who.connector_id, who.subaccount_id, who.address) == ("connector-1", "subaccount-1", "10.0.0.1:1")
    assert who.serial == NAMED.certificate.serial_number


def test_the_others() -> None:
    assert code(None) == "tunnel.certificate-missing"
    assert code(None, hint="CN=elsewhere") == "tunnel.certificate-foreign"
    assert code(DER, now=time.time() + 3 * DAY) == "tunnel.certificate-expired"
    assert code(DER, now=time.time() - 3 * DAY) == "tunnel.certificate-not-yet-valid"
    revoked = Revoked(NAMED.certificate.serial_number)
    assert code(DER, revoked=revoked) == "tunnel.certificate-revoked", "also when it was revoked at the epoch"


def test_one_that_names_nobody() -> None:
    for missing in NAMES:
        der = issue(CA, *(name for name in NAMES if name != missing)).certificate.public_bytes(
            serialization.Encoding.DER
        )
        assert code(der) == "tunnel.certificate-foreign"


def test_one_that_the_same_authority_made_for_an_application() -> None:
    names = ((NameOID.ORGANIZATION_NAME, "landbridge binding"), *NAMES[1:])
    der = issue(CA, *names).certificate.public_bytes(serialization.Encoding.DER)
    assert code(der) == "tunnel.certificate-foreign"
