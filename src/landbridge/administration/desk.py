"""What one administrator has before him: every operation, limited to what he may see and do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from landbridge.administration.connector_list import ConnectedConnector, NotedFault
from landbridge.destinations.answer import Answer as Found
from landbridge.destinations.auth.token_call import DoorOpener
from landbridge.destinations.request import FindRequest
from landbridge.faults import FaultError, fault
from landbridge.identity.administrators import Admin
from landbridge.identity.authority import Authority
from landbridge.identity.binding import Addresses
from landbridge.identity.enrolment import Enrolment
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.injection.book import Injections
from landbridge.model.subaccount import ServiceInstance, Subaccount, User
from landbridge.net.clock import MovableClock
from landbridge.net.link import Pulse
from landbridge.store import Database, InstanceRepository, Session, SubaccountRepository, UserRepository

INSTALLATION = Admin("landbridge")
"""The program itself: the composition root, and whoever holds it, may do everything."""


class NotedTrace(Protocol):
    """How one request came to its identity."""

    @property
    def request_id(self) -> str: ...
    @property
    def subaccount_id(self) -> str: ...
    @property
    def connector_id(self) -> str: ...
    @property
    def time(self) -> float: ...
    @property
    def steps(self) -> Sequence[Mapping[str, str]]: ...


class TraceBook(Protocol):
    """The identity traces that the gateway keeps, by subaccount."""

    def enable(self, subaccount_id: str, keep: int) -> None: ...

    def get(self, request_id: str, subaccount_id: str) -> NotedTrace | None: ...

    def kept(self, subaccount_id: str) -> tuple[int, Sequence[NotedTrace]]: ...

    def clear(self) -> None: ...


class CountedTraffic(Protocol):
    """What went through a tunnel: requests, and the seconds that they were open, added up."""

    @property
    def opened(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class Tunnels(Protocol):
    """The part of the gateway that an administrator sees."""

    def connectors(self) -> Iterable[ConnectedConnector]: ...

    def disconnect(self, connector_id: str) -> object: ...

    def last_fault(self, connector_id: str) -> NotedFault | None: ...

    @property
    def traces(self) -> TraceBook: ...

    async def wait_for_connector(self, subaccount_id: str, location_id: str = "") -> None: ...

    async def ping(self, subaccount_id: str, location_id: str, seconds: float) -> float | None: ...

    async def pulses(self, subaccount_id: str, location_id: str, seconds: float) -> Sequence[Pulse]: ...

    async def traffic(self, subaccount_id: str, location_id: str, seconds: float) -> CountedTraffic: ...

    async def look(
        self,
        subaccount_id: str,
        location_id: str,
        kind: str,
        host: str,
        port: int,
        path: str,
        seconds: float,
        inquiry: str = "",
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the administration works on. `addresses` is asked each time: keys rotate.

    find             the find call of the Destination service
    door             opens the HTTP door for a subaccount
    local_url        where this machine finds the API
    audit_folder     where records of changes are kept; None: nowhere
    check_targets    private networks that checks of Internet destinations may call
    private_targets  whether the cloud side may call addresses of private networks
    forget           what a reset has to empty besides the store: logins, counts of failures
    injections       failures that developers want; a reset empties them
    """

    db: Database
    keyring: KeyRing
    issuer: Issuer
    authority: Authority
    enrolment: Enrolment
    tunnels: Tunnels
    addresses: Callable[[], Addresses]
    gateway: str
    clock: MovableClock
    find: Callable[[FindRequest], Awaitable[Found]]
    door: DoorOpener
    local_url: str = ""
    audit_folder: Path | None = None
    check_targets: tuple[str, ...] = ()
    private_targets: bool = False
    forget: tuple[Callable[[], None], ...] = ()
    injections: Injections = field(default_factory=Injections)


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts, and who works with them. Names are looked up here, and missed by name.

    A subaccount that the administrator does not see is missed like one that does not exist.
    """

    parts: Parts
    admin: Admin = INSTALLATION

    def demand_installation(self, what: str) -> None:
        """Raises `FaultError` (`platform.admin-limited`) for an administrator of one subaccount."""
        if self.admin.subaccount_id is not None:
            raise FaultError(fault("platform.admin-limited", name=self.admin.name, what=what))

    def demand_all_kinds(self) -> None:
        """Raises `FaultError` (`platform.admin-connectors-only`) for somebody who may manage connectors only."""
        if self.admin.connectors_only:
            raise FaultError(fault("platform.admin-connectors-only", name=self.admin.name))

    async def visible(self, session: Session) -> list[Subaccount]:
        """The subaccounts that exist for this administrator."""
        return [one for one in await SubaccountRepository(session).list() if self.admin.sees(one.id)]

    async def subaccount(self, session: Session, name: str) -> Subaccount:
        """By id or subdomain. Raises `FaultError`: `platform.unknown-subaccount`."""
        repository = SubaccountRepository(session)
        found = await repository.get(name) or await repository.by_subdomain(name)
        if found is None or not self.admin.sees(found.id):
            known = names(one.subdomain for one in await self.visible(session))
            raise FaultError(fault("platform.unknown-subaccount", subaccount=name[:100], known=known))
        return found


async def find_instance(session: Session, subaccount: Subaccount, name: str) -> ServiceInstance:
    """By name or id. Raises `FaultError`: `platform.unknown-instance`."""
    instances = await InstanceRepository(session).list(subaccount.id)
    found = next((one for one in instances if name in (one.name, one.id)), None)
    if found is None:
        known = names(one.name for one in instances)
        raise FaultError(
            fault("platform.unknown-instance", subaccount=subaccount.subdomain, instance=name[:100], known=known)
        )
    return found


async def find_user(session: Session, subaccount: Subaccount, name: str) -> User:
    """Raises `FaultError`: `platform.unknown-user`."""
    repository = UserRepository(session)
    found = await repository.get(subaccount.id, name)
    if found is None:
        known = names(one.name for one in await repository.list(subaccount.id))
        raise FaultError(fault("platform.unknown-user", subaccount=subaccount.subdomain, user=name[:100], known=known))
    return found


def names(some: Iterable[str]) -> str:
    """Names as one text, for faults."""
    return ", ".join(sorted(some)) or "none"
