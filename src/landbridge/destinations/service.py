"""The Destination service as one object: find, list, get."""

from __future__ import annotations

from enum import StrEnum

from landbridge.destinations.answer import Answer, find_answer, unmet
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_call import DEADLINE, ClientFactory, TokenCalls, new_client
from landbridge.destinations.auth.types import entries
from landbridge.destinations.caller import Caller, admit, service_token
from landbridge.destinations.find import Found, find, not_found
from landbridge.destinations.request import Conditions, FindRequest
from landbridge.identity.verify import TokenVerifier
from landbridge.store import Database, DestinationRepository


class Level(StrEnum):
    """Where destinations are kept (destination-service §1.1)."""

    INSTANCE = "instance"
    SUBACCOUNT = "subaccount"

    def instance_of(self, caller: Caller) -> str | None:
        """The instance whose own destinations are meant; None for those of the subaccount."""
        return caller.instance_id if self is Level.INSTANCE else None


class DestinationService:
    """Finds destinations for applications.

    clients          makes the HTTP client for token services
    private_targets  whether token services on private addresses may be called: laptop profile
    lenient_tenant   use the token's own subdomain where X-tenant is due and missing; some clients never send it
    deadline         seconds for a token call that has no time-outs of its own
    """

    def __init__(
        self,
        db: Database,
        verifier: TokenVerifier,
        *,
        private_targets: bool,
        lenient_tenant: bool = True,
        clients: ClientFactory = new_client,
        deadline: float = DEADLINE,
    ) -> None:
        self._db = db
        self._verifier = verifier
        self._lenient_tenant = lenient_tenant
        self._calls = TokenCalls(clients, private_targets, deadline)

    async def find(self, request: FindRequest) -> Answer:
        """Look a destination up and fetch its tokens (§3). No transaction is open while a token service is called.

        Raises `FaultError`; a token that cannot be fetched is an entry of the answer instead.
        """
        token = service_token(request.authorization, self._verifier)
        async with self._db.read() as session:
            caller = await admit(session, token)
            request.check()
            found = await find(session, caller, request)
        status = request.conditions.status(found.destination.etag)
        if status != 200:
            return unmet(status, found.destination.etag)
        retrieved = () if request.skip_tokens else await entries(self._retrieval(request, caller, found))
        return find_answer(found, retrieved, request.skip_credentials)

    async def list(self, authorization: str, level: Level) -> Answer:
        """All destinations of a level, with secrets (§2.4). Raises `FaultError`."""
        token = service_token(authorization, self._verifier)
        async with self._db.read() as session:
            caller = await admit(session, token)
            found = await DestinationRepository(session).list(caller.subaccount_id, level.instance_of(caller))
        return Answer(200, [dict(destination.properties) for destination in found])

    async def get(self, authorization: str, level: Level, name: str, conditions: Conditions) -> Answer:
        """One destination of a level as it is stored, not wrapped (§2.4). Raises `FaultError`."""
        token = service_token(authorization, self._verifier)
        async with self._db.read() as session:
            caller = await admit(session, token)
            repository = DestinationRepository(session)
            destination = await repository.get(caller.subaccount_id, level.instance_of(caller), name)
        if destination is None:
            place = f"of {level.value} {level.instance_of(caller) or caller.subaccount_id}"
            raise not_found(name, place)
        status = conditions.status(destination.etag)
        if status != 200:
            return unmet(status, destination.etag)
        return Answer(200, dict(destination.properties), destination.etag)

    async def close(self) -> None:
        """Close connections to token services."""
        await self._calls.close()

    def _retrieval(self, request: FindRequest, caller: Caller, found: Found) -> Retrieval:
        return Retrieval(
            found.destination,
            subdomain=caller.token.subdomain,
            tenant=request.tenant,
            client_assertion=request.client_assertion,
            lenient_tenant=self._lenient_tenant,
            calls=self._calls,
        )
