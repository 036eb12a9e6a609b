from __future__ import annotations

from base64 import b64decode

import pytest

from landbridge.destinations.auth.types import DEPRECATED, TYPES
from tests.destinations.auth.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "name", ["NoAuthentication", "ClientCertificateAuthentication", "PrincipalPropagation", "TokenForwarding"]
)
async def test_types_without_tokens(stage: Stage, name: str) -> None:
    assert await stage.entries({"Authentication": name, "ProxyType": "OnPremise"}) == []


async def test_no_authentication_is_the_default(stage: Stage) -> None:
    assert await stage.entries({"User": "u", "Password": "p"}) == []


async def test_basic_authentication(stage: Stage) -> None:
    entry = await stage.entry({"Authentication": "BasicAuthentication", "User": "Jörg", "Password": "a:ß"})
    assert b64decode(entry["value"]).decode() == "Jörg:a:ß"
    assert entry == {
        "type": "Basic",
        "value": entry["value"],
        "http_header": {"key": "Authorization", "value": f"Basic {entry['value']}"},
    }


async def test_mail_has_its_own_user_and_password(stage: Stage) -> None:
    properties = {"Type": "MAIL", "Authentication": "BasicAuthentication"}
    properties |= {"mail.user": "u", "mail.password": "p", "User": "x", "Password": "y"}
    assert b64decode(await stage.value(properties)) == b"u:p"


@pytest.mark.parametrize(
    ("user", "code"),
    [({}, "destination.property-missing"), ({"User": "a:b"}, "destination.property-invalid")],
)
async def test_basic_authentication_without_a_usable_user(stage: Stage, user: dict[str, str], code: str) -> None:
    entry = await stage.entry({"Authentication": "BasicAuthentication", "Password": "geheim", **user})
    assert entry["code"] == code
    assert "User" in entry["error"]
    assert "geheim" not in entry["error"]
    assert "OAuthToken" not in entry["error"]


@pytest.mark.parametrize("name", sorted(DEPRECATED))
async def test_a_type_that_is_given_up_says_so(stage: Stage, name: str) -> None:
    entry = await stage.entry({"Authentication": name})
    assert entry["code"] == "destination.type-unsupported"
    assert name in entry["error"]
    assert "[destination.type-unsupported]" in entry["error"]


async def test_a_type_that_does_not_exist_has_no_tokens(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    assert await stage.entries({"Authentication": "basicauthentication"}) == []
    assert [record.message for record in caplog.records] == ["unknown authentication type"]


def test_every_type_of_the_specification_is_there() -> None:
    assert set(TYPES) == {
        "NoAuthentication",
        "BasicAuthentication",
        "ClientCertificateAuthentication",
        "OAuth2ClientCredentials",
        "OAuth2JWTBearer",
        "OAuth2UserTokenExchange",
        "OAuth2SAMLBearerAssertion",
        "SAMLAssertion",
        "OAuth2Password",
        "OAuth2RefreshToken",
        "OAuth2AuthorizationCode",
        "OAuth2TokenExchange",
        "OAuth2TechnicalUserPropagation",
        "PrincipalPropagation",
        "TokenForwarding",
    }
