"""A directory server for tests: OpenLDAP in a folder of its own, on loopback, with and without TLS."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.tools import require_tool
from tests.world.certificates import Pair
from tests.world.processes import free_ports

SUFFIX = "dc=acme,dc=example"
MANAGER, PASSWORD = f"cn=manager,{SUFFIX}", "open-sesame"
PATIENCE = 20.0
_MODULES = Path("/usr/lib/ldap")
_SCHEMAS = Path("/etc/ldap/schema")
_CONFIGURATION = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
pidfile {folder}/slapd.pid
modulepath {modules}
moduleload back_mdb
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
maxsize 16777216
suffix "{suffix}"
rootdn "{manager}"
rootpw {password}
directory {folder}/data
"""


@dataclass(frozen=True, slots=True)
class Directory:
    """Ports of a running server."""

    plain: int
    tls: int


@contextlib.asynccontextmanager
async def directory(folder: Path, server: Pair) -> AsyncIterator[Directory]:
    """A running, empty directory. Skips the test where the system has no OpenLDAP."""
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/libexec")
    require_tool("OpenLDAP (slapd)", slapd is not None and _MODULES.exists() and _SCHEMAS.exists())
    assert slapd is not None
    (folder / "data").mkdir(parents=True)
    (folder / "server.pem").write_text(server.certificate_pem)
    (folder / "server.key").write_text(server.key_pem)
    configuration = folder / "slapd.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            schemas=_SCHEMAS, modules=_MODULES, folder=folder, suffix=SUFFIX, manager=MANAGER, password=PASSWORD
        )
    )
    found = Directory(*free_ports(2))
    urls = f"ldap://127.0.0.1:{found.plain} ldaps://127.0.0.1:{found.tls}"
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            slapd, "-f", str(configuration), "-h", urls, "-d", "0", stdout=log, stderr=log
        )
    try:
        await _listening(found.tls, folder / "log")
        yield found
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _listening(port: int, log: Path) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise AssertionError(log.read_text()) from None
