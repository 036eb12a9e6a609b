"""conn.401 and what goes with it: users who do not reach the backend, or are not accepted (rows 25, 24g and 20i)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.connector.propagation.token import unverified_claims
from landbridge.connector.settings import ConnectorSettings
from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.world_stage import Backend, Behind, Story, behind, call, on_premise, stage
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.web import Call, Respond, answer, web
from landbridge.model.mapping import AuthenticationMode, Protocol
from landbridge.model.propagation import KeyFiles, Propagation, SubjectRule
from landbridge.testing.world import ACME, GLOBEX, World

FAILURE = "conn.401"
ALICE = "alice@acme.example"
X509 = AuthenticationMode.X509_GENERAL
Make = Callable[[World], Awaitable[str]]
Configure = Callable[[World, Path], Awaitable[Propagation]]
"""How the connector carries users."""
_DAY = 86_400


def welcome(call: Call) -> bytes:
    """A backend that knows everybody who comes with a certificate."""
    return answer(200 if call.headers.get("ssl_client_cert") else 401, "WWW-Authenticate: Negotiate", body="ok")


def _unknown(call: Call) -> bytes:
    return answer(401, "WWW-Authenticate: Negotiate", f"Date: {formatdate(time.time(), usegmt=True)}")


def _locked(call: Call) -> bytes:
    return answer(401, "WWW-Authenticate: Negotiate", body=f"User {ALICE} is locked.")


def _fast_clock(call: Call) -> bytes:
    return answer(401, "WWW-Authenticate: Negotiate", f"Date: {formatdate(time.time() + _DAY, usegmt=True)}")


def _one_logon(call: Call) -> bytes:
    return _unknown(call) if "authorization" in call.headers else welcome(call)


async def _as_usual(running: World, folder: Path) -> Propagation:
    return Propagation()


async def _without_subject(running: World, folder: Path) -> Propagation:
    return Propagation(rules=(SubjectRule((("CN", "${no_such_claim}"),)),))


async def _without_issuer(running: World, folder: Path) -> Propagation:
    """The issuer of the token is switched off in the connector."""
    return Propagation(disabled_issuers=(str(unverified_claims(await alice(running))["iss"]),))


async def _without_authority(running: World, folder: Path) -> Propagation:
    """What the connector signs with ended the day before yesterday."""
    ended = root("Ended CA", days=1, age=3)
    certificate, key = folder / "ended.pem", folder / "ended.key"
    certificate.write_text(ended.pem)
    key.write_text(ended.key_pem)
    return Propagation(authority=KeyFiles(str(certificate), str(key)))


def mutual(
    respond: Respond,
    mode: AuthenticationMode = X509,
    *,
    configure: Configure = _as_usual,
    asks: bool = True,
    knows_us: bool = True,
    names: Sequence[str] = ("localhost", "127.0.0.1"),
) -> Backend:
    """A backend with TLS that asks the connector for its certificate, and takes it if it knows the authority."""

    @asynccontextmanager
    async def started(running: World, folder: Path) -> AsyncIterator[Behind]:
        top, clients = root("Lab Root"), root("Lab Client CA")
        issuer = clients if knows_us else root("Another CA")
        own = leaf(issuer, ["connector"], usage=ExtendedKeyUsageOID.CLIENT_AUTH)
        files = {"trusted.pem": top.pem, "system.pem": own.chain_pem, "system.key": own.key_pem}
        for name, text in files.items():
            (folder / name).write_text(text)
        context = server_context(leaf(top, names), folder, clients=clients.pem if asks else "")
        content: dict[str, Any] = {
            "trusted_ca_files": (str(folder / "trusted.pem"),),
            "system_certificate": KeyFiles(str(folder / "system.pem"), str(folder / "system.key")),
            "propagation": await configure(running, folder),
        }
        with listening(tls(context, web(respond))) as port:
            yield Behind((behind(port, Protocol.HTTPS, authentication_mode=mode),), content)

    return started


async def alice(running: World) -> str:
    """A token of a user."""
    return await running.token("acme", "xsuaa", username=ALICE, password="alice-password", grant_type="password")


async def _neighbour(running: World) -> str:
    return await running.token(
        "globex", "xsuaa", username="alice@globex.example", password="alice-password", grant_type="password"
    )


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    issuer = "http://acme.authentication.localhost/oauth/token"
    usual = {"iss": issuer, "zid": ACME, "user_name": ALICE, "email": ALICE, "grant_type": "password"}
    return {**usual, "cid": "app", "iat": now, "exp": now + 3600, **changes}


def signed(**changes: Any) -> Make:
    async def make(running: World) -> str:
        good = await alice(running)
        claims = {**_claims(), "iss": unverified_claims(good)["iss"], **changes}
        return running.cloud.keyring.sign(claims)

    return make


async def _tampered(running: World) -> str:
    head, payload, signature = (await alice(running)).split(".")
    return f"{head}.{payload}.{signature[:-4]}AAAA"


async def _nonsense(running: World) -> str:
    return "nonsense"


def propagating(
    text: str,
    backend: Backend,
    make: Make | None = alice,
    settings: ConnectorSettings | None = None,
    authentication: str = "PrincipalPropagation",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Stage:
    """A destination that carries users, and a user's token."""

    async def prepare(running: World, folder: Path) -> Sequence[str]:
        if make is None:
            return ()
        file = folder / "user.jwt"
        file.write_text(await make(running))
        return ("--user-token", str(file))

    destination = on_premise(Authentication=authentication, **headers)
    settings = settings or ConnectorSettings()
    return stage(Story(text, destination, backend, prepare=prepare, connector_settings=settings))


async def _technical(running: World, folder: Path) -> Sequence[str]:
    """A destination that shows an application, with the token service of the subaccount."""
    binding = await running.credentials("acme", "xsuaa")
    destination = on_premise(
        Authentication="OAuth2TechnicalUserPropagation",
        tokenServiceURL=f"{running.cloud.api_url}/oauth/token",
        clientId=binding["clientid"],
        clientSecret=binding["clientsecret"],
    )
    await call(running, "acme", "POST", "subaccountDestinations", dict(destination.properties))
    return ()


def _showing_applications(text: str, release: str) -> Stage:
    settings = ConnectorSettings(compat_version=release)
    return stage(Story(text, None, mutual(welcome), prepare=_technical, connector_settings=settings))


_HEADER = {"URL.headers.Authorization": "Basic c2VydmljZTpzZWNyZXQ="}

SCENARIOS = (
    Scenario(FAILURE, "trust-not-synchronised", propagating("Nobody trusts it.", mutual(welcome), _neighbour)),
    Scenario(
        FAILURE,
        "issuer-disabled",
        propagating("The connector does not take its issuer.", mutual(welcome, configure=_without_issuer)),
    ),
    Scenario(
        FAILURE,
        "no-authority",
        propagating("The connector's own authority has ended.", mutual(welcome, configure=_without_authority)),
    ),
    Scenario(FAILURE, "technical-user-unsupported", _showing_applications("It says 2.14.0.", "2.14.0")),
    Scenario(HEALTHY, "on-premise", _showing_applications("An application is shown.", "2.15.0"), "technical-user"),
    Scenario(FAILURE, "signature", propagating("The signature was changed.", mutual(welcome), _tampered)),
    Scenario(FAILURE, "other-tenant", propagating("Another tenant.", mutual(welcome), signed(zid=GLOBEX))),
    Scenario(FAILURE, "token-malformed", propagating("It is no token.", mutual(welcome), _nonsense)),
    Scenario(FAILURE, "token-expired", propagating("It is old.", mutual(welcome), signed(iat=1, exp=2))),
    Scenario(FAILURE, "token-missing", propagating("No token is sent.", mutual(welcome), None)),
    Scenario(
        FAILURE,
        "subject-pattern",
        propagating("A claim is missing.", mutual(welcome, configure=_without_subject)),
        "claim",
    ),
    Scenario(FAILURE, "subject-pattern", propagating("Nobody knows the name.", mutual(_unknown)), "unknown"),
    Scenario(FAILURE, "certificate-expired", propagating("Its clock is ahead.", mutual(_fast_clock))),
    Scenario(
        FAILURE,
        "system-certificate-untrusted",
        propagating("It does not trust the connector.", mutual(welcome, knows_us=False)),
    ),
    Scenario(
        FAILURE,
        "certificate-other-host",
        propagating("Its certificate is for another host.", mutual(welcome, names=["crm.example"])),
    ),
    Scenario(FAILURE, "backend-user-locked", propagating("It names the user.", mutual(_locked))),
    Scenario(
        FAILURE,
        "authorization-header-too",
        propagating("Another logon goes along.", mutual(_one_logon), headers=_HEADER),
    ),
    Scenario("conn.502", "not-mutual", propagating("It asks for no certificate.", mutual(welcome, asks=False))),
    Scenario(
        "outbound.http-403-onprem",
        "principal-not-allowed",
        propagating("The mapping shows nobody.", mutual(_unknown, AuthenticationMode.NONE)),
    ),
    Scenario(HEALTHY, "on-premise", propagating("A user is carried.", mutual(welcome)), "user"),
)
