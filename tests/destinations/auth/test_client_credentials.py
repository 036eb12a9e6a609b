from __future__ import annotations

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from landbridge.destinations.auth.token_call import SIZE_LIMIT
from landbridge.model.reach import Reach
from tests.destinations.auth.stage import Stage
from tests.destinations.token_service import HANG, TOKEN, FakeTokenService, answer, fake_token_service

pytestmark = pytest.mark.anyio


def properties(tokens: FakeTokenService, **more: str) -> dict[str, str]:
    given: dict[str, str] = {
        "Authentication": "OAuth2ClientCredentials",
        "tokenServiceURL": tokens.url,
        "clientId": "c 1",
        "clientSecret": "geheim&1",
    }
    return given | more


async def entry(stage: Stage, given: dict[str, str], settings: dict[str, Any] | None = None, **inputs: Any) -> Any:
    """The only entry of authTokens."""
    if settings:
        await stage.source.close()
        stage.rebuild(**settings)
    return await stage.entry(given, **inputs)


async def code(stage: Stage, given: dict[str, str], settings: dict[str, Any] | None = None, **inputs: Any) -> str:
    """The code of the fault in the only entry, whose text begins as the original's does."""
    failed = await entry(stage, given, settings, **inputs)
    assert failed["error"].startswith("Retrieval of OAuthToken failed due to: ")
    assert failed.keys() == {"type", "value", "expires_in", "error", "code", "action"}
    return str(failed["code"])


async def test_the_token_of_the_token_service(stage: Stage, tokens: FakeTokenService) -> None:
    assert await entry(stage, properties(tokens)) == {
        "type": "Bearer",
        "value": "t-1",
        "expires_in": "3599",
        "scope": "a b",
        "http_header": {"key": "Authorization", "value": "Bearer t-1"},
    }


async def test_the_request(stage: Stage, tokens: FakeTokenService) -> None:
    await entry(stage, properties(tokens, scope="a b"))
    request = tokens.request
    assert request.target == "/oauth/token"
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": "c 1",
        "client_secret": "geheim&1",
        "scope": "a b",
    }
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{tokens.port}"
    assert "authorization" not in request.headers


async def test_the_host_header_is_the_name_and_not_the_address(stage: Stage, tokens: FakeTokenService) -> None:
    await entry(stage, properties(tokens, tokenServiceURL=f"http://LOCALHOST:{tokens.port}/oauth/token"))
    assert tokens.request.headers["host"] == f"localhost:{tokens.port}"


async def test_a_token_service_user_comes_before_the_client_secret(stage: Stage, tokens: FakeTokenService) -> None:
    await entry(stage, properties(tokens, tokenServiceUser="u1", tokenServicePassword="p:ß"))
    assert tokens.request.headers["authorization"] == f"Basic {b64encode('u1:p:ß'.encode()).decode()}"
    assert tokens.request.form == {"grant_type": "client_credentials", "client_id": "c 1"}


async def test_the_client_in_the_header(stage: Stage, tokens: FakeTokenService) -> None:
    await entry(stage, properties(tokens, **{"tokenService.addClientCredentialsInBody": "FALSE"}))
    assert tokens.request.headers["authorization"] == f"Basic {b64encode(b'c 1:geheim&1').decode()}"
    assert tokens.request.form == {"grant_type": "client_credentials"}


async def test_a_public_client_has_no_secret(stage: Stage, tokens: FakeTokenService) -> None:
    await entry(stage, properties(tokens, clientSecret=""))
    assert tokens.request.form == {"grant_type": "client_credentials", "client_id": "c 1"}


async def test_headers_queries_and_fields_of_the_destination(stage: Stage, tokens: FakeTokenService) -> None:
    more = {
        "tokenServiceURL": f"{tokens.url}?grant_type=client%5Fcredentials&x",
        "tokenServiceURL.headers.X-Api-Key": "k",
        "tokenServiceURL.headers.Accept": "application/jwt",
        "tokenServiceURL.queries.re source": "a&b",
        "tokenService.body.audience": "https://a",
        "tokenService.body.client_id": "other",
    }
    await entry(stage, properties(tokens, **more))
    request = tokens.request
    assert request.target == "/oauth/token?grant_type=client%5Fcredentials&x&re+source=a%26b"
    assert (request.headers["x-api-key"], request.headers["accept"]) == ("k", "application/jwt")
    assert (request.form["audience"], request.form["client_id"]) == ("https://a", "other")


@pytest.mark.parametrize(
    "name", ["Host", "content-length", "Transfer-Encoding", "Proxy-Authorization", "Upgrade", "X Y", "X:"]
)
async def test_headers_that_frame_the_request_are_refused(stage: Stage, tokens: FakeTokenService, name: str) -> None:
    given = properties(tokens, **{f"tokenServiceURL.headers.{name}": "v"})
    assert await code(stage, given) == "destination.property-invalid"
    assert tokens.received == []


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "ü", "\0"])
async def test_values_that_are_no_header_are_refused(stage: Stage, tokens: FakeTokenService, value: str) -> None:
    given = properties(tokens, **{"tokenServiceURL.headers.X-A": value})
    assert await code(stage, given) == "destination.property-invalid"
    assert tokens.received == []


@pytest.mark.parametrize("missing", ["clientId", "tokenServiceURL"])
async def test_required_properties(stage: Stage, tokens: FakeTokenService, missing: str) -> None:
    failed = await entry(stage, properties(tokens, **{missing: ""}))
    assert failed["code"] == "destination.property-missing"
    assert missing in failed["error"]


@pytest.mark.parametrize(
    "url",
    ["localhost/oauth/token", "ftp://x.test/", "http://", "http://x.test:99999/", "http://u:p@x.test/", "http://a b/"],
)
async def test_token_urls_that_cannot_be_called(stage: Stage, tokens: FakeTokenService, url: str) -> None:
    assert await code(stage, properties(tokens, tokenServiceURL=url)) == "destination.property-invalid"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"tokenServiceURL.ProxyType": "Pigeon"}, "destination.feature-unsupported"),
        ({"ProxyType": "OnPremise"}, "destination.token-service-onpremise"),
        ({"tokenServiceURL.ProxyType": "onpremise"}, "destination.token-service-onpremise"),
        ({"tokenServiceURLType": "Shared"}, "destination.property-invalid"),
    ],
)
async def test_ways_that_there_are_not(
    stage: Stage, tokens: FakeTokenService, more: dict[str, str], expected: str
) -> None:
    assert await code(stage, properties(tokens, **more)) == expected
    assert tokens.received == []


@pytest.mark.parametrize("more", [{}, {"tokenServiceURL.ProxyType": "Internet"}])
async def test_no_token_comes_by_private_link(stage: Stage, tokens: FakeTokenService, more: dict[str, str]) -> None:
    """Neither a token nor an error: the original stores such destinations, and leaves tokens to the client."""
    assert await stage.entries(properties(tokens, ProxyType="PrivateLink", **more)) == []
    assert tokens.received == []


async def test_an_on_premise_destination_may_have_its_token_service_in_the_internet(
    stage: Stage, tokens: FakeTokenService
) -> None:
    more = {"ProxyType": "OnPremise", "tokenServiceURL.ProxyType": "Internet"}
    assert (await entry(stage, properties(tokens, **more)))["value"] == "t-1"


async def test_a_common_token_service_gets_the_tenant_into_its_url(stage: Stage, tokens: FakeTokenService) -> None:
    url = f"http://127.0.0.1:{tokens.port}/tenant/{{tenant}}/token"
    given = properties(tokens, tokenServiceURL=url, tokenServiceURLType="common")
    await entry(stage, given, tenant="t-1")
    assert tokens.request.target == "/tenant/t-1/token"


async def test_without_x_tenant_the_own_subdomain_counts(stage: Stage, tokens: FakeTokenService) -> None:
    url = f"http://127.0.0.1:{tokens.port}/tenant/{{tenant}}/token"
    await entry(stage, properties(tokens, tokenServiceURL=url, tokenServiceURLType="Common"))
    assert tokens.request.target == "/tenant/acme/token"


async def test_without_x_tenant_and_strict_as_the_original(stage: Stage, tokens: FakeTokenService) -> None:
    given = properties(tokens, tokenServiceURLType="Common")
    failed = await entry(stage, given, {"lenient_tenant": False})
    assert failed["error"] == (
        "Retrieval of OAuthToken failed due to: "
        "You must send the X-tenant header when the tokenServiceURLType property is Common"
    )
    assert failed["code"] == "destination.tenant-missing"


async def test_x_tenant_does_not_go_with_a_dedicated_token_service(stage: Stage, tokens: FakeTokenService) -> None:
    assert await code(stage, properties(tokens), tenant="t1") == "destination.tenant-unexpected"


@pytest.mark.parametrize("tenant", ["evil.test/", "a.b", "a#", "@evil", "ü", "a" * 64])
async def test_a_tenant_cannot_name_another_host(stage: Stage, tokens: FakeTokenService, tenant: str) -> None:
    given = properties(tokens, tokenServiceURLType="Common")
    assert await code(stage, given, tenant=tenant) == "destination.tenant-invalid"
    assert tokens.received == []


async def test_a_refusal_is_told_in_the_entry_without_the_secret(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"error": "invalid_client", "error_description": "no geheim&1"}, 401)]
    failed = await entry(stage, properties(tokens))
    assert failed["code"] == "destination.token-refused"
    assert "invalid_client" in failed["error"]
    assert "401" in failed["error"]
    assert "geheim" not in failed["error"]
    assert len(tokens.received) == 1


async def test_redirects_are_not_followed(stage: Stage, tokens: FakeTokenService) -> None:
    async with fake_token_service() as elsewhere:
        tokens.answers = [answer(b"", 307, f"Location: {elsewhere.url}\r\n")]
        assert await code(stage, properties(tokens)) == "destination.token-refused"
        assert elsewhere.received == []


async def test_a_failing_token_service_is_asked_once_more(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer(b"oops", 503), TOKEN]
    assert (await entry(stage, properties(tokens)))["value"] == "t-1"


async def test_a_token_service_that_fails_twice(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer(b"oops", 503)]
    assert await code(stage, properties(tokens)) == "destination.token-service-failed"
    assert len(tokens.received) == 2


@pytest.mark.parametrize(
    "content",
    [
        answer(b"<html>"),
        answer(b"[" * 5000),
        answer([]),
        answer({}),
        answer({"access_token": ""}),
        answer({"access_token": 5}),
        answer({"access_token": "a\r\nb"}),
        answer({"access_token": "a b"}),
        answer({"access_token": "ü"}),
        answer(b"{", headers="Content-Encoding: gzip\r\n"),
        answer(b" " * (SIZE_LIMIT + 1)),
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{",
    ],
    ids=lambda content: content[-20:].decode(),
)
async def test_answers_that_are_no_token_answer(stage: Stage, tokens: FakeTokenService, content: bytes) -> None:
    tokens.answers = [content]
    assert await code(stage, properties(tokens)) == "destination.token-answer-invalid"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"expires_in": "3599"}, {"expires_in": "3599"}),
        ({"expires_in": 3599.0}, {"expires_in": "3599"}),
        ({"expires_in": "soon"}, {}),
        ({"expires_in": True}, {}),
        ({"expires_in": None}, {}),
        ({"scope": ["a", "b"]}, {"scope": "a b"}),
        ({"refresh_token": "r"}, {"refresh_token": "r"}),
        ({"issued_token_type": "urn:x"}, {"issued_token_type": "urn:x"}),
        ({"token_type": "mac"}, {}),
        ({"error": ""}, {}),
    ],
)
async def test_what_is_taken_over(
    stage: Stage, tokens: FakeTokenService, given: dict[str, object], shown: dict[str, str]
) -> None:
    tokens.answers = [answer({"access_token": "x", **given})]
    header = {"key": "Authorization", "value": "Bearer x"}
    assert await entry(stage, properties(tokens)) == {"type": "Bearer", "value": "x", "http_header": header, **shown}


async def test_an_id_token_will_do(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"id_token": "x"})]
    assert (await entry(stage, properties(tokens)))["value"] == "x"


async def test_a_token_service_that_is_silent_is_left_at_the_deadline(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [HANG]
    failed = await entry(stage, properties(tokens), {"deadline": 0.2})
    assert failed["code"] == "destination.token-service-timeout"
    assert re.search(r"within 0\.[12] seconds", failed["error"])


async def test_all_calls_of_a_find_share_the_deadline(stage: Stage, tokens: FakeTokenService) -> None:
    """A second try, and the call for a client assertion before, get what is left and no new time."""
    loop = asyncio.get_running_loop()
    provider = {"clientAssertion.type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    stage.put(**properties(tokens, Name="P", **provider))
    tokens.answers = [answer(b"oops", 503), TOKEN, answer(b"oops", 503), HANG]
    begun = loop.time()
    given = properties(tokens, **{"clientAssertion.destinationName": "P"})
    assert await code(stage, given, {"deadline": 1.0}) == "destination.token-service-timeout"
    assert 0.9 < loop.time() - begun < 2.0
    assert len(tokens.received) == 4


async def test_a_read_time_out_of_the_destination(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [HANG]
    given = properties(tokens, **{"tokenServiceURL.SocketReadTimeoutInSeconds": "1"})
    failed = await entry(stage, given, {"deadline": 0.0})
    assert failed["code"] == "destination.token-service-timeout"
    assert "within 1 seconds" in failed["error"]


@pytest.mark.parametrize("value", ["601", "-1", "soon", "1.5", "９", "9" * 30])
async def test_time_outs_out_of_range_leave_the_whole_find_its_limit(
    stage: Stage, tokens: FakeTokenService, value: str
) -> None:
    tokens.answers = [HANG]
    given = properties(tokens, **{"tokenServiceURL.SocketReadTimeoutInSeconds": value})
    failed = await entry(stage, given, {"deadline": 0.2})
    assert failed["code"] == "destination.token-service-timeout"
    assert re.search(r"within 0\.[12] seconds", failed["error"])


async def test_a_token_service_that_drips_is_left_at_the_deadline_too(stage: Stage) -> None:
    """Every byte comes in time for a read time-out; the whole never does."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    tokens = FakeTokenService(server.sockets[0].getsockname()[1])
    try:
        assert await code(stage, properties(tokens), {"deadline": 0.2}) == "destination.token-service-timeout"
    finally:
        server.close()


async def test_a_token_service_that_is_not_there(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        gone = FakeTokenService(holder.getsockname()[1])
    assert await code(stage, properties(gone)) == "destination.token-service-unreachable"


async def test_a_host_that_does_not_exist(stage: Stage, tokens: FakeTokenService) -> None:
    given = properties(tokens, tokenServiceURL="http://does-not-exist.invalid/oauth/token")
    assert await code(stage, given) == "destination.token-host-unknown"


async def test_a_certificate_that_nobody_vouches_for(stage: Stage, tmp_path: Path) -> None:
    async with fake_token_service(self_signed(tmp_path)) as tokens:
        given = properties(tokens, tokenServiceURL=f"https://localhost:{tokens.port}/oauth/token")
        assert await code(stage, given) == "destination.token-service-untrusted"
        assert tokens.received == []


async def test_cookies_of_a_token_service_are_not_kept(stage: Stage, tokens: FakeTokenService) -> None:
    body = {"access_token": "x"}
    tokens.answers = [answer(body, headers="Set-Cookie: session=1; Path=/\r\n")]
    for _ in range(2):
        await stage.value(properties(tokens))
    assert [request.headers.get("cookie") for request in tokens.received] == [None, None]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
async def test_the_server_profile_does_not_call_private_addresses(
    stage: Stage, tokens: FakeTokenService, host: str
) -> None:
    given = properties(tokens, tokenServiceURL=f"http://{host}:{tokens.port}/oauth/token")
    assert await code(stage, given, {"reach": Reach.PUBLIC}) == "destination.token-target-private"
    assert tokens.received == []


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
