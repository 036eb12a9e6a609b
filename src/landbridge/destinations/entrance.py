"""Who may open which level for reading or writing: applications, and people within limits."""

from __future__ import annotations

from landbridge.destinations.caller import Credentials, admit, check_bound, service_token
from landbridge.destinations.levels import Level, Place, place_of
from landbridge.destinations.people import is_person, place_for_person
from landbridge.identity.request_limit import RequestLimit
from landbridge.identity.verify import TokenVerifier
from landbridge.model.label import EntityKind
from landbridge.store import Database


class Entrance:
    """Admits callers to the content of levels. Finding does not pass here: it is the application's own business."""

    def __init__(self, db: Database, verifier: TokenVerifier, limit: RequestLimit) -> None:
        self._db = db
        self._verifier = verifier
        self._limit = limit

    async def enter(
        self, shown: Credentials, level: Level, kind: EntityKind, *, write: bool = False, instance_id: str = ""
    ) -> Place:
        """The place that a level means for the caller, if he may read or write this kind of content there.

        instance_id  what a person names; an application's token names its instance itself

        Raises `FaultError` (400, 401, 403, 429).
        """
        token = service_token(shown.authorization, self._verifier)
        check_bound(token.token, shown.thumbprint)
        self._limit.take(token.token.client_id, token.token.tenant)
        async with self._db.read() as session:
            if await is_person(session, token.token):
                return await place_for_person(session, token.token, level, kind, instance_id, write=write)
            return place_of(level, await admit(session, token))
