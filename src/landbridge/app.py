"""The composition root of the cloud side: builds each object once and wires it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.types import ASGIApp

from landbridge.administration.service import AdministrationService, Parts
from landbridge.administration.services import StoredServices
from landbridge.api import (
    admin,
    admin_login,
    authorize,
    certificates,
    checks,
    connectivity,
    destination_content,
    destination_fragments,
    destination_labels,
    destinations,
    development,
    openapi,
    tokens,
    trust,
)
from landbridge.api.admin import ResetTo
from landbridge.api.app import create_app
from landbridge.api.injecting import Injecting
from landbridge.api.server import HttpServer, bind_fault, listening_socket
from landbridge.data_folder import (
    FolderLock,
    Running,
    load_or_create_admin_token,
    remove_running,
    write_ca,
    write_running,
)
from landbridge.destinations.auth.own_door import OwnDoor
from landbridge.destinations.auth.token_call import new_client
from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.certificates.generation import Generator
from landbridge.destinations.certificates.kind import CERTIFICATE
from landbridge.destinations.certificates.renewal import Renewal
from landbridge.destinations.certificates.service import CertificateService
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.kinds import DESTINATION, FRAGMENT, Kind
from landbridge.destinations.labels import Labelling
from landbridge.destinations.reading import Reading
from landbridge.destinations.service import DestinationService
from landbridge.destinations.trust.service import TrustService
from landbridge.destinations.writing import Writing
from landbridge.gateway.gateway import Gateway
from landbridge.gateway.information import ConnectorInformation
from landbridge.identity.administrators import Administrators
from landbridge.identity.authority import Authority
from landbridge.identity.authorization import AuthorizationService
from landbridge.identity.binding import VcapServices
from landbridge.identity.connector_trust import ConnectorTrust
from landbridge.identity.enrolment import Enrolment
from landbridge.identity.foreign import ForeignTokens, KeySets
from landbridge.identity.issuer import Issuer
from landbridge.identity.key_upkeep import KeyUpkeep
from landbridge.identity.keys import KeyRing
from landbridge.identity.parts import TokenParts
from landbridge.identity.request_limit import RequestLimit
from landbridge.identity.sessions import Sessions
from landbridge.identity.throttle import Throttle
from landbridge.identity.tokens import TokenService
from landbridge.identity.verify import TokenVerifier
from landbridge.injection.book import Injections
from landbridge.landscape.read import read
from landbridge.model.clock import Clock
from landbridge.model.enrolment import AuthenticationData
from landbridge.model.landscape import Landscape
from landbridge.model.trust import TrustedIssuer
from landbridge.net.accept import TlsIdentity
from landbridge.net.clock import MovableClock, system_clock
from landbridge.net.fetch import Fetcher
from landbridge.observe.audit import AuditRecord, AuditTrail
from landbridge.public_names import (
    Ports,
    addresses,
    api_url,
    door_url,
    gateway_address,
    https_url,
    local_url,
    tls_names,
)
from landbridge.readiness import Readiness
from landbridge.settings import Profile, Settings, check
from landbridge.store import Database, Passwords, open_installation

AUDIT_FOLDER = "audit"
"""Folder of the audit records, below the data folder."""


@dataclass(frozen=True, slots=True)
class _Identity:
    """Everything that knows who is who."""

    keyring: KeyRing
    verifier: TokenVerifier
    authority: Authority
    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class CloudSide:
    """The running cloud side. Make it with `CloudSide.start`, and `stop` it in the end.

    settings        as given
    ports           the ports that are really open
    running         where it answers, as `runtime.json` says it
    administration  what the admin API can do, without HTTP
    gateway         doors and tunnels
    keyring         signs our tokens
    verifier        verifies them
    stack           what `stop` closes
    """

    settings: Settings
    ports: Ports
    running: Running
    administration: AdministrationService
    gateway: Gateway
    keyring: KeyRing
    verifier: TokenVerifier
    stack: AsyncExitStack

    @classmethod
    async def start(
        cls,
        settings: Settings,
        landscape: Path | Landscape | None = None,
        clock: Clock = system_clock,
        passwords: Passwords | None = None,
    ) -> CloudSide:
        """Open storage, keys and doors, apply the landscape, and return when all of it is ready.

        passwords  a memory of passwords to share with others, because hashing takes long; without it one of its own

        Raises `FaultError`: a setting, a port, a file, the storage or the landscape; then nothing stays open.
        """
        check(settings)
        wanted = read(landscape) if isinstance(landscape, Path) else landscape
        stack = AsyncExitStack()
        try:
            side = await _start(settings, wanted, clock, passwords, stack)
        except BaseException:
            await stack.aclose()
            raise
        return side

    @property
    def api_url(self) -> str:
        """Where applications reach the destination service and the token service."""
        return self.running.api_url

    async def binding(self, subaccount: str, instance: str | None = None) -> VcapServices:
        """VCAP_SERVICES of a subaccount (id or subdomain), or of one of its instances. Raises `FaultError`."""
        return await self.administration.bindings(subaccount, instance)

    async def invite(self, subaccount: str, location_id: str = "", minutes: float = 60) -> AuthenticationData:
        """Authentication data for one new connector. Raises `FaultError`."""
        return await self.administration.invitation(subaccount, location_id, minutes)

    async def reset(self, to: ResetTo = "landscape") -> None:
        """Back to the landscape, or to nothing. Connectors stay enrolled and connected."""
        await self.administration.reset(to)

    async def stop(self) -> None:
        """Take no more requests, give the open ones `Settings.stop_grace`, close everything."""
        await self.stack.aclose()


async def _start(
    settings: Settings, wanted: Landscape | None, clock: Clock, passwords: Passwords | None, stack: AsyncExitStack
) -> CloudSide:
    """What is opened is closed by `stack`, in the opposite order. Ports come first: they are what fails most often."""
    clock = MovableClock(clock)
    lock = FolderLock(settings.data)
    stack.callback(lock.release)
    plain, tls = _sockets(settings, stack)
    db = await open_installation(settings.data, settings.database_url, clock, passwords)
    stack.push_async_callback(db.close)
    identity = await _identity(settings, db, clock)
    issuer = _issuer(settings, _port(tls))
    key_sets = _key_sets(settings, identity, clock, stack)
    trust = ConnectorTrust(db, identity.keyring, issuer, key_sets)
    audit = AuditTrail(settings.data / AUDIT_FOLDER, clock)
    stack.callback(audit.close)
    gateway = await _gateway(settings, identity, trust, StoredServices(db), clock, audit, stack)
    ports = Ports(_port(plain), _port(tls), gateway.door_port, gateway.socks_port, gateway.tunnel_port)
    token_parts = _token_parts(settings, db, identity, issuer, key_sets, clock)
    sessions = Sessions(clock)
    source = _token_source(settings, ports, identity, clock)
    stack.push_async_callback(source.close)
    finder = DestinationService(db, identity.verifier, source, settings.token_domain, token_parts.limit)
    injections = Injections()
    gateway.inject(injections)
    administration = AdministrationService(
        Parts(
            db=db,
            keyring=identity.keyring,
            issuer=issuer,
            authority=identity.authority,
            enrolment=identity.enrolment,
            tunnels=gateway,
            addresses=lambda: addresses(settings, ports, identity.keyring.public_pem()),
            gateway=gateway_address(settings, ports),
            clock=clock,
            find=finder.find,
            door=OwnDoor(door_url(settings, ports), identity.keyring.sign, clock),
            local_url=local_url(settings, ports),
            audit_folder=settings.data / AUDIT_FOLDER,
            check_targets=settings.check_targets,
            private_targets=settings.profile is Profile.LAPTOP,
            forget=(
                sessions.clear,
                token_parts.throttle.clear,
                token_parts.limit.clear,
                gateway.traces.clear,
                injections.clear,
            ),
            injections=injections,
        )
    )
    readiness = Readiness(db, gateway)
    entrance = Entrance(db, identity.verifier, token_parts.limit)
    generator = _generator(settings, identity, clock)
    _keep_running(Renewal(db, generator, clock).keep_running(), stack)
    _keep_running(KeyUpkeep(identity.keyring, db, clock, settings.key_rotation_days).keep_running(), stack)
    routers = [
        *_destination_routers(settings, db, entrance, finder, generator, key_sets, clock),
        connectivity.router(ConnectorInformation(identity.verifier, gateway.connectors)),
        *_token_routers(settings, token_parts, sessions),
        *_admin_routers(settings, administration, token_parts),
    ]
    busy = destinations.handlers(finder)
    meddling = partial(Injecting, injections=injections, sign=identity.keyring.sign, clock=clock)
    app = create_app(
        routers,
        readiness.missing,
        [gateway.samples],
        settings.body_limit,
        audit,
        busy,
        meddling if settings.profile is Profile.LAPTOP else None,
    )
    await _serve(app, plain, tls, settings, identity.authority, stack)
    if wanted is not None:
        await administration.apply_landscape(wanted)
        audit(AuditRecord("apply landscape", "done", "administration", user="landbridge"))
    running = _running(settings, ports)
    write_running(settings.data, running)
    stack.callback(remove_running, settings.data)
    readiness.set_up()
    stack.callback(readiness.stopping)
    return CloudSide(settings, ports, running, administration, gateway, identity.keyring, identity.verifier, stack)


def _token_source(settings: Settings, ports: Ports, identity: _Identity, clock: Clock) -> TokenSource:
    """Token services may bear certificates of our own authority, and stand behind connectors."""
    return TokenSource(
        identity.verifier,
        clock,
        reach=settings.targets,
        lenient_tenant=settings.lenient_x_tenant,
        clients=partial(new_client, authorities=(identity.authority.ca_pem,)),
        epoch=lambda: identity.keyring.epoch,
        door=OwnDoor(door_url(settings, ports), identity.keyring.sign, clock),
    )


def _generator(settings: Settings, identity: _Identity, clock: Clock) -> Generator:
    return Generator(identity.authority, clock, settings.public_host, settings.certificate_organisation)


def _keep_running(work: Coroutine[Any, Any, None], stack: AsyncExitStack) -> None:
    """Something that has to be done again and again, until the process stops."""
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)


def _destination_routers(
    settings: Settings,
    db: Database,
    entrance: Entrance,
    finder: DestinationService,
    generator: Generator,
    key_sets: KeySets,
    clock: Clock,
) -> list[APIRouter]:
    """The Destination service's API, with the description of it. Labels come before what they label."""
    labelled: dict[str, Kind[Any]] = {
        "Destinations": DESTINATION,
        "DestinationFragments": FRAGMENT,
        "Certificates": CERTIFICATE,
    }
    described = [
        destinations.router(finder),
        destination_labels.router(entrance, {path: Labelling(db, kind) for path, kind in labelled.items()}),
        destination_content.router(entrance, Reading(db, DESTINATION), Writing(db, DESTINATION)),
        destination_fragments.router(entrance, Reading(db, FRAGMENT), Writing(db, FRAGMENT)),
        certificates.router(entrance, CertificateService(db, generator)),
        trust.router(TrustService(db, entrance, settings.token_domain, clock, key_sets.forget)),
    ]
    return [*described, openapi.router(described)]


def _sockets(settings: Settings, stack: AsyncExitStack) -> tuple[socket.socket, socket.socket]:
    plain = listening_socket(settings.host, settings.http_port, "API", "--http-port")
    stack.callback(plain.close)
    tls = listening_socket(settings.host, settings.https_port, "API over TLS", "--https-port")
    stack.callback(tls.close)
    return plain, tls


def _port(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


def _token_parts(
    settings: Settings, db: Database, identity: _Identity, issuer: Issuer, key_sets: KeySets, clock: Clock
) -> TokenParts:
    foreign = ForeignTokens(key_sets, clock)
    limit = RequestLimit(clock, settings.request_rate, settings.request_burst)
    return TokenParts(db, identity.keyring, identity.verifier, issuer, clock, foreign, Throttle(clock), limit)


def _key_sets(settings: Settings, identity: _Identity, clock: Clock, stack: AsyncExitStack) -> KeySets:
    """Keys of trusted issuers are fetched with a client of their own, which may only go where the settings allow."""
    fetcher = Fetcher(settings.targets, identity.authority.ca_pem)
    stack.push_async_callback(fetcher.close)
    return KeySets(fetcher, clock)


def _token_routers(settings: Settings, parts: TokenParts, sessions: Sessions) -> list[APIRouter]:
    """The token service and its login."""
    login = AuthorizationService(parts, sessions, loopback=settings.profile is Profile.LAPTOP)
    return [tokens.router(TokenService(parts)), authorize.router(login)]


async def _identity(settings: Settings, db: Database, clock: Clock) -> _Identity:
    keyring = await KeyRing.load(db, clock, settings.token_lifetime)
    authority = await Authority.load(db, clock)
    enrolment = await Enrolment.load(db, authority, clock)
    return _Identity(keyring, TokenVerifier(keyring, clock), authority, enrolment)


async def _gateway(
    settings: Settings,
    identity: _Identity,
    trust: ConnectorTrust,
    services: StoredServices,
    clock: Clock,
    audit: AuditTrail,
    stack: AsyncExitStack,
) -> Gateway:
    gateway = Gateway(settings, identity.verifier, identity.enrolment, trust, services, clock, audit)
    certificate, key = identity.authority.issue_server(tls_names(settings))
    tls = TlsIdentity(certificate, key, identity.authority.ca_pem)
    host = settings.host
    try:
        await gateway.start(host, settings.door_port, settings.tunnel_port, tls, settings.socks_port)
    except OSError as error:
        # They open in this order: the first that is not open is the one that could not be.
        if not gateway.tunnel_port:
            raise bind_fault(error, host, settings.tunnel_port, "tunnel listener", "--tunnel-port") from error
        if not gateway.door_port:
            raise bind_fault(error, host, settings.door_port, "HTTP door", "--door-port") from error
        raise bind_fault(error, host, settings.socks_port, "SOCKS5 door", "--socks-port") from error
    stack.push_async_callback(gateway.stop, settings.stop_grace)
    return gateway


def _issuer(settings: Settings, https_port: int) -> Issuer:
    return Issuer(
        settings.token_domain,
        port=settings.public_https_port or https_port,
        aliases=(settings.public_host,),
        lifetime=settings.token_lifetime,
    )


async def _serve(
    app: ASGIApp,
    plain: socket.socket,
    tls: socket.socket,
    settings: Settings,
    authority: Authority,
    stack: AsyncExitStack,
) -> None:
    """The same application on both listeners."""
    write_ca(settings.data, authority.ca_pem)
    context = authority.server_context(tls_names(settings))
    for sock, tls_context in ((plain, None), (tls, context)):
        server = HttpServer(app, sock, tls_context, settings.stop_grace)
        stack.push_async_callback(server.stop)
        await server.start()


def _admin_routers(settings: Settings, administration: AdministrationService, parts: TokenParts) -> list[APIRouter]:
    """The administration and its login; on a laptop with its comforts."""
    token = load_or_create_admin_token(settings.data)
    issuer = _admin_issuer(settings)
    guardian = Administrators(parts.db, token, parts.verifier, parts.foreign, parts.throttle, parts.clock, issuer)
    is_laptop = settings.profile is Profile.LAPTOP
    comforts = administration.development if is_laptop else None
    return [
        admin_login.login_router(guardian),
        admin.router(administration, guardian, resets=is_laptop),
        development.router(comforts, guardian),
        checks.router(administration, guardian),
    ]


def _admin_issuer(settings: Settings) -> TrustedIssuer | None:
    issuer = settings.admin_issuer
    discovery = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    return TrustedIssuer("", issuer, discovery=discovery, audience=settings.admin_audience) if issuer else None


def _running(settings: Settings, ports: Ports) -> Running:
    return Running(
        pid=os.getpid(),
        profile=settings.profile.value,
        api_url=api_url(settings, ports),
        https_url=https_url(settings, ports),
        local_url=local_url(settings, ports),
        token_domain=settings.token_domain,
        ports=asdict(ports),
    )
