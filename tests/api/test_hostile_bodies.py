"""Whatever the administration and the token service are sent: an answer with a name, and never a mistake of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from landbridge.api import admin, admin_login
from landbridge.data_folder import read_admin_token
from tests.api.serving import in_thread
from tests.cloud_side import cloud_side

pytestmark = pytest.mark.slow

EXAMPLES = 4
NAMES = st.sampled_from(["acme", "dest", "app", "default", "alice@example.com", "erp"]) | st.sampled_from(
    ["'", "%", "..", "ä€🙂", "x" * 201, "a;b?c#d", "$"]
)
"""Names that are there, and names that try what a name can do."""

QUIET = settings(
    max_examples=EXAMPLES,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    deadline=None,
)


@dataclass(frozen=True)
class Served:
    """A running cloud side, the admin token, and the credentials of a binding."""

    client: httpx.Client
    bearer: str
    binding: dict[str, str]


@asynccontextmanager
async def serve(folder: Path) -> AsyncIterator[Served]:
    async with cloud_side(folder) as side:
        binding: Any = (await side.binding("acme", "dest"))["destination"][0]["credentials"]
        token = read_admin_token(side.settings.data).reveal()
        with httpx.Client(base_url=side.running.local_url, trust_env=False, timeout=60) as client:
            yield Served(client, f"Bearer {token}", binding)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with in_thread(lambda: serve(tmp_path_factory.mktemp("hostile"))) as value:
        yield value


def document() -> dict[str, Any]:
    """The administration, described by its routes. Checks call other servers; they have tests of their own."""
    nothing: Any = Mock()
    routers = [admin.router(nothing, nothing, resets=True), admin_login.login_router(nothing)]
    found = get_openapi(title="x", version="1", routes=[route for router in routers for route in router.routes])
    found["paths"] = {path: item for path, item in found["paths"].items() if "check" not in path and "prob" not in path}
    return found


DOCUMENT = document()
OPERATIONS = [
    (method, path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_administration(served: Served, method: str, path: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.config.update(base_url=str(served.client.base_url))
    operation = schema[path][method]

    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def run(case: schemathesis.Case, data: st.DataObject) -> None:
        case.path_parameters = {name: data.draw(NAMES) for name in case.path_parameters or {}}
        case.headers = {**(case.headers or {}), "Authorization": served.bearer}
        answer = case.call()
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.json()["code"], "every refusal has a name"

    run()


PARAMETERS = (
    "grant_type", "client_id", "client_secret", "username", "password", "scope", "assertion", "refresh_token", "code",
    "redirect_uri", "code_verifier", "subject_token", "subject_token_type", "actor_token", "actor_token_type",
    "requested_token_type", "client_assertion", "client_assertion_type", "token_format", "response_type", "authorities",
    "resource", "app_tid", "login_hint", "refresh_expiry",
)  # fmt: skip
GRANTS = [
    "client_credentials", "password", "authorization_code", "refresh_token", "user_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
]  # fmt: skip
VALUES = st.text(max_size=40) | st.sampled_from(["", "e30.e30.e30", "PHg+", "{}", "[]", "{" * 5000, "a" * 20_000, "\0"])


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth2/token", "/oauth/token/alias/x"])
@pytest.mark.parametrize("grant", GRANTS)
def test_the_token_service(served: Served, grant: str, path: str) -> None:
    @settings(QUIET, max_examples=10)
    @given(form=st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=8), proven=st.booleans(), tenant=VALUES)
    def run(form: dict[str, str], proven: bool, tenant: str) -> None:
        own = {"client_id": served.binding["clientid"], "client_secret": served.binding["clientsecret"]}
        sent = {"grant_type": grant, **form, **(own if proven else {})}
        text = tenant[:200].encode()
        headers = {} if proven else _legal({"x-zid": text, "Authorization": b"Bearer " + text})
        answer = served.client.post(path, data=sent, headers=headers)
        assert answer.status_code < 500, answer.text
        body = answer.json()
        assert "access_token" in body if answer.status_code == 200 else body["error"]

    run()


def _legal(headers: dict[str, bytes]) -> dict[str, bytes]:
    """What a client library lets out: the others do not reach us."""
    return {
        name: value for name, value in headers.items() if not set(value) & set(range(32)) and value == value.strip()
    }
