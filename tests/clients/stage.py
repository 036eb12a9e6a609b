"""Everything that a foreign client can meet: the whole system, backends of many kinds, a token and a mail service."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from landbridge.data_folder import read_admin_token
from landbridge.destinations.keystores.jks import write_jks
from landbridge.destinations.keystores.material import Entry
from landbridge.model.secret import Secret
from landbridge.testing.sample_backend import SampleBackend, Seen
from tests.clients.mailbox import Mailbox, mailbox
from tests.clients.programs import System, landbridge, whole_system
from tests.clients.recorder import Arrived, Recorder, recorder
from tests.clients.token_service import TokenService
from tests.world.certificates import Pair, authority, issue, server_context

ACME = "3c9e1b1a-7d42-4a58-9a55-0c5d6c1f0a11"
GLOBEX = "3c9e1b1a-7d42-4a58-9a55-0c5d6c1f0a22"
INITECH = "3c9e1b1a-7d42-4a58-9a55-0c5d6c1f0a33"
DOMAIN = "authentication.landbridge.test"
"""A token domain with a host for each tenant. No name server knows it: clients get the lines of `landbridge hosts`."""

HERE = Path(__file__).parent
CLIENT_SUBJECT = "CN=shop client"


@dataclass(frozen=True)
class Stage:
    """A running stage.

    backend  what stands behind Internet and on-premise destinations alike
    erp      the same behind the connector with TLS both ways: it sees users as certificates
    secure   in the Internet with TLS; it looks at client certificates
    tokens   a token service that is not ours
    hosts    a file like /etc/hosts
    """

    system: System
    backend: SampleBackend
    erp: SampleBackend
    secure: Recorder
    tokens: Recorder
    mail: Mailbox
    hosts: Path
    folder: Path

    def at_backend(self, scene: str) -> list[Seen]:
        """The requests of a scene at the backends, as they arrived."""
        seen = [*self.backend.seen, *self.erp.seen]
        return [request for request in seen if headers(request).get("x-scene") == scene]

    def at_token_service(self, name: str) -> list[Arrived]:
        """The requests for tokens of a destination, as they arrived."""
        return [arrived for arrived in self.tokens.arrived if arrived.path.startswith(f"/{name}/")]

    def finds(self, name: str) -> list[dict[str, Any]]:
        """The find requests for a destination, as the destination service logged them."""
        text = (self.folder / "cloud.log").read_text().splitlines()
        lines = (json.loads(line) for line in text if line.startswith("{"))
        return [line for line in lines if line.get("event") == "find" and line["destination"] == name]

    def tokens_issued(self, tenant: str) -> list[tuple[str, str]]:
        """Host (without its port) and `x-zid` of the requests by which the SDKs got tokens for a tenant.

        Logins by password are our applications' own.
        """
        text = (self.folder / "cloud.log").read_text().splitlines()
        lines = (json.loads(line) for line in text if line.startswith("{"))
        issued = [line for line in lines if line.get("event") == "token issued" and line["tenant"] == tenant]
        sent = [line for line in issued if line["grant"] != "password"]
        return [(line["host"].partition(":")[0], line["zid"]) for line in sent]

    async def mint(self, user: str | None, **wish: Any) -> str:
        """A token without a login: of the shop in acme, unless `wish` has it otherwise; None is the shop itself."""
        body = {"subaccount": "acme", "instance": "shop-login", "user": user, **wish}
        admin = {"Authorization": f"Bearer {read_admin_token(self.system.data).reveal()}"}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.system.url}/admin/dev/token", json=body, headers=admin)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def environment(self) -> dict[str, str]:
        """What the applications are told: tokens that they cannot get by themselves, and who is who.

        The bad tokens are eva's, of whom clients have nothing in their caches.
        """
        expired = await self.mint("eva", lifetime=-20_000)
        head, payload, signature = (await self.mint("eva")).split(".")
        return {
            "VCAP_SERVICES": self.system.vcap,
            "EXPIRED_TOKEN": expired,
            "FORGED_TOKEN": f"{head}.{payload}.{signature[::-1]}",
            "INITECH_TOKEN": await self.mint("ines", subaccount="initech", instance="till-login"),
            "GLOBEX": GLOBEX,
            "INITECH": INITECH,
            "DOMAIN": self.system.credentials("destination")["uaadomain"],
        }


def headers(request: Seen) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


@asynccontextmanager
async def stage(
    folder: Path, *, trust: str = "trusted.pem", plan: str = "application", options: Sequence[str] = ()
) -> AsyncIterator[Stage]:
    """Everything running, with one connector, hall-7, in.

    trust    name of the stored certificate in `TrustStoreLocation`: not every client reads every format
    plan     of the shop's xsuaa instance: with `broker` it is an application of many tenants
    options  more words for `landbridge up`
    """
    ca = authority()
    _write_files(folder, ca)
    async with AsyncExitStack() as stack:
        erp = SampleBackend(tls=_tls(folder, ca, ssl.CERT_REQUIRED))
        secure = await stack.enter_async_context(recorder(tls=_tls(folder, ca, ssl.CERT_OPTIONAL)))
        special: dict[str, str] = {}
        tokens = await stack.enter_async_context(recorder(TokenService(special)))
        backend = await stack.enter_async_context(SampleBackend())
        await stack.enter_async_context(erp)
        mail = await stack.enter_async_context(mailbox())
        landscape = folder / "landscape.yaml"
        given = {
            "BACKEND": f"http://127.0.0.1:{backend.port}",
            "BACKEND_PORT": backend.port,
            "ERP_PORT": erp.port,
            "MAIL_PORT": mail.port,
            "PLAN": plan,
            "TRUST": trust,
            "SECURE": f"https://127.0.0.1:{secure.port}",
            "TOKENS": f"http://127.0.0.1:{tokens.port}",
        }
        landscape.write_text(_filled(given | {"ACME": ACME, "GLOBEX": GLOBEX, "INITECH": INITECH}))
        logs = ("--log-format", "json", "--log-level", "DEBUG")  # else answers that are given again are not logged
        system = await stack.enter_async_context(
            whole_system(folder, landscape, "acme", "hall-7", ("--token-domain", DOMAIN, *logs, *options))
        )
        await _make_key_pair(system)
        hosts = folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{await landbridge('hosts', '--data', str(system.data))}")
        running = Stage(system, backend, erp, secure, tokens, mail, hosts, folder)
        special["technical-user"] = await running.mint(None)
        yield running


async def destination_api(system: System, method: str, path: str) -> Any:
    """The answer of the destination service to the application of acme; None when it is empty."""
    credentials = system.credentials("destination")
    form = {name: credentials[field] for name, field in (("client_id", "clientid"), ("client_secret", "clientsecret"))}
    async with httpx.AsyncClient(base_url=system.url, trust_env=False) as client:
        token = await client.post("/oauth/token", data={"grant_type": "client_credentials", **form})
        bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
        answer = await client.request(method, f"/destination-configuration/v1/{path}", headers=bearer)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def _make_key_pair(system: System) -> None:
    """What assertions of acme are signed with."""
    await destination_api(system, "POST", "saml2Metadata/certificate")


def _filled(given: Mapping[str, object]) -> str:
    return Template((HERE / "authentication.yaml").read_text()).substitute(given)


def _tls(folder: Path, ca: Pair, clients: ssl.VerifyMode) -> ssl.SSLContext:
    context = server_context(issue(ca), folder)
    context.verify_mode = clients
    context.load_verify_locations(folder / "trusted.pem")
    return context


def _write_files(folder: Path, ca: Pair) -> None:
    """The files that the landscape names."""
    client = issue(ca, (NameOID.COMMON_NAME, CLIENT_SUBJECT.removeprefix("CN=")))
    system = issue(ca, (NameOID.COMMON_NAME, "connector system"))
    protection = serialization.BestAvailableEncryption(b"changeit")
    bundle = pkcs12.serialize_key_and_certificates(b"client", client.key, client.certificate, None, protection)
    jks = write_jks([Entry((client.certificate,), client.key, "client")], Secret("changeit"), int(time.time() * 1000))
    (folder / "trusted.pem").write_text(ca.certificate_pem)
    (folder / "client.p12").write_bytes(bundle)
    (folder / "client.jks").write_bytes(jks)
    (folder / "client-pair.pem").write_text(client.key_pem + client.certificate_pem)
    (folder / "system.pem").write_text(system.certificate_pem)
    (folder / "system.key").write_text(system.key_pem)
