"""A line in the log for a find: who asked for what, where it was looked for, what came of it. Never a secret.

An answer that is given again and again has a line each minute, with their number; the others are for debugging.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from landbridge.destinations.answer import Answer
from landbridge.destinations.auth.entry import AuthToken, FailedToken
from landbridge.destinations.caller import Caller, ServiceToken
from landbridge.destinations.request import FindRequest
from landbridge.faults import Fault
from landbridge.faults.answer import header_text

logger = logging.getLogger("landbridge.audit.find")


class FindAudit:
    """What is known of one find so far; `answered` or `refused` writes it down."""

    def __init__(self, request: FindRequest) -> None:
        self._request = request
        self._fields: dict[str, object] = {}
        self._level = logging.INFO

    def token(self, given: ServiceToken) -> None:
        claims = given.token.claims
        self._fields |= {"tenant": given.token.tenant, "client": given.token.client_id}
        if given.token.is_user_token:
            self._fields["user"] = str(claims.get("user_name", ""))

    def caller(self, caller: Caller) -> None:
        self._fields |= {"instance": caller.instance_id, "provider": caller.provider_id}

    def tokens(self, entries: tuple[AuthToken | FailedToken, ...]) -> None:
        """Types of tokens that go out, and the faults of those that do not."""
        self._fields["tokens"] = [
            entry.fault.code if isinstance(entry, FailedToken) else entry.type for entry in entries
        ]

    def again(self, about: Mapping[str, object], trail: Sequence[str], times: int | None) -> None:
        """The answer was given before; `times` since this was last logged, None when it need not be logged now."""
        self._level = logging.DEBUG if times is None else logging.INFO
        self._fields = {**about, "repeated": times} if times else dict(about)
        self._request.trail.steps[:] = trail

    @property
    def about(self) -> Mapping[str, object]:
        """What is known so far."""
        return self._fields

    def answered(self, answer: Answer) -> None:
        self._write(answer.status, answer.fault)

    def refused(self, refusal: Fault) -> None:
        self._write(refusal.kind.status, refusal)

    def _write(self, status: int, refusal: Fault | None) -> None:
        if not logger.isEnabledFor(self._level):
            return
        request = self._request
        fields = {
            "request_id": request.request_id,
            "destination": header_text(request.name[:200]),
            "fragments": [header_text(name) for name in request.fragment_names],
            **self._fields,
            "status": status,
            "trail": header_text(str(request.trail)),
        }
        if "user" in fields:
            fields["user"] = header_text(str(fields["user"]))
        if refusal is not None:
            fields["fault"] = refusal.code
        logger.log(self._level, "find", extra=fields)
