"""Certificates over HTTP (destination-service §2.6), made and renewed ones included (§1.5)."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from landbridge.destinations.certificates import load
from landbridge.destinations.certificates.upload import Wish, uploaded
from landbridge.destinations.certificates.validity import Validity
from landbridge.faults import FaultError
from landbridge.gateway.certificates import identify
from landbridge.model.certificate import StoredCertificate, TimeUnit
from landbridge.model.secret import Secret
from landbridge.store import CertificateRepository
from tests.api.certificate_api import CertificateApi, open_certificates
from tests.api.destination_api import NOT_FOUND, assert_fault
from tests.destinations.keystores.files import PASSWORD, a_der, a_jks, a_p12, a_pem, entry
from tests.destinations.scene import ACME, OTHER

pytestmark = pytest.mark.anyio

SUBACCOUNT = "/subaccountCertificates"
LEVELS = pytest.mark.parametrize("path", [SUBACCOUNT, "/instanceCertificates"])


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[CertificateApi]:
    async with open_certificates(tmp_path) as opened:
        yield opened


def file(name: str, content: bytes, **more: object) -> dict[str, object]:
    return {"Name": name, "Type": None, "Content": base64.b64encode(content).decode(), **more}


def wish(name: str, **attributes: object) -> dict[str, object]:
    return {"Name": name, "Type": "PEM", "Attributes": attributes}


async def stored(api: CertificateApi, name: str) -> StoredCertificate:
    async with api.scene.db.read() as session:
        found = await CertificateRepository(session).get(ACME, None, name)
    assert found
    return found


@LEVELS
async def test_a_file_comes_back_as_it_was(api: CertificateApi, path: str) -> None:
    response = await api.post(path, file("c.p12", a_p12()))
    assert (response.status_code, response.content) == (201, b"")
    read = await api.get(f"{path}/c.p12")
    assert read.json() == {"Name": "c.p12", "Type": "CERTIFICATE", "Content": base64.b64encode(a_p12()).decode()}
    assert (await api.get(f"{path}/c.p12", {"If-None-Match": read.headers["etag"]})).status_code == 304
    other = "/instanceCertificates" if path == SUBACCOUNT else SUBACCOUNT
    missing = assert_fault(await api.get(f"{other}/c.p12"), 404, "certificate.not-found")
    assert missing["ErrorMessage"] == NOT_FOUND
    assert (await api.put(path, file("c.p12", a_p12(Secret("other")), Type="X"))).json() == {"Count": 1}
    assert (await api.get(f"{path}/c.p12")).json()["Type"] == "X"
    assert (await api.delete(f"{path}/c.p12")).json() == {"Count": 1}
    assert_fault(await api.delete(f"{path}/c.p12"), 404, "certificate.not-found")


async def test_lists(api: CertificateApi) -> None:
    made = await api.post(SUBACCOUNT, [file("a.pem", a_pem()), file("b.cer", a_der()), file("ü '1'.jks", a_jks())])
    assert [one["status"] for one in made.json()] == [201, 201, 201]
    again = await api.post(SUBACCOUNT, [file("a.pem", a_pem()), file("d.pem", a_pem())])
    assert (again.status_code, [one["status"] for one in again.json()]) == (207, [409, 201])
    everything = (await api.get(SUBACCOUNT)).json()
    assert [set(one) for one in everything] == [{"Name", "Type", "Content"}] * 4
    names = [{"Name": name} for name in ("a.pem", "b.cer", "d.pem", "ü '1'.jks")]
    assert (await api.get(SUBACCOUNT, params={"$select": "Name"})).json() == names
    filtered = await api.get(SUBACCOUNT, params={"$filter": "Name in ('b.cer', '%C3%BC ''1''.jks', 'x')"})
    assert [one["Name"] for one in filtered.json()] == ["b.cer", "ü '1'.jks"]
    page = await api.get(SUBACCOUNT, params={"$page": "2", "$pageSize": "3", "$entityCount": "true"})
    assert [one["Name"] for one in page.json()] == ["ü '1'.jks"]
    assert page.headers["entity-count"] == "4"
    for filter_ in ("startswith(Name,'a')", "nonsense"):
        refused = await api.get(SUBACCOUNT, params={"$filter": filter_})
        assert_fault(refused, 400, "destination.filter-invalid")
    gone = await api.delete(SUBACCOUNT, params={"$filter": "Name in ('a.pem','x')"})
    assert [one["status"] for one in gone.json()["Summary"]] == ["DELETED", "NOT_FOUND"]


async def test_another_subaccount_sees_nothing(api: CertificateApi) -> None:
    await api.post(SUBACCOUNT, file("c.pem", a_pem()))
    token = await api.scene.bearer("one", OTHER)
    answer = await api.get(SUBACCOUNT, {"Authorization": token})
    assert answer.json() == []
    assert_fault(await api.get(SUBACCOUNT, {"Authorization": ""}), 401, "destination.authorization-missing")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "certificate.invalid"),
        (file("", a_pem()), 400, "certificate.invalid"),
        (file("a/b.pem", a_pem()), 400, "certificate.invalid"),
        (file("x" * 197 + ".pem", a_pem()), 400, "certificate.invalid"),
        ({"Name": "a.pem"}, 400, "certificate.invalid"),
        ({"Name": "a.pem", "Content": 7}, 400, "certificate.invalid"),
        (file("a.pem", a_pem(), Type=5), 400, "certificate.invalid"),
        ({"Name": "a.pem", "Content": "%%%"}, 400, "certificate.unusable"),
        (file("a.pem", b"hello"), 400, "certificate.unusable"),
        (file("a.p12", a_pem()), 400, "certificate.unusable"),
        (file("a.jks", b"\xfe\xed\xfe\xed" + bytes(60)), 400, "certificate.unusable"),
        (file("a.txt", a_pem()), 400, "certificate.extension-unknown"),
        (file("a.pem", a_pem() + b"\n" * 1024 * 1024), 413, "certificate.too-large"),
        (wish("a.cer"), 400, "certificate.invalid"),
        (wish("a.jks"), 400, "certificate.invalid"),
        (wish("a.p12", CSR="eA=="), 400, "certificate.invalid"),
        (wish("a.pem", CSR="eA=="), 400, "certificate.csr-invalid"),
        (wish("a.pem", CSR="%"), 400, "certificate.csr-invalid"),
        (wish("a.pem", CN="x" * 65), 400, "certificate.invalid"),
        (wish("a.pem", CN="a\nb"), 400, "certificate.invalid"),
        (wish("a.pem", Validity={"TimeUnit": "WEEKS", "Value": 1}), 400, "certificate.invalid"),
        (wish("a.pem", Validity={"TimeUnit": "DAYS", "Value": 0}), 400, "certificate.invalid"),
        (wish("a.pem", Validity={"TimeUnit": "YEARS", "Value": 6}), 400, "certificate.invalid"),
        (wish("a.pem", Validity={"TimeUnit": "DAYS", "Value": True}), 400, "certificate.invalid"),
        (wish("a.pem", AutomaticRenew="yes"), 400, "certificate.invalid"),
        (wish("a.pem", Colour="red"), 400, "certificate.invalid"),
        ({"Name": "a.pem", "Attributes": []}, 400, "certificate.invalid"),
        ([wish(f"{number}.pem") for number in range(21)], 400, "certificate.invalid"),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_what_cannot_be_stored_is_named(api: CertificateApi, body: object, status: int, code: str) -> None:
    for answer in (await api.post(SUBACCOUNT, body), await api.put(SUBACCOUNT, body)):
        assert_fault(answer, status, code)
    assert (await api.get(SUBACCOUNT)).json() == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "Name": json_values | st.sampled_from(["a.pem", "a.p12", "a.jks", "a.crt"]),
        "Type": json_values,
        "Content": json_values | st.binary(max_size=50).map(lambda data: base64.b64encode(data).decode()),
        "Attributes": json_values
        | st.dictionaries(st.sampled_from(["CN", "CSR", "Validity", "AutomaticRenew", "Password"]), json_values),
    },
)


@given(fields | json_values)
def test_any_body_is_taken_or_refused(body: Any) -> None:
    try:
        taken = uploaded(body)
    except FaultError as error:
        assert error.fault.kind.status in (400, 413)  # noqa: PT017  nearly all of them are refused
    else:
        assert isinstance(taken, StoredCertificate | Wish)


async def test_public_keys(api: CertificateApi) -> None:
    leaf, root = (item.public_bytes(Encoding.PEM).decode() for item in entry().certificates)
    await api.post(SUBACCOUNT, [file("a.pem", a_pem(PASSWORD)), file("b.jks", a_jks()), file("c.cer", a_der())])
    chain = {"Content": leaf + root, "SubjectDN": "CN=client"}
    assert (await api.get(f"{SUBACCOUNT}/a.pem/publicKeys")).json() == [chain]
    assert (await api.get(f"{SUBACCOUNT}/c.cer/publicKeys")).json() == [{"Content": leaf, "SubjectDN": "CN=client"}]
    keystore = (await api.get(f"{SUBACCOUNT}/b.jks/publicKeys")).json()
    assert keystore == [
        {"Alias": "root", "Content": root, "SubjectDN": "CN=root"},
        {"Alias": "client", **chain},
    ]
    await api.post(SUBACCOUNT, file("d.p12", a_p12()))
    said = assert_fault(await api.get(f"{SUBACCOUNT}/d.p12/publicKeys"), 400, "certificate.keystore-closed")
    assert said["ErrorMessage"] == "The keystore is password-protected and public keys cannot be retrieved"
    assert_fault(await api.get(f"{SUBACCOUNT}/x.p12/publicKeys"), 404, "certificate.not-found")


@pytest.mark.parametrize(
    ("name", "password"), [("g.pem", ""), ("g.pem", "p w"), ("g.p12", "p w"), ("g.p12", ""), ("g.jks", "p")]
)
async def test_a_certificate_is_made(api: CertificateApi, name: str, password: str) -> None:
    attributes = {"CN": "my client", "Password": password, "Validity": {"TimeUnit": "days", "Value": 30}}
    assert (await api.post(SUBACCOUNT, wish(name, **attributes))).status_code == 201
    found = await stored(api, name)
    material = await asyncio.to_thread(load, found, Secret(password))
    assert material.certificate.subject.rfc4514_string() == f"CN=my client,L=api.test/{ACME},O=landbridge"
    end = material.certificate.not_valid_after_utc.timestamp()
    assert end == api.time.now + 30 * 86_400
    assert found.generation
    assert found.generation.expires == end
    assert api.authority
    now = datetime.fromtimestamp(api.time.now, UTC)
    root = x509.load_pem_x509_certificate(api.authority.ca_pem.encode())
    assert material.chain == (root,)
    material.certificate.verify_directly_issued_by(root)
    assert material.certificate.not_valid_before_utc <= now
    if password:
        with pytest.raises(FaultError) as caught:
            await asyncio.to_thread(load, found, Secret("wrong"))
        assert caught.value.fault.code == "certificate.password-wrong"
    public = await api.get(f"{SUBACCOUNT}/{name}/publicKeys")
    assert public.status_code == 200, "the service knows the password of what it made"


async def test_a_made_certificate_opens_tls_with_client_authentication(api: CertificateApi, tmp_path: Path) -> None:
    await api.post(SUBACCOUNT, wish("g.pem", CN="tls"))
    assert api.authority
    server = api.authority.server_context(["localhost"])
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cadata=api.authority.ca_pem)
    material = load(await stored(api, "g.pem"))
    (tmp_path / "client.pem").write_text(material.chain_pem + material.key_pem)
    client.load_cert_chain(tmp_path / "client.pem")
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for context in (server, client):
        context.verify_flags |= ssl.VerifyFlags(0x200000)  # the clock of the test is not that of OpenSSL
    subject = peer_after_handshake(server, client)["subject"]
    assert (("commonName", "tls"),) in subject


def peer_after_handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> dict[str, Any]:
    """What the server learns of the client, without any socket."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        server.wrap_bio(up, down, server_side=True),
        client.wrap_bio(down, up, server_hostname="localhost"),
    ]
    for _ in range(4):
        for side in sides:
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return dict(sides[0].getpeercert() or {})


async def test_a_made_certificate_is_no_connectors(api: CertificateApi) -> None:
    await api.post(SUBACCOUNT, wish("g.pem", CN="11111111-aaaa-4bbb-8ccc-333333333333"))
    der = load(await stored(api, "g.pem")).certificate.public_bytes(Encoding.DER)
    with pytest.raises(FaultError) as caught:
        identify(der, "", NobodyRevoked(), api.time.now, "10.0.0.1:1")
    assert caught.value.fault.code == "tunnel.certificate-foreign"


class NobodyRevoked:
    def revoked_at(self, serial: int) -> float | None:
        return None


async def test_conditions_of_public_keys(api: CertificateApi) -> None:
    await api.post(SUBACCOUNT, file("c.cer", a_der()))
    path = f"{SUBACCOUNT}/c.cer/publicKeys"
    etag = (await api.get(path)).headers["etag"]
    assert etag == (await api.get(f"{SUBACCOUNT}/c.cer")).headers["etag"]
    for headers, status in (({"If-None-Match": etag}, 304), ({"If-Match": "other"}, 412), ({"If-Match": etag}, 200)):
        answer = await api.get(path, headers)
        assert (answer.status_code, answer.headers["etag"]) == (status, etag)
        assert bool(answer.content) == (status == 200)


def csr(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody else")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return base64.b64encode(request.public_bytes(Encoding.PEM)).decode()


async def test_a_request_is_answered_without_its_subject(api: CertificateApi) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    assert (await api.post(SUBACCOUNT, wish("r.pem", CSR=csr(key), CN="mine"))).status_code == 201
    found = await stored(api, "r.pem")
    with pytest.raises(FaultError) as caught:
        load(found)
    assert caught.value.fault.code == "certificate.no-private-key"
    (first,) = (await api.get(f"{SUBACCOUNT}/r.pem/publicKeys")).json()
    assert first["SubjectDN"].startswith("CN=mine,")
    assert x509.load_pem_x509_certificate(first["Content"].encode()).public_key() == key.public_key()
    weak = rsa.generate_private_key(65537, 1024)
    assert_fault(await api.post(SUBACCOUNT, wish("w.pem", CSR=csr(weak))), 400, "certificate.csr-invalid")


async def test_labels(api: CertificateApi) -> None:
    await api.post(SUBACCOUNT, file("c.pem", a_pem()))
    labels = [{"key": "env", "values": ["prod"]}]
    assert (await api.put(f"{SUBACCOUNT}/c.pem/labels", labels)).status_code == 200
    assert (await api.get(f"{SUBACCOUNT}/c.pem/labels")).json() == labels
    assert_fault(await api.get(f"{SUBACCOUNT}/x.pem/labels"), 404, "certificate.not-found")
    await api.post(SUBACCOUNT, file("d.pem", a_pem()))
    found = await api.get(SUBACCOUNT, params={"$filter": "Label['env'] HAS ('prod')"})
    assert [item["Name"] for item in found.json()] == ["c.pem"]
    assert_fault(
        await api.get(SUBACCOUNT, params={"$filter": "startswith(Name,'c')"}), 400, "destination.filter-invalid"
    )


HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("unit", "value", "before"),
    [
        (TimeUnit.DAYS, 1, 12 * HOUR),
        (TimeUnit.DAYS, 2, DAY),
        (TimeUnit.DAYS, 14, DAY),
        (TimeUnit.DAYS, 15, 3 * DAY),
        (TimeUnit.DAYS, 31, 3 * DAY),
        (TimeUnit.DAYS, 32, 7 * DAY),
        (TimeUnit.DAYS, 154, 7 * DAY),
        (TimeUnit.DAYS, 155, 30 * DAY),
        (TimeUnit.DAYS, 365, 30 * DAY),
        (TimeUnit.MONTHS, 1, 3 * DAY),
        (TimeUnit.MONTHS, 2, 7 * DAY),
        (TimeUnit.MONTHS, 5, 7 * DAY),
        (TimeUnit.MONTHS, 6, 30 * DAY),
        (TimeUnit.MONTHS, 12, 30 * DAY),
        (TimeUnit.YEARS, 1, 30 * DAY),
    ],
)
def test_thresholds_of_renewal(unit: TimeUnit, value: int, before: float) -> None:
    assert Validity(unit, value).renewed_before_end == before


@pytest.mark.parametrize(
    ("unit", "value", "begin", "end"),
    [
        (TimeUnit.MONTHS, 1, "2027-01-31T12:00:00", "2027-02-28T12:00:00"),
        (TimeUnit.MONTHS, 12, "2027-12-31T00:00:00", "2028-12-31T00:00:00"),
        (TimeUnit.MONTHS, 11, "2027-03-30T00:00:00", "2028-02-29T00:00:00"),
        (TimeUnit.YEARS, 1, "2028-02-29T00:00:00", "2029-02-28T00:00:00"),
        (TimeUnit.DAYS, 1, "2027-12-31T00:00:00", "2028-01-01T00:00:00"),
    ],
)
def test_months_and_years_are_those_of_the_calendar(unit: TimeUnit, value: int, begin: str, end: str) -> None:
    seconds = [datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() for text in (begin, end)]
    assert Validity(unit, value).end(seconds[0]) == seconds[1]


async def test_the_job_renews_what_is_due_and_nothing_else(api: CertificateApi) -> None:
    month = {"TimeUnit": "DAYS", "Value": 30}
    await api.post(SUBACCOUNT, wish("auto.p12", Validity=month, AutomaticRenew=True, Password="x", CN="me"))
    await api.post(SUBACCOUNT, wish("by-hand.pem", Validity=month))
    await api.post(SUBACCOUNT, file("imported.pem", a_pem()))
    assert api.renewal
    before = {name: await stored(api, name) for name in ("auto.p12", "by-hand.pem", "imported.pem")}
    api.time.now += 27 * DAY - 1
    assert await api.renewal.run() == 0
    api.time.now += 2
    assert await api.renewal.run() == 1
    after = {name: await stored(api, name) for name in before}
    assert after["by-hand.pem"] == before["by-hand.pem"]
    assert after["imported.pem"] == before["imported.pem"]
    old, new = (load(item["auto.p12"], Secret("x")) for item in (before, after))
    assert new.certificate.subject == old.certificate.subject
    assert new.certificate.not_valid_after_utc.timestamp() == int(api.time.now + 30 * DAY)
    assert new.certificate.public_key() != old.certificate.public_key()
    assert await api.renewal.run() == 0


async def test_a_job_that_keeps_running(api: CertificateApi) -> None:
    await api.post(SUBACCOUNT, wish("a.pem", Validity={"TimeUnit": "DAYS", "Value": 1}, AutomaticRenew=True))
    first = (await stored(api, "a.pem")).etag
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        api.time.now += 13 * HOUR
        if len(pauses) == 3:
            raise asyncio.CancelledError

    assert api.renewal
    with pytest.raises(asyncio.CancelledError):
        await api.renewal.keep_running(pause, period=7)
    assert pauses == [7, 7, 7]
    assert (await stored(api, "a.pem")).etag != first


async def test_a_wish_that_is_replaced_in_the_meantime_is_left_alone(api: CertificateApi) -> None:
    """What somebody uploads while a key is made stays."""
    await api.post(SUBACCOUNT, wish("a.pem", AutomaticRenew=True))
    await api.put(SUBACCOUNT, file("a.pem", a_pem()))
    api.time.now += 1000 * DAY
    assert api.renewal
    assert await api.renewal.run() == 0
    assert (await stored(api, "a.pem")).content.reveal() == base64.b64encode(a_pem()).decode()
