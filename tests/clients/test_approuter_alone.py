"""The approuter of one subaccount, with the binding as it is without further settings: a port in every address."""

from __future__ import annotations

import pytest

from tests.clients.approuter import approuter
from tests.clients.browser import browser
from tests.clients.stage import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]  # packages may have to come first


async def test_a_login_and_routes_to_destinations(approuter_node: str, the_stage: Stage) -> None:
    async with (
        approuter(approuter_node, the_stage, the_stage.folder / "approuter") as router,
        browser(the_stage.hosts, the_stage.system.ca) as opened,
    ):
        home = f"http://localhost:{router.port}"
        answer = await opened.log_in(f"{home}/basic/protected", "eva", "Buchstabe-6")
        assert (answer.status_code, answer.json()) == (200, {"user": "sample"}), answer.text
        for route, name, value in (
            ("orders", "host", "erp.internal:8000"),
            ("client-credentials", "authorization", "Bearer token-of-client-credentials"),
        ):
            found = (await opened.get(f"{home}/{route}/echo")).json()["headers"]
            assert [value] == [given for key, given in found if key.lower() == name]
