"""Clients that prove themselves by certificate, over real TLS; secrets and certificates that are rotated."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from landbridge.app import CloudSide
from landbridge.connector.enrol import enrol
from tests.cloud_side import ACME, administrator, cloud_side

pytestmark = pytest.mark.anyio

BINDINGS = "/admin/subaccounts/acme/instances/dest/bindings"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[CloudSide]:
    async with cloud_side(tmp_path) as running:
        yield running


@pytest.fixture
async def admin(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with administrator(side) as client:
        yield client


def credentials(services: Any) -> dict[str, str]:
    """The credentials of the one binding in VCAP_SERVICES."""
    ((entry,),) = services.values()
    found: dict[str, str] = entry["credentials"]
    return found


def tls(side: CloudSide, certificate: str = "", key: str = "") -> httpx.AsyncClient:
    """A client of the TLS listener, with a certificate of its own or without."""
    folder = side.settings.data
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if certificate:
        (folder / "client.pem").write_text(certificate + "\n" + key)
        context.load_cert_chain(folder / "client.pem")
    return httpx.AsyncClient(base_url=f"https://localhost:{side.ports.https}", verify=context, trust_env=False)


async def create(admin: httpx.AsyncClient, **wish: Any) -> dict[str, str]:
    answer = await admin.post(BINDINGS, json={"name": "certified", "credentialType": "x509", **wish})
    assert answer.status_code == 201, answer.text
    return credentials(answer.json())


def form(found: dict[str, str], **more: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": found["clientid"], **more}


def refused(answer: httpx.Response, code: str) -> bool:
    return (answer.status_code, answer.json()["error"], answer.headers["x-internal-error-code"]) == (
        401,
        "invalid_client",
        code,
    )


async def test_a_token_is_bound_to_the_certificate(side: CloudSide, admin: httpx.AsyncClient) -> None:
    found = await create(admin)
    assert "clientsecret" not in found
    assert found["credential-type"] == "x509"
    assert found["certurl"] == f"https://localhost:{side.ports.https}"
    assert found["key"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    async with tls(side, found["certificate"], found["key"]) as client:
        answer = await client.post("/oauth/token", data=form(found))
        assert answer.status_code == 200, answer.text
        again = await client.post("/oauth/token", data=form(found))  # on the same connection
        assert again.status_code == 200
    claims = side.verifier.verify(answer.json()["access_token"]).claims
    der = x509.load_pem_x509_certificate(found["certificate"].encode()).public_bytes(serialization.Encoding.DER)
    expected = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    assert claims["cnf"] == {"x5t#S256": expected}
    assert (claims["cid"], claims["zid"]) == (found["clientid"], ACME)


async def test_such_a_client_has_no_secret(side: CloudSide, admin: httpx.AsyncClient) -> None:
    found = await create(admin)
    async with tls(side) as client:
        for more in ({}, {"client_secret": ""}, {"client_secret": "guess"}):
            answer = await client.post("/oauth/token", data=form(found, **more))
            assert answer.status_code == 401
        basic = httpx.BasicAuth(found["clientid"], "")
        assert (await client.post("/oauth/token", data=form(found), auth=basic)).status_code == 401


async def test_a_secret_is_still_a_secret_on_a_connection_with_a_certificate(
    side: CloudSide, admin: httpx.AsyncClient
) -> None:
    certified, plain = await create(admin), credentials(await side.binding("acme", "app"))
    async with tls(side, certified["certificate"], certified["key"]) as client:
        answer = await client.post("/oauth/token", data=form(plain, client_secret=plain["clientsecret"]))
        assert answer.status_code == 200
        assert "cnf" not in side.verifier.verify(answer.json()["access_token"]).claims
        theft = await client.post("/oauth/token", data=form(plain))
        assert refused(theft, "identity.certificate-of-another")
        nobody = await client.post("/oauth/token", data=form({"clientid": "nobody"}))
        assert refused(nobody, "identity.certificate-of-another")


async def test_no_header_takes_the_place_of_the_connection(side: CloudSide, admin: httpx.AsyncClient) -> None:
    found = await create(admin)
    headers = {"X-Forwarded-Client-Cert": found["certificate"].replace("\n", "")}
    async with tls(side) as client:
        answer = await client.post("/oauth/token", data=form(found), headers=headers)
    assert refused(answer, "identity.credentials-missing")


@pytest.mark.parametrize(
    ("seconds", "code"), [(2 * 86_400, "identity.certificate-expired"), (-7200, "identity.certificate-not-yet-valid")]
)
async def test_dates_are_judged_by_name_and_not_by_a_closed_connection(
    side: CloudSide, admin: httpx.AsyncClient, seconds: int, code: str
) -> None:
    found = await create(admin, days=1)
    await admin.post("/admin/dev/clock", json={"seconds": seconds})
    async with tls(side, found["certificate"], found["key"]) as client:
        assert refused(await client.post("/oauth/token", data=form(found)), code)
        await admin.delete("/admin/dev/clock")
        assert (await client.post("/oauth/token", data=form(found))).status_code == 200


async def test_the_certificate_of_a_connector_is_none_of_a_binding(
    side: CloudSide, admin: httpx.AsyncClient, tmp_path: Path
) -> None:
    found = await create(admin)
    identity = await enrol(await side.invite("acme"), tmp_path / "connector")
    async with tls(side, identity.certificate_pem, identity.key_pem) as client:
        answer = await client.post("/oauth/token", data=form(found))
    assert refused(answer, "identity.certificate-foreign")


async def test_the_host_for_certificates_asks_for_one(side: CloudSide, admin: httpx.AsyncClient) -> None:
    found = await create(admin)
    plain = credentials(await side.binding("acme", "app"))
    host = {"Host": "acme.authentication.cert.localhost"}
    async with tls(side) as client:
        answer = await client.post("/oauth/token", data=form(plain, client_secret=plain["clientsecret"]), headers=host)
        assert refused(answer, "identity.certificate-missing")
    async with tls(side, found["certificate"], found["key"]) as client:
        answer = await client.post("/oauth/token", data=form(found), headers=host)
        assert side.verifier.verify(answer.json()["access_token"]).tenant == ACME
        nobody = await client.post(
            "/oauth/token", data=form(found), headers={"Host": "nobody.authentication.cert.localhost"}
        )
        assert nobody.status_code == 404


async def test_a_key_that_never_leaves_the_application(side: CloudSide, admin: httpx.AsyncClient) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "whatever")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    found = await create(admin, csr=csr.public_bytes(serialization.Encoding.PEM).decode())
    assert "key" not in found
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    async with tls(side, found["certificate"], pem) as client:
        assert (await client.post("/oauth/token", data=form(found))).status_code == 200
    broken = await admin.post(BINDINGS, json={"name": "broken", "csr": "no request"})
    assert broken.json()["code"] == "enrolment.request-invalid"


async def test_two_certificates_are_good_for_a_time(side: CloudSide, admin: httpx.AsyncClient) -> None:
    old = await create(admin)
    answer = await admin.post(f"{BINDINGS}/certified/rotate", json={"minutes": 10})
    new = credentials(answer.json())
    assert new["certificate"] != old["certificate"]
    async with tls(side, new["certificate"], new["key"]) as fresh:
        assert (await fresh.post("/oauth/token", data=form(new))).status_code == 200
    async with tls(side, old["certificate"], old["key"]) as stale:
        assert (await stale.post("/oauth/token", data=form(old))).status_code == 200
        await admin.post("/admin/dev/clock", json={"seconds": 601})
        assert refused(await stale.post("/oauth/token", data=form(old)), "identity.certificate-of-another")


async def test_two_secrets_are_good_for_a_time(side: CloudSide, admin: httpx.AsyncClient) -> None:
    old = credentials(await side.binding("acme", "dest"))
    new = credentials((await admin.post(f"{BINDINGS}/default/rotate", json={"minutes": 10})).json())
    assert (new["clientid"], new["clientsecret"] == old["clientsecret"]) == (old["clientid"], False)

    async def status(found: dict[str, str]) -> int:
        answer = await admin.post("/oauth/token", data=form(found, client_secret=found["clientsecret"]))
        return answer.status_code

    admin.headers.pop("Authorization")
    assert [await status(new), await status(old)] == [200, 200]
    async with administrator(side) as other:
        await other.post("/admin/dev/clock", json={"seconds": 601})
        assert [await status(new), await status(old)] == [200, 401]
        assert "oldCredentialsUntil" in (await other.get(BINDINGS)).json()[0]


async def test_a_deleted_binding_is_worthless(side: CloudSide, admin: httpx.AsyncClient) -> None:
    found = await create(admin)
    assert (await admin.delete(f"{BINDINGS}/certified")).status_code == 204
    async with tls(side, found["certificate"], found["key"]) as client:
        assert refused(await client.post("/oauth/token", data=form(found)), "identity.certificate-of-another")
    assert (await admin.delete(f"{BINDINGS}/certified")).json()["code"] == "platform.unknown-binding"


async def test_what_is_stored_of_a_private_key_is_sealed(side: CloudSide, admin: httpx.AsyncClient) -> None:
    found = await create(admin)
    content = b"".join(file.read_bytes() for file in side.settings.data.glob("landbridge.db*"))
    for line in found["key"].splitlines()[1:-1]:
        assert line.encode() not in content
    shown = credentials((await admin.get("/admin/subaccounts/acme/bindings?instance=dest&name=certified")).json())
    assert json.dumps(shown) == json.dumps(found)


async def test_a_token_of_the_other_shape_counts_with_its_certificate_only(
    side: CloudSide, admin: httpx.AsyncClient
) -> None:
    """Destination service §2: over plain HTTP, or with the certificate of somebody else, it is worth nothing."""
    with_secret = credentials((await admin.get("/admin/subaccounts/acme/bindings?instance=dest")).json())
    own, other = await create(admin), await create(admin, name="other")
    paths = ("destinations/erp", "subaccountDestinations", "instanceDestinations", "saml2Metadata")

    async def answers(client: httpx.AsyncClient, token: str, code: str | None) -> None:
        for path in paths:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.get(f"/destination-configuration/v1/{path}", headers=headers)
            expected = code or ("trust.no-key-pair" if path == "saml2Metadata" else None)
            assert answer.headers.get("x-internal-error-code") == expected, (path, answer.text)

    async with tls(side, own["certificate"], own["key"]) as client:
        bound = (await client.post("/oauth2/token", data=form(own))).json()["access_token"]
        await answers(client, bound, None)
        second = await client.get(
            "/destination-configuration/v2/destinations/erp", headers={"Authorization": f"Bearer {bound}"}
        )
        assert second.status_code == 422
        secret = form(with_secret, client_secret=with_secret["clientsecret"])
        unbound = (await client.post("/oauth2/token", data=secret)).json()["access_token"]
        await answers(client, unbound, "destination.token-unbound")
        usual = (await client.post("/oauth/token", data=secret)).json()["access_token"]
    async with tls(side, other["certificate"], other["key"]) as client:
        await answers(client, bound, "destination.token-unbound")
    async with httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client:
        await answers(client, bound, "destination.token-unbound")
        await answers(client, usual, None)
