"""The parameter `authorities`: attributes that an application puts into its own tokens (destination-service §5.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landbridge.faults import FaultError, fault

LIMIT = 2048


def attributes(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The claim `az_attr`, if `authorities` holds some. Raises `FaultError` (`identity.request-malformed`)."""
    text = parameters.get("authorities", "")
    if not text:
        return {}
    try:
        value = json.loads(text) if len(text) <= LIMIT else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("az_attr", {}), dict):
        reason = f"'authorities' is no JSON object with an object 'az_attr' in at most {LIMIT} characters"
        raise FaultError(fault("identity.request-malformed", reason=reason))
    return {"az_attr": value["az_attr"]} if value.get("az_attr") else {}
