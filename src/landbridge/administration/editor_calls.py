"""The calls that the editor of destinations makes for a person, made over HTTP as a browser's server would."""

from __future__ import annotations

import asyncio

import httpx

from landbridge.checks.observations.destination import EditorCall

_SECONDS = 10.0


async def editor_calls(base: str, token: str, instance_id: str = "") -> tuple[EditorCall, ...]:
    """The lists of destinations and certificates of the subaccount, and of an instance if one is named."""
    levels = ("subaccount", "instance") if instance_id else ("subaccount",)
    wanted = [(what, level) for level in levels for what in ("Destinations", "Certificates")]
    headers = {"Authorization": f"Bearer {token}"} | ({"X-Instance-Id": instance_id} if instance_id else {})
    async with httpx.AsyncClient(headers=headers, timeout=_SECONDS, trust_env=False) as client:
        return tuple(await asyncio.gather(*(_call(client, base, what, level) for what, level in wanted)))


async def _call(client: httpx.AsyncClient, base: str, what: str, level: str) -> EditorCall:
    try:
        answer = await client.get(f"{base}/destination-configuration/v1/{level}{what}?$select=Name")
    except httpx.TransportError:
        return EditorCall(what=what.lower(), level=level, status=0)
    code = answer.headers.get("x-internal-error-code", "")[:100]
    return EditorCall(what=what.lower(), level=level, status=answer.status_code, code=code)
