"""Claims in the shape of the Identity Authentication service, for its clients (destination-service §5.5)."""

from __future__ import annotations

import uuid
from typing import Any

from landbridge.identity.claims import bound
from landbridge.identity.issuer import Issuer
from landbridge.identity.request import Granted, GrantRequest

RESOURCE = "urn:sap:identity:application:service:id:"
"""What stands before the id of the service instance that a token is asked for (connectivity-proxy §3.3)."""


def ias_claims(
    request: GrantRequest, granted: Granted, issuer: Issuer, now: float, resources: tuple[str, ...]
) -> dict[str, Any]:
    """All claims of a token of that shape. `resources` are the clients of the instances that were asked for."""
    client, tenant = request.client, request.tenant
    about = granted.claims
    user_id = about.get("user_uuid")
    person = {
        **{name: about[name] for name in ("email", "given_name", "family_name", "user_name") if name in about},
        "user_uuid": user_id,
        "scim_id": user_id,
        "groups": about.get("xs.system.attributes", {}).get("xs.saml.groups", []),
        "sap_id_type": "user",
    }
    technical = {"sap_id_type": "app", "grant_type": "client_credentials"}
    claims = {
        **(person if user_id else technical),
        "jti": uuid.uuid4().hex,
        "sub": granted.subject,
        "aud": [client.id, *resources],
        "azp": client.id,
        "app_tid": tenant.id,
        "zone_uuid": tenant.id,
        "iss": issuer.iss(tenant.subdomain),
        "ias_iss": issuer.iss(tenant.subdomain),
        "iat": int(now),
        "exp": int(now) + issuer.lifetime,
    }
    return claims | bound(request)
