"""The SAP Cloud SDK for JavaScript, unmodified, against the real programs, with a real backend behind the connector."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from landbridge.testing.sample_backend import SampleBackend, Seen
from tests.clients.node import require_node, require_packages
from tests.clients.programs import System, run_program, whole_system

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]  # packages may have to come first

HERE = Path(__file__).parent
PROJECT = HERE / "sap_cloud_sdk_js"
SERVICE = "/sap/opu/odata/sap/ORDERS"
TECHNICAL = ("sap-connectivity-", "proxy-", "sap-cp-connectivity-")


@dataclass(frozen=True)
class Played:
    """What the application saw in its scenes, and what the backend saw of them."""

    system: System
    scenes: dict[str, Any]
    seen: tuple[Seen, ...]

    def at_backend(self, scene: str) -> list[Seen]:
        """The requests of a scene, as they arrived."""
        return [request for request in self.seen if headers(request).get("x-scene") == scene]


def headers(request: Seen) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """The application played all its scenes once."""
    node = require_node()
    require_packages(PROJECT)
    folder = tmp_path_factory.mktemp("sdk")
    landscape = folder / "landscape.yaml"
    async with SampleBackend() as backend:
        landscape.write_text((HERE / "landscape.yaml").read_text().replace("BACKEND", str(backend.port)))
        async with whole_system(folder, landscape, subaccount="acme", connector="hall-7") as system:
            environment = {
                "VCAP_SERVICES": system.vcap,
                "NODE_EXTRA_CA_CERTS": str(system.ca),
                "USER_NAME": "erika",
                "USER_PASSWORD": "Buchstabe-7",
            }
            scenes = await run_program(node, PROJECT / "application.js", "on_premise", env=environment)
            yield Played(system, scenes, tuple(backend.seen))


async def test_the_destination_leads_to_our_proxy(played: Played) -> None:
    assert played.scenes["destination"]["result"] == {
        "name": "orders",
        "url": "http://erp.internal:8000",
        "proxyType": "OnPremise",
        "proxyHost": json.loads(played.system.vcap)["connectivity"][0]["credentials"]["onpremise_proxy_host"],
        "proxyPort": str(played.system.ports["door"]),
        "locationId": "hall-7",
    }


async def test_a_missing_destination_is_null_and_no_error(played: Played) -> None:
    """The SDK compares our 404 text byte for byte; anything else would be an exception."""
    assert played.scenes["missing"] == {"result": None}


async def test_reading_arrives_as_it_was_sent(played: Played) -> None:
    scene = played.scenes["read"]
    assert scene["status"] == 200
    assert [order["ID"] for order in scene["data"]["d"]["results"]] == ["1", "2"]
    assert scene["headers"]["server"] == "landbridge-sample"
    (request,) = played.at_backend("read")
    assert request.method == "GET"
    assert request.target == f"{SERVICE}/Orders?$top=2&$filter=Customer%20eq%20'M%C3%BCller%20%26%20S%C3%B6hne'"
    assert headers(request)["host"] == "erp.internal:8000"


async def test_no_technical_header_reaches_the_backend(played: Played) -> None:
    assert played.seen
    names = {name for request in played.seen for name in headers(request)}
    assert not [name for name in names if name.startswith(TECHNICAL)]
    assert not [request for request in played.seen if "eyJ" in str(request.headers)], "a token leaked"


async def test_the_csrf_middleware_writes(played: Played) -> None:
    scene = played.scenes["create"]
    assert (scene["status"], scene["data"]["d"]["Customer"]) == (201, "Müller")
    *fetches, write = played.at_backend("create")
    assert {request.method for request in fetches} == {"HEAD"}
    assert headers(fetches[-1])["x-csrf-token"] == "Fetch"
    assert write.method == "POST"
    assert write.complete
    assert headers(write)["x-csrf-token"] not in ("", "Fetch")
    assert {part.partition("=")[0] for part in headers(write)["cookie"].split(";")} == {
        "SAP_SESSIONID_LBR_100",
        "sap-usercontext",
    }


async def test_without_a_csrf_token_the_backend_refuses(played: Played) -> None:
    refusal = answer_of(played.scenes["createWithoutToken"])
    assert (refusal["status"], refusal["headers"]["x-csrf-token"]) == (403, "Required")
    assert "x-error-origin" not in refusal["headers"]


async def test_an_encoded_slash_stays_encoded(played: Played) -> None:
    assert played.scenes["encoded"]["data"]["target"] == "/echo/Orders(%27A%2FB%27)"


@pytest.mark.parametrize("scene", ["redirect", "redirectWithUser"])
async def test_a_redirect_to_the_internal_address_is_followed_through_the_door(played: Played, scene: str) -> None:
    """The connector writes the virtual host into Location; for that origin, the SDK sends its proxy headers again."""
    assert (played.scenes[scene]["status"], played.scenes[scene]["data"]["path"]) == (200, "/echo")
    first, second = played.at_backend(scene)
    assert (first.target, second.target) == ("/redirect?to=/echo", "/echo")
    assert headers(second)["host"] == "erp.internal:8000"


async def test_basic_credentials_go_to_the_backend(played: Played) -> None:
    assert played.scenes["basic"]["data"] == {"user": "sample"}
    (request,) = played.at_backend("basic")
    assert headers(request)["authorization"] == f"Basic {base64.b64encode(b'sample:sample').decode()}"


async def test_a_user_may_come_along(played: Played) -> None:
    """The token exchange goes over TLS; the user's token is for the connector and stays there."""
    assert played.scenes["principal"]["status"] == 200
    (request,) = played.at_backend("principal")
    assert not {"authorization", "sap-connectivity-authentication"} & headers(request).keys()


async def test_an_error_of_the_backend_is_not_ours(played: Played) -> None:
    error = answer_of(played.scenes["backendError"])
    assert (error["status"], error["data"]) == (500, "The sample backend was asked for 500\n")
    assert error["headers"]["x-sample-backend"] == "status"
    assert not [name for name in error["headers"] if name.startswith("x-error-")]


async def test_a_path_that_is_not_exposed_has_a_name(played: Played) -> None:
    error = answer_of(played.scenes["notExposed"])
    assert error["status"] == 403
    assert error["headers"]["x-internal-error-code"] == "connector.resource-not-exposed"
    assert error["headers"]["x-error-origin"] == "connector"
    assert error["data"] == (
        "Access denied to resource /admin on system erp.internal:8000. In case this was a valid request, ensure to "
        "expose the resource correctly in your cloud connector."
    )
    assert played.at_backend("notExposed") == []


async def test_a_wrong_location_has_a_name(played: Played) -> None:
    error = answer_of(played.scenes["wrongLocation"])
    assert error["status"] == 503
    assert error["headers"]["x-internal-error-code"] == "tunnel.unknown-location"
    assert "SCC location ID 'hall-8'" in error["data"]
    assert played.at_backend("wrongLocation") == []


def answer_of(scene: dict[str, Any]) -> dict[str, Any]:
    """The HTTP answer inside the error that the SDK threw."""
    return next(cause for cause in scene["error"] if "status" in cause)
