"""Puts changes by HTTP on record: who changed what, and who tried to."""

from __future__ import annotations

import base64
import json

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from landbridge.identity.administrators import Admin
from landbridge.observe.audit import Audit, AuditRecord

_PLACES = {"/admin/": "administration", "/destination-configuration/": "destination configuration"}
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class AuditFrame:
    """ASGI middleware. Records what changes something; of what only reads, it records denials."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        about = _place(scope)
        if about is None:
            await self._app(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record(scope, about, int(message["status"]))
            await send(message)

        await self._app(scope, receive, watched)

    def _record(self, scope: Scope, about: str, status: int) -> None:
        denied = status in (401, 403)
        if scope["method"] in _READING and not denied:
            return
        action = f"{scope['method']} {scope['path'][:300]}"
        outcome = "done" if status < 400 else "access denied" if denied else "refused"
        address = scope["client"][0] if scope.get("client") else ""
        state = scope.get("state", {})
        user, tenant = _who(scope, verified=status < 400 or state.get("caller_verified") is True)
        details = {"status": status, "requestId": scope.get("request_id", ""), "address": address}
        if state.get("names"):
            details["names"] = state["names"]
        record = AuditRecord(action, outcome, about, user=user, tenant=tenant, details=details)
        # Who is let in may change as much as he may; strangers, and who asks too often, shall not fill the disk.
        self._audit(record, (about, status, address) if denied or status == 429 else None)


def _place(scope: Scope) -> str | None:
    if scope["type"] != "http":
        return None
    return next((about for start, about in _PLACES.items() if scope["path"].startswith(start)), None)


def _who(scope: Scope, verified: bool) -> tuple[str, str]:
    """(user, tenant) of a request. A token is believed only when it was verified, as the answer shows at the latest."""
    admin = scope.get("state", {}).get("admin")
    if isinstance(admin, Admin):
        return admin.name, admin.subaccount_id or ""
    return _caller(Headers(scope=scope).get("authorization", "")) if verified else ("", "")


def _caller(authorization: str) -> tuple[str, str]:
    """(user or client, tenant) of a token that others have verified."""
    part = authorization.partition(" ")[2].split(".")[1:2]
    try:
        claims = json.loads(base64.urlsafe_b64decode("".join(part) + "=="))
        user = claims.get("user_name") or claims.get("client_id") or claims.get("azp") or ""
        return str(user), str(claims.get("zid") or claims.get("app_tid") or "")
    except (ValueError, AttributeError):
        return "", ""
