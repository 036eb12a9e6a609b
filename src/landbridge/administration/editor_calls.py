"""The calls that the editor of destinations makes for a person, made over HTTP as a browser's server would."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx

from landbridge.checks.observations.destination import EditorCall

_SECONDS = 10.0


async def editor_calls(
    base: str, token: str, instance_id: str = "", *, changes: bool = False
) -> tuple[EditorCall, ...]:
    """The lists of destinations and certificates of the subaccount, and of an instance if one is named.

    changes  try a change of destinations as well: the deletion of a name that nobody has
    """
    levels = ("subaccount", "instance") if instance_id else ("subaccount",)
    wanted = [(what, level) for level in levels for what in ("Destinations", "Certificates")]
    headers = {"Authorization": f"Bearer {token}"} | ({"X-Instance-Id": instance_id} if instance_id else {})
    async with httpx.AsyncClient(headers=headers, timeout=_SECONDS, trust_env=False) as client:
        calls = [_call(client, base, what, level) for what, level in wanted]
        calls += [_change(client, base, level) for level in levels if changes]
        return tuple(await asyncio.gather(*calls))


async def _change(client: httpx.AsyncClient, base: str, level: str) -> EditorCall:
    """Whether the person may change destinations: nothing is changed."""
    name = f"landbridge-check-{uuid4()}"
    try:
        answer = await client.delete(f"{base}/destination-configuration/v1/{level}Destinations/{name}")
    except httpx.TransportError:
        return EditorCall(what="changing destinations", level=level, status=0)
    code = answer.headers.get("x-internal-error-code", "")[:100]
    return EditorCall(what="changing destinations", level=level, status=answer.status_code, code=code)


async def _call(client: httpx.AsyncClient, base: str, what: str, level: str) -> EditorCall:
    try:
        answer = await client.get(f"{base}/destination-configuration/v1/{level}{what}?$select=Name")
    except httpx.TransportError:
        return EditorCall(what=what.lower(), level=level, status=0)
    code = answer.headers.get("x-internal-error-code", "")[:100]
    return EditorCall(what=what.lower(), level=level, status=answer.status_code, code=code)
