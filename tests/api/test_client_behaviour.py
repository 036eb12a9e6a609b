"""The requests of known clients to the byte, and what they read of the answers (docs/acceptance-destination.md).

The clients themselves run in tests/clients. Here are those of which only the traffic is known, and what the others do
without saying so.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from landbridge.app import CloudSide
from landbridge.destinations.certificates.loading import encoded
from tests.cloud_side import ACME, cloud_side
from tests.destinations.keystores.files import a_pem

pytestmark = pytest.mark.anyio

V1 = "/destination-configuration/v1"
LANDSCAPE = f"""\
landbridge: 1
subaccounts:
  - id: {ACME}
    subdomain: acme
    users: [{{name: alice@example.com, password: wonderland, scopes: [uaa.user, shop.read]}}]
    instances:
      - {{name: dest, service: destination}}
      - {{name: app, service: xsuaa, xsappname: shop}}
    destinations:
      - {{Name: "it's 100 %", Type: HTTP, URL: "http://x.test", ProxyType: Internet, Authentication: NoAuthentication}}
      - {{Name: trusting, Type: HTTP, URL: "https://x.test", TrustStoreLocation: trust.pem, User: u, Password: p,
          Authentication: BasicAuthentication}}
    certificates: [{{name: trust.pem, base64: {encoded(a_pem()).reveal()}}}]
"""


@dataclass(frozen=True)
class Stage:
    """A running cloud side, with what a binding says about it."""

    side: CloudSide
    client: httpx.AsyncClient
    destination: Mapping[str, Any]
    application: Mapping[str, Any]

    async def token(self, credentials: Mapping[str, Any], **form: str) -> Any:
        given = {"client_id": credentials["clientid"], "client_secret": credentials["clientsecret"], **form}
        answer = await self.client.post(f"{credentials['url']}/oauth/token", data=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def service_token(self) -> str:
        return str((await self.token(self.destination, grant_type="client_credentials"))["access_token"])

    async def user_token(self) -> str:
        login = {"grant_type": "password", "username": "alice@example.com", "password": "wonderland"}
        return str((await self.token(self.application, **login))["access_token"])

    async def get(self, path: str, bearer: str, **headers: str) -> httpx.Response:
        """As it is: neither quotes nor percent signs nor dollars are touched."""
        url = httpx.URL(self.destination["uri"])
        url = url.copy_with(raw_path=path.encode())
        return await self.client.get(url, headers={"Authorization": f"Bearer {bearer}", **headers})


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with cloud_side(tmp_path_factory.mktemp("clients"), LANDSCAPE) as side:
        trust = ssl.create_default_context(cafile=str(side.settings.data / "ca.pem"))
        services = await side.binding("acme")
        (destination,), (application,) = services["destination"], services["xsuaa"]
        async with httpx.AsyncClient(trust_env=False, verify=trust) as client:
            yield Stage(side, client, _object(destination["credentials"]), _object(application["credentials"]))


def _object(value: object) -> Mapping[str, Any]:
    assert isinstance(value, dict)
    return value


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, payload, _ = token.split(".")
    first, second = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, payload))
    return first, second


async def test_xssec_4_without_a_tenant(stage: Stage) -> None:
    """The secret in the form, never by Basic; a number of seconds."""
    headers = {"User-Agent": "nodejs-xssec-4", "Accept": "application/json"}
    form = {"grant_type": "client_credentials", "client_id": stage.destination["clientid"]}
    form["client_secret"] = stage.destination["clientsecret"]
    answer = await stage.client.post(f"{stage.destination['url']}/oauth/token", data=form, headers=headers)
    told = answer.json()
    assert answer.status_code == 200
    assert isinstance(told["access_token"], str)
    assert type(told["expires_in"]) is int
    assert told["token_type"] == "bearer"


async def test_xssec_4_with_a_zone(stage: Stage) -> None:
    """The scheme is https, whatever the binding says, and the host the bare domain."""
    form = {"grant_type": "client_credentials", "client_id": stage.destination["clientid"]}
    form["client_secret"] = stage.destination["clientsecret"]
    url = f"https://{stage.destination['uaadomain']}/oauth/token"
    answer = await stage.client.post(url, data=form, headers={"x-zid": ACME})
    assert unverified(answer.json()["access_token"])[1]["zid"] == ACME


async def test_what_xssec_accepts(stage: Stage) -> None:
    """`aud`, or `scope`, or `cid` is the client's, or begins with its name and a dot; the key is known by its `kid`."""
    keys = (await stage.client.get(f"https://{stage.destination['uaadomain']}/token_keys?zid={ACME}")).json()["keys"]
    for token, credentials in (
        (await stage.service_token(), stage.destination),
        (await stage.user_token(), stage.application),
    ):
        head, claims = unverified(token)
        (key,) = [one for one in keys if one["kid"] == head["kid"]]
        assert (key["kty"], key["alg"], head["alg"]) == ("RSA", "RS256", "RS256")
        jwt.decode(token, RSAKey.import_key({name: key[name] for name in ("kty", "n", "e")}), algorithms=["RS256"])
        own = {credentials["clientid"], credentials["xsappname"]}
        named = [*claims["aud"], claims["cid"]]
        assert [name for name in named if name in own or name.partition(".")[0] in own]


async def test_xssec_3(stage: Stage) -> None:
    """Every key has its PEM in `value`; else the key of the binding counts. The oldest fetches where `jku` leads."""
    head, _ = unverified(await stage.service_token())
    domain = str(stage.destination["uaadomain"]).partition(":")[0]
    assert str(urlsplit(head["jku"]).hostname).endswith(domain)
    listed = await stage.client.get(f"{stage.side.running.https_url}/token_keys?zid={ACME}")
    (value,) = [key["value"] for key in listed.json()["keys"] if key["kid"] == head["kid"]]
    for pem in (value, stage.destination["verificationkey"]):
        jwt.decode(await stage.service_token(), RSAKey.import_key(pem), algorithms=["RS256"])


async def test_the_claims_that_are_read(stage: Stage) -> None:
    _, user = unverified(await stage.user_token())
    assert user["zid"] == ACME
    assert user["ext_attr"].items() >= {"enhancer": "XSUAA", "zdn": "acme"}.items()
    host = str(urlsplit(user["iss"]).hostname)
    assert host.partition(".")[0] == "acme"
    assert "." in host, "a host without a dot is an error of the SDK"
    texts = ("user_id", "user_name", "email", "origin", "cid", "client_id", "azp", "grant_type", "jti")
    assert [name for name in texts if not isinstance(user[name], str)] == []
    assert isinstance(user["aud"], list)
    assert isinstance(user["scope"], list)
    assert {type(user[name]) for name in ("exp", "iat")} == {int}
    assert isinstance(user["xs.user.attributes"], dict)


async def test_sap_cf_destconn(stage: Stage) -> None:
    """Basic authentication for the service, parameters in the query for a user, the user's token in X-user-token."""
    basic = httpx.BasicAuth(stage.destination["clientid"], stage.destination["clientsecret"])
    url = f"{stage.destination['url']}/oauth/token"
    form = {"client_id": stage.destination["clientid"], "grant_type": "client_credentials"}
    service = (await stage.client.post(url, data=form, auth=basic)).json()["access_token"]
    user = {"Authorization": f"Bearer {await stage.user_token()}"}
    query = {"grant_type": "user_token", "response_type": "token", "client_id": stage.destination["clientid"]}
    first = (await stage.client.post(url, params=query, headers=user)).json()
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await stage.client.post(url, params=again, auth=basic)).json()
    assert unverified(second["access_token"])[1]["user_name"] == "alice@example.com"
    found = await stage.get(f"{V1}/destinations/trusting", service, **{"X-user-token": second["access_token"]})
    (token,) = found.json()["authTokens"]
    assert f"{token['type']} {token['value']}" == "Basic " + base64.b64encode(b"u:p").decode()
    for path in ("/subaccountDestinations", "/subaccountDestinations/trusting"):
        assert (await stage.get(V1 + path, service)).status_code == 200


async def test_the_first_find_of_the_sdk(stage: Stage) -> None:
    """A dollar as it is, the name as it is but for blanks; without an owner it would count as missing."""
    bearer = await stage.service_token()
    found = await stage.get(f"{V1}/destinations/it's%20100%20%25?$skipTokenRetrieval=true", bearer)
    assert found.json()["owner"] == {"SubaccountId": ACME, "InstanceId": None}
    assert found.json()["destinationConfiguration"]["Name"] == "it's 100 %"
    missing = await stage.get(f"{V1}/destinations/nobody?$skipTokenRetrieval=true", bearer)
    assert missing.status_code == 404
    assert missing.json()["ErrorMessage"] == "Configuration with the specified name was not found"


async def test_the_trust_store_of_the_sdk(stage: Stage) -> None:
    """From the subaccount, else from the instance: a miss has to be a 404, and nothing to be taken for a file."""
    bearer = await stage.service_token()
    missing = await stage.get(f"{V1}/instanceCertificates/trust.pem", bearer)
    assert (missing.status_code, "Content" in missing.json()) == (404, False)
    there = (await stage.get(f"{V1}/subaccountCertificates/trust.pem", bearer)).json()
    assert there["Name"] == "trust.pem"
    assert base64.b64decode(there["Content"], validate=True) == a_pem()


async def test_the_only_find_of_the_approuter(stage: Stage) -> None:
    """An empty list of tokens would crash it; an empty user would count as one."""
    found = await stage.get(
        f"{V1}/destinations/it's%20100%20%25", await stage.service_token(), **{"x-correlationid": "router-1"}
    )
    assert found.headers["x-correlationid"] == "router-1"
    answer = found.json()
    assert "authTokens" not in answer
    assert "certificates" not in answer
    wanted = {"Name", "Type", "URL", "ProxyType", "Authentication"}
    assert wanted <= answer["destinationConfiguration"].keys()
    assert "User" not in answer["destinationConfiguration"]


async def test_both_lists_of_the_sdk_at_once(stage: Stage) -> None:
    bearer = await stage.service_token()
    lists = [(await stage.get(f"{V1}/{level}Destinations", bearer)).json() for level in ("instance", "subaccount")]
    assert [type(one) for one in lists] == [list, list]
    for listed in lists[1]:
        assert {type(value) for value in listed.values()} == {str}, "the SDK for Java reads texts alone"
