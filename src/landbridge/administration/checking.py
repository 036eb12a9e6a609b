"""Checks of destinations, for administrators of their subaccount."""

from __future__ import annotations

from ipaddress import ip_network

from landbridge.administration.checks import Checks
from landbridge.administration.desk import Desk
from landbridge.administration.subaccount_surroundings import SubaccountSurroundings
from landbridge.api.admin_bodies import Answer
from landbridge.api.admin_checks import CheckWish
from landbridge.checks.destination_check import checked
from landbridge.checks.diallers import DirectDialler
from landbridge.checks.probe import Trust
from landbridge.checks.surroundings import Wish
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
        evidence = await checked(
            surroundings, _wish(name, wish), DirectDialler(private_targets=False, allowed=allowed), parts.clock, Trust()
        )
        return await self._reports.keep(found.id, f"destination {name}", evidence)


def _wish(name: str, wish: CheckWish) -> Wish:
    return Wish(
        name=name,
        path=wish.path,
        fragment=wish.fragment,
        user_token=Secret(wish.user_token),
        proxy_token=None if wish.proxy_token is None else Secret(wish.proxy_token),
        service_token=None if wish.service_token is None else Secret(wish.service_token),
        seconds=wish.seconds,
    )
