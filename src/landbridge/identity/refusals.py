"""Which OAuth error a fault is told as (RFC 6749 §4.1.2.1 and §5.2, destination-service §5.4)."""

from __future__ import annotations

from landbridge.faults import Fault

_INVALID_CLIENT = ("credentials-missing", "credentials-wrong", "client-assertion-invalid")
_CERTIFICATES = ("missing", "expired", "not-yet-valid", "foreign", "of-another")
_INVALID_GRANT = (
    "user-wrong",
    "user-gone",
    "user-unknown",
    "assertion-invalid",
    "assertion-expired",
    "assertion-foreign",
    "assertion-technical",
    "issuer-keys",
    "refresh-unknown",
    "refresh-reused",
    "refresh-of-another",
    "code-unknown",
    "code-of-another",
    "code-redirect-differs",
    "code-verifier-wrong",
)
_ERRORS = {
    **{f"identity.{problem}": "invalid_client" for problem in _INVALID_CLIENT},
    **{f"identity.certificate-{problem}": "invalid_client" for problem in _CERTIFICATES},
    **{f"identity.{problem}": "invalid_grant" for problem in _INVALID_GRANT},
    "identity.grant-unsupported": "unsupported_grant_type",
    "identity.scope-invalid": "invalid_scope",
    "identity.scope-missing": "insufficient_scope",
    "identity.tenant-unknown": "not_found",
    "identity.alias-unknown": "not_found",
    "identity.zone-unknown": "unauthorized",
    "identity.not-subscribed": "unauthorized",
    "identity.client-unknown": "unauthorized",
    "identity.user-token-missing": "unauthorized",
    "identity.too-many-failures": "too_many_requests",
    "platform.too-many-requests": "too_many_requests",
}


def oauth_error(fault: Fault) -> str:
    """The value of `error` in the answer."""
    return _ERRORS.get(fault.code) or ("server_error" if fault.kind.status >= 500 else "invalid_request")
