from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import pytest
from joserfc.jwk import RSAKey

from landbridge.api.app import create_app
from landbridge.api.tokens import router
from landbridge.faults import CATALOGUE
from tests.identity.seed import (
    ACME,
    ALICE,
    APP_CLIENT,
    BOB,
    DESTINATION_CLIENT,
    NOON,
    OTHER,
    OTHER_CLIENT,
    Installation,
    installed,
)

pytestmark = pytest.mark.anyio

SECRET = DESTINATION_CLIENT.secret.reveal()
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT = {"client_id": DESTINATION_CLIENT.id, "client_secret": SECRET}
APP = {"client_id": APP_CLIENT.id, "client_secret": APP_CLIENT.secret.reveal()}
FORM = {"grant_type": "client_credentials", **CLIENT}
AS_ALICE = {"grant_type": "password", "username": ALICE.name, "password": ALICE.password.reveal()}


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as installation:
        yield installation


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app([router(installation.service)], missing=lambda *_: [], metrics=[], body_limit=100_000)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        yield http


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def claims_of(installation: Installation, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(installation.verifier.verify(answer.json()["access_token"]).claims)


def assert_refused(answer: httpx.Response, status: int, error: str, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["x-internal-error-code"] == code
    assert answer.headers["x-error-origin"] == "caller"
    assert answer.headers["x-error-message"]
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"


# --- client_credentials -----------------------------------------------------------------------------------------------


async def test_the_answer_has_what_clients_read(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=FORM)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "jti"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("bearer", 43_199, "uaa.resource")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def test_a_service_token_has_all_claims(http: httpx.AsyncClient, installation: Installation) -> None:
    answer = await http.post("/oauth/token", data=FORM)
    claims = await claims_of(installation, answer)
    assert claims.pop("jti") == answer.json()["jti"]
    assert claims == {
        "ext_attr": {
            "enhancer": "XSUAA",
            "subaccountid": ACME.id,
            "zdn": "acme",
            "serviceinstanceid": DESTINATION_CLIENT.instance_id,
        },
        "sub": DESTINATION_CLIENT.id,
        "cid": DESTINATION_CLIENT.id,
        "client_id": DESTINATION_CLIENT.id,
        "azp": DESTINATION_CLIENT.id,
        "authorities": ["uaa.resource"],
        "scope": ["uaa.resource"],
        "grant_type": "client_credentials",
        "iat": int(NOON),
        "exp": int(NOON) + 43_199,
        "iss": "https://acme.authentication.localhost:8444/oauth/token",
        "zid": ACME.id,
        "aud": ["uaa", DESTINATION_CLIENT.id, DESTINATION_CLIENT.xsappname],
    }


async def test_the_header_names_algorithm_key_and_key_set(http: httpx.AsyncClient) -> None:
    token = (await http.post("/oauth/token", data=FORM)).json()["access_token"]
    encoded = token.split(".")[0]
    header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    [key] = (await http.get("/token_keys")).json()["keys"]
    jku = "https://acme.authentication.localhost:8444/token_keys"
    assert header == {"alg": "RS256", "kid": key["kid"], "typ": "JWT", "jku": jku}


@pytest.mark.parametrize(
    "headers",
    [
        basic(DESTINATION_CLIENT.id, SECRET),
        basic(quote_plus(DESTINATION_CLIENT.id), quote_plus(SECRET)),
        {name: value.replace("Basic", "basic") for name, value in basic(DESTINATION_CLIENT.id, SECRET).items()},
    ],
    ids=["raw", "form-encoded", "lower-case"],
)
@pytest.mark.parametrize(
    "form", [{}, {"client_id": DESTINATION_CLIENT.id}, CLIENT], ids=["alone", "with-id", "with-both"]
)
async def test_basic_authentication(http: httpx.AsyncClient, headers: dict[str, str], form: dict[str, str]) -> None:
    answer = await http.post("/oauth/token", data={"grant_type": "client_credentials", **form}, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("form", [APP, {"client_id": APP_CLIENT.id}, {"client_secret": "another"}])
async def test_two_different_credentials_contradict(http: httpx.AsyncClient, form: dict[str, str]) -> None:
    headers = basic(DESTINATION_CLIENT.id, SECRET)
    answer = await http.post("/oauth/token", data={"grant_type": "client_credentials", **form}, headers=headers)
    assert_refused(answer, 400, "invalid_request", "identity.credentials-conflict")


@pytest.mark.parametrize(
    "credentials",
    [
        {"client_id": DESTINATION_CLIENT.id, "client_secret": "wrong"},
        {"client_id": "nobody", "client_secret": SECRET},
        {"client_id": OTHER_CLIENT.id, "client_secret": SECRET + " "},
    ],
)
async def test_wrong_credentials(http: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    in_form = await http.post("/oauth/token", data={"grant_type": "client_credentials", **credentials})
    in_header = await http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers=basic(credentials["client_id"], credentials["client_secret"]),
    )
    for answer in (in_form, in_header):
        assert_refused(answer, 401, "invalid_client", "identity.credentials-wrong")
        assert answer.json()["error_description"] == "Bad credentials"
        assert answer.headers["www-authenticate"].startswith('Basic realm="UAA/client", error="unauthorized"')


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({}, {}),
        ({"client_id": DESTINATION_CLIENT.id}, {}),
        ({"client_secret": SECRET}, {}),
        ({}, {"Authorization": "Basic ???"}),
        ({}, {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}),
        ({}, {"Authorization": "Basic " + base64.b64encode(b":secret").decode()}),
        ({}, {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()}),
        ({}, {"Authorization": "Bearer something"}),
    ],
)
async def test_missing_credentials(http: httpx.AsyncClient, form: dict[str, str], headers: dict[str, str]) -> None:
    answer = await http.post("/oauth/token", data={"grant_type": "client_credentials", **form}, headers=headers)
    assert_refused(answer, 401, "invalid_client", "identity.credentials-missing")
    assert "www-authenticate" in answer.headers


async def test_parameters_in_the_query(http: httpx.AsyncClient) -> None:
    assert (await http.post("/oauth/token", params=FORM)).status_code == 200
    split = await http.post("/oauth/token", params={"grant_type": "client_credentials"}, data=CLIENT)
    assert split.status_code == 200
    twice = await http.post("/oauth/token", params={"grant_type": "client_credentials"}, data=FORM)
    assert twice.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "APPLICATION/X-WWW-FORM-URLENCODED",
    ],
)
async def test_content_types_of_clients(http: httpx.AsyncClient, content_type: str) -> None:
    answer = await http.post("/oauth/token", content=urlencode(FORM), headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(FORM).encode(), "application/json"),
        (b"grant_type=%FF%FE", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(200)), "application/x-www-form-urlencoded"),
        (b"grant_type=password&grant_type=client_credentials", "application/x-www-form-urlencoded"),
    ],
    ids=["json", "bad-escape", "bad-bytes", "many-fields", "contradiction"],
)
async def test_a_body_that_is_no_form(http: httpx.AsyncClient, body: bytes, content_type: str) -> None:
    answer = await http.post("/oauth/token", content=body, headers={"Content-Type": content_type})
    assert_refused(answer, 400, "invalid_request", "identity.request-malformed")


async def test_a_body_that_never_ends_is_cut_off(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data={**FORM, "padding": "x" * 200_000})
    assert answer.status_code == 413


async def test_grant_types(http: httpx.AsyncClient) -> None:
    assert_refused(await http.post("/oauth/token", data=CLIENT), 400, "invalid_request", "identity.parameter-missing")
    answer = await http.post("/oauth/token", data={**FORM, "grant_type": "implicit"})
    assert_refused(answer, 400, "unsupported_grant_type", "identity.grant-unsupported")


async def test_scopes_of_a_client(http: httpx.AsyncClient, installation: Installation) -> None:
    answer = await http.post("/oauth/token", data={**FORM, "scope": "uaa.resource"})
    assert (await claims_of(installation, answer))["scope"] == ["uaa.resource"]
    answer = await http.post("/oauth/token", data={**FORM, "scope": "uaa.resource,uaa.admin"})
    assert_refused(answer, 400, "invalid_scope", "identity.scope-invalid")
    assert "uaa.admin" in answer.json()["error_description"]


# --- tenants ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zid": ACME.id},
        {"X-Zid": ACME.id.upper()},
        {"Host": "acme.authentication.localhost:8444"},
        {"Host": "acme.localhost"},
        {"Host": "acme.bridge.test", "x-zid": ACME.id},
        {"Host": "authentication.localhost:8444", "x-zid": ACME.id},
        {"Host": "10.0.0.1"},
    ],
)
async def test_ways_to_the_own_tenant(
    http: httpx.AsyncClient, installation: Installation, headers: dict[str, str]
) -> None:
    claims = await claims_of(installation, await http.post("/oauth/token", data=FORM, headers=headers))
    assert (claims["zid"], claims["iss"]) == (ACME.id, "https://acme.authentication.localhost:8444/oauth/token")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-zid": OTHER.id},
        {"Host": "other.authentication.localhost"},
        {"Host": "other.authentication.localhost", "x-zid": ACME.id},
        {"Host": "acme.authentication.localhost", "x-zid": OTHER.id},
    ],
)
async def test_another_tenant_has_not_subscribed(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await http.post("/oauth/token", data=FORM, headers=headers)
    assert_refused(answer, 401, "unauthorized", "identity.not-subscribed")


@pytest.mark.parametrize("host", ["nobody.authentication.localhost", "deep.acme.authentication.localhost"])
async def test_an_unknown_subdomain_is_not_found(http: httpx.AsyncClient, host: str) -> None:
    answer = await http.post("/oauth/token", data=FORM, headers={"Host": host})
    assert_refused(answer, 404, "not_found", "identity.tenant-unknown")
    unproven = await http.post("/oauth/token", data={"grant_type": "client_credentials"}, headers={"Host": host})
    assert_refused(unproven, 404, "not_found", "identity.tenant-unknown")


async def test_an_unknown_zone_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=FORM, headers={"x-zid": "f" * 36})
    assert_refused(answer, 401, "unauthorized", "identity.zone-unknown")


async def test_the_zone_as_a_parameter(http: httpx.AsyncClient) -> None:
    assert (await http.post("/oauth/token", data={**FORM, "app_tid": ACME.id})).status_code == 200
    answer = await http.post("/oauth/token", data={**FORM, "app_tid": OTHER.id})
    assert_refused(answer, 401, "unauthorized", "identity.not-subscribed")


# --- password ---------------------------------------------------------------------------------------------------------


async def test_a_user_token_has_all_claims(http: httpx.AsyncClient, installation: Installation) -> None:
    claims = await claims_of(installation, await http.post("/oauth/token", data={**AS_ALICE, **APP}))
    assert claims["sub"] == claims["user_id"] == claims["user_uuid"]
    assert {name: claims[name] for name in ("user_name", "email", "given_name", "family_name")} == {
        "user_name": "alice",
        "email": "alice@acme.test",
        "given_name": "Alice",
        "family_name": "Liddell",
    }
    assert claims["origin"]
    assert claims["xs.user.attributes"] == {"costcenter": ["1000", "2000"]}
    assert claims["xs.system.attributes"] == {"xs.saml.groups": ["Buyers"], "xs.rolecollections": []}
    assert claims["scope"] == ["openid", "orders!t1.Read", "orders!t1.Write"]
    assert claims["aud"] == ["openid", "sb-orders!t1", "orders!t1"]
    assert claims["grant_type"] == "password"
    assert claims["ext_attr"]["enhancer"] == "XSUAA"
    assert "authorities" not in claims


async def test_the_user_id_stays_when_the_user_is_made_again(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    first = await claims_of(installation, await http.post("/oauth/token", data={**AS_ALICE, **APP}))
    as_bob = {**AS_ALICE, "username": BOB.name, "password": BOB.password.reveal()}
    bob = await claims_of(installation, await http.post("/oauth/token", data={**as_bob, **APP}))
    again = await claims_of(installation, await http.post("/oauth/token", data={**AS_ALICE, **APP}))
    assert first["user_id"] == again["user_id"] != bob["user_id"]
    assert bob["email"] == "bob@acme.test", "a name that is an address serves as one"
    assert first["jti"] != again["jti"]


async def test_scopes_of_a_user_can_be_narrowed(http: httpx.AsyncClient, installation: Installation) -> None:
    answer = await http.post("/oauth/token", data={**AS_ALICE, **APP, "scope": "orders!t1.Read openid"})
    assert (await claims_of(installation, answer))["scope"] == ["openid", "orders!t1.Read"]
    assert answer.json()["scope"] == "openid orders!t1.Read"
    refused = await http.post("/oauth/token", data={**AS_ALICE, **APP, "scope": "orders!t1.Admin"})
    assert_refused(refused, 400, "invalid_scope", "identity.scope-invalid")


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"username": "nobody"}, {"username": "ALICE"}, {"password": "x" * 2000}]
)
async def test_a_wrong_user_or_password(http: httpx.AsyncClient, changes: dict[str, str]) -> None:
    answer = await http.post("/oauth/token", data={**AS_ALICE, **APP, **changes})
    assert_refused(answer, 401, "invalid_grant", "identity.user-wrong")
    assert answer.json()["error_description"] == "Bad credentials"


async def test_a_user_of_another_subaccount_is_unknown(http: httpx.AsyncClient) -> None:
    other = {"client_id": OTHER_CLIENT.id, "client_secret": OTHER_CLIENT.secret.reveal()}
    answer = await http.post("/oauth/token", data={**AS_ALICE, **other})
    assert_refused(answer, 401, "invalid_grant", "identity.user-wrong")


@pytest.mark.parametrize("missing", ["username", "password"])
async def test_a_password_grant_without_its_parameters(http: httpx.AsyncClient, missing: str) -> None:
    answer = await http.post("/oauth/token", data={**AS_ALICE, **APP, missing: ""})
    assert_refused(answer, 400, "invalid_request", "identity.parameter-missing")


# --- jwt-bearer -------------------------------------------------------------------------------------------------------


async def user_token(http: httpx.AsyncClient, **more: str) -> str:
    return str((await http.post("/oauth/token", data={**AS_ALICE, **APP, **more})).json()["access_token"])


async def test_an_exchange_keeps_the_person_and_changes_the_client(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    assertion = await user_token(http)
    before = dict(installation.verifier.verify(assertion).claims)
    answer = await http.post("/oauth/token", data={"grant_type": JWT_BEARER, "assertion": assertion, **CLIENT})
    after = await claims_of(installation, answer)
    copied = ("sub", "user_id", "user_uuid", "user_name", "email", "given_name", "family_name", "origin")
    for name in (*copied, "xs.user.attributes", "xs.system.attributes", "scope", "zid"):
        assert after[name] == before[name], name
    assert after["cid"] == after["client_id"] == after["azp"] == DESTINATION_CLIENT.id
    assert after["aud"] == ["openid", DESTINATION_CLIENT.id, DESTINATION_CLIENT.xsappname]
    assert after["grant_type"] == JWT_BEARER
    assert after["jti"] != before["jti"]
    assert installation.verifier.verify(answer.json()["access_token"]).is_user_token


async def test_an_exchange_as_the_sdk_does_it(http: httpx.AsyncClient) -> None:
    data = {"grant_type": JWT_BEARER, "assertion": await user_token(http), "response_type": "token", **CLIENT}
    answer = await http.post("/oauth/token", data=data, headers={"x-zid": ACME.id, "Accept": "application/json"})
    assert answer.status_code == 200, answer.text


async def test_an_exchange_never_widens_scopes(http: httpx.AsyncClient) -> None:
    narrow = await user_token(http, scope="orders!t1.Read")
    form = {"grant_type": JWT_BEARER, "assertion": narrow, **CLIENT}
    assert (await http.post("/oauth/token", data=form)).json()["scope"] == "orders!t1.Read"
    answer = await http.post("/oauth/token", data={**form, "scope": "orders!t1.Write"})
    assert_refused(answer, 400, "invalid_scope", "identity.scope-invalid")


async def test_a_technical_token_cannot_be_exchanged(http: httpx.AsyncClient) -> None:
    assertion = (await http.post("/oauth/token", data=FORM)).json()["access_token"]
    answer = await http.post("/oauth/token", data={"grant_type": JWT_BEARER, "assertion": assertion, **CLIENT})
    assert_refused(answer, 401, "invalid_grant", "identity.assertion-technical")


async def test_an_expired_assertion(http: httpx.AsyncClient, installation: Installation) -> None:
    assertion = await user_token(http)
    installation.clock.now += 43_199 + 61
    answer = await http.post("/oauth/token", data={"grant_type": JWT_BEARER, "assertion": assertion, **CLIENT})
    assert_refused(answer, 401, "invalid_grant", "identity.assertion-expired")
    assert "2026-01-01T11:59:59+00:00" in answer.json()["error_description"]


async def test_an_assertion_of_another_tenant(http: httpx.AsyncClient) -> None:
    other = {"client_id": OTHER_CLIENT.id, "client_secret": OTHER_CLIENT.secret.reveal()}
    form = {"grant_type": JWT_BEARER, "assertion": await user_token(http), **other}
    assert_refused(await http.post("/oauth/token", data=form), 401, "invalid_grant", "identity.assertion-foreign")


async def test_forged_and_broken_assertions(
    http: httpx.AsyncClient, installation: Installation, tmp_path: Path
) -> None:
    genuine = await user_token(http)
    claims = installation.verifier.verify(genuine).claims
    async with installed(tmp_path / "another") as another:
        await another.keyring.rotate(at_once=True)
        foreign = another.keyring.sign(dict(claims))
    head, body, signature = genuine.split(".")
    for assertion in ("nonsense", "a.b.c", foreign, f"{head}.{body}.{signature[::-1]}", f"{head}.{body}."):
        form = {"grant_type": JWT_BEARER, "assertion": assertion, **CLIENT}
        answer = await http.post("/oauth/token", data=form)
        assert_refused(answer, 401, "invalid_grant", "identity.assertion-invalid")
        assert assertion not in answer.text


async def test_an_exchange_without_an_assertion(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data={"grant_type": JWT_BEARER, **CLIENT})
    assert_refused(answer, 400, "invalid_request", "identity.parameter-missing")


# --- keys and discovery -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", f"?zid={ACME.id}", "?zid=unknown"])
async def test_the_key_set(http: httpx.AsyncClient, installation: Installation, query: str) -> None:
    answer = await http.get(f"/token_keys{query}")
    assert answer.json() == installation.keyring.jwks()
    for key in answer.json()["keys"]:
        assert key["value"].startswith("-----BEGIN PUBLIC KEY-----")
        assert RSAKey.import_key(key["value"]).as_dict(private=False)["n"] == key["n"]
        assert "d" not in key


async def test_the_key_for_old_clients(http: httpx.AsyncClient, installation: Installation) -> None:
    assert (await http.get("/token_key")).json() == installation.keyring.token_key()


async def test_discovery(http: httpx.AsyncClient) -> None:
    bare = (await http.get("/.well-known/openid-configuration")).json()
    assert bare["issuer"] == "https://authentication.localhost:8444/oauth/token"
    assert bare["token_endpoint"] == "http://localhost:8080/oauth/token"
    assert bare["jwks_uri"] == "http://localhost:8080/token_keys"
    assert set(bare["grant_types_supported"]) == {
        "client_credentials", "password", JWT_BEARER, "authorization_code", "refresh_token", "user_token",
        "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:token-exchange",
    }  # fmt: skip


async def test_discovery_of_a_tenant_names_the_issuer_of_its_tokens(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    headers = {"Host": "acme.authentication.localhost:8444"}
    for path in ("/.well-known/openid-configuration", "/oauth/token/.well-known/openid-configuration"):
        document = (await http.get(path, headers=headers)).json()
        claims = await claims_of(installation, await http.post("/oauth/token", data=FORM))
        assert document["issuer"] == claims["iss"]
        assert document["token_endpoint"] == "http://acme.authentication.localhost:8444/oauth/token"


async def test_discovery_of_an_unknown_tenant(http: httpx.AsyncClient) -> None:
    answer = await http.get("/.well-known/openid-configuration", headers={"Host": "nobody.localhost"})
    assert_refused(answer, 404, "not_found", "identity.tenant-unknown")


# --- errors -----------------------------------------------------------------------------------------------------------


async def test_the_callers_request_id_comes_back(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data={}, headers={"X-Request-Id": "trace-me"})
    assert answer.headers["x-request-id"] == "trace-me"


async def test_no_refusal_repeats_a_secret(http: httpx.AsyncClient) -> None:
    wrong = {"client_id": DESTINATION_CLIENT.id, "client_secret": "tell-nobody", "grant_type": "client_credentials"}
    for answer in (
        await http.post("/oauth/token", data=wrong),
        await http.post("/oauth/token", data={**AS_ALICE, **APP, "password": "tell-nobody"}),
        await http.post("/oauth/token", params=wrong, data={"client_secret": "tell-nobody-2"}),
    ):
        assert answer.status_code >= 400
        assert "tell-nobody" not in answer.text + str(answer.headers)


def test_every_identity_fault_says_what_to_do() -> None:
    rows = [kind for code, kind in CATALOGUE.items() if code.partition(".")[0] in ("identity", "store")]
    assert len(rows) > 20
    assert all(kind.action.endswith(".") and kind.sentence.endswith(".") for kind in rows)


async def test_a_changed_secret_is_asked_for_at_once(http: httpx.AsyncClient, installation: Installation) -> None:
    assert (await http.post("/oauth/token", data=FORM)).status_code == 200
    await installation.db.clear()
    assert_refused(await http.post("/oauth/token", data=FORM), 401, "invalid_client", "identity.credentials-wrong")
