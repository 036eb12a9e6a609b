"""Comforts for developers, in the laptop profile only: tokens without a password, a clock that moves, failures."""

from __future__ import annotations

from landbridge.administration.connector_list import moment
from landbridge.administration.desk import Desk, find_instance, find_user
from landbridge.administration.developer_tokens import Minting, mint
from landbridge.administration.injections import described, injection
from landbridge.api.admin_bodies import Answer
from landbridge.api.development import InjectionWish, TokenWish
from landbridge.faults import FaultError, fault
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

    async def inject(self, wish: InjectionWish) -> Answer:
        """Make calls fail. Raises `FaultError`."""
        self._desk.demand_installation("Injecting failures")
        row = await injection(self._desk, wish)
        try:
            return described(self._desk.parts.injections.add(row), 0)
        except OverflowError:
            raise FaultError(fault("platform.injection-invalid", reason="there are too many already")) from None

    def injections(self) -> list[Answer]:
        return [described(row, calls) for row, calls in self._desk.parts.injections.rows()]

    def take_back(self, number: int) -> Answer:
        self._desk.demand_installation("Injecting failures")
        return {"deleted": int(self._desk.parts.injections.delete(number))}

    def take_all_back(self) -> Answer:
        self._desk.demand_installation("Injecting failures")
        count = len(self._desk.parts.injections.rows())
        self._desk.parts.injections.clear()
        return {"deleted": count}
