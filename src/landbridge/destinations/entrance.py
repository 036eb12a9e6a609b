"""Who may open which level for reading or writing: applications, subscribers within limits, people with roles."""

from __future__ import annotations

from landbridge.destinations.caller import Caller, admit, service_token
from landbridge.destinations.levels import Level, Place, place_of
from landbridge.destinations.people import is_person, place_for_person
from landbridge.faults import FaultError, fault
from landbridge.identity.verify import TokenVerifier
from landbridge.model.label import EntityKind
from landbridge.store import Database, Session, SubscriberAccessRepository


class Entrance:
    """Admits callers to the content of levels. Finding does not pass here: it is the application's own business."""

    def __init__(self, db: Database, verifier: TokenVerifier) -> None:
        self._db = db
        self._verifier = verifier

    async def enter(
        self, authorization: str, level: Level, kind: EntityKind, *, write: bool = False, instance_id: str = ""
    ) -> Place:
        """The place that a level means for the caller, if he may read or write this kind of content there.

        instance_id  what a person names; an application's token names its instance itself

        Raises `FaultError` (400, 401, 403).
        """
        token = service_token(authorization, self._verifier)
        async with self._db.read() as session:
            if await is_person(session, token.token):
                return await place_for_person(session, token.token, level, kind, instance_id, write=write)
            caller = await admit(session, token)
            place = place_of(level, caller)
            if caller.is_subscriber and place.instance_id is not None:
                await _check_scopes(session, caller, kind, write)
        return place


async def _check_scopes(session: Session, caller: Caller, kind: EntityKind, write: bool) -> None:
    """On the subscription level the token needs all scopes that the provider lists (destination-service §8.3)."""
    access = await SubscriberAccessRepository(session).get(caller.instance_id)
    if access is None:
        return
    section = access.certificate if kind is EntityKind.CERTIFICATE else access.destination
    needed = section.write if write else section.read
    if not set(needed) <= _scopes(caller):
        doing = "write" if write else "read"
        raise FaultError(fault("destination.subscriber-access", doing=doing, scopes=", ".join(needed)))


def _scopes(caller: Caller) -> set[str]:
    scopes = caller.token.claims.get("scope")
    return {str(scope) for scope in scopes} if isinstance(scopes, list | tuple) else set()
