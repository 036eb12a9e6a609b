"""`POST /checks/probe`: how a system is to be asked, checked strictly and carried out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.app import CloudSide
from landbridge.lab.pki import leaf, root
from landbridge.lab.servers import mailbox
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.mail import PASSWORD as MAIL_PASSWORD
from landbridge.lab.servers.mail import USER as MAIL_USER
from landbridge.lab.servers.mail import SmtpHabits, smtp
from landbridge.lab.servers.ssh import PASSWORD, USER, SshSetup, host_key, ssh_server
from tests.cloud_side import administrator, cloud_side

pytestmark = pytest.mark.anyio

TOP = root("Lab Root")
PAIR = leaf(TOP)


@pytest.fixture(scope="module")
async def side(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CloudSide]:
    async with cloud_side(tmp_path_factory.mktemp("cloud"), None) as running:
        yield running


@pytest.fixture
async def admin(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with administrator(side) as client:
        yield client


async def probed(admin: httpx.AsyncClient, protocol: str, port: int, **wish: Any) -> dict[str, Any]:
    body = {"protocol": protocol, "target": f"localhost:{port}", "seconds": 5, **wish}
    answer = await admin.post("/checks/probe", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def causes(report: dict[str, Any]) -> list[str]:
    return [found["cause"] for found in report["findings"]]


async def test_host_keys_are_judged_by_the_lines_in_the_request(admin: httpx.AsyncClient) -> None:
    key, other = host_key(), host_key()
    async with ssh_server(SshSetup((key,))) as port:
        known, changed = (f"[localhost]:{port} {one.export_public_key().decode().strip()}\n" for one in (key, other))
        good = await probed(admin, "ssh", port, knownHosts=f"# mine\n{known}")
        bad = await probed(admin, "ssh", port, knownHosts=changed)
        none = await probed(admin, "ssh", port, knownHosts="")
        unjudged = await probed(admin, "ssh", port)
    assert good["healthy"]
    assert causes(bad) == ["hostkey-changed"]
    assert causes(none) == ["hostkey-unknown"]
    assert unjudged["healthy"]
    assert "were not judged" in unjudged["notes"][0]


async def test_an_ssh_logon(admin: httpx.AsyncClient) -> None:
    key, ours = host_key(), host_key()
    setup = SshSetup((key,), password=PASSWORD, key=ours.export_public_key().decode())
    async with ssh_server(setup) as port:
        known = f"[localhost]:{port} {key.export_public_key().decode().strip()}"
        asked = {"knownHosts": known, "user": USER, "intrusive": True}
        by_key = await probed(
            admin,
            "ssh",
            port,
            **asked,
            privateKey=ours.export_private_key("pkcs8-pem", passphrase="open").decode(),
            passphrase="open",
        )
        by_password = await probed(admin, "ssh", port, **asked, password=PASSWORD)
        wrong = await probed(admin, "ssh", port, **asked, password="not-it-at-all")
        harmless = await probed(admin, "ssh", port, **{**asked, "intrusive": False}, password=PASSWORD)
    assert "login" in by_key["passed"]
    assert "login" in by_password["passed"]
    assert causes(wrong) == ["auth-password"]
    assert {"probe": "login", "because": "it is intrusive and was not asked for"} in harmless["skipped"]
    assert "not-it-at-all" not in str(wrong)


async def test_the_terms_of_tls(admin: httpx.AsyncClient, tmp_path: Path) -> None:
    hosting = leaf(root("Hosting Root"), ["hosting.example.test"])
    usual, own = server_context(hosting, tmp_path), server_context(PAIR, tmp_path)

    def by_name(connection: Any, name: str | None, context: Any) -> None:
        if name:
            connection.context = own

    usual.sni_callback = by_name
    with listening(tls(usual)) as port:
        trust = {"trust": TOP.pem, "perspective": "endpoint"}
        good = await probed(admin, "tls", port, **trust)
        nameless = await probed(admin, "tls", port, **trust, serverName="")
        other = await probed(admin, "tls", port, **{**trust, "trust": hosting.pem}, otherTrust=TOP.pem)
        saw = await probed(admin, "tls", port, **trust, seen=hosting.pem)
        tenant = await probed(admin, "tls", port, **trust, tenantHost="tenant.example.test")
    assert good["healthy"]
    assert causes(nameless) == ["no-sni"]
    assert causes(other) == ["wrong-pse"]
    assert causes(saw) == ["no-sni"]
    assert causes(tenant) == ["wrong-region-host"]


async def test_a_certificate_for_another_name_is_no_change(admin: httpx.AsyncClient, tmp_path: Path) -> None:
    """What one name was shown when nothing was wrong says nothing about another name."""
    own, other = server_context(PAIR, tmp_path), server_context(leaf(TOP, ["other.example.test"]), tmp_path)

    def by_name(connection: Any, name: str | None, context: Any) -> None:
        connection.context = other if name == "other.example.test" else own

    own.sni_callback = by_name
    with listening(tls(own)) as port:
        first = await probed(admin, "tls", port, trust=TOP.pem)
        second = await probed(admin, "tls", port, trust=TOP.pem, serverName="other.example.test")
    assert first["healthy"]
    assert second["healthy"]
    assert second["changes"] == []


async def test_the_newest_version_that_is_offered(admin: httpx.AsyncClient, tmp_path: Path) -> None:
    import ssl

    context = server_context(PAIR, tmp_path)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with listening(tls(context)) as port:
        report = await probed(admin, "tls", port, trust=TOP.pem, perspective="endpoint", newest="1.1")
    assert causes(report) == ["protocol-or-closed"]


async def test_conversations_follow_the_scheme_and_the_protection(admin: httpx.AsyncClient, tmp_path: Path) -> None:
    context = server_context(PAIR, tmp_path)
    logon = {"user": MAIL_USER, "password": MAIL_PASSWORD, "intrusive": True, "trust": TOP.pem}
    with listening(mailbox.imap(mailbox.Habits(context, implicit=True))) as port:
        implicit = await admin.post(
            "/checks/probe", json={"protocol": "imap", "target": f"imaps://localhost:{port}", "seconds": 5, **logon}
        )
        insisting = await probed(admin, "imap", port, protection="tls", **logon)
    assert implicit.json()["healthy"]
    assert insisting["healthy"]
    async with smtp(SmtpHabits()) as port:
        report = await probed(admin, "smtp", port, protection="starttls")
    assert causes(report) == ["protection-mismatch"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"protocol": "ssh", "knownHosts": "localhost ssh-ed25519 no-key"}, "knownHosts: line 1"),
        ({"protocol": "ssh", "knownHosts": "# fine\n\nlocalhost"}, "knownHosts: line 3"),
        ({"protocol": "tls", "knownHosts": "x"}, "knownHosts is for ssh and sftp, not for tls"),
        ({"protocol": "ssh", "privateKey": "no key"}, "privateKey"),
        ({"protocol": "ssh", "serverName": "x"}, "serverName is for tls"),
        ({"protocol": "http", "newest": "1.2"}, "newest is for tls"),
        ({"protocol": "tls", "newest": "1.4"}, "newest"),
        ({"protocol": "tls", "serverName": "a\r\nb"}, "serverName"),
        ({"protocol": "tls", "trust": "no certificate"}, "trust"),
        ({"protocol": "tls", "otherTrust": "no certificate"}, "otherTrust"),
        ({"protocol": "tls", "seen": "no certificate"}, "seen"),
        ({"protocol": "tls", "certificate": PAIR.pem}, "certificate and key belong together"),
        ({"protocol": "tls", "certificate": PAIR.pem, "key": leaf(TOP).key_pem}, "do not fit together"),
        ({"protocol": "tls", "perspective": "nobody"}, "perspective"),
        ({"protocol": "imap", "sender": "a@b.example"}, "sender is for smtp"),
        ({"protocol": "smtp", "recipient": "a@b.example"}, "recipient needs a sender"),
        ({"protocol": "smtp", "sender": "a@b.example>\r\nX"}, "sender"),
        ({"protocol": "smtp", "protection": "some"}, "protection"),
        ({"protocol": "smtp", "knownhosts": "x"}, "knownhosts"),
        ({"protocol": "odata", "sapClient": "10000"}, "sapClient"),
        ({"protocol": "imap", "user": "a\nb"}, "user"),
    ],
)
async def test_what_does_not_hold_together_is_refused(
    admin: httpx.AsyncClient, wish: dict[str, Any], said: str
) -> None:
    answer = await admin.post("/checks/probe", json={"target": "localhost:1", **wish})
    assert answer.status_code == 400
    assert answer.json()["code"] == "platform.request-invalid"
    assert said in answer.text


async def test_the_document_of_the_api_describes_it(admin: httpx.AsyncClient) -> None:
    document = (await admin.get("/checks/openapi.json")).json()
    schema = document["components"]["schemas"]["ProbeWish"]
    assert schema["additionalProperties"] is False
    assert {"knownHosts", "trust", "serverName", "newest", "privateKey", "protection"} <= schema["properties"].keys()
    assert schema["properties"]["newest"]["enum"] == ["", "1.0", "1.1", "1.2", "1.3"]
    assert schema["required"] == ["protocol", "target"]
    assert set(document["paths"]) >= {"/checks/probe", "/checks/explain", "/checks/reports/{report_id}"}
    assert set(document["components"]["schemas"]) >= {"Protection", "Mechanism", "Perspective", "Style", "Pasted"}
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["responses"].keys() == {"200", "default"}
            assert operation["description"]
