"""Clients that know nothing of SOCKS5 reach a mail server, a directory and a database through the door.

A small forwarder does the handshake for them, as such programs do in real life (connectivity-proxy §7.3).
"""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import ldap3
import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import ACME, World, world
from tests.clients.mailbox import PASSWORD as MAIL_PASSWORD
from tests.clients.mailbox import USER as MAIL_USER
from tests.clients.mailbox import mailbox
from tests.postgres import Postgres, running_postgres
from tests.world.backends import tcp_server
from tests.world.certificates import authority, issue
from tests.world.directory import MANAGER, PASSWORD, SUFFIX, directory
from tests.world.test_socks import SUCCESS, connect, handshake

pytestmark = pytest.mark.anyio

PERSON = f"cn=Erika,{SUFFIX}"
PICTURE = bytes(range(256)) * 2000


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything, and then its end."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def both_ways(
    one: tuple[asyncio.StreamReader, asyncio.StreamWriter], other: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    try:
        await asyncio.gather(pipe(one[0], other[1]), pipe(other[0], one[1]))
    finally:
        one[1].close()
        other[1].close()


@contextlib.asynccontextmanager
async def forwarded(running: World, host: str, port: int) -> AsyncIterator[int]:
    """A local port that leads through the SOCKS5 door to a virtual host."""
    token = await running.token()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        door = await connect(running)
        door[1].write(handshake(token, host=host, port=port))
        assert await door[0].readexactly(len(SUCCESS)) == SUCCESS
        await both_ways((reader, writer), door)

    async with tcp_server(forward) as local:
        yield local


@contextlib.asynccontextmanager
async def exposed(folder: Path, port: int, protocol: Protocol, ca: str = "") -> AsyncIterator[int]:
    """A local port that leads through a whole world to the server at `port`."""
    mapping = Mapping("server.virtual", 4711, "127.0.0.1", port, protocol)
    content = ConnectorContent("office", ACME, mappings=(mapping,), trusted_ca_files=(ca,) if ca else ())
    async with world(folder, connectors=[content]) as running, forwarded(running, "server.virtual", 4711) as local:
        yield local


def send(port: int) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@acme.example", "erika@acme.example", "Hello"
    message.set_content("line\n" * 100_000)
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.login(MAIL_USER, MAIL_PASSWORD)
        client.send_message(message)


async def test_mail(tmp_path: Path) -> None:
    async with mailbox() as box, exposed(tmp_path, box.port, Protocol.TCP) as port:
        await asyncio.to_thread(send, port)
        (mail,) = box.mails
        assert isinstance(mail.content, bytes)
        assert mail.content.count(b"line") == 100_000


def enter_and_find(port: int) -> tuple[str, bytes]:
    """Add a person with a picture, and find her again: her name and her picture."""
    server = ldap3.Server("127.0.0.1", port, get_info=ldap3.NONE)
    with ldap3.Connection(server, MANAGER, PASSWORD, receive_timeout=30) as client:
        assert client.bound
        assert client.add(SUFFIX, ["dcObject", "organization"], {"dc": "acme", "o": "Acme"}), client.result
        assert client.add(PERSON, "inetOrgPerson", {"sn": "Muster", "jpegPhoto": PICTURE}), client.result
        assert not client.search(SUFFIX, "(sn=Nobody)")
        assert client.search(SUFFIX, "(sn=Must*)", attributes=["jpegPhoto"]), client.result
        (found,) = client.entries
        return found.entry_dn, found.jpegPhoto.value


@pytest.mark.parametrize("protocol", [Protocol.LDAP, Protocol.LDAPS])
async def test_directory(tmp_path: Path, protocol: Protocol) -> None:
    """The client speaks plain LDAP either way: TLS begins at the connector."""
    ca = authority()
    (tmp_path / "ca.pem").write_text(ca.certificate_pem)
    async with directory(tmp_path / "ldap", issue(ca)) as server:
        internal = server.plain if protocol is Protocol.LDAP else server.tls
        async with exposed(tmp_path / "world", internal, protocol, str(tmp_path / "ca.pem")) as port:
            assert await asyncio.to_thread(enter_and_find, port) == (PERSON, PICTURE)


@contextlib.asynccontextmanager
async def database(postgres: Postgres) -> AsyncIterator[int]:
    """A port for PostgreSQL, which listens on a socket of the file system alone."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = str(postgres.folder / ".s.PGSQL.5432")
        await both_ways((reader, writer), await asyncio.open_unix_connection(path))

    async with tcp_server(forward) as port:
        yield port


async def test_database(tmp_path: Path) -> None:
    with running_postgres() as postgres:
        async with database(postgres) as internal, exposed(tmp_path, internal, Protocol.TCP) as port:
            client = await asyncpg.connect(
                host="127.0.0.1", port=port, user="landbridge", database="postgres", ssl=False
            )
            try:
                await client.execute("CREATE TABLE orders (number int PRIMARY KEY, text text)")
                rows = [(number, "x" * (number % 500)) for number in range(10_000)]
                await client.copy_records_to_table("orders", records=rows)
                assert [tuple(row) for row in await client.fetch("SELECT * FROM orders ORDER BY number")] == rows
                with pytest.raises(asyncpg.UniqueViolationError):
                    await client.execute("INSERT INTO orders VALUES (1, '')")
            finally:
                await client.close()
