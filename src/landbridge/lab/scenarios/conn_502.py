"""conn.502: the connector cannot get an answer from the backend (failure-catalogue, row 24)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.connector.settings import ConnectorSettings
from landbridge.lab.pki import Pair, leaf, root
from landbridge.lab.scenario import Scenario, Stage
from landbridge.lab.scenarios.world_stage import Backend, Behind, Story, backend, behind, check, stage
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.deaf import closed_port, full_port
from landbridge.lab.servers.web import answer, fixed, web
from landbridge.model.mapping import Protocol
from landbridge.testing.world import World

FAILURE = "conn.502"
OK = web(lambda call: answer(200, body="ok"))
NO_WAY = "224.0.0.1"
"""An address of a group: no system connects to one, and says so at once."""
QUICK = ConnectorSettings(connect_timeout=0.5)


def secured(made: Callable[[Pair], Pair], protocol: Protocol = Protocol.HTTPS, clients: str = "") -> Backend:
    """A backend with the certificate that `made` makes below an authority that the connector trusts."""

    @asynccontextmanager
    async def started(running: World, folder: Path) -> AsyncIterator[Behind]:
        top = root("Lab Root")
        trusted = folder / "trusted.pem"
        trusted.write_text(top.pem)
        context = server_context(made(top), folder, clients=clients)
        with listening(tls(context, OK)) as port:
            yield Behind((behind(port, protocol),), {"trusted_ca_files": (str(trusted),)})

    return started


def _nowhere(text: str, host: str) -> Stage:
    """A mapping to an internal host at which nobody can be."""

    @asynccontextmanager
    async def nowhere(running: World, folder: Path) -> AsyncIterator[Behind]:
        yield Behind((replace(behind(80), internal_host=host),))

    return stage(Story(text, backend=nowhere))


def _client_authority() -> str:
    return root("Lab Client CA").pem


def _for_another(top: Pair) -> Pair:
    return leaf(top, ["erp.example.test"])


def _expired(top: Pair) -> Pair:
    return leaf(top, days=10, age=30)


def _self_signed(top: Pair) -> Pair:
    return leaf(None)


def _unknown(top: Pair) -> Pair:
    return leaf(root("Another Root"), usage=ExtendedKeyUsageOID.SERVER_AUTH)


_PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CUT = b"HTTP/1.1 200 OK\r\nContent-Le"

SCENARIOS = (
    Scenario(FAILURE, "backend-down", stage(Story("Nothing listens there.", backend=backend(closed_port)))),
    Scenario(
        FAILURE,
        "on-premise-firewall",
        stage(
            Story(
                "Nobody answers there.",
                backend=backend(full_port),
                connector_settings=QUICK,
                command=check("--timeout", "0.6"),
            )
        ),
    ),
    Scenario(FAILURE, "on-premise-firewall", _nowhere("There is no way.", NO_WAY), "no-way"),
    Scenario(FAILURE, "internal-dns", _nowhere("The internal host has no address.", "no-such-host.invalid")),
    Scenario(FAILURE, "tls", stage(Story("It vouches for itself.", backend=secured(_self_signed))), "self-signed"),
    Scenario(FAILURE, "tls", stage(Story("Its authority is not trusted.", backend=secured(_unknown))), "root-missing"),
    Scenario(FAILURE, "tls", stage(Story("Its certificate is over.", backend=secured(_expired))), "expired"),
    Scenario(FAILURE, "tls", stage(Story("It is for another host.", backend=secured(_for_another))), "name"),
    Scenario(
        FAILURE,
        "tls",
        stage(Story("It wants a certificate.", backend=secured(leaf, clients=_client_authority()))),
        "certificate-wanted",
    ),
    Scenario(
        FAILURE,
        "wrong-protocol",
        stage(Story("HTTPS to a plain port.", backend=backend(partial(listening, fixed(_PLAIN)), Protocol.HTTPS))),
        "plain-port",
    ),
    Scenario(
        FAILURE,
        "wrong-protocol",
        stage(Story("HTTP to a port with TLS.", backend=secured(leaf, Protocol.HTTP))),
        "tls-port",
    ),
    Scenario(
        FAILURE,
        "wrong-protocol",
        stage(
            Story("It speaks something else.", backend=backend(partial(listening, fixed(b"SSH-2.0-OpenSSH_9.6\r\n"))))
        ),
        "no-http",
    ),
    Scenario(FAILURE, "closed-early", stage(Story("It hangs up.", backend=backend(partial(listening, fixed(_CUT)))))),
)
