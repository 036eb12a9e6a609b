"""Logging in with a browser, and the code that an application gets for it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from landbridge.identity.codes import LIFETIME
from landbridge.model.subaccount import Service
from landbridge.store import ClientRepository, InstanceRepository, UserRepository
from tests.api.token_http import APP, CLIENT, OTHER_APP, assert_refused, claims, token, token_http
from tests.identity.seed import ACME, ALICE, APP_CLIENT, INSTANCE, Installation, installed

pytestmark = pytest.mark.anyio

CALLBACK = "http://localhost:5000/login/callback"
TENANT = {"Host": "acme.authentication.localhost:8444"}
XSUAA = replace(INSTANCE, id="9a1de7b2-0000-4000-8000-00000000000a", name="uaa", service=Service.XSUAA)


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as installation:
        yield installation


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with token_http(installation) as http:
        yield http


def query(**more: str) -> dict[str, str]:
    asked = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": CALLBACK, "state": "s&1", **more}
    return {name: value for name, value in asked.items() if value}


class Form(HTMLParser):
    """The form of a page: where it goes, its fields, and which labels belong to them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields, self.labels, self.ids = "", {}, set(), set()  # type: ignore[var-annotated]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values["action"]
        elif tag == "label":
            self.labels.add(values["for"])
        elif tag == "input":
            self.fields[values["name"]] = values.get("value", "")
            if values.get("type") != "hidden":
                self.ids.add(values["id"])


async def open_page(http: httpx.AsyncClient, **more: str) -> Form:
    answer = await http.get("/oauth/authorize", params=query(**more))
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


async def log_in(http: httpx.AsyncClient, form: Form, **fields: str) -> httpx.Response:
    data = {**form.fields, "username": ALICE.name, "password": ALICE.password.reveal(), **fields}
    return await http.post(form.action, data=data)


def answered(response: httpx.Response) -> dict[str, str]:
    """The parameters that the application gets."""
    assert response.status_code == 302, response.text
    assert response.headers["location"].startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


async def code_of(http: httpx.AsyncClient, **more: str) -> str:
    """A code for a browser that nobody is logged in with yet."""
    http.cookies.clear()
    return answered(await log_in(http, await open_page(http, **more)))["code"]


def exchange(code: str, **more: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **APP, **more}


async def test_the_whole_way_of_an_approuter(http: httpx.AsyncClient, installation: Installation) -> None:
    back = answered(await log_in(http, await open_page(http)))
    assert back["state"] == "s&1"
    answer = await token(http, **exchange(back["code"]))
    assert answer["refresh_token"]
    assert "id_token" not in answer
    found = claims(installation, answer)
    assert (found["user_name"], found["zid"], found["grant_type"]) == ("alice", ACME.id, "authorization_code")
    assert found["scope"] == ["openid", *ALICE.scopes]


async def test_the_page_needs_no_script_and_tells_a_screen_reader_everything(http: httpx.AsyncClient) -> None:
    answer = await http.get("/oauth/authorize", params=query(login_hint="bob@acme.test"))
    page = answer.text
    assert '<html lang="en">' in page
    assert "<script" not in page
    form = Form(page)
    assert form.ids == form.labels == {"username", "password"}
    assert form.fields["username"] == "bob@acme.test"
    refused = await log_in(http, form, password="wrong")
    assert refused.status_code == 401
    assert 'role="alert"' in refused.text
    assert 'aria-describedby="problem"' in refused.text
    assert "Not logged on" in refused.text
    assert "wrong" not in Form(refused.text).fields["password"]


async def test_the_page_cannot_be_framed_nor_load_anything(http: httpx.AsyncClient) -> None:
    answer = await http.get("/oauth/authorize", params=query())
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://localhost:5000;" in policy
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


async def test_whatever_is_in_the_query_stays_text(http: httpx.AsyncClient) -> None:
    answer = await http.get("/oauth/authorize", params=query(login_hint='"><script>x</script>', state='"><b>'))
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


async def test_another_site_cannot_send_the_form(http: httpx.AsyncClient, installation: Installation) -> None:
    form = await open_page(http)
    stale = await log_in(http, form, form_token="0" * 64)
    assert stale.headers["x-internal-error-code"] == "identity.form-stale"
    async with token_http(installation) as stranger:
        without_cookie = await log_in(stranger, form)
        assert without_cookie.headers["x-internal-error-code"] == "identity.form-stale"
        theirs = await open_page(stranger)
    mixed = await log_in(http, form, form_token=theirs.fields["form_token"])
    assert (mixed.status_code, mixed.headers["x-internal-error-code"]) == (403, "identity.form-stale")


async def test_who_is_logged_in_sees_no_page_until_the_logout(http: httpx.AsyncClient) -> None:
    await code_of(http)
    again = await http.get("/oauth/authorize", params=query(client_id=CLIENT["client_id"]))
    assert answered(again)["code"]
    forced = await http.get("/oauth/authorize", params=query(prompt="login"))
    assert forced.status_code == 200
    gone = await http.get("/logout.do", params={"redirect": "http://localhost:5000/bye", "client_id": APP["client_id"]})
    assert gone.headers["location"] == "http://localhost:5000/bye"
    silent = answered(await http.get("/oauth/authorize", params=query(prompt="none")))
    assert silent == {"error": "login_required", "state": "s&1", "error_description": silent["error_description"]}


async def test_a_session_ends_after_half_a_day_and_with_its_user(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    await code_of(http)
    installation.clock.now += 12 * 3600 + 1
    assert (await http.get("/oauth/authorize", params=query())).status_code == 200
    await code_of(http)
    async with installation.db.begin() as session:
        await UserRepository(session).delete(ACME.id, ALICE.name)
    assert (await http.get("/oauth/authorize", params=query())).status_code == 200


async def test_the_cookie_of_before_the_login_is_no_session(http: httpx.AsyncClient) -> None:
    form = await open_page(http)
    planted = {"Cookie": f"landbridge_session=planted; landbridge_form={http.cookies['landbridge_form']}"}
    data = {**form.fields, "username": ALICE.name, "password": ALICE.password.reveal()}
    answer = await http.post(form.action, data=data, headers=planted)
    assert answered(answer)["code"]
    assert "planted" not in answer.headers["set-cookie"]
    asked = await http.get("/oauth/authorize", params=query(), headers={"Cookie": "landbridge_session=planted"})
    assert asked.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_id": ""}, 400, "identity.parameter-missing"),
        ({"client_id": "nobody"}, 401, "identity.client-unknown"),
        ({"redirect_uri": ""}, 400, "identity.parameter-missing"),
        ({"redirect_uri": "https://evil.test/cb"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": "http://localhost.evil.test/"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": "http://localhost@evil.test/"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": "http://evil.test\\@localhost/"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": "javascript:alert(1)//localhost"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": CALLBACK + "#x"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": "//localhost/"}, 400, "identity.redirect-refused"),
        ({"redirect_uri": "http://[::1"}, 400, "identity.redirect-refused"),
    ],
)
async def test_nothing_is_sent_to_an_address_that_nobody_registered(
    http: httpx.AsyncClient, changes: dict[str, str], status: int, code: str
) -> None:
    answer = await http.get("/oauth/authorize", params=query(**changes))
    assert (answer.status_code, answer.headers["x-internal-error-code"]) == (status, code)
    assert "location" not in answer.headers
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
async def test_other_refusals_go_to_the_application(
    http: httpx.AsyncClient, changes: dict[str, str], error: str
) -> None:
    back = answered(await http.get("/oauth/authorize", params=query(**changes)))
    assert (back["error"], back["state"]) == (error, "s&1")


async def test_a_scope_that_the_person_lacks_is_told_to_the_application(http: httpx.AsyncClient) -> None:
    back = answered(await log_in(http, await open_page(http, scope="openid orders!t1.Admin")))
    assert back["error"] == "invalid_scope"


async def test_without_loopback_only_registered_addresses_are_good(installation: Installation) -> None:
    patterns = ("https://app.acme.test/login/callback", "https://*.apps.acme.test/**")
    async with installation.db.begin() as session:
        await InstanceRepository(session).put(replace(XSUAA, redirect_uris=patterns))
        client = replace(APP_CLIENT, id="sb-uaa!t1", instance_id=XSUAA.id, service=Service.XSUAA)
        await ClientRepository(session).put(client)
    async with token_http(installation, loopback=False) as http:
        for uri, good in {
            "https://app.acme.test/login/callback": True,
            "https://app.acme.test/login/callback/x": False,
            "http://app.acme.test/login/callback": False,
            "https://t1.apps.acme.test/a/b?c=d": True,
            "https://evil.test/.apps.acme.test/": False,
            "https://evil.test?.apps.acme.test/": False,
            CALLBACK: False,
        }.items():
            asked = query(client_id="sb-uaa!t1", redirect_uri=uri)
            answer = await http.get("/oauth/authorize", params=asked)
            assert (answer.status_code == 200) is good, uri
            bye = await http.get("/logout.do", params={"redirect": uri, "client_id": "sb-uaa!t1"})
            assert ("location" in bye.headers) is good, uri
        assert "location" not in (await http.get("/logout.do", params={"redirect": CALLBACK})).headers


async def test_a_code_is_good_once_and_a_copy_ends_what_it_gave(http: httpx.AsyncClient) -> None:
    code = await code_of(http)
    given = await token(http, **exchange(code))
    again = await http.post("/oauth/token", data=exchange(code))
    assert_refused(again, 401, "invalid_grant", "identity.code-unknown")
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], **APP}
    refused = await http.post("/oauth/token", data=form)
    assert_refused(refused, 401, "invalid_grant", "identity.refresh-unknown")


async def test_a_code_is_good_for_five_minutes(http: httpx.AsyncClient, installation: Installation) -> None:
    code = await code_of(http)
    installation.clock.now += LIFETIME
    answer = await http.post("/oauth/token", data=exchange(code))
    assert_refused(answer, 401, "invalid_grant", "identity.code-unknown")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "http://localhost:5000/other"}, "identity.code-redirect-differs"),
        ({"redirect_uri": ""}, "identity.code-redirect-differs"),
        (CLIENT, "identity.code-of-another"),
        (OTHER_APP, "identity.code-of-another"),
        ({"code_verifier": "x" * 43}, "identity.code-verifier-wrong"),
        ({"code": "made-up"}, "identity.code-unknown"),
    ],
)
async def test_a_code_in_the_wrong_hands(http: httpx.AsyncClient, changes: dict[str, str], code: str) -> None:
    answer = await http.post("/oauth/token", data=exchange(await code_of(http)) | changes)
    assert_refused(answer, 401, "invalid_grant", code)


async def test_proof_key_for_code_exchange(http: httpx.AsyncClient) -> None:
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    await token(http, **exchange(await code_of(http, **asked), code_verifier=verifier))
    for wrong in ("w" * 64, "", challenge, "short"):
        answer = await http.post("/oauth/token", data=exchange(await code_of(http, **asked), code_verifier=wrong))
        assert_refused(answer, 401, "invalid_grant", "identity.code-verifier-wrong")
    await token(http, **exchange(await code_of(http, code_challenge=verifier), code_verifier=verifier))


async def test_an_id_token_for_who_asks_for_openid_and_it_is_no_access_token(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    answer = await token(http, **exchange(await code_of(http, scope="openid", nonce="n-1")))
    _, body, _ = answer["id_token"].split(".")
    found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert (found["aud"], found["nonce"], found["user_name"]) == ([APP["client_id"]], "n-1", "alice")
    assert (await http.get("/userinfo", headers={"Authorization": f"Bearer {answer['id_token']}"})).status_code == 401
    renewed = await token(http, grant_type="refresh_token", refresh_token=answer["refresh_token"], **APP)
    assert renewed["id_token"]


async def test_the_tenant_is_that_of_the_host(http: httpx.AsyncClient) -> None:
    other = await http.get("/oauth/authorize", params=query(), headers={"Host": "other.authentication.localhost"})
    assert other.headers["x-internal-error-code"] == "identity.not-subscribed"
    nobody = await http.get("/oauth/authorize", params=query(), headers={"Host": "nobody.authentication.localhost"})
    assert (nobody.status_code, nobody.headers["x-internal-error-code"]) == (404, "identity.tenant-unknown")
    own = await http.get("/oauth/authorize", params=query(), headers=TENANT)
    assert own.status_code == 200
    assert "Acme" in own.text


async def test_guessing_passwords_has_to_wait(http: httpx.AsyncClient, installation: Installation) -> None:
    form = await open_page(http)
    for _ in range(10):
        assert (await log_in(http, form, password="wrong")).status_code == 401
    locked = await log_in(http, form)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "300")
    assert "300 seconds" in locked.text
    installation.clock.now += 300
    assert answered(await log_in(http, form))["code"]


async def test_a_body_that_is_no_form_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        f"/oauth/authorize?{urlencode(query())}", content=b"{}", headers={"Content-Type": "application/json"}
    )
    assert answer.headers["x-internal-error-code"] == "identity.request-malformed"
