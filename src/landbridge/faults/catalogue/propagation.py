"""Faults of identity propagation, decided by the connector alone (cloud-connector §3, §4.6)."""

from landbridge.faults.fault import FaultKind, Origin

CONNECTOR = Origin.CONNECTOR

_FAILED = "SSO token validation failed. Check the trust configuration in your cloud connector."
_NO_PRINCIPAL = "Unable to generate authorization token for user {user} on system {host}:{port}"


def _refused(code: str, sentence: str, action: str, cause: str, body: str = _FAILED) -> FaultKind:
    return FaultKind(
        f"principal.{code}",
        CONNECTOR,
        401,
        sentence,
        action,
        exit=25,
        proves=(("conn.401", cause),),
        body=body,
        reference="cloud-connector §3.2",
    )


ROWS = (
    _refused(
        "token-malformed",
        "The user token cannot be read: {reason}.",
        "Send the user's access token as 'SAP-Connectivity-Authentication: Bearer <token>'.",
        "token-malformed",
    ),
    _refused(
        "trust-empty",
        "The connector trusts no token issuer: its trust list is empty.",
        "Wait until the connector has synchronised its trust list; see whether it is connected.",
        "trust-not-synchronised",
    ),
    _refused(
        "issuer-untrusted",
        "The user token was issued by {issuer}, which is not in the connector's trust list.",
        "Trust the issuer in the subaccount, or send a token of a trusted one.",
        "trust-not-synchronised",
    ),
    _refused(
        "issuer-disabled",
        "The connector knows issuer {issuer}, but it is disabled in its trust list.",
        "Enable the issuer in the connector's trust configuration.",
        "issuer-disabled",
    ),
    _refused(
        "token-signature",
        "The user token's signature does not verify with the keys of {issuer}.",
        "After a key rotation, synchronise the trust list; otherwise look where the token comes from.",
        "signature",
    ),
    _refused(
        "token-expired",
        "The user token expired at {expired}, more than the tolerated {hours} hours ago.",
        "Fetch a new user token; in long flows exchange it in time.",
        "token-expired",
    ),
    _refused(
        "other-tenant",
        "The user token belongs to tenant {tenant}, not to subaccount {subaccount}.",
        "Fetch the user token in the subaccount that the connector belongs to.",
        "other-tenant",
    ),
    _refused(
        "subject-unresolved",
        "No subject rule can be filled for user {user}: {reason}.",
        "Add the claim to the token, or a subject rule that does without it.",
        "subject-pattern",
        _NO_PRINCIPAL,
    ),
    _refused(
        "authority-unusable",
        "The connector cannot issue a certificate for user {user}: {reason}.",
        "Repair the authority of principal propagation in the connector's configuration.",
        "no-authority",
        _NO_PRINCIPAL,
    ),
    FaultKind(
        "principal.not-mutual",
        CONNECTOR,
        502,
        "User {user} may not be shown to {host}:{port}: the backend did not ask the connector for its certificate.",
        "Set up the connector's system certificate, and mutual TLS in the backend; no TLS may end in between.",
        socks=1,
        exit=25,
        proves=(("conn.502", "not-mutual"),),
        body=(
            "Principal propagation forbidden for user {user} on system {host}:{port}, because the backend connection "
            "is not mutually authenticated."
        ),
        reference="connectivity-proxy §5 row 16",
    ),
)
