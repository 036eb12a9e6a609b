"""Checks of destinations, for administrators of their subaccount."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

from msgspec import structs

from landbridge.administration.checks import Checks
from landbridge.administration.desk import Desk
from landbridge.administration.probe_terms import checked_terms, logon_in, manner_in, ssh_in, target_in, trust_in
from landbridge.administration.subaccount_surroundings import SubaccountSurroundings
from landbridge.api.admin_bodies import Answer
from landbridge.api.admin_checks import CheckWish, ThroughWish
from landbridge.checks import known_hosts
from landbridge.checks.destination_check import checked, looked_through
from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Target
from landbridge.checks.http import url as http_url
from landbridge.checks.inquiry import BARE, OVER_HTTP, Inquiry, written
from landbridge.checks.surroundings import Wish
from landbridge.checks.targets import target_of
from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret


class Checking:
    """See `landbridge.api.admin_checks.CheckingDesk`."""

    def __init__(self, desk: Desk, reports: Checks) -> None:
        self._desk = desk
        self._reports = reports

    async def check(self, subaccount: str, name: str, wish: CheckWish) -> Answer:
        """The report. Raises `FaultError` for a subaccount that is not there, or has no Destination service."""
        parts = self._desk.parts
        async with parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            visible = await self._desk.visible(session)
        surroundings = SubaccountSurroundings(parts, found, visible, wish.instance)
        allowed = tuple(ip_network(network, strict=False) for network in parts.check_targets)
        dialler = DirectDialler(private_targets=False, allowed=allowed)
        trust = trust_in(wish.trust, wish.public_trust)
        evidence = await checked(surroundings, _wish(name, wish), dialler, parts.clock, trust)
        return await self._reports.keep(found.id, f"destination {name}", evidence)

    async def through(self, subaccount: str, wish: ThroughWish) -> Answer:
        """The report. Raises `FaultError` (`check.target-invalid`) for a text that is no target."""
        parts = self._desk.parts
        async with parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            visible = await self._desk.visible(session)
        target = structs.replace(_through(wish), location=f"location:{wish.location}")
        inquiry = _inquiry(wish, target) if wish.protocol else None
        asked = Wish(name=target.address, proxy_token=_secret(wish.proxy_token), seconds=wish.seconds)
        surroundings = SubaccountSurroundings(parts, found, visible)
        trust = trust_in(wish.trust, wish.public_trust)
        evidence = await looked_through(
            surroundings, target, asked, DirectDialler(False), parts.clock, inquiry=inquiry, trust=trust
        )
        spoken = f"{wish.protocol} " if wish.protocol else ""
        return await self._reports.keep(found.id, f"{spoken}through '{wish.location}' {target.address}", evidence)


def _through(wish: ThroughWish) -> Target:
    """The target behind a connector. Raises `FaultError` (`check.target-invalid`, `platform.request-invalid`)."""
    if not wish.protocol:
        return target_of(wish.target, "connector", {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}, _SCHEMES)
    if wish.protocol not in BARE | OVER_HTTP:
        reason = f"through a connector the protocol is one of {', '.join(sorted(BARE | OVER_HTTP))}"
        raise FaultError(fault("check.target-invalid", target=wish.protocol, reason=reason))
    checked_terms(wish, wish.protocol)
    if wish.protocol in OVER_HTTP:  # the connector alone speaks TLS to the backend
        target = target_of(wish.target, wish.protocol, http_url.PORTS, ("http", "https"))
        return structs.replace(target, scheme="http", user=wish.user)
    return target_in(wish, wish.target, wish.protocol)


def _inquiry(wish: ThroughWish, target: Target) -> Inquiry:
    """What the connector is to ask. Raises `FaultError` (`platform.request-invalid`)."""
    manner = manner_in(wish)
    inquiry = Inquiry(
        target=target,
        logon=logon_in(wish),
        intrusive=wish.intrusive,
        trust=trust_in(wish.trust, wish.public_trust).certificates if wish.user else (),
        ssh=ssh_in(wish),
        accept=manner.accept,
        sap_client=manner.sap_client,
        csrf=manner.csrf,
        style=manner.style,
        scope=manner.scope,
    )
    try:
        return _short(inquiry)
    except ValueError as error:
        raise FaultError(fault("platform.request-invalid", reason=str(error))) from None


def _short(inquiry: Inquiry) -> Inquiry:
    """The inquiry, without known hosts that are others where it is too long. Raises `ValueError` when it stays so."""
    try:
        written(inquiry)
    except ValueError:
        if inquiry.ssh.known_hosts is None:
            raise
        target = inquiry.target
        kept = known_hosts.about(inquiry.ssh.known_hosts, target.host, target.port)
        inquiry = structs.replace(inquiry, ssh=replace(inquiry.ssh, known_hosts=kept))
        written(inquiry)
    return inquiry


_SCHEMES = ("http", "https", "tcp", "ldap", "ldaps")


def _secret(given: str | None) -> Secret | None:
    return None if given is None else Secret(given)


def _wish(name: str, wish: CheckWish) -> Wish:
    return Wish(
        name=name,
        path=wish.path,
        fragment=wish.fragment,
        user_token=Secret(wish.user_token),
        proxy_token=_secret(wish.proxy_token),
        service_token=_secret(wish.service_token),
        person=wish.person,
        changes=wish.changes,
        new=wish.new,
        logon=wish.logon,
        addresses=tuple(map(str, wish.addresses)),
        websocket=wish.websocket,
        idle=wish.idle,
        watch=wish.watch,
        session=Secret(wish.session),
        seconds=wish.seconds,
    )
