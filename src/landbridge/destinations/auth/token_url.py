"""Where the token is fetched: the token service's URL for the tenant in question (destination-service §3.6)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.faults import FaultError, fault

_TENANT = re.compile(r"[A-Za-z0-9-]{1,63}")
"""What may be put into a URL: one DNS label, so that a tenant cannot name another host."""


def token_url(retrieval: Retrieval) -> str:
    """`tokenServiceURL`, as it is (Dedicated) or for the tenant of X-tenant (Common).

    Raises `FaultError` when tenant and type of URL do not fit.
    """
    url = retrieval.required("tokenServiceURL")
    kind = retrieval.destination.get("tokenServiceURLType") or "Dedicated"
    if kind.lower() == "common":
        return for_tenant(url, _tenant(retrieval))
    if kind.lower() != "dedicated":
        reason = "it must be Dedicated or Common"
        raise FaultError(fault("destination.property-invalid", property="tokenServiceURLType", reason=reason))
    if retrieval.tenant:
        raise FaultError(fault("destination.tenant-unexpected", tenant=retrieval.tenant[:100]))
    return url


def for_tenant(url: str, subdomain: str) -> str:
    """`url` with the subdomain in place of `{tenant}`, or else as the first label of its host."""
    if "{tenant}" in url:
        return url.replace("{tenant}", subdomain)
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{subdomain}.{parts.netloc}"))


def _tenant(retrieval: Retrieval) -> str:
    tenant = retrieval.tenant
    if not tenant and retrieval.lenient_tenant:
        tenant = retrieval.subdomain
    if not tenant:
        raise FaultError(fault("destination.tenant-missing"))
    if not _TENANT.fullmatch(tenant):
        raise FaultError(fault("destination.tenant-invalid", tenant=tenant[:100]))
    return tenant
