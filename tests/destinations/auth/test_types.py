from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from landbridge.destinations.auth.types import LATER, TYPES
from landbridge.destinations.request import FindRequest
from tests.destinations.scene import Scene

pytestmark = pytest.mark.anyio


async def entries(scene: Scene, properties: dict[str, object], **request: Any) -> list[dict[str, Any]]:
    await scene.put(properties)
    answer = await scene.service().find(FindRequest(await scene.bearer(), "D", **request))
    assert isinstance(answer.body, dict)
    tokens: list[dict[str, Any]] = answer.body.get("authTokens", [])
    return tokens


@pytest.mark.parametrize("name", ["NoAuthentication", "PrincipalPropagation", "TokenForwarding"])
async def test_types_without_tokens(scene: Scene, name: str) -> None:
    assert await entries(scene, {"Authentication": name, "ProxyType": "OnPremise"}) == []


async def test_no_authentication_is_the_default(scene: Scene) -> None:
    assert await entries(scene, {"User": "u", "Password": "p"}) == []


async def test_basic_authentication(scene: Scene) -> None:
    properties: dict[str, object] = {"Authentication": "BasicAuthentication", "User": "Jörg", "Password": "a:ß"}
    (entry,) = await entries(scene, properties)
    assert b64decode(entry["value"]).decode() == "Jörg:a:ß"
    assert entry == {
        "type": "Basic",
        "value": entry["value"],
        "http_header": {"key": "Authorization", "value": f"Basic {entry['value']}"},
    }


async def test_mail_has_its_own_user_and_password(scene: Scene) -> None:
    properties: dict[str, object] = {"Type": "MAIL", "Authentication": "BasicAuthentication"}
    properties |= {"mail.user": "u", "mail.password": "p", "User": "x", "Password": "y"}
    (entry,) = await entries(scene, properties)
    assert b64decode(entry["value"]) == b"u:p"


@pytest.mark.parametrize(
    ("user", "code"),
    [({}, "destination.property-missing"), ({"User": "a:b"}, "destination.property-invalid")],
)
async def test_basic_authentication_without_a_usable_user(scene: Scene, user: dict[str, object], code: str) -> None:
    (entry,) = await entries(scene, {"Authentication": "BasicAuthentication", "Password": "geheim", **user})
    assert entry["code"] == code
    assert "User" in entry["error"]
    assert "geheim" not in entry["error"]


@pytest.mark.parametrize("name", sorted(LATER))
async def test_a_type_that_is_not_supported_yet_says_so(scene: Scene, name: str) -> None:
    (entry,) = await entries(scene, {"Authentication": name})
    assert entry["code"] == "destination.type-unsupported"
    assert name in entry["error"]
    assert "[destination.type-unsupported]" in entry["error"]
    assert "http_header" not in entry
    assert (entry["type"], entry["value"], entry["expires_in"]) == ("", "", "")
    assert all(isinstance(value, str) for value in entry.values())


async def test_a_type_that_does_not_exist(scene: Scene) -> None:
    (entry,) = await entries(scene, {"Authentication": "basicauthentication"})
    assert entry["code"] == "destination.type-unknown"


def test_no_type_is_both_supported_and_for_later() -> None:
    assert not LATER & TYPES.keys()
