"""The SAP Cloud SDK for Python, unmodified: it finds by the second version of the API, and keeps content of all kinds.

It has no bulk writes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import run_program
from tests.clients.python import environment_of
from tests.clients.recorder import Arrived, recorder
from tests.clients.token_service import TokenService, token_of
from tests.cloud_side import cloud_side
from tests.destinations.keystores.files import a_pem

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(600)]  # packages may have to come first

PROJECT = Path(__file__).parent / "sap_cloud_sdk_python"
DOMAIN = "authentication.landbridge.test"
ACME, GLOBEX = "3c9e1b1a-7d42-4a58-9a55-0c5d6c1f0a11", "3c9e1b1a-7d42-4a58-9a55-0c5d6c1f0a22"
CREDENTIALS = {"client_id": "c1", "client_secret": "s1"}
LANDSCAPE = f"""\
landbridge: 1
subaccounts:
  - id: {ACME}
    subdomain: acme
    instances:
      - name: shop
        service: destination
        destinations: [{{Name: both, Type: HTTP, URL: "http://x.test", at: instance}}]
    destinations:
      - {{Name: both, Type: HTTP, URL: "http://x.test", at: subaccount}}
      - {{Name: basic, Type: HTTP, URL: "http://x.test", Authentication: BasicAuthentication, User: u, Password: p}}
      - {{Name: credentials, Type: HTTP, URL: "http://x.test", Authentication: OAuth2ClientCredentials,
          tokenServiceURL: TOKENS/credentials/oauth/token, clientId: c1, clientSecret: s1, URL.headers.x-region: north}}
      - {{Name: code, Type: HTTP, URL: "http://x.test", Authentication: OAuth2AuthorizationCode,
          tokenServiceURL: TOKENS/code/oauth/token, clientId: c1, clientSecret: s1}}
      - {{Name: exchange, Type: HTTP, URL: "http://x.test", Authentication: OAuth2TokenExchange,
          tokenServiceURL: TOKENS/exchange/oauth/token, clientId: c1, clientSecret: s1}}
      - {{Name: bearer, Type: HTTP, URL: "http://x.test", Authentication: OAuth2SAMLBearerAssertion,
          SAMLAssertionProvider: ClientProvided, tokenServiceURL: TOKENS/bearer/oauth/token, clientKey: k1}}
      - {{Name: refused, Type: HTTP, URL: "http://x.test", Authentication: OAuth2ClientCredentials,
          tokenServiceURL: TOKENS/refused/oauth/token, clientId: c1, clientSecret: s1}}
  - id: {GLOBEX}
    subdomain: globex
    subscriptions: [{{provider: acme, application: shop}}]
    subscription_content:
      - provider: acme
        instance: shop
        destinations: [{{Name: both, Type: HTTP, URL: "http://x.test", at: subscription}}]
    destinations: [{{Name: both, Type: HTTP, URL: "http://x.test", at: subscriber}}]
"""


@dataclass(frozen=True)
class Played:
    """What the application saw in its scenes, and what arrived at the token service of somebody else."""

    scenes: dict[str, Any]
    arrived: tuple[Arrived, ...]

    def result(self, scene: str) -> Any:
        assert "result" in self.scenes[scene], self.scenes[scene]
        return self.scenes[scene]["result"]

    def form(self, destination: str) -> dict[str, str]:
        """Of the last request for a token of a destination."""
        return [one.form for one in self.arrived if one.path.startswith(f"/{destination}/")][-1]


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """The application played all its scenes once."""
    python = environment_of(PROJECT)
    folder = tmp_path_factory.mktemp("python")
    hosts = folder / "hosts"
    hosts.write_text("".join(f"127.0.0.1 {name}.{DOMAIN}\n" for name in ("acme", "globex")))
    async with recorder(TokenService({})) as tokens:
        text = LANDSCAPE.replace("TOKENS", f"http://127.0.0.1:{tokens.port}")
        async with cloud_side(folder, text, token_domain=DOMAIN) as side:
            (entry,) = (await side.binding("acme"))["destination"]
            environment = {
                "BINDING": json.dumps(entry["credentials"]),
                "HOSTS": str(hosts),
                "REQUESTS_CA_BUNDLE": str(side.settings.data / "ca.pem"),
                "CERTIFICATE": base64.b64encode(a_pem()).decode(),
                "HOME": str(folder),
                "NO_PROXY": "*",
            }
            scenes = await run_program(python, PROJECT / "application.py", env=environment)
        yield Played(scenes, tuple(tokens.arrived))


async def test_all_levels_of_both_tenants(played: Played) -> None:
    """The tenant of a subscriber is chosen by the host of the token service."""
    assert played.result("levels") == {
        "None/None": "instance",
        "None/subaccount": "subaccount",
        "None/instance": "instance",
        "None/provider_subaccount": "subaccount",
        "None/provider_instance": "instance",
        "globex/None": "subscription",
        "globex/subaccount": "subscriber",
        "globex/instance": "subscription",
        "globex/provider_subaccount": "subaccount",
        "globex/provider_instance": "instance",
    }


async def test_what_is_not_there_is_none(played: Played) -> None:
    assert played.result("missing") is None


async def test_the_header_of_the_token_is_used_as_it_is(played: Played) -> None:
    value = base64.b64encode(b"u:p").decode()
    assert played.result("basic") == [["Basic", value, {"key": "Authorization", "value": f"Basic {value}"}]]


async def test_client_credentials(played: Played) -> None:
    headers, scope = played.result("client_credentials")
    assert headers == {"Authorization": f"Bearer {token_of('credentials')}", "x-region": "north"}
    assert scope == "orders.read"
    assert played.form("credentials") == {"grant_type": "client_credentials", **CREDENTIALS}


async def test_an_authorization_code(played: Played) -> None:
    """The SDK passes the address of return as the application encoded it; it reaches the token service decoded once."""
    assert played.result("authorization_code")[0][1] == token_of("code")
    assert played.form("code") == {
        "grant_type": "authorization_code",
        "code": "c-1",
        "redirect_uri": "https://app.test/cb",
        "code_verifier": "v-1",
        **CREDENTIALS,
    }


async def test_a_token_exchange(played: Played) -> None:
    assert played.result("token_exchange")[0][1] == token_of("exchange")


async def test_a_chain(played: Played) -> None:
    assert played.result("chain")[0][1] == token_of("bearer")
    assert played.form("exchange")["subject_token"] == "s-2"
    assert played.form("bearer")["assertion"] == token_of("exchange")


async def test_a_refused_token_is_told_with_the_cause(played: Played) -> None:
    text = "\n".join(played.scenes["refused"]["error"])
    assert "Retrieval of OAuthToken failed due to: " in text
    assert "Nobody here knows you" in text
    assert played.result("skipped") == []


async def test_the_life_of_destinations(played: Played) -> None:
    by_name, (page, paging), properties, labels, labelled, gone = played.result("life_of_destinations")
    assert by_name == ["made-03"]
    assert page == [f"made-{number:02}" for number in range(4, 9)], "'both' comes first, on page 1"
    assert paging == [
        3,
        13,
        "/instanceDestinations?$page=3&$pageSize=5",
        "/instanceDestinations?$page=1&$pageSize=5",
    ]
    assert properties == {"n": "new"}
    assert labels == [{"key": "env", "values": ["qa"]}]
    assert labelled == ["made-01"]
    assert gone is None


async def test_a_name_that_is_taken(played: Played) -> None:
    assert any("409" in text for text in played.scenes["taken"]["error"])


async def test_the_life_of_fragments(played: Played) -> None:
    labelled, *urls, gone = played.result("life_of_fragments")
    assert labelled == ["f-1"]
    assert urls == ["http://fragment.test", "http://fragment.test", "http://x.test"]
    assert gone is None


async def test_the_life_of_certificates(played: Played) -> None:
    assert played.result("life_of_certificates") == [["a.pem"], ["a.pem"], True, None]
