"""Finding, as one object: a destination with all that an application needs to call it (destination-service §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from landbridge.destinations.answer import Answer, unmet
from landbridge.destinations.attached import Attached, attached
from landbridge.destinations.audit import FindAudit
from landbridge.destinations.auth.context import TokenContext
from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.caller import Caller, check_bound, recall, service_token
from landbridge.destinations.find import Found, find, find_on_level
from landbridge.destinations.lookup import LevelLookup
from landbridge.destinations.repeated import Given, Repeated
from landbridge.destinations.request import FindRequest
from landbridge.faults import FaultError
from landbridge.identity.request_limit import RequestLimit
from landbridge.identity.verify import TokenVerifier
from landbridge.store import Database, ReadModel

_Finding = Callable[[ReadModel, Caller, FindRequest], Awaitable[Found]]


class DestinationService:
    """Finds destinations for applications.

    tokens  fetches tokens
    limit   counts requests of clients
    domain  part of the name under which subaccounts sign assertions: `cfapps.<domain>/<subaccountId>`
    """

    def __init__(
        self, db: Database, verifier: TokenVerifier, tokens: TokenSource, domain: str, limit: RequestLimit
    ) -> None:
        self._db = db
        self._model = ReadModel(db)
        self._verifier = verifier
        self._tokens = tokens
        self._repeated = Repeated(self._model, tokens)
        self._domain = domain
        self._limit = limit

    async def find(self, request: FindRequest) -> Answer:
        """The first version: the levels one after the other, `owner` in the answer (§2.2).

        Raises `FaultError`; a token that cannot be fetched is an entry of the answer instead.
        """
        return await self._audited(request, find)

    async def consume(self, request: FindRequest) -> Answer:
        """The second version: the one level that is named, owners on request (§2.3). Raises `FaultError`."""
        return await self._audited(request, find_on_level)

    async def _audited(self, request: FindRequest, finding: _Finding) -> Answer:
        audit = FindAudit(request)
        try:
            answer = await self._find(request, finding, audit)
        except FaultError as error:
            audit.refused(error.fault)
            raise
        audit.answered(answer)
        return answer

    async def _find(self, request: FindRequest, finding: _Finding, audit: FindAudit) -> Answer:
        """No transaction is open while a token service is called."""
        token = service_token(request.authorization, self._verifier)
        audit.token(token)
        if finding is find:  # the second version refuses such tokens anyway
            check_bound(token.token, request.thumbprint)
        self._limit.take(token.token.client_id, token.token.tenant)
        known = await self._repeated.get(finding, request, token)
        if known is not None:
            given, times = known
            audit.again(given.about, given.trail, times)
            return given.answer(request)
        number = self._model.number
        caller = await recall(self._model, token)
        audit.caller(caller)
        request.check()
        found = await finding(self._model, caller, request)
        etag = found.destination.etag
        status = request.conditions.status(etag)
        if status != 200:
            return unmet(status, etag)
        certificates = await attached(self._model, found, request)
        tokens = () if request.skip_tokens else await self._tokens.entries(self._context(request, caller, found))
        audit.tokens(tokens)
        frame = (_consumed if finding is find_on_level else _found)(request, found, certificates)
        shown = tuple(one.as_json() for one in certificates)
        given = Given(etag, frame, tokens, shown, audit.about, tuple(request.trail.steps))
        self._repeated.keep(finding, request, token, caller, number, given)
        return given.answer(request)

    def _context(self, request: FindRequest, caller: Caller, found: Found) -> TokenContext:
        places, trail = found.certificates_at, request.trail
        return TokenContext(
            found.destination,
            subaccount_id=found.place.subaccount_id,
            instance_id=found.place.instance_id,
            token=caller.token,
            raw_token=caller.text,
            inputs=request.inputs,
            lookup=LevelLookup(self._db, self._model, self._verifier, self._domain, caller, places, trail),
        )


def _found(request: FindRequest, found: Found, _: Sequence[Attached]) -> dict[str, object]:
    """The first version's frame. Without `owner` a known client takes the answer for a miss."""
    return {"owner": found.place.owner, "destinationConfiguration": found.properties(request.skip_credentials)}


def _consumed(request: FindRequest, found: Found, certificates: Sequence[Attached]) -> dict[str, object]:
    """The second version's frame: owners only on request, and then inside."""
    configuration: dict[str, object] = {**found.properties(request.skip_credentials)}
    if request.owners:
        owners = {
            "destinations": [{"Name": found.destination.name, **found.place.owner}],
            "certificates": [{"Name": one.certificate.name, **one.place.owner} for one in certificates],
            "fragments": [{"FragmentName": name, **place.owner} for name, place in found.fragments],
        }
        configuration["$metadata"] = {"owner": owners}
    return {"destinationConfiguration": configuration}
