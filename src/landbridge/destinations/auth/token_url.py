"""Where the token is fetched: the token service's URL for the tenant in question (destination-service §3.6)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.user_token import UserToken
from landbridge.faults import FaultError, fault

_TENANT = re.compile(r"[A-Za-z0-9-]{1,63}")
"""What may be put into a URL: one DNS label, so that a tenant cannot name another host."""


def for_application(retrieval: Retrieval) -> str:
    """The URL where X-tenant names the tenant. Raises `FaultError` when tenant and type of URL do not fit."""
    tenant = retrieval.inputs.tenant
    if not _is_common(retrieval):
        if tenant:
            raise FaultError(fault("destination.tenant-unexpected", tenant=tenant[:100]))
        return as_it_is(retrieval)
    if not tenant and retrieval.parts.lenient_tenant:
        tenant = retrieval.context.token.subdomain
    if not tenant:
        raise FaultError(fault("destination.tenant-missing"))
    return _for_tenant(retrieval, tenant)


def for_user(retrieval: Retrieval, user: UserToken) -> str:
    """The URL where the user's token names the tenant; X-tenant may, where that token does not. Raises `FaultError`."""
    if not _is_common(retrieval):
        return as_it_is(retrieval)
    tenant = user.subdomain or retrieval.inputs.tenant
    if not tenant:
        raise FaultError(fault("destination.user-tenant-missing"))
    return _for_tenant(retrieval, tenant)


def for_caller(retrieval: Retrieval) -> str:
    """The URL where the service token names the tenant. Raises `FaultError`."""
    if not _is_common(retrieval):
        return as_it_is(retrieval)
    tenant = retrieval.context.token.subdomain
    if not tenant:
        raise FaultError(fault("destination.tenant-missing"))
    return _for_tenant(retrieval, tenant)


def as_it_is(retrieval: Retrieval) -> str:
    """The property, verbatim. Raises `FaultError` when it is missing."""
    return retrieval.required("tokenServiceURL")


def put_tenant(url: str, subdomain: str) -> str:
    """`url` with the subdomain in place of `{tenant}`, or else as the first label of its host."""
    if "{tenant}" in url:
        return url.replace("{tenant}", subdomain)
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{subdomain}.{parts.netloc}"))


def _is_common(retrieval: Retrieval) -> bool:
    kind = (retrieval.destination.get("tokenServiceURLType") or "Dedicated").lower()
    if kind not in {"common", "dedicated"}:
        reason = "it must be Dedicated or Common"
        raise FaultError(fault("destination.property-invalid", property="tokenServiceURLType", reason=reason))
    return kind == "common"


def _for_tenant(retrieval: Retrieval, tenant: str) -> str:
    if not _TENANT.fullmatch(tenant):
        raise FaultError(fault("destination.tenant-invalid", tenant=tenant[:100]))
    return put_tenant(as_it_is(retrieval), tenant)
