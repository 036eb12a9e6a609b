"""Checks of destinations, for administrators of their subaccount."""

from __future__ import annotations

from ipaddress import ip_network

from msgspec import structs

from landbridge.administration.checks import Checks, trust_in
from landbridge.administration.desk import Desk
from landbridge.administration.subaccount_surroundings import SubaccountSurroundings
from landbridge.api.admin_bodies import Answer
from landbridge.api.admin_checks import CheckWish, ThroughWish
from landbridge.checks.destination_check import checked, looked_through
from landbridge.checks.diallers import DirectDialler
from landbridge.checks.surroundings import Wish
from landbridge.checks.targets import target_of
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
        evidence = await checked(surroundings, _wish(name, wish), dialler, parts.clock, trust_in(wish))
        return await self._reports.keep(found.id, f"destination {name}", evidence)

    async def through(self, subaccount: str, wish: ThroughWish) -> Answer:
        """The report. Raises `FaultError` (`check.target-invalid`) for a text that is no target."""
        parts = self._desk.parts
        async with parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            visible = await self._desk.visible(session)
        target = target_of(wish.target, "connector", {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}, _SCHEMES)
        target = structs.replace(target, location=f"location:{wish.location}")
        asked = Wish(name=target.address, seconds=wish.seconds)
        surroundings = SubaccountSurroundings(parts, found, visible)
        evidence = await looked_through(surroundings, target, asked, DirectDialler(False), parts.clock)
        return await self._reports.keep(found.id, f"through '{wish.location}' {target.address}", evidence)


_SCHEMES = ("http", "https", "tcp", "ldap", "ldaps")


def _wish(name: str, wish: CheckWish) -> Wish:
    return Wish(
        name=name,
        path=wish.path,
        fragment=wish.fragment,
        user_token=Secret(wish.user_token),
        proxy_token=None if wish.proxy_token is None else Secret(wish.proxy_token),
        service_token=None if wish.service_token is None else Secret(wish.service_token),
        person=wish.person,
        changes=wish.changes,
        new=wish.new,
        logon=wish.logon,
        websocket=wish.websocket,
        idle=wish.idle,
        watch=wish.watch,
        session=Secret(wish.session),
        seconds=wish.seconds,
    )
