"""One subaccount as the check of a destination sees it: over the same services that applications use."""

from __future__ import annotations

import asyncio
import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from msgspec import structs

from landbridge.administration.connector_list import ConnectedConnector, NotedFault
from landbridge.administration.creations import creations
from landbridge.administration.desk import Parts, find_user
from landbridge.administration.destination_trust import trust_store
from landbridge.administration.developer_tokens import Minting, mint
from landbridge.administration.editor_calls import editor_calls
from landbridge.administration.tombstones import deleted_at
from landbridge.checks.destination_target import proxy_type_of, url_of
from landbridge.checks.http.url import shown
from landbridge.checks.observations import ConnectorsListed, DestinationSeen, EditorSeen, NamesTaken, TrafficWatched
from landbridge.checks.observations.destination import Attempt, Connected
from landbridge.checks.observations.tunnel import LinkSeen
from landbridge.checks.rules.conn_503 import WINDOW
from landbridge.checks.surroundings import AuthTokens, Door, Found, Wish
from landbridge.destinations.attached import references
from landbridge.destinations.auth.context import Inputs
from landbridge.destinations.request import FindRequest
from landbridge.faults import Fault, FaultError, fault
from landbridge.identity.people import person_of
from landbridge.model.destination import Destination
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, Service, ServiceInstance, Subaccount
from landbridge.net.link import Pulse
from landbridge.store import (
    ClientRepository,
    DestinationRepository,
    InstanceRepository,
    RoleRepository,
    Session,
    SubscriptionRepository,
)

RETURN = 3.0
"""Seconds that a check waits for a connector that was lost just now."""
_SIMILAR = 3
_HISTORIES = 5
"""Names whose creation is looked up in the audit records."""
_LIKE = 0.8


@dataclass(frozen=True, slots=True)
class SubaccountSurroundings:
    """See `landbridge.checks.surroundings.Surroundings`.

    visible   the subaccounts that the one who checks may see
    instance  of the Destination service whose binding finds destinations; empty: the first one
    """

    parts: Parts
    subaccount: Subaccount
    visible: Sequence[Subaccount]
    instance: str = ""

    async def find(self, wish: Wish) -> Found:
        try:
            answer = await self._find(wish, skip_tokens=True)
        except FaultError as error:
            return Found(await self._missed(wish, error.fault), {})
        properties: Mapping[str, str] = answer["destinationConfiguration"]
        certificates = answer.get("certificates", ())
        held = {str(one.get("Name")) for one in certificates}
        return Found(_seen(wish.name, properties, held), properties, trust_store(properties, certificates))

    async def tokens(self, wish: Wish) -> AuthTokens:
        entries: AuthTokens = (await self._find(wish, skip_tokens=False)).get("authTokens", ())
        return entries

    async def taken(self, names: Sequence[str]) -> NamesTaken:
        async with self.parts.db.read() as session:
            held = set(await DestinationRepository(session).names(self.subaccount.id, None))
        counts = Counter(names)
        taken = tuple(name for name in counts if name in held)
        return NamesTaken(
            wanted=len(names),
            taken=taken,
            repeated=tuple(name for name, number in counts.items() if number > 1),
            attempts=await self._attempts(taken[:_HISTORIES]),
        )

    async def _attempts(self, names: Sequence[str]) -> tuple[Attempt, ...]:
        folder = self.parts.audit_folder
        if folder is None:
            return ()
        found = [await asyncio.to_thread(creations, folder, self.subaccount.id, name) for name in names]
        return tuple(attempt for one in found for attempt in one)

    async def editor(self, wish: Wish) -> EditorSeen:
        parts = self.parts
        async with parts.db.read() as session:
            user = await find_user(session, self.subaccount, wish.person)
            person = await person_of(session, self.subaccount, user)
            roles = [one for one in await RoleRepository(session).list(self.subaccount.id) if one.person == user.name]
            client = await self._application(session)
            instance = await self._editor_level(session)
        fresh = str(
            mint(Minting(client, self.subaccount, person, {}), parts.keyring, parts.issuer, parts.clock)["access_token"]
        )
        given = wish.session.reveal()
        calls = await editor_calls(parts.local_url, given or fresh, instance, changes=wish.changes)
        return EditorSeen(
            person=user.name,
            roles=tuple(one.role.value + (f"@{one.instance_id}" if one.instance_id else "") for one in roles),
            calls=calls,
            changes=wish.changes,
            session=bool(given),
            fresh=await editor_calls(parts.local_url, fresh, instance) if given else (),
        )

    async def _editor_level(self, session: Session) -> str:
        """Id of the instance that was named, by its id also one of a provider to whom the subaccount is subscribed."""
        if not self.instance:
            return ""
        subscriptions = await SubscriptionRepository(session).of_subscriber(self.subaccount.id)
        for provider in {one.provider_id for one in subscriptions}:
            for one in await InstanceRepository(session).list(provider):
                if one.id == self.instance and one.service is Service.DESTINATION:
                    return one.id
        return (await self._instance(session)).id

    async def _application(self, session: Session) -> Client:
        """The client of an application, with which people log on. Raises `FaultError` when there is none."""
        for one in await InstanceRepository(session).list(self.subaccount.id):
            if one.service is Service.XSUAA:
                return (await ClientRepository(session).for_instance(one.id))[0]
        known = "none of the service xsuaa"
        raise FaultError(
            fault("platform.unknown-instance", subaccount=self.subaccount.subdomain, instance="xsuaa", known=known)
        )

    async def connectors(self, location: str, system: str) -> ConnectorsListed:
        everywhere = list(self.parts.tunnels.connectors())
        ours = [one for one in everywhere if one.subaccount_id == self.subaccount.id]
        others = {one.id: one.subdomain for one in self.visible if one.id != self.subaccount.id}
        elsewhere = {
            others[one.subaccount_id] for one in everywhere if one.subaccount_id in others and _has(one, system)
        }
        listed = ConnectorsListed(
            subaccount=self.subaccount.subdomain,
            subaccount_id=self.subaccount.id,
            location=location,
            connected=tuple(_connected(one) for one in sorted(ours, key=lambda one: one.location_id)),
            elsewhere=tuple(sorted(elsewhere)),
        )
        return await self._with_rest(listed, system)

    async def ping(self, location: str, seconds: float) -> float | None:
        return await self.parts.tunnels.ping(self.subaccount.id, location, seconds)

    async def links(self, location: str, seconds: float) -> Sequence[LinkSeen]:
        return [_link(one) for one in await self.parts.tunnels.pulses(self.subaccount.id, location, seconds)]

    async def traffic(self, location: str, seconds: float) -> TrafficWatched:
        seen = await self.parts.tunnels.traffic(self.subaccount.id, location, seconds)
        return TrafficWatched(seconds=seconds, requests=seen.opened, waited=round(seen.seconds, 2))

    async def look(
        self, location: str, kind: str, host: str, port: int, path: str, seconds: float, inquiry: str = ""
    ) -> str:
        return await self.parts.tunnels.look(self.subaccount.id, location, kind, host, port, path, seconds, inquiry)

    async def door(self, wish: Wish) -> Door:
        opened = await self.parts.door(self.subaccount.id)
        place = urlsplit(opened.url)
        given = wish.proxy_token
        authorization = Secret(f"Bearer {opened.token}") if given is None else _as_header(given)
        return Door(place.hostname or "", place.port or 80, authorization)

    async def _find(self, wish: Wish, *, skip_tokens: bool) -> Any:
        """The answer of the find call. Raises `FaultError`."""
        given = wish.service_token
        authorization = f"Bearer {await self._token()}" if given is None else _as_header(given).reveal()
        request = FindRequest(
            authorization,
            wish.name,
            skip_tokens=skip_tokens,
            inputs=Inputs(user_token=wish.user_token.reveal()),
            fragments=(wish.fragment,) if wish.fragment else (),
        )
        return (await self.parts.find(request)).body

    async def _token(self) -> str:
        """A token of the client of a Destination instance, as its applications get them."""
        parts = self.parts
        async with parts.db.read() as session:
            found = await self._instance(session)
            (client, *_) = await ClientRepository(session).for_instance(found.id)
        minted = mint(Minting(client, self.subaccount, None, {}), parts.keyring, parts.issuer, parts.clock)
        return str(minted["access_token"])

    async def _instance(self, session: Session) -> ServiceInstance:
        for one in await InstanceRepository(session).list(self.subaccount.id):
            if one.service is Service.DESTINATION and self.instance in ("", one.name, one.id):
                return one
        raise FaultError(fault("destination.no-binding", subaccount=self.subaccount.subdomain))

    async def _missed(self, wish: Wish, reason: Fault) -> DestinationSeen:
        """A destination that was not found, with what lies near."""
        seen = DestinationSeen(name=wish.name, code=reason.code, reason=reason.sentence)
        if reason.code != "destination.not-found":
            return seen
        async with self.parts.db.read() as session:
            names, elsewhere = await self._near(session, wish.name)
        folder = self.parts.audit_folder
        deleted = await asyncio.to_thread(deleted_at, folder, self.subaccount.id, wish.name) if folder else 0.0
        return _with_near(seen, names, elsewhere, deleted)

    async def _near(self, session: Session, name: str) -> tuple[list[str], list[str]]:
        """Names in this subaccount, and where else there is a destination of this name."""
        repository = DestinationRepository(session)
        names: list[str] = []
        elsewhere: list[str] = []
        for subaccount in self.visible:
            own = subaccount.id == self.subaccount.id
            instances = await InstanceRepository(session).list(subaccount.id)
            places = [(None, "")] + [(one.id, one.name) for one in instances if one.service is Service.DESTINATION]
            for instance_id, label in places:
                held = await repository.names(subaccount.id, instance_id)
                names += held if own else ()
                if name in held:
                    where = [f"instance {label}"] if label else []
                    elsewhere.append(
                        " of ".join(where + ([] if own and label else [f"subaccount {subaccount.subdomain}"]))
                    )
        return names, elsewhere

    async def _with_rest(self, listed: ConnectorsListed, system: str) -> ConnectorsListed:
        """The list, with what is known of connectors that should be in it and are not."""
        ours = listed.ours
        if ours is not None and any(one.rpartition(" ")[2].lower() == system.lower() for one in ours.systems):
            return listed
        noted = await self._noted(listed)
        refused = tuple(one for one, last in noted.items() if last.fault.code == "tunnel.location-taken")
        last = max(noted.values(), key=lambda one: one.time, default=None)
        if ours is not None or last is None:
            return structs.replace(listed, refused=refused)
        left = max(self.parts.clock() - last.time, 0.0)
        listed = structs.replace(listed, refused=refused, last_fault=last.fault.code, left=left)
        return await self._waited(listed) if left <= WINDOW and last.fault.kind.retry else listed

    async def _noted(self, listed: ConnectorsListed) -> dict[str, NotedFault]:
        """What went wrong last with the connectors of the location id that are not connected, by connector."""
        here = {one.connector for one in listed.connected}
        certificates = await self.parts.enrolment.connectors(self.subaccount.id)
        wanted = {one.connector_id for one in certificates if one.location_id == listed.location} - here
        found = {one: self.parts.tunnels.last_fault(one) for one in wanted}
        return {one: noted for one, noted in found.items() if noted is not None}

    async def _waited(self, listed: ConnectorsListed) -> ConnectorsListed:
        """Wait a little: a connector that was lost just now may be on its way back."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(RETURN):
                await self.parts.tunnels.wait_for_connector(self.subaccount.id, listed.location)
        except TimeoutError:
            return structs.replace(listed, waited=RETURN)
        passed = round(loop.time() - began, 1)
        return structs.replace(listed, waited=passed, back_after=passed)


def _seen(name: str, properties: Mapping[str, str], held: set[str]) -> DestinationSeen:
    wanted = references(Destination(properties), skip_tokens=True, skip_credentials=False)
    kind = properties.get("Type", "")
    url = url_of(kind, properties)
    headers = tuple(key.removeprefix("URL.headers.") for key in properties if key.startswith("URL.headers."))
    return DestinationSeen(
        name=name,
        type=kind,
        proxy_type=proxy_type_of(kind, properties),
        authentication=properties.get("ldap.authentication" if kind == "LDAP" else "Authentication", "")
        or "NoAuthentication",
        url=shown(url) if url else "",
        headers=headers,
        missing=tuple(one for one in wanted if one not in held),
        location=properties.get("CloudConnectorLocationId", ""),
    )


def _with_near(
    seen: DestinationSeen, names: Sequence[str], elsewhere: Sequence[str], deleted: float
) -> DestinationSeen:
    folded = [one for one in names if one.casefold() == seen.name.casefold() and one != seen.name]
    close = difflib.get_close_matches(seen.name, names, _SIMILAR, _LIKE)
    similar = tuple(dict.fromkeys([*folded, *close]))[:_SIMILAR]
    return structs.replace(seen, similar=similar, elsewhere=tuple(elsewhere), deleted=deleted)


def _connected(one: ConnectedConnector) -> Connected:
    return Connected(
        location=one.location_id,
        connector=one.connector_id,
        agent_version=one.agent_version,
        compat_version=one.compat_version,
        since=one.connected_since,
        systems=tuple(f"{system.get('protocol', '')} {system.get('host', '')}" for system in one.exposed),
        connections=one.connections,
        streams=one.streams,
        round_trip=round(one.round_trip * 1000, 1),
        quiet=tuple(round(seconds, 1) for seconds in one.quiet),
    )


def _link(one: Pulse) -> LinkSeen:
    return LinkSeen(
        round_trip=-1.0 if one.round_trip is None else round(one.round_trip * 1000, 1),
        quiet=round(one.quiet, 1),
        resent=-1 if one.resent is None else one.resent,
    )


def _has(one: ConnectedConnector, system: str) -> bool:
    return any(entry.get("host", "").lower() == system.lower() for entry in one.exposed)


def _as_header(given: Secret) -> Secret:
    """A token that was given, as the value of a header: what has a scheme keeps it."""
    text = given.reveal().strip()
    return Secret(text if " " in text or not text else f"Bearer {text}")
