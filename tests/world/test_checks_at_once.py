"""Several checks of one target at the same time, and connectors that go away while they are asked."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.checks.evidence import Evidence, LastGood, Target
from landbridge.checks.memory import remember, remembered
from landbridge.data_folder import read_admin_token
from landbridge.lab.scenarios.conn_timeouts import through
from landbridge.lab.servers.deafness import deafen
from landbridge.lab.servers.mail import SmtpHabits, smtp
from landbridge.lab.servers.relay import Relay
from landbridge.model.content import LevelContent
from landbridge.model.destination import Destination
from landbridge.model.landscape import ConnectorContent, ProbeScope
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import ACME, RunningConnector, World, erp_mapping, subaccount, world

pytestmark = pytest.mark.anyio

AT_ONCE = 7
"""More than a connector looks at for one connection."""
WEB = Destination({"Name": "ERP", "Type": "HTTP", "URL": "http://erp.virtual:80/", "ProxyType": "OnPremise"})
MAIL = Destination(
    {"Name": "MAIL", "Type": "MAIL", "ProxyType": "OnPremise", "mail.smtp.host": "mail.virtual", "mail.smtp.port": "25"}
)


@pytest.fixture
async def running(anyio_backend: object, tmp_path: Path) -> AsyncIterator[World]:
    content = replace(subaccount(ACME, "acme"), level=LevelContent(destinations=(WEB, MAIL)))
    async with world(tmp_path, connectors=[], subaccounts=(content,)) as found:
        yield found


async def connector(running: World, port: int, **more: Any) -> RunningConnector:
    mail = Mapping("mail.virtual", 25, "127.0.0.1", port, protocol=Protocol.TCP)
    return await running.add_connector(ConnectorContent("plant", ACME, "", mappings=(erp_mapping(port), mail), **more))


async def checked(running: World, name: str, seconds: float = 5) -> dict[str, Any]:
    token = read_admin_token(running.cloud.settings.data).reveal()
    url = f"{running.cloud.running.local_url}/admin/subaccounts/acme/destinations/{name}/check"
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        answer = await client.post(url, json={"seconds": seconds})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def causes(report: dict[str, Any]) -> list[str]:
    return [f"{one['failure']}/{one['cause']}" for one in report["findings"]]


async def test_checks_of_one_mail_server_wait_for_each_other(running: World) -> None:
    """Each is looked at, although the connector looks at four at a time."""
    async with smtp(SmtpHabits()) as port:
        await connector(running, port)
        reports = await asyncio.gather(*(checked(running, "MAIL") for _ in range(AT_ONCE)))
    assert all("dialog" in one["passed"] for one in reports)
    assert all(one["healthy"] for one in reports)
    assert len({one["id"] for one in reports}) == AT_ONCE


async def test_checks_of_one_destination_say_the_same(running: World) -> None:
    await connector(running, running.backend.port)
    reports = await asyncio.gather(*(checked(running, "ERP") for _ in range(AT_ONCE)))
    assert {one["healthy"] for one in reports} == {True}
    assert all("door" in one["passed"] for one in reports)
    assert all(one["changes"] == [] for one in reports)


async def test_a_connector_that_does_not_look_leaves_a_mail_server_unknown(running: World) -> None:
    """Nobody else looks there: that nothing was found would say nothing."""
    async with smtp(SmtpHabits()) as port:
        await connector(running, port, probes=ProbeScope.OFF)
        report = await checked(running, "MAIL")
    assert not report["healthy"]
    assert report["unexplained"] == ["look"]


@pytest.mark.parametrize("name", ["ERP", "MAIL"])
async def test_a_connector_that_is_lost_in_the_middle_is_named(running: World, name: str) -> None:
    lost = asyncio.Event()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not lost.is_set():
            lost.set()
            running.connectors["plant"].connector.abort()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accepted, "127.0.0.1", 0) as server:
        await connector(running, server.sockets[0].getsockname()[1])
        async with asyncio.timeout(20):
            report = await checked(running, name)
    assert lost.is_set()
    assert causes(report) == ["conn.503/reconnect-window"]
    assert report["findings"][0]["confidence"] == "consistent"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a socket go deaf")
@pytest.mark.parametrize("name", ["ERP", "MAIL"])
async def test_a_line_that_goes_dead_in_the_middle_is_no_slow_backend(running: World, name: str) -> None:
    """Both directions are lost while the connector looks: nobody says so, and nothing comes."""
    between: list[Relay] = []

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        between[0].cut_off()
        for end in between[0].accepted:
            deafen(end.get_extra_info("socket"))
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accepted, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        mail = Mapping("mail.virtual", 25, "127.0.0.1", port, protocol=Protocol.TCP)
        content = ConnectorContent("plant", ACME, "", mappings=(erp_mapping(port), mail))
        await through(between.append)(running, content)
        report = await checked(running, name, seconds=0.5)
    assert [one["failure"] for one in report["findings"]] == ["conn.timeout-noconn"]


def test_what_is_remembered_at_once_is_whole(tmp_path: Path) -> None:
    target = Target(protocol="tls", host="erp.example.test", port=443)

    def keep(number: int) -> None:
        assert remember(target, LastGood(at=number, seen={"certificate": str(number) * 1000}), tmp_path)

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = remembered(Evidence(target=target, at=0), tmp_path).last_good
    assert known is not None
    assert known.seen == {"certificate": str(int(known.at)) * 1000}
    assert len(list(tmp_path.iterdir())) == 1
