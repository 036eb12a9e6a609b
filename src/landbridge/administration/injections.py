"""Rows of failures on request, as the admin API takes and shows them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from landbridge.administration.desk import Desk
from landbridge.api.admin_bodies import Answer
from landbridge.api.development import InjectionWish
from landbridge.faults import FaultError, fault
from landbridge.injection.row import DOORS, POSSIBLE, Injection, Place
from landbridge.store import DestinationRepository

_PORTS = {"http": 80, "https": 443}
_SYSTEM = re.compile(r"\[?[^\s\[\]/]+\]?:[0-9]{1,5}")


async def injection(desk: Desk, wish: InjectionWish) -> Injection:
    """The row that is wished for. Raises `FaultError`: the place cannot do that, or a name is not there."""
    if wish.effect not in POSSIBLE[wish.place]:
        known = ", ".join(sorted(effect.value for effect in POSSIBLE[wish.place]))
        raise _invalid(f"at {wish.place.value} there are {known}")
    _check(wish)
    subaccount, system = "", wish.system.lower()
    if wish.subaccount:
        async with desk.parts.db.read() as session:
            subaccount = (await desk.subaccount(session, wish.subaccount)).id
    if wish.destination and wish.place is Place.DOOR:
        system = await _system(desk, subaccount, wish.destination)
    return Injection(
        0,
        wish.place,
        wish.effect,
        subaccount,
        wish.location,
        wish.destination,
        system,
        wish.path,
        wish.nth,
        wish.seconds,
        wish.size,
        wish.status,
        wish.reply,
    )


def _check(wish: InjectionWish) -> None:
    """Raises `FaultError` for what the place cannot know of a call: such a row would never fit."""
    if wish.place is Place.TOKEN and (wish.destination or wish.subaccount):
        raise _invalid("the token service matches by path and by the count of calls only")
    if wish.place not in DOORS and (wish.system or wish.location is not None):
        raise _invalid("systems and location ids are known at the doors only")
    if wish.place is Place.SOCKS and (wish.destination or wish.path):
        raise _invalid("the SOCKS5 door knows neither destinations nor paths; name the system, as host:port")
    if wish.system and wish.destination:
        raise _invalid("a destination stands for its system; name one of the two")
    if wish.system and not _SYSTEM.fullmatch(wish.system):
        raise _invalid("a system is a virtual host:port")


async def _system(desk: Desk, subaccount: str, name: str) -> str:
    """Virtual host and port of a destination of the subaccount: the door sees nothing else of it."""
    if not subaccount:
        raise _invalid("a destination at the door needs its subaccount")
    async with desk.parts.db.read() as session:
        found = await DestinationRepository(session).get(subaccount, None, name)
    address = urlsplit(found.get("URL")) if found is not None else None
    if address is None or not address.hostname:
        raise _invalid(f"the subaccount has no destination '{name[:100]}' with a URL")
    return f"{address.hostname}:{address.port or _PORTS.get(address.scheme, 80)}".lower()


def described(row: Injection, calls: int) -> Answer:
    """A row for people and programs."""
    return {
        "number": row.number,
        "place": row.place.value,
        "effect": row.effect.value,
        "subaccount": row.subaccount,
        "location": row.location,
        "destination": row.destination,
        "system": row.system,
        "path": row.path,
        "nth": row.nth,
        "seconds": row.seconds,
        "size": row.size,
        "status": row.status,
        "reply": row.reply,
        "calls": calls,
    }


def _invalid(reason: str) -> FaultError:
    return FaultError(fault("platform.injection-invalid", reason=reason))
