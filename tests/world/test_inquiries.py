"""What a connector asks systems of its mappings in their own protocols, and what it does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from landbridge.checks.conversation import Conversation, Protection
from landbridge.checks.evidence import Evidence, Target, restored
from landbridge.checks.inquiry import LONGEST, Inquiry, read, written
from landbridge.checks.observations import (
    BackendConnected,
    Greeted,
    HttpAnswer,
    LogonTried,
    SecretKept,
    SshHostKey,
    TalkEnded,
    TlsHandshake,
)
from landbridge.checks.probe import Logon
from landbridge.faults import FaultError
from landbridge.lab.pki import leaf, root
from landbridge.lab.servers import mailbox
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.mail import PASSWORD, USER, SmtpHabits, smtp
from landbridge.lab.servers.ssh import SshSetup, host_key, ssh_server
from landbridge.lab.servers.web import Call, answer, web
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import HostInHeader, Mapping, Protocol, Resource
from landbridge.model.secret import Secret
from landbridge.testing.world import ACME, World, erp_mapping, world

pytestmark = pytest.mark.anyio
_numbers = count()


@pytest.fixture(scope="module")
async def running(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("world"), connectors=[]) as found:
        yield found


class Plant:
    """A connector at a location of its own, and the questions to it."""

    def __init__(self, running: World) -> None:
        self.running = running
        self.location = f"plant{next(_numbers)}"

    async def add(self, *mappings: Mapping, **more: Any) -> None:
        content = ConnectorContent(self.location, ACME, self.location, mappings=mappings, **more)
        await self.running.add_connector(content)

    async def text(self, inquiry: str, host: str, port: int, path: str = "/", kind: str = "tcp") -> str:
        look = self.running.cloud.gateway.look
        return await look(ACME, self.location, kind, host, port, path, 3.0, inquiry)

    async def ask(self, inquiry: Inquiry, path: str = "/") -> Evidence:
        target = inquiry.target
        return restored((await self.text(written(inquiry), target.host, target.port, path, inquiry.kind)).encode())

    def audited(self, folder: str) -> list[str]:
        files = sorted((self.running.folder / folder / "audit").glob("*.jsonl"))
        lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [record["data"]["action"] + ": " + record["data"]["message"] for record in lines]


@pytest.fixture
def plant(running: World) -> Plant:
    return Plant(running)


def mapping(port: int, protocol: Protocol = Protocol.TCP, virtual: int = 25) -> Mapping:
    return Mapping("mail.virtual", virtual, "localhost", port, protocol=protocol)


def mail(protocol: str = "smtp", **more: Any) -> Inquiry:
    return Inquiry(target=Target(protocol=protocol, host="mail.virtual", port=25), **more)


async def test_a_mail_server_is_talked_to_by_its_virtual_name_alone(plant: Plant) -> None:
    async with smtp(SmtpHabits()) as port:
        await plant.add(mapping(port))
        text = await plant.text(written(mail()), "mail.virtual", 25)
    seen = restored(text.encode())
    (greeted,) = seen.all(Greeted)
    assert (greeted.port, greeted.welcome) == (25, True)
    for internal in ("localhost", "127.0.0.1", str(port)):
        assert internal not in text


async def test_a_logon_says_its_secret_to_a_server_that_is_vouched_for(plant: Plant, tmp_path: Path) -> None:
    top = root("Lab Root")
    logon = Logon(user=USER, password=Secret(PASSWORD))
    async with smtp(SmtpHabits(server_context(leaf(top, ["mail.virtual"]), tmp_path))) as port:
        await plant.add(mapping(port))
        target = Target(protocol="smtp", host="mail.virtual", port=25, user=USER)
        asked = Inquiry(target=target, logon=logon, intrusive=True, trust=(top.pem,))
        text = await plant.text(written(asked), "mail.virtual", 25)
        kept = await plant.ask(msgspec.structs.replace(asked, trust=(root("Another").pem,)))
        unasked = await plant.ask(msgspec.structs.replace(asked, intrusive=False))
    assert [one.accepted for one in restored(text.encode()).all(LogonTried)] == [True]
    assert PASSWORD not in text
    assert kept.all(SecretKept)
    assert not kept.all(LogonTried)
    step = unasked.step("logon")
    assert step is not None
    assert step.skipped == "it is intrusive and was not asked for"


async def test_a_mapping_with_tls_is_spoken_to_within_it(plant: Plant, tmp_path: Path) -> None:
    """The connector's own TLS, as for traffic; the caller speaks plain text."""
    top = root("Lab Root")
    (tmp_path / "ca.pem").write_text(top.pem)
    context = server_context(leaf(top), tmp_path)
    with listening(mailbox.imap(mailbox.Habits(context, implicit=True, mechanisms=("LOGIN",)))) as port:
        await plant.add(mapping(port, Protocol.TCPS), trusted_ca_files=(str(tmp_path / "ca.pem"),))
        seen = await plant.ask(mail("imap"))
    assert seen.all(BackendConnected)[0].tls
    assert [one.welcome for one in seen.all(Greeted)] == [True]
    assert not seen.all(TlsHandshake)


async def test_tls_within_the_tls_of_a_mapping_is_seen_as_the_mistake_that_it_is(plant: Plant, tmp_path: Path) -> None:
    top = root("Lab Root")
    (tmp_path / "ca.pem").write_text(top.pem)
    context = server_context(leaf(top), tmp_path)
    with listening(tls(context, mailbox.pop3(mailbox.Habits()))) as port:
        await plant.add(mapping(port, Protocol.TCPS), trusted_ca_files=(str(tmp_path / "ca.pem"),))
        conversation = Conversation(protection=Protection.TLS)
        seen = await plant.ask(
            Inquiry(target=Target(protocol="pop3", host="mail.virtual", port=25, conversation=conversation))
        )
    (shaken,) = seen.all(TlsHandshake)
    assert shaken.problem == "not-tls"
    assert shaken.first_bytes.startswith("+OK")


async def test_host_keys_are_fetched(plant: Plant) -> None:
    key = host_key()
    async with ssh_server(SshSetup((key,))) as port:
        await plant.add(mapping(port, virtual=22))
        seen = await plant.ask(Inquiry(target=Target(protocol="ssh", host="mail.virtual", port=22)))
    assert [one.fingerprint for one in seen.all(SshHostKey)] == [key.get_fingerprint()]


async def test_only_exposed_paths_are_asked_for(plant: Plant) -> None:
    asked: list[str] = []

    def respond(call: Call) -> bytes:
        asked.append(call.path)
        return answer(200, body='{"d":{}}', kind="application/json")

    with listening(web(respond)) as port:
        await plant.add(erp_mapping(port, Resource("/orders/", exact_match_only=True)))
        target = Target(protocol="odata", host="erp.virtual", port=80, path="/orders/")
        seen = await plant.ask(Inquiry(target=target), "/orders/")
    assert set(asked) == {"/orders/"}
    refused = [one for one in seen.all(HttpAnswer) if one.purpose == "metadata"]
    assert [one.problem for one in refused] == ["not-exposed"]


@pytest.mark.parametrize("header", list(HostInHeader))
async def test_requests_have_the_host_that_traffic_has(plant: Plant, header: HostInHeader) -> None:
    hosts: list[str] = []

    def respond(call: Call) -> bytes:
        hosts.append(call.headers["host"])
        return answer(200, body=f"I am {call.headers['host']}")

    with listening(web(respond)) as port:
        await plant.add(replace(erp_mapping(port), host_in_header=header))
        target = Target(protocol="soap", host="erp.virtual", port=80, path="/")
        text = await plant.text(written(Inquiry(target=target)), "erp.virtual", 80, kind="http")
    internal = f"127.0.0.1:{port}"
    assert set(hosts) == ({"erp.virtual"} if header is HostInHeader.VIRTUAL else {internal})
    assert internal not in text


async def test_where_the_way_ends_nothing_is_asked(plant: Plant) -> None:
    with listening(lambda connection: None) as port:
        pass
    await plant.add(mapping(port))
    seen = await plant.ask(mail())
    step = seen.step("dialog")
    assert step is not None
    assert step.skipped == "backend did not pass"


async def test_what_an_inquiry_says_of_a_place_does_not_count(plant: Plant) -> None:
    """Host and port of the target are those of the mapping; another server of the inner network is not reached."""
    reached: list[object] = []
    with listening(reached.append) as other:
        async with smtp(SmtpHabits()) as port:
            await plant.add(mapping(port))
            sly = written(Inquiry(target=Target(protocol="smtp", host="127.0.0.1", port=other)))
            seen = restored((await plant.text(sly, "mail.virtual", 25)).encode())
    assert seen.all(Greeted)
    assert not reached


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 25), ("mail.virtual", 26), ("localhost", 25)])
async def test_what_is_no_mapping_is_refused_and_put_on_record_on_both_sides(
    plant: Plant, host: str, port: int
) -> None:
    with listening(lambda connection: None) as inside:
        await plant.add(mapping(inside))
        with pytest.raises(FaultError) as caught:
            await plant.text(written(mail()), host, port)
    assert caught.value.fault.code == "connector.system-not-exposed"
    assert "ACCESS_DENIED: probe denied" in plant.audited(f"connector-{plant.location}")
    assert "probe system: access denied" in plant.audited("cloud")


@pytest.mark.parametrize(
    "inquiry",
    [
        "no JSON",
        "{}",
        '{"target":{"protocol":"tls","host":"a","port":1}}',
        '{"target":{"protocol":"odata","host":"a","port":1}}',
        '{"target":{"protocol":"smtp","host":"a","port":1},"trust":"x"}',
    ],
)
async def test_what_cannot_be_read_is_refused(plant: Plant, inquiry: str) -> None:
    with listening(lambda connection: None) as port:
        await plant.add(mapping(port))
        with pytest.raises(FaultError) as caught:
            await plant.text(inquiry, "mail.virtual", 25)
    assert caught.value.fault.code == "connector.open-invalid"


async def test_a_silent_system_costs_the_time_that_was_given(plant: Plant) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        await plant.add(replace(mapping(server.sockets[0].getsockname()[1]), internal_host="127.0.0.1"))
        seen = await plant.ask(mail())
    assert [(one.stage, one.problem) for one in seen.all(TalkEnded)] == [("greeting", "silent")]


def test_an_inquiry_survives_and_has_an_end() -> None:
    whole = mail(logon=Logon(user="me", password=Secret("pw")), intrusive=True, trust=("x",))
    assert read(written(whole)) == whole
    assert "pw" not in repr(whole)
    with pytest.raises(ValueError, match=str(LONGEST)):
        written(mail(trust=("x" * LONGEST,)))
