"""Servers that hang up, or fall silent, in the middle of what they say: a finding or a clear failed step, in time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Target
from landbridge.checks.plan import GRACE, observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Scene, Trust
from landbridge.checks.report import Report, report
from landbridge.lab.pki import leaf, root
from landbridge.lab.servers import directory, mailbox
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.mail import SmtpHabits, smtp
from landbridge.lab.servers.ssh import SshSetup, host_key, ssh_server
from landbridge.lab.servers.web import answer, web
from landbridge.net.clock import system_clock

pytestmark = pytest.mark.anyio

TOP = root("Lab Root")
PAIR = leaf(TOP)
SECONDS = 0.3
LATER = "inbound.icm-connection-failed/broken-later"


@contextlib.asynccontextmanager
async def serving(protocol: str, folder: Path) -> AsyncIterator[int]:
    """Port of a healthy server of that protocol."""
    context = server_context(PAIR, folder)
    blocking = {
        "imap": mailbox.imap(mailbox.Habits(context)),
        "pop3": mailbox.pop3(mailbox.Habits(context)),
        "ldap": directory.directory(directory.Habits(context, False)),
        "http": web(lambda call: answer(200, body="x")),
        "tls": tls(context),
    }
    async with contextlib.AsyncExitStack() as stack:
        if protocol == "smtp":
            yield await stack.enter_async_context(smtp(SmtpHabits(context)))
        elif protocol == "ssh":
            yield await stack.enter_async_context(ssh_server(SshSetup((host_key(),))))
        else:
            yield stack.enter_context(listening(blocking[protocol]))


@contextlib.asynccontextmanager
async def until(port: int, most: int, *, silent: bool) -> AsyncIterator[int]:
    """Port of a relay that passes so many bytes of the server on, and then closes, or says nothing more."""

    handlers: set[asyncio.Task[None]] = set()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        upwards = asyncio.create_task(carried(reader, to_server))
        try:
            left = most
            with contextlib.suppress(OSError):  # whoever ends it ends it
                while left > 0 and (data := await from_server.read(left)):
                    left -= len(data)
                    writer.write(data)
                if silent:
                    await upwards
        finally:
            upwards.cancel()
            await asyncio.gather(upwards, return_exceptions=True)
            for end in (writer, to_server):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)

    async with await asyncio.start_server(passed, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def looked(protocol: str, folder: Path, most: int, *, silent: bool) -> Report:
    async with serving(protocol, folder) as port, until(port, most, silent=silent) as between:
        target = Target(protocol=protocol, scheme="http" if protocol == "http" else "", host="localhost", port=between)
        scene = Scene(
            target=target, dialler=DirectDialler(), clock=system_clock, trust=Trust("lab", (TOP.pem,)), seconds=SECONDS
        )
        began = asyncio.get_running_loop().time()
        finished = report(await observe(scene, PLANS[protocol].probes))
        took = asyncio.get_running_loop().time() - began
    assert took < 4 * SECONDS + GRACE
    assert not finished.healthy
    assert finished.findings or any(fact.line for step in finished.unexplained for fact in step.seen)
    return finished


def names(finished: Report) -> list[str]:
    return [one.name for one in finished.findings]


@pytest.mark.parametrize(
    ("protocol", "most", "expected"),
    [
        ("smtp", 0, ["outbound.smtp-port/ip-not-allowed"]),
        ("smtp", 60, [LATER]),
        ("smtp", 400, [LATER]),
        ("imap", 0, [LATER]),
        ("imap", 60, [LATER]),
        ("imap", 400, [LATER]),
        ("pop3", 40, [LATER]),
        ("pop3", 400, [LATER]),
        ("ldap", 0, [LATER]),
        ("ldap", 400, [LATER]),
        ("ssh", 0, ["outbound.sftp/closed-early"]),
        ("ssh", 10, ["outbound.sftp/closed-early"]),
        ("ssh", 400, ["outbound.sftp/closed-early"]),
        ("http", 0, ["check.5xx/no-answer"]),
        ("http", 30, ["check.5xx/no-answer"]),
        ("tls", 0, [LATER]),
        ("tls", 400, [LATER]),
    ],
)
async def test_it_hangs_up(protocol: str, most: int, expected: list[str], tmp_path: Path) -> None:
    assert names(await looked(protocol, tmp_path, most, silent=False)) == expected


@pytest.mark.parametrize(
    ("protocol", "most", "expected"),
    [
        ("smtp", 0, []),
        ("smtp", 60, [LATER]),
        ("smtp", 400, [LATER]),
        ("imap", 400, [LATER]),
        ("pop3", 400, [LATER]),
        ("ldap", 400, [LATER]),
        ("ssh", 60, []),
        ("ssh", 400, []),
        ("http", 30, ["check.5xx/no-answer"]),
        ("tls", 400, [LATER]),
    ],
)
async def test_it_falls_silent(protocol: str, most: int, expected: list[str], tmp_path: Path) -> None:
    """Nothing is claimed of a server that said too little: an SSH server that greeted is not called something else."""
    assert names(await looked(protocol, tmp_path, most, silent=True)) == expected
