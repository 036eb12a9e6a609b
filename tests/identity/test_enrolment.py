from __future__ import annotations

import asyncio
import logging

import pytest
from cryptography import x509

from landbridge.faults import FaultError
from landbridge.identity.authority import Authority
from landbridge.identity.enrolment import Enrolment
from landbridge.model.enrolment import Enrolled, parse_authentication_data
from tests.identity.seed import ACME, NOON, OTHER, Installation
from tests.identity.test_authority import csr, names

pytestmark = pytest.mark.anyio

GATEWAYS = ("bridge.test:8042",)


@pytest.fixture
async def enrolment(installation: Installation) -> Enrolment:
    authority = await Authority.load(installation.db, installation.clock)
    return await Enrolment.load(installation.db, authority, installation.clock)


async def invited(enrolment: Enrolment, **options: float) -> str:
    return (await enrolment.invite(ACME.id, "west", GATEWAYS, **options)).secret.reveal()


async def refused(enrolment: Enrolment, secret: str, csr_pem: str) -> str:
    with pytest.raises(FaultError) as caught:
        await enrolment.enrol(secret, csr_pem)
    return caught.value.fault.code


def serial_of(enrolled: Enrolled) -> int:
    return x509.load_pem_x509_certificate(enrolled.certificate_pem.encode()).serial_number


async def test_a_connector_enrols_with_what_the_operator_carries(enrolment: Enrolment) -> None:
    data = await enrolment.invite(ACME.id, "west", GATEWAYS, minutes=10)
    carried = parse_authentication_data(data.to_text())
    assert (carried.gateways, carried.subaccount_id, carried.location_id) == (GATEWAYS, ACME.id, "west")
    assert carried.expires == NOON + 600
    enrolled = await enrolment.enrol(carried.secret.reveal(), csr())
    assert (enrolled.subaccount_id, enrolled.location_id) == (ACME.id, "west")
    assert enrolled.ca_pem == carried.ca_pem
    subject = names(x509.load_pem_x509_certificate(enrolled.certificate_pem.encode()).subject)
    assert (subject["CN"], subject["OU"]) == (enrolled.connector_id, ACME.id)


async def test_the_secret_is_not_kept(enrolment: Enrolment, installation: Installation) -> None:
    secret = await invited(enrolment)
    assert b"west" in installation.db_bytes(), "this test looks at the right files"
    assert secret.encode() not in installation.db_bytes()


async def test_a_secret_works_once(enrolment: Enrolment) -> None:
    secret = await invited(enrolment)
    await enrolment.enrol(secret, csr())
    assert await refused(enrolment, secret, csr()) == "enrolment.secret-used"


async def test_of_many_who_enrol_at_once_one_succeeds(enrolment: Enrolment) -> None:
    secret = await invited(enrolment)
    results = await asyncio.gather(*(enrolment.enrol(secret, csr()) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(result, Enrolled) for result in results) == 1
    assert {r.fault.code for r in results if isinstance(r, FaultError)} == {"enrolment.secret-used"}
    assert len(await enrolment.connectors(ACME.id)) == 1


async def test_a_secret_expires(enrolment: Enrolment, installation: Installation) -> None:
    secret = await invited(enrolment, minutes=5)
    installation.clock.now += 300
    assert await refused(enrolment, secret, csr()) == "enrolment.secret-expired"


async def test_an_unknown_secret_is_refused(enrolment: Enrolment) -> None:
    assert await refused(enrolment, "never-issued", csr()) == "enrolment.secret-invalid"
    assert await refused(enrolment, "", csr()) == "enrolment.secret-invalid"


async def test_a_request_that_cannot_be_used_leaves_the_secret_unused(enrolment: Enrolment) -> None:
    secret = await invited(enrolment)
    assert await refused(enrolment, secret, "no CSR") == "enrolment.request-invalid"
    assert (await enrolment.enrol(secret, csr())).subaccount_id == ACME.id


async def test_an_unknown_subaccount_invites_nobody(enrolment: Enrolment) -> None:
    with pytest.raises(FaultError) as caught:
        await enrolment.invite("f" * 36, "", GATEWAYS)
    assert caught.value.fault.code == "identity.subaccount-unknown"


async def test_a_cleared_subaccount_takes_its_invitations_along(
    enrolment: Enrolment, installation: Installation
) -> None:
    secret = await invited(enrolment)
    await installation.db.clear()
    assert await refused(enrolment, secret, csr()) == "enrolment.secret-invalid"


async def test_connectors_are_listed_by_subaccount(enrolment: Enrolment) -> None:
    enrolled = await enrolment.enrol(await invited(enrolment), csr())
    [listed] = await enrolment.connectors(ACME.id)
    assert (listed.connector_id, listed.location_id, listed.revoked) == (enrolled.connector_id, "west", None)
    assert int(listed.serial, 16) == serial_of(enrolled)
    assert listed.expires == NOON + 365 * 86_400
    assert await enrolment.connectors(OTHER.id) == []


async def test_revocation_works_at_once_and_after_a_restart(enrolment: Enrolment, installation: Installation) -> None:
    first = serial_of(await enrolment.enrol(await invited(enrolment), csr()))
    second = serial_of(await enrolment.enrol(await invited(enrolment), csr()))
    installation.clock.now += 5
    await enrolment.revoke(f"{first:x}")
    assert (enrolment.revoked_at(first), enrolment.revoked_at(second)) == (NOON + 5, None)
    authority = await Authority.load(installation.db, installation.clock)
    again = await Enrolment.load(installation.db, authority, installation.clock)
    assert (again.revoked_at(first), again.revoked_at(second)) == (NOON + 5, None)


async def test_revoking_twice_keeps_the_first_time(enrolment: Enrolment, installation: Installation) -> None:
    serial = serial_of(await enrolment.enrol(await invited(enrolment), csr()))
    await enrolment.revoke(f"{serial:x}")
    installation.clock.now += 5
    await enrolment.revoke(f"{serial:X}")
    assert enrolment.revoked_at(serial) == NOON
    assert [c.revoked for c in await enrolment.connectors(ACME.id)] == [NOON]


async def test_revocation_outlives_its_subaccount(enrolment: Enrolment, installation: Installation) -> None:
    serial = serial_of(await enrolment.enrol(await invited(enrolment), csr()))
    await enrolment.revoke(f"{serial:x}")
    await installation.db.clear()
    authority = await Authority.load(installation.db, installation.clock)
    assert (await Enrolment.load(installation.db, authority, installation.clock)).revoked_at(serial) == NOON


@pytest.mark.parametrize("serial", ["", "abc", "no hex"])
async def test_a_serial_that_nobody_has_cannot_be_revoked(enrolment: Enrolment, serial: str) -> None:
    with pytest.raises(FaultError) as caught:
        await enrolment.revoke(serial)
    assert caught.value.fault.code == "identity.certificate-unknown"


async def test_the_log_tells_who_enrolled_and_no_secret(enrolment: Enrolment, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = await invited(enrolment)
    enrolled = await enrolment.enrol(secret, csr())
    await enrolment.revoke(f"{serial_of(enrolled):x}")
    mine = [record for record in caplog.records if record.name == "landbridge.identity.enrolment"]
    assert [record.message for record in mine] == ["connector enrolled", "connector certificate revoked"]
    assert {vars(record)["connector_id"] for record in mine} == {enrolled.connector_id}
    assert secret not in "".join(str(vars(record)) for record in caplog.records)
