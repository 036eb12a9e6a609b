"""Which OAuth error a fault is told as (RFC 6749 §5.2, destination-service §5.4)."""

from __future__ import annotations

from landbridge.faults import Fault

_ERRORS = {
    "identity.credentials-missing": "invalid_client",
    "identity.credentials-wrong": "invalid_client",
    "identity.grant-unsupported": "unsupported_grant_type",
    "identity.user-wrong": "invalid_grant",
    "identity.assertion-invalid": "invalid_grant",
    "identity.assertion-expired": "invalid_grant",
    "identity.assertion-foreign": "invalid_grant",
    "identity.assertion-technical": "invalid_grant",
    "identity.scope-invalid": "invalid_scope",
    "identity.tenant-unknown": "not_found",
    "identity.zone-unknown": "unauthorized",
    "identity.not-subscribed": "unauthorized",
}


def oauth_error(fault: Fault) -> str:
    """The value of `error` in the answer."""
    return _ERRORS.get(fault.code) or ("server_error" if fault.kind.status >= 500 else "invalid_request")
