"""Comforts for developers, in the laptop profile only: tokens without a password, and a clock that moves."""

from __future__ import annotations

from landbridge.administration.connector_list import moment
from landbridge.administration.desk import Desk, find_instance, find_user
from landbridge.administration.developer_tokens import Minting, mint
from landbridge.api.admin_bodies import Answer
from landbridge.api.development import TokenWish
from landbridge.identity.people import person_of
from landbridge.store import ClientRepository


class Development:
    """See `landbridge.api.development.DevelopmentDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clock = desk.parts.clock

    async def mint(self, wish: TokenWish) -> Answer:
        """A token of the client of an instance, for a user if one is named, with any claims over it."""
        parts = self._desk.parts
        async with parts.db.read() as session:
            tenant = await self._desk.subaccount(session, wish.subaccount)
            found = await find_instance(session, tenant, wish.instance)
            (client, *_) = await ClientRepository(session).for_instance(found.id)
            user = None if wish.user is None else await find_user(session, tenant, wish.user)
            person = None if user is None else await person_of(session, tenant, user)
        return mint(
            Minting(client, tenant, person, wish.claims, wish.lifetime), parts.keyring, parts.issuer, parts.clock
        )

    def time(self) -> Answer:
        return {"now": moment(self._clock()), "ahead": self._clock.offset}

    def advance(self, seconds: float) -> Answer:
        self._desk.demand_installation("Moving the clock")
        self._clock.advance(seconds)
        return self.time()

    def true_time(self) -> Answer:
        self._desk.demand_installation("Moving the clock")
        self._clock.reset()
        return self.time()
