"""Destinations as people configure them: two mistakes at once, names that are nearly right, backends with logons."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from landbridge.lab.pki import leaf
from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.avail_private import ALLOWED
from landbridge.lab.scenarios.conn_401 import Make, alice, mutual, propagating, signed, welcome
from landbridge.lab.scenarios.conn_403 import exposing
from landbridge.lab.scenarios.conn_502 import secured
from landbridge.lab.scenarios.world_stage import (
    NAME,
    Behind,
    Command,
    Story,
    backend,
    behind,
    internet,
    on_premise,
    stage,
)
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.deaf import closed_port
from landbridge.lab.servers.web import Call, Respond, answer, web
from landbridge.model.destination import Destination
from landbridge.model.mapping import Mapping, Protocol, Resource
from landbridge.testing.world import World, erp_mapping

LOGONS, AWAY, GOOD = "outbound.http-401", "outbound.http-503", "check.2xx3xx"
_SERVICE = {"Authentication": "BasicAuthentication", "User": "SERVICE", "Password": "wrong"}
_SAP = 'WWW-Authenticate: Basic realm="SAP NetWeaver Application Server [ERP/{}]"'


_VIA = ("probe", "via", "http://erp.virtual:80/", "--subaccount", "acme")


def _check(name: str) -> Command:
    return ("check", name, "--subaccount", "acme")


def _behind(
    text: str, respond: Respond, destination: Destination | None = None, command: Command = _check(NAME)
) -> Stage:
    there = backend(partial(listening, web(respond)))
    return stage(Story(text, None if command is _VIA else destination or on_premise(), there, command=command))


def _framed(before: str, behind: str = "") -> Make:
    """A good token with something around it."""

    async def make(running: World) -> str:
        return f"{before}{await alice(running)}{behind}"

    return make


def _refusing(*challenges: str) -> Respond:
    return lambda call: answer(401, *challenges)


@asynccontextmanager
async def _down_and_hidden(running: World, folder: Path) -> AsyncIterator[Behind]:
    with closed_port() as port:
        yield Behind((replace(behind(port), resources=(Resource("/sap"),)),))


def _moved_port(running: World) -> tuple[Mapping, ...]:
    return (replace(erp_mapping(running.backend.port), virtual_port=8000),)


def _later(call: Call) -> bytes:
    time.sleep(1)
    return answer(200)


def _no_head(call: Call) -> bytes:
    return answer(403) if call.method == "HEAD" else answer(200)


def _direct(text: str, token: Respond, taken: str = "good") -> Stage:
    """A destination that gets a token first, and a backend that takes one of them."""

    def respond(call: Call) -> bytes:
        good = call.headers.get("authorization") == f"Bearer {taken}"
        return answer(200) if good else answer(401, "WWW-Authenticate: Bearer")

    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        with listening(web(token)) as service, listening(web(respond)) as port:
            destination = internet(
                f"http://127.0.0.1:{port}/",
                Authentication="OAuth2ClientCredentials",
                tokenServiceURL=f"http://127.0.0.1:{service}/oauth/token",
                clientId="lab",
                clientSecret="lab",
            )
            async with stage(Story(text, destination, connector=False, settings=ALLOWED))(folder) as ready:
                yield ready

    return staged


def _granted(call: Call) -> bytes:
    return answer(200, body='{"access_token":"good","token_type":"bearer"}', kind="application/json")


def _welcome_page(call: Call) -> bytes:
    return answer(200, body="<html>Welcome</html>", kind="text/html")


def _location(text: str, wanted: str, there: str) -> Stage:
    return stage(Story(text, on_premise(CloudConnectorLocationId=wanted), location=there))


FAILING = (
    Scenario(
        "conn.403",
        "resource-missing",
        stage(Story("Nor is the backend there.", on_premise("http://erp.virtual:80/crm"), _down_and_hidden)),
        "and-down",
    ),
    Scenario("conn.403", "resource-missing", exposing("A slash too much.", "/sap", Resource("/sap/")), "slash"),
    Scenario("conn.403", "resource-missing", exposing("A letter is missing.", "/odta", Resource("/odata")), "letter"),
    Scenario("conn.403", "system-missing", stage(Story("A dot.", on_premise("http://erp.virtual.:80/"))), "dot"),
    Scenario("conn.403", "system-missing", stage(Story("The port.", mappings=_moved_port)), "no-port"),
    Scenario("conn.403", "system-missing", stage(Story("Its real name.", on_premise("http://localhost:80/"))), "real"),
    Scenario("conn.503", "wrong-location", _location("A blank at its end.", "plant ", "plant"), "blank"),
    Scenario("conn.503", "wrong-location", _location("Another dash.", "plant\u20131", "plant-1"), "dash"),
    Scenario(
        "conn.502",
        "tls",
        stage(
            Story(
                "It is over, and for another host.",
                backend=secured(lambda top: leaf(top, ["erp.example.test"], days=10, age=30), Protocol.HTTPS),
            )
        ),
        "two",
    ),
    Scenario(
        LOGONS,
        "bad-credentials",
        _behind("The password is wrong.", _refusing(_SAP.format("100")), on_premise(**_SERVICE)),
        "on-premise",
    ),
    Scenario(
        LOGONS,
        "sap-client",
        _behind("Another client.", _refusing(_SAP.format("000")), on_premise(**_SERVICE, **{"sap-client": "100"})),
        "on-premise",
    ),
    Scenario(
        LOGONS,
        "scheme-unsupported",
        _behind("It wants tickets.", _refusing("WWW-Authenticate: Negotiate"), on_premise(**_SERVICE)),
        "on-premise",
    ),
    Scenario(
        LOGONS,
        "encoding",
        _behind("An umlaut.", _refusing(_SAP.format("100")), on_premise(**{**_SERVICE, "Password": "öffne dich"})),
        "on-premise",
    ),
    Scenario(
        AWAY,
        "backend-down-web-tier",
        _behind("Nobody is behind it.", lambda call: answer(503, "Server: SAP Web Dispatcher")),
        "on-premise",
    ),
    Scenario(
        AWAY,
        "maintenance-or-overload",
        _behind("It says when.", lambda call: answer(503, "Retry-After: 600")),
        "on-premise",
    ),
    Scenario(
        GOOD,
        "redirect-to-login",
        _behind("It leads to its login.", lambda call: answer(302, "Location: /sap/bc/gui/logon?sap-client=100")),
        "on-premise",
    ),
    Scenario("conn.401", "token-malformed", propagating("Quotes.", mutual(welcome), _framed('"', '"')), "quotes"),
    Scenario("conn.401", "token-malformed", propagating("Two words.", mutual(welcome), _framed("Bearer ")), "bearer"),
    Scenario(
        AWAY,
        "backend-down-web-tier",
        _behind("Looked at without a destination.", lambda call: answer(503, "Server: ICM"), None, _VIA),
        "via",
    ),
    Scenario(
        GOOD,
        "redirect-to-login",
        _behind("Looked at without a destination.", lambda call: answer(302, "Location: /login"), None, _VIA),
        "via",
    ),
    Scenario("dest.404", "name-or-level", stage(Story("A blank.", connector=False, command=_check("ERP "))), "blank"),
    Scenario(GOOD, "token-error-inside", _direct("A page instead of a token.", _welcome_page), "page"),
    Scenario(LOGONS, "oauth-stale", _direct("Another token is wanted.", _granted, "another"), "destination"),
)
HEALTHY_ONES = (
    Scenario(
        HEALTHY,
        "on-premise",
        propagating("Signs in a name.", mutual(welcome), signed(user_name='O\'Brien, "Bob" <x>+y=z; #1')),
        "signs",
    ),
    Scenario(
        HEALTHY,
        "on-premise",
        propagating("Umlauts in a name.", mutual(welcome), signed(user_name="Jörg Müßig")),
        "umlauts",
    ),
    Scenario(HEALTHY, "on-premise", stage(Story("Capitals.", on_premise("http://ERP.Virtual:80/"))), "capitals"),
    Scenario(HEALTHY, "on-premise", _behind("It takes its time.", _later), "slow"),
    Scenario(HEALTHY, "on-premise", _behind("It forbids HEAD.", _no_head), "no-head"),
    Scenario(HEALTHY, "internet", _direct("A token, and it is taken.", _granted), "token"),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
