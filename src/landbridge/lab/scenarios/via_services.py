"""SSH servers, services and token services behind a connector, which asks them with the probes that others use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.http_answers import EDMX, FAULT, WSDL, basic, token_service
from landbridge.lab.scenarios.http_stage import SECRET, USER
from landbridge.lab.scenarios.ssh_stage import line
from landbridge.lab.scenarios.via_protocols import HOST, mapped, probe_of
from landbridge.lab.scenarios.world_stage import Backend, Behind, Prepare, Story, backend, behind, stage
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.ssh import PASSWORD, SshSetup, host_key, ssh_server
from landbridge.lab.servers.ssh import USER as SSH_USER
from landbridge.lab.servers.web import Call, Respond, answer, web
from landbridge.model.mapping import Protocol
from landbridge.testing.world import World

LOGON, TRANSFER = "outbound.http-401", "outbound.sftp"


def _ssh(known: bool = True) -> Backend:
    """An SSH server with files behind office.virtual:22, and a list with its key, or with another one."""

    @asynccontextmanager
    async def started(running: World, folder: Path) -> AsyncIterator[Behind]:
        (folder / "files" / "in").mkdir(parents=True)
        key = host_key()
        stored = line(key if known else host_key(), HOST)
        (folder / "known_hosts").write_text(f"{stored}\n")
        async with ssh_server(SshSetup((key,), password=PASSWORD, folder=folder / "files")) as port:
            yield mapped(port, 22)

    return started


def _list(*options: str, password: str = "") -> Prepare:
    """Options with the list of known hosts, and with a logon if there is a password."""

    async def prepared(running: World, folder: Path) -> Sequence[str]:
        if not password:
            return ("--known-hosts", str(folder / "known_hosts"), *options)
        (folder / "secret").write_text(password)
        logon = ("--login", SSH_USER, "--secret-file", str(folder / "secret"))
        return ("--known-hosts", str(folder / "known_hosts"), *logon, *options)

    return prepared


def _told(secret: str = SECRET, option: str = "--login") -> Prepare:
    async def prepared(running: World, folder: Path) -> Sequence[str]:
        (folder / "secret").write_text(secret)
        return (option, USER, "--secret-file", str(folder / "secret"))

    return prepared


def _looked(protocol: str, text: str, behind: Backend, prepare: Prepare, path: str = "", place: str = HOST) -> Stage:
    return stage(Story(text, None, behind, command=probe_of(protocol, f"{place}{path}"), prepare=prepare))


def _orders(call: Call) -> bytes:
    """OData of one user."""
    if not basic(call):
        return answer(401, 'WWW-Authenticate: Basic realm="orders"')
    if call.path.endswith("/$metadata"):
        return answer(200, body=EDMX, kind="application/xml")
    return answer(200, body='{"d":{"EntitySets":["Orders"]}}', kind="application/json")


def _soap(call: Call) -> bytes:
    """SOAP of one user."""
    if not basic(call):
        return answer(401, 'WWW-Authenticate: Basic realm="orders"')
    if call.method == "POST":
        return answer(500, body=FAULT, kind="text/xml")
    return answer(200, body=WSDL, kind="text/xml") if "wsdl" in call.path else answer(405)


def _secured(respond: Respond) -> Backend:
    """The same with TLS, which the connector speaks."""

    @asynccontextmanager
    async def started(running: World, folder: Path) -> AsyncIterator[Behind]:
        top = root("Lab Root")
        (folder / "trusted.pem").write_text(top.pem)
        context = server_context(leaf(top), folder)
        with listening(tls(context, web(respond))) as port:
            yield Behind((behind(port, Protocol.HTTPS),), {"trusted_ca_files": (str(folder / "trusted.pem"),)})

    return started


def _web(respond: Respond) -> Backend:
    return backend(partial(listening, web(respond)))


_SERVICE = token_service("header")
_ERP = "erp.virtual:80"
_AT = partial(_looked, place=_ERP)

SCENARIOS = (
    Scenario(TRANSFER, "hostkey-changed", _looked("ssh", "Another key is stored.", _ssh(False), _list()), "via"),
    Scenario(
        TRANSFER,
        "auth-password",
        _looked("sftp", "Wrong password.", _ssh(), _list(password="not-it")),
        "via",
    ),
    Scenario(LOGON, "bad-credentials", _AT("odata", "Wrong password.", _web(_orders), _told("not it"), "/o"), "via"),
    Scenario(LOGON, "bad-credentials", _AT("soap", "Wrong password.", _web(_soap), _told("not it"), "/o"), "via-soap"),
    Scenario(
        LOGON,
        "oauth-token-fetch",
        _AT("oauth", "Wrong secret.", _web(_SERVICE), _told("not it", "--client"), "/oauth/token"),
        "via",
    ),
    Scenario(HEALTHY, "via", _looked("ssh", "Its key is the stored one.", _ssh(), _list()), "ssh"),
    Scenario(
        HEALTHY,
        "via",
        _looked("sftp", "Logon and directory.", _ssh(), _list("--directory", "in", password=PASSWORD)),
        "sftp",
    ),
    Scenario(HEALTHY, "via", _AT("odata", "OData, with a logon.", _web(_orders), _told(), "/orders"), "odata"),
    Scenario(HEALTHY, "via", _AT("odata", "OData within TLS.", _secured(_orders), _told(), "/orders"), "odata-https"),
    Scenario(HEALTHY, "via", _AT("soap", "SOAP, with a logon.", _web(_soap), _told(), "/orders"), "soap"),
    Scenario(
        HEALTHY,
        "via",
        _AT("oauth", "A token service.", _web(_SERVICE), _told(option="--client"), "/oauth/token"),
        "oauth",
    ),
)
