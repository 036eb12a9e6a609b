"""Every grant, request by request: what is sent, to the byte (destination-service §4.18)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus

import pytest

from tests.destinations.auth.stage import NOW, Stage, service_claims, signed, user_claims
from tests.destinations.token_service import TOKEN, FakeTokenService, answer

pytestmark = pytest.mark.anyio

USER = signed(user_claims())


def given(tokens: FakeTokenService, kind: str, **more: str) -> dict[str, str]:
    said = {"Authentication": kind, "tokenServiceURL": tokens.url, "clientId": "c1", "clientSecret": "s1"}
    return said | more


ROWS: list[tuple[str, dict[str, str], dict[str, str], str]] = [
    (
        "OAuth2ClientCredentials",
        {"scope": "a b"},
        {},
        "grant_type=client_credentials&client_id=c1&client_secret=s1&scope=a+b",
    ),
    (
        "OAuth2Password",
        {"User": "u", "Password": "p&ß"},
        {},
        "grant_type=password&username=u&password=p%26%C3%9F&client_id=c1&client_secret=s1",
    ),
    (
        "OAuth2RefreshToken",
        {},
        {"refresh_token": "r-1"},
        "grant_type=refresh_token&refresh_token=r-1&client_id=c1&client_secret=s1",
    ),
    (
        "OAuth2AuthorizationCode",
        {},
        {"code": "k", "redirect_uri": "https%3A%2F%2Fapp%2Fcb", "code_verifier": "v"},
        "grant_type=authorization_code&code=k&redirect_uri=https%3A%2F%2Fapp%2Fcb&code_verifier=v"
        "&client_id=c1&client_secret=s1",
    ),
    (
        "OAuth2AuthorizationCode",
        {},
        {"code": "k"},
        "grant_type=authorization_code&code=k&client_id=c1&client_secret=s1",
    ),
    (
        "OAuth2TokenExchange",
        {"tokenService.body.audience": "aud"},
        {"subject_token": "st", "subject_token_type": "urn:x", "actor_token": "at", "actor_token_type": "urn:y"},
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=st"
        "&subject_token_type=urn%3Ax&actor_token=at&actor_token_type=urn%3Ay&client_id=c1&client_secret=s1&audience=aud",
    ),
    (
        "OAuth2TechnicalUserPropagation",
        {"ProxyType": "OnPremise"},
        {},
        "grant_type=client_credentials&client_id=c1&client_secret=s1",
    ),
    (
        "OAuth2JWTBearer",
        {},
        {"user_token": USER},
        f"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={USER}"
        "&client_id=c1&client_secret=s1",
    ),
    (
        "OAuth2SAMLBearerAssertion",
        {"SAMLAssertionProvider": "ClientProvided", "clientKey": "key1", "companyId": "co1"},
        {"saml_assertion": "PHNhbWwy"},
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer&assertion=PHNhbWwy&company_id=co1"
        "&client_id=key1&client_secret=s1",
    ),
]


@pytest.mark.parametrize(("kind", "more", "inputs", "body"), ROWS, ids=[f"{row[0]}-{len(row[2])}" for row in ROWS])
async def test_the_form(
    stage: Stage, tokens: FakeTokenService, kind: str, more: dict[str, str], inputs: dict[str, Any], body: str
) -> None:
    entry = await stage.entry(given(tokens, kind, **more), **inputs)
    assert tokens.request.body == body
    assert (tokens.request.method, tokens.request.target) == ("POST", "/oauth/token")
    assert tokens.request.headers == {
        "host": f"127.0.0.1:{tokens.port}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
        "user-agent": "landbridge",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    header = "SAP-Connectivity-Technical-Authentication" if "Technical" in kind else "Authorization"
    assert entry == {
        "type": "Bearer",
        "value": "t-1",
        "expires_in": "3599",
        "scope": "a b",
        "http_header": {"key": header, "value": "Bearer t-1"},
    }


async def test_user_token_exchange_in_two_steps(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"access_token": None, "refresh_token": "r 1"}), TOKEN]
    assert await stage.value(given(tokens, "OAuth2UserTokenExchange", scope="s"), user_token=USER) == "t-1"
    first, second = tokens.received
    assert first.body == "grant_type=user_token&client_id=c1&response_type=token&scope=s"
    assert first.headers["authorization"] == f"Bearer {USER}"
    assert second.body == "grant_type=refresh_token&refresh_token=r+1&client_id=c1&client_secret=s1&scope=s"
    assert "authorization" not in second.headers


async def test_user_token_exchange_where_the_grant_is_unknown(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"error": "unsupported_grant_type"}, 400), TOKEN]
    assert await stage.value(given(tokens, "OAuth2UserTokenExchange"), user_token=USER) == "t-1"
    assert tokens.received[1].form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert tokens.received[1].form["assertion"] == USER


async def test_user_token_exchange_that_is_refused(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"error": "insufficient_scope"}, 403)]
    entry = await stage.entry(given(tokens, "OAuth2UserTokenExchange"), user_token=USER)
    assert entry["code"] == "destination.refresh-token-refused"
    assert entry["error"] == (
        "Retrieval of OAuthToken failed due to: Unable to fetch refresh token from the specified token service URL. "
        'Response was: {"error": "insufficient_scope"}'
    )
    assert len(tokens.received) == 1


async def test_user_token_exchange_without_refresh_token(stage: Stage, tokens: FakeTokenService) -> None:
    assert await stage.code(given(tokens, "OAuth2UserTokenExchange"), user_token=USER) == (
        "destination.token-answer-invalid"
    )


async def test_the_user_in_authorization(stage: Stage, tokens: FakeTokenService) -> None:
    await stage.value(given(tokens, "OAuth2JWTBearer"), USER)
    assert tokens.request.form["assertion"] == USER


@pytest.mark.parametrize("kind", ["OAuth2JWTBearer", "OAuth2UserTokenExchange", "OAuth2SAMLBearerAssertion"])
async def test_without_a_user(stage: Stage, tokens: FakeTokenService, kind: str) -> None:
    said = given(tokens, kind, clientKey="k", audience="a", authnContextClassRef="x")
    assert await stage.code(said) == "destination.user-token-missing"
    assert tokens.received == []


@pytest.mark.parametrize(
    ("kind", "inputs", "header"),
    [
        ("OAuth2RefreshToken", {}, "X-refresh-token"),
        ("OAuth2AuthorizationCode", {}, "X-code"),
        ("OAuth2TokenExchange", {"subject_token_type": "t"}, "X-subject-token"),
        ("OAuth2TokenExchange", {"subject_token": "t"}, "X-subject-token-type"),
        (
            "OAuth2TokenExchange",
            {"subject_token": "t", "subject_token_type": "t", "actor_token": "a"},
            "X-actor-token-type",
        ),
        ("OAuth2ClientCredentials", {"client_assertion": "a"}, "X-client-assertion-type"),
    ],
)
async def test_headers_that_are_missing(
    stage: Stage, tokens: FakeTokenService, kind: str, inputs: dict[str, str], header: str
) -> None:
    entry = await stage.entry(given(tokens, kind), **inputs)
    assert entry["code"] == "destination.header-missing"
    assert header in entry["error"]
    assert tokens.received == []


async def test_a_given_assertion_that_is_missing(stage: Stage, tokens: FakeTokenService) -> None:
    said = given(tokens, "OAuth2SAMLBearerAssertion", SAMLAssertionProvider="ClientProvided", clientKey="k")
    assert await stage.code(said) == "destination.header-missing"


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("OAuth2Password", "User"),
        ("OAuth2Password", "Password"),
        ("OAuth2JWTBearer", "clientId"),
        ("OAuth2TokenExchange", "tokenServiceURL"),
        ("OAuth2SAMLBearerAssertion", "clientKey"),
        ("OAuth2SAMLBearerAssertion", "audience"),
        ("OAuth2SAMLBearerAssertion", "authnContextClassRef"),
        ("SAMLAssertion", "audience"),
    ],
)
async def test_required_properties(stage: Stage, tokens: FakeTokenService, kind: str, missing: str) -> None:
    more = {"User": "u", "Password": "p", "clientKey": "k", "audience": "a", "authnContextClassRef": "x"}
    said = given(tokens, kind, **more)
    del said[missing]
    entry = await stage.entry(said, user_token=USER, subject_token="s", subject_token_type="t")
    assert entry["code"] == "destination.property-missing"
    assert f"no property {missing}," in entry["error"]
    assert tokens.received == []


async def test_refresh_token_and_issued_type_are_passed_on(stage: Stage, tokens: FakeTokenService) -> None:
    body = {"access_token": "x", "refresh_token": "r-2", "issued_token_type": "urn:saml2", "token_type": "N_A"}
    tokens.answers = [answer(body)]
    said = given(tokens, "OAuth2TokenExchange")
    assert await stage.entry(said, subject_token="s", subject_token_type="t") == {
        "type": "Bearer",
        "value": "x",
        "refresh_token": "r-2",
        "issued_token_type": "urn:saml2",
        "http_header": {"key": "Authorization", "value": "Bearer x"},
    }


ONCE = ["OAuth2RefreshToken", "OAuth2AuthorizationCode", "OAuth2TokenExchange", "OAuth2UserTokenExchange"]


@pytest.mark.parametrize("kind", ONCE)
async def test_what_is_good_for_one_use_is_sent_once(stage: Stage, tokens: FakeTokenService, kind: str) -> None:
    tokens.answers = [answer(b"oops", 503)]
    inputs = {"refresh_token": "r", "code": "k", "subject_token": "s", "subject_token_type": "t", "user_token": USER}
    entry = await stage.entry(given(tokens, kind), **inputs)
    assert "error" in entry
    assert len(tokens.received) == 1


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("OAuth2ClientCredentials", True),
        ("OAuth2TechnicalUserPropagation", True),
        ("OAuth2SAMLBearerAssertion", True),
        ("OAuth2JWTBearer", False),
        ("OAuth2Password", False),
    ],
)
async def test_a_token_service_user_counts_where_the_matrix_says_so(
    stage: Stage, tokens: FakeTokenService, kind: str, told: bool
) -> None:
    more = {"clientKey": "c1", "SAMLAssertionProvider": "ClientProvided", "User": "u", "Password": "p"}
    said = given(tokens, kind, tokenServiceUser="tu", tokenServicePassword="tp", **more)
    await stage.value(said, user_token=USER, saml_assertion="a")
    request = tokens.request
    assert (request.headers.get("authorization") == f"Basic {b64encode(b'tu:tp').decode()}") is told
    assert ("client_secret" in request.form) is not told
    assert request.form["client_id"] == "c1"


async def test_the_client_in_the_header_for_every_type(stage: Stage, tokens: FakeTokenService) -> None:
    for kind in ("OAuth2JWTBearer", "OAuth2Password", "OAuth2RefreshToken", "OAuth2TokenExchange"):
        said = given(tokens, kind, User="u", Password="p", **{"tokenService.addClientCredentialsInBody": "false"})
        inputs = {"refresh_token": "r", "subject_token": "s", "subject_token_type": "t", "user_token": USER}
        await stage.value(said, **inputs)
    for request in tokens.received:
        assert request.headers["authorization"] == f"Basic {b64encode(b'c1:s1').decode()}"
        assert "client_secret" not in request.form


@pytest.mark.parametrize(
    ("kind", "authorization", "inputs", "tenant"),
    [
        ("OAuth2ClientCredentials", {}, {"tenant": "t1"}, "t1"),
        ("OAuth2ClientCredentials", {}, {}, "acme"),
        ("OAuth2TechnicalUserPropagation", {}, {"tenant": "t1"}, "t1"),
        ("OAuth2JWTBearer", {}, {"user_token": USER}, "acme"),
        ("OAuth2RefreshToken", {}, {"refresh_token": "r"}, "acme"),
        ("OAuth2AuthorizationCode", {}, {"code": "k"}, "acme"),
        ("OAuth2Password", {}, {}, "{tenant}"),
        ("OAuth2TokenExchange", {}, {"subject_token": "s", "subject_token_type": "t"}, "{tenant}"),
    ],
)
async def test_whose_tenant_goes_into_the_url(
    stage: Stage,
    tokens: FakeTokenService,
    kind: str,
    authorization: dict[str, object],
    inputs: dict[str, str],
    tenant: str,
) -> None:
    url = f"http://127.0.0.1:{tokens.port}/tenant/{{tenant}}/token"
    said = given(tokens, kind, User="u", Password="p", tokenServiceURL=url, tokenServiceURLType="common")
    await stage.value(said, **inputs)
    assert tokens.request.target.replace("%7B", "{").replace("%7D", "}") == f"/tenant/{tenant}/token"


async def test_the_tenant_of_a_subscribed_user(stage: Stage, tokens: FakeTokenService) -> None:
    """A subscriber's user, a provider's destination: the user decides where the token is fetched."""
    other = "22222222-aaaa-4bbb-8ccc-222222222222"
    user = signed(user_claims(zid=other, ext_attr={"zdn": "globex"}))
    url = f"http://127.0.0.1:{tokens.port}/{{tenant}}"
    said = given(tokens, "OAuth2JWTBearer", tokenServiceURL=url, tokenServiceURLType="Common")
    assert await stage.code(said, user_token=user) == "destination.user-tenant-foreign"
    assert tokens.received == []
    stage.level.subscribers.add(other)
    await stage.value(said, user_token=user)
    assert tokens.request.target == "/globex"


async def test_the_issuer_tells_the_tenant_where_zdn_is_missing(stage: Stage, tokens: FakeTokenService) -> None:
    user = signed(user_claims(ext_attr={}, iss="https://t9.auth.test/oauth/token"))
    url = f"http://127.0.0.1:{tokens.port}/{{tenant}}"
    said = given(tokens, "OAuth2JWTBearer", tokenServiceURL=url, tokenServiceURLType="Common")
    await stage.value(said, user_token=user)
    assert tokens.request.target == "/t9"
    nobody = signed(user_claims(ext_attr={}, iss="landbridge"))
    assert await stage.code(said, user_token=nobody) == "destination.user-tenant-missing"
    await stage.value(said, user_token=nobody, tenant="t3")
    assert tokens.received[-1].target == "/t3"


@pytest.mark.parametrize("zdn", ["evil.test/", "a.b", "@evil", "../x", "a" * 64])
async def test_a_tenant_in_a_token_cannot_name_another_host(stage: Stage, tokens: FakeTokenService, zdn: str) -> None:
    said = given(tokens, "OAuth2JWTBearer", tokenServiceURLType="Common")
    user = signed(user_claims(ext_attr={"zdn": zdn}))
    assert await stage.code(said, user_token=user) == "destination.tenant-invalid"
    caller = signed(service_claims(ext_attr={"zdn": zdn}))
    said = given(tokens, "OAuth2RefreshToken", tokenServiceURLType="Common")
    assert await stage.code(said, caller, refresh_token="r") == "destination.tenant-invalid"
    assert tokens.received == []


async def test_headers_and_fields_of_the_caller_stay_within_the_form(stage: Stage, tokens: FakeTokenService) -> None:
    nasty = "x&client_id=evil\r\nX: 1"
    await stage.value(given(tokens, "OAuth2RefreshToken"), refresh_token=nasty)
    assert f"refresh_token={quote_plus(nasty)}&" in tokens.request.body
    assert tokens.request.form["client_id"] == "c1"


async def test_secrets_of_the_request_do_not_come_back(stage: Stage, tokens: FakeTokenService) -> None:
    told = {"echo": "r-secret and s1-secret and key-secret and field-secret"}
    tokens.answers = [answer(told, 400)]
    said = given(
        tokens,
        "OAuth2RefreshToken",
        clientSecret="s1-secret",
        **{"tokenServiceURL.headers.X-Key": "key-secret", "tokenService.body.pin": "field-secret"},
    )
    entry = await stage.entry(said, refresh_token="r-secret")
    assert entry["code"] == "destination.token-refused"
    assert "secret" not in entry["error"].replace("clientSecret", "")


async def test_expired_and_forged_users(stage: Stage, tokens: FakeTokenService) -> None:
    said = given(tokens, "OAuth2JWTBearer")
    assert await stage.code(said, user_token=signed(user_claims(exp=NOW - 61))) == "destination.user-token-expired"
    head, _, signature = USER.split(".")
    forged = f"{head}.{signed(user_claims(user_name='root')).split('.')[1]}.{signature}"
    assert await stage.code(said, user_token=forged) == "destination.user-token-invalid"
    assert await stage.code(said, user_token="no token") == "destination.user-token-invalid"
    assert await stage.code(said, user_token=signed(service_claims())) == "destination.user-token-invalid"
    assert await stage.code(said, user_token=signed(user_claims(), kid="x")) == "destination.user-token-untrusted"
    assert tokens.received == []
