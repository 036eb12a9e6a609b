"""Connectors with a certificate that does not fit, or with none: each learns the named reason (traps 1)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from landbridge.connector.gateway_request import client_context
from landbridge.connector.program import Disconnected
from landbridge.connector.state.files import ConnectorState, load_state
from landbridge.faults import Fault
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, world
from tests.world.certificates import authority, issue
from tests.world.peers import UPGRADE, answer_of, context_of, tunnel_port

pytestmark = pytest.mark.anyio


async def outcome(erp: World, state: ConnectorState, name: str) -> Fault | None:
    """What `Connector.run` says with that state, or the reason of the first failed attempt."""
    content = ConnectorContent(name, ACME, name)
    running = await erp.run_connector(content, state, wait=False)
    event = await running.next_event()
    assert isinstance(event, Disconnected)
    if event.retry_in is None:
        assert await running.done == event.reason
    return event.reason


@pytest.fixture
def good(erp: World) -> ConnectorState:
    return erp.connectors["erp"].state


async def test_none(erp: World, good: ConnectorState) -> None:
    reader, writer = await tunnel_port(erp, client_context(good.ca_pem))
    writer.write(UPGRADE)
    status, body = await answer_of(reader)
    assert (status, body["code"], body["fault"]["code"]) == (403, *["tunnel.certificate-missing"] * 2)
    assert body["origin"] == "tunnel"
    assert body["action"].endswith(".")


async def test_of_a_foreign_authority(erp: World, good: ConnectorState) -> None:
    foreign = issue(authority("elsewhere"), (NameOID.COMMON_NAME, good.connector_id))
    state = replace(good, certificate_pem=foreign.certificate_pem, key_pem=foreign.key_pem)
    reason = await outcome(erp, state, "foreign")
    assert reason is not None
    assert (reason.code, reason.params["issuer"]) == ("tunnel.certificate-foreign", "CN=elsewhere")


async def test_with_the_key_of_another(erp: World, good: ConnectorState) -> None:
    other = issue(authority(), (NameOID.COMMON_NAME, "x"))
    with pytest.raises(Exception, match=r"connector\.state-unreadable"):
        await outcome(erp, replace(good, key_pem=other.key_pem), "mixed")


class Shifted:
    """A clock that runs ahead or behind."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.mark.parametrize(
    ("ahead", "code", "gives_up"),
    [
        (366 * 86_400.0, "tunnel.certificate-expired", True),
        (-2 * 86_400.0, "tunnel.certificate-not-yet-valid", False),
    ],
)
async def test_outside_its_time(folder: Path, ahead: float, code: str, gives_up: bool) -> None:
    clock = Shifted()
    async with world(folder, clock=clock) as running:
        state = running.connectors["erp"].state
        await running.connectors["erp"].connector.stop()
        clock.ahead = ahead
        again = await running.run_connector(ConnectorContent("late", ACME), state, wait=False)
        event = await again.next_event()
        assert isinstance(event, Disconnected)
        assert (event.reason.code, event.retry_in is None) == (code, gives_up)


async def test_revoked(erp: World) -> None:
    running = await erp.add_connector(ConnectorContent("bad", ACME, "bad"))
    serial = x509.load_pem_x509_certificate(running.state.certificate_pem.encode()).serial_number
    await erp.cloud.administration.revoke(running.state.connector_id)
    reason = await running.done
    assert reason is not None
    assert (reason.code, reason.params["serial"]) == ("tunnel.certificate-revoked", f"{serial:x}")
    assert "bad" not in [status.location_id for status in erp.cloud.gateway.connectors()]
    again = await outcome(erp, running.state, "bad again")
    assert again is not None
    assert again.code == "tunnel.certificate-revoked"
    reader, writer = await tunnel_port(erp, context_of(running.state))
    writer.write(UPGRADE)
    assert (await answer_of(reader))[1]["code"] == "tunnel.certificate-revoked"


async def test_a_gateway_of_another_installation(erp: World, folder: Path) -> None:
    """The connector was enrolled elsewhere, and finds this gateway under its address."""
    async with world(folder, fresh=True) as elsewhere:
        state = elsewhere.connectors["erp"].state
        reason = await outcome(erp, replace(state, gateways=erp.connectors["erp"].state.gateways), "lost")
    assert reason is not None
    assert reason.code == "tunnel.gateway-untrusted"


async def test_state_survives_the_folder(erp: World) -> None:
    assert load_state(erp.folder / "connector-erp") == erp.connectors["erp"].state
